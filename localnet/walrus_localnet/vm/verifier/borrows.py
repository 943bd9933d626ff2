"""Which references borrow from which.

A node is a reference (by number) or the frame's locals as a whole; an edge says that the reference it leads to
points into what its source points at, along a path of locals and fields. A *weak* edge only knows how its path
begins: elements of vectors and results of calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

FRAME = 0
"""The node of the locals. Paths that start there begin with a local."""

Label = tuple[str, int, int]
"""A local, or a field of a struct or variant."""
Path = tuple[Label, ...]


class Edge(NamedTuple):
    path: Path
    is_strong: bool


@dataclass
class BorrowGraph:
    """`children` are the edges out of each node; `mutable` tells which references are `&mut`."""

    mutable: dict[int, bool] = field(default_factory=lambda: {FRAME: True})
    children: dict[int, dict[int, frozenset[Edge]]] = field(default_factory=lambda: {FRAME: {}})
    _next: int = 1

    def copy(self) -> BorrowGraph:
        edges = {node: dict(out) for node, out in self.children.items()}
        return BorrowGraph(dict(self.mutable), edges, self._next)

    @property
    def size(self) -> int:
        """Nodes and edges."""
        return len(self.mutable) + sum(len(edges) for out in self.children.values() for edges in out.values())

    def new(self, mutable: bool) -> int:
        node = self._next
        self._next += 1
        self.mutable[node] = mutable
        self.children[node] = {}
        return node

    # edges -------------------------------------------------------------------------------------------------------
    def _add(self, parent: int, child: int, *edges: Edge) -> None:
        out = self.children[parent]
        out[child] = out.get(child, frozenset()).union(edges)

    def borrow_inside(self, parent: int, child: int) -> None:
        """`child` points somewhere inside what `parent` points at."""
        self._add(parent, child, Edge((), False))

    def borrow(self, parent: int, path: Path, child: int) -> None:
        """`child` points at what `path` leads to from `parent`, at the same thing if it is empty. References that
        already point there or below borrow from `child` from now on: it may not be used to write while they live.
        """
        moved: list[tuple[int, Edge]] = []
        for other, edges in list(self.children[parent].items()):
            below = {edge for edge in edges if edge.path[: len(path)] == path}
            moved += [(other, edge) for edge in below]
            if below == edges:
                del self.children[parent][other]
            elif below:
                self.children[parent][other] = edges - below
        self._add(parent, child, Edge(path, True))
        for other, edge in moved:
            self._add(child, other, Edge(edge.path[len(path) :], edge.is_strong))

    def release(self, node: int) -> None:
        """The reference is gone; what borrows from it now borrows from what it borrowed from."""
        own = self.children.pop(node)
        del self.mutable[node]
        for parent, out in self.children.items():
            for edge in out.pop(node, frozenset()):
                for child, edges in own.items():
                    if child != parent:
                        self._add(parent, child, *(_through(edge, below) for below in edges))

    # questions ---------------------------------------------------------------------------------------------------
    def is_borrowed(self, node: int, label: Label | None = None, *, mutably: bool = False) -> bool:
        """Whether something points into what the node points at, or with `label` into that part or the whole."""
        for child, edges in self.children[node].items():
            if mutably and not self.mutable[child]:
                continue
            if label is None or any(not edge.path or edge.path[0] == label for edge in edges):
                return True
        return False

    def is_borrowed_whole(self, node: int) -> bool:
        return any(not edge.path for edges in self.children[node].values() for edge in edges)

    # joining -----------------------------------------------------------------------------------------------------
    def renamed(self, names: dict[int, int], following: int) -> BorrowGraph:
        """The graph with its nodes renamed; new ones will start at `following`."""
        mutable = {names[node]: value for node, value in self.mutable.items()}
        children = {
            names[node]: {names[child]: edges for child, edges in out.items()}
            for node, out in self.children.items()
        }
        return BorrowGraph(mutable, children, following)

    def union(self, other: BorrowGraph) -> BorrowGraph:
        """All edges of both; they must have the same nodes."""
        joined = self.copy()
        for node, out in other.children.items():
            for child, edges in out.items():
                joined._add(node, child, *edges)
        return joined


def _through(first: Edge, second: Edge) -> Edge:
    if not first.is_strong:
        return first
    return Edge(first.path + second.path, second.is_strong)
