"""The control-flow graph of a function: order, dominators and loops."""

from __future__ import annotations

from collections.abc import Mapping

from walrus_localnet.vm.blocks import Block


class Graph:
    """Blocks by start, in reverse postorder. `is_reducible` is false if some loop has two ways in."""

    def __init__(self, blocks: Mapping[int, Block]) -> None:
        self.successors = {start: tuple(dict.fromkeys(block.successors)) for start, block in blocks.items()}
        self.order = self._reverse_postorder()
        self.number = {block: index for index, block in enumerate(self.order)}
        self.predecessors: dict[int, list[int]] = {block: [] for block in self.order}
        for block in self.order:
            for successor in self.successors[block]:
                self.predecessors[successor].append(block)
        self.dominator = self._dominators()
        self.children: dict[int, list[int]] = {block: [] for block in self.order}
        for block in self.order[1:]:
            self.children[self.dominator[block]].append(block)
        self.loops = {block: self._loop(block) for block in self.order if self._latches(block)}
        self.is_reducible = all(
            self.dominates(header, latch) for header in self.loops for latch in self._latches(header)
        )

    def _reverse_postorder(self) -> list[int]:
        seen, finished = {0}, []
        path = [(0, iter(self.successors[0]))]
        while path:
            block, following = path[-1]
            successor = next((found for found in following if found not in seen), None)
            if successor is None:
                finished.append(block)
                path.pop()
            else:
                seen.add(successor)
                path.append((successor, iter(self.successors[successor])))
        return finished[::-1]

    def _dominators(self) -> dict[int, int]:
        """Immediate dominators, by the iteration of Cooper, Harvey and Kennedy."""
        dominator = {self.order[0]: self.order[0]}
        changed = True
        while changed:
            changed = False
            for block in self.order[1:]:
                known = [found for found in self.predecessors[block] if found in dominator]
                nearest = known[0]
                for other in known[1:]:
                    nearest = self._common(dominator, nearest, other)
                if dominator.get(block) != nearest:
                    dominator[block] = nearest
                    changed = True
        return dominator

    def _common(self, dominator: dict[int, int], one: int, other: int) -> int:
        while one != other:
            while self.number[one] > self.number[other]:
                one = dominator[one]
            while self.number[other] > self.number[one]:
                other = dominator[other]
        return one

    def dominates(self, upper: int, lower: int) -> bool:
        while self.number[lower] > self.number[upper]:
            lower = self.dominator[lower]
        return lower == upper

    def is_back(self, source: int, target: int) -> bool:
        return self.number[target] <= self.number[source]

    def forward_predecessors(self, block: int) -> int:
        return sum(not self.is_back(source, block) for source in self.predecessors[block])

    def _latches(self, header: int) -> list[int]:
        return [source for source in self.predecessors[header] if self.is_back(source, header)]

    def _loop(self, header: int) -> frozenset[int]:
        """The blocks of the natural loop of a header."""
        found, waiting = {header}, self._latches(header)
        while waiting:
            block = waiting.pop()
            if block not in found:
                found.add(block)
                waiting.extend(self.predecessors[block])
        return frozenset(found)

    def exits(self, header: int) -> list[int]:
        """Blocks outside the loop that it leads to and that only it leads to, in order."""
        loop = self.loops[header]
        found = {successor for block in loop for successor in self.successors[block] if successor not in loop}
        return sorted((block for block in found if self.dominates(header, block)), key=self.number.__getitem__)
