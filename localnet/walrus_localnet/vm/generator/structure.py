"""Control flow as Python statements: `if`, `while True`, `break` and `continue`.

Blocks are placed along the dominator tree. Where several paths join, the joined code follows the statement in
which they part, so that most jumps are simply the end of a branch; a jump that must skip code in between leaves
a `while True` that runs once. What cannot be said this way is told to `dispatch`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.bytecode.opcodes import Op
from walrus_localnet.vm.generator.block import Written
from walrus_localnet.vm.graph import Graph

MAX_INDENT = 60
MAX_LOOPS = 15
"""Python allows 100 levels of indentation and 20 nested loops."""
SHORT = 8
"""Ends of at most so many lines are repeated where they are jumped to."""


class UnstructuredError(Exception):
    """A jump that cannot be said here; another placing may still succeed."""


class TooComplexError(Exception):
    """No placing was found within the allowed work."""


class Around(NamedTuple):
    """What surrounds the code being placed: the block reached by running off its end, and where the innermost
    Python loop goes on `continue` and on `break`."""

    after: int | None = None
    continues: int | None = None
    breaks: int | None = None
    indent: int = 1
    loops: int = 0

    def deeper(self) -> Around:
        return self._replace(indent=self.indent + 1)


class Structurer:
    """Places the written blocks of one function."""

    def __init__(self, code: Code, written: Mapping[int, Written]) -> None:
        self.code = code
        self.written = written
        self.graph = Graph({start: block.block for start, block in written.items()})
        self.loop_exits = {header: self._exit(header) for header in self.graph.loops}
        self._placed_after_loops = {block for block in self.loop_exits.values() if block is not None}
        self._work = 40 * len(written) + 1000

    def structured(self) -> list[str]:
        """The function's body. Raises `TooComplexError`."""
        if not self.graph.is_reducible:
            raise TooComplexError
        try:
            return self._tree(0, Around())
        except (UnstructuredError, RecursionError):
            raise TooComplexError from None

    def _exit(self, header: int) -> int | None:
        """The block to place after a loop: the last of those it leaves to."""
        exits = [block for block in self.graph.exits(header) if not self._is_short_end(block)]
        return exits[-1] if exits else None

    def _is_short_end(self, block: int) -> bool:
        return not self.graph.successors[block] and len(self.written[block].lines) <= SHORT

    def _tree(self, block: int, around: Around) -> list[str]:
        """The block and all it dominates."""
        self._work -= 1
        if self._work < 0:
            raise TooComplexError
        if around.indent > MAX_INDENT or around.loops > MAX_LOOPS:
            raise UnstructuredError
        if block not in self.graph.loops:
            return self._with_joins(block, self._joins(block), around)
        following = self.loop_exits[block]
        inside = Around(
            after=block,
            continues=block,
            breaks=around.after if following is None else following,
            indent=around.indent + 1,
            loops=around.loops + 1,
        )
        lines = [" " * around.indent + "while True:", *self._with_joins(block, self._joins(block), inside)]
        return lines if following is None else lines + self._tree(following, around)

    def _joins(self, block: int) -> list[int]:
        """Blocks right below in the dominator tree that several paths reach, in order."""
        joins = (
            child
            for child in self.graph.children[block]
            if self.graph.forward_predecessors(child) > 1
            and child not in self._placed_after_loops
            and not self._is_short_end(child)
        )
        return sorted(joins, key=self.graph.number.__getitem__)

    def _with_joins(self, block: int, joins: list[int], around: Around) -> list[str]:
        if not joins:
            return self._body(block, around)
        *earlier, last = joins
        try:
            before = self._with_joins(block, earlier, around._replace(after=last))
        except UnstructuredError:
            before = self._in_scope(block, earlier, last, around)
        return before + self._tree(last, around)

    def _in_scope(self, block: int, joins: list[int], leads_to: int, around: Around) -> list[str]:
        """The same code in a loop that runs once, so that `break` leads to what follows."""
        inside = Around(leads_to, None, leads_to, around.indent + 1, around.loops + 1)
        pad = " " * around.indent
        return [pad + "while True:", *self._with_joins(block, joins, inside), pad + " break"]

    def _body(self, block: int, around: Around) -> list[str]:
        written, pad = self.written[block], " " * around.indent
        lines = [pad + line for line in written.lines]
        if written.choice is None:
            if written.block.successors:
                lines += self._jump(written.block.successors[0], around)
            return lines
        return lines + self._branches(written, around)

    def _branches(self, written: Written, around: Around) -> list[str]:
        pad = " " * around.indent
        following, inside = written.block.successors, around.deeper()
        last = self.code.instructions[written.block.end - 1].op
        if last is Op.VARIANT_SWITCH:
            return self._switch(written, around)
        if last is Op.BR_TRUE:
            following = following[::-1]
        then, otherwise = (self._jump(target, inside) for target in following)
        if not then:
            return [f"{pad}if not {written.choice}:", *otherwise] if otherwise else []
        lines = [f"{pad}if {written.choice}:", *then]
        return [*lines, f"{pad}else:", *otherwise] if otherwise else lines

    def _switch(self, written: Written, around: Around) -> list[str]:
        pad, lines = " " * around.indent, list[str]()
        targets = written.block.successors
        for tag, target in enumerate(targets):
            word = "if" if tag == 0 else "elif"
            is_last = tag == len(targets) - 1
            lines.append(f"{pad}else:" if is_last and tag else f"{pad}{word} {written.choice}=={tag}:")
            lines += self._jump(target, around.deeper()) or [pad + " pass"]
        return lines

    def _jump(self, target: int, around: Around) -> list[str]:
        pad = " " * around.indent
        if target == around.after:
            return []
        if target == around.breaks:
            return [pad + "break"]
        if target == around.continues:
            return [pad + "continue"]
        if self._is_short_end(target):
            return self._body(target, around)
        if self.graph.forward_predecessors(target) == 1 and target not in self._placed_after_loops:
            return self._tree(target, around)
        raise UnstructuredError
