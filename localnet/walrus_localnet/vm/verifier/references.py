"""References are safe: nothing is moved, overwritten or lost while a reference points into it, and a mutable
reference that is used is the only way to what it points at.

An abstract run with a borrow graph. At the edges of blocks, where only locals hold values, references are named by
their local, so that the states of different paths can be joined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from walrus_localnet.vm.bytecode.module import Code
from walrus_localnet.vm.bytecode.opcodes import Instruction, Op
from walrus_localnet.vm.errors import VerificationError
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.shapes import Shapes
from walrus_localnet.vm.types import Reference, Type
from walrus_localnet.vm.verifier.borrows import FRAME, BorrowGraph, Label

MAX_WORK = 100_000
"""Values and borrows, summed over all runs over a block, before the function is refused as too complex."""

Place = int | None
"""The node of a reference; None for any other value."""


@dataclass
class State:
    """What the locals hold, and the borrows between them."""

    locals: list[Place]
    graph: BorrowGraph

    @property
    def size(self) -> int:
        return len(self.locals) + self.graph.size

    def copy(self) -> State:
        return State(list(self.locals), self.graph.copy())

    def canonical(self) -> State:
        """References numbered by the local that holds them."""
        names = {place: index + 1 for index, place in enumerate(self.locals) if place is not None}
        names[FRAME] = FRAME
        renamed = [None if place is None else names[place] for place in self.locals]
        return State(renamed, self.graph.renamed(names, len(self.locals) + 1))

    def join(self, other: State) -> State:
        """What holds on both of two paths, both canonical: a local is a reference if it is on both."""
        one, two = self.copy(), other.copy()
        for index, (mine, theirs) in enumerate(zip(one.locals, two.locals, strict=True)):
            if mine is None and theirs is not None:
                two.graph.release(theirs)
            elif theirs is None and mine is not None:
                one.graph.release(mine)
                one.locals[index] = None
        return State(one.locals, one.graph.union(two.graph))


class ReferenceChecker:
    """The abstract run of one function."""

    def __init__(self, function: LinkedFunction, code: Code, knowledge: Knowledge) -> None:
        self.function = function
        self.code = code
        self.flow = knowledge.flow(function)
        self.shapes = Shapes(function.module)
        self.state = State([], BorrowGraph())
        self.stack: list[Place] = []
        self.offset = 0

    def check(self) -> None:
        """Raises `VerificationError`."""
        entries = {0: self._start()}
        waiting, work = [0], 0
        while waiting:
            block = self.flow.blocks[waiting.pop()]
            self.state = entries[block.start].copy()
            work += self.state.size
            if work > MAX_WORK:
                self.fail("the references are too complex")
            for offset in range(block.start, block.end):
                self.offset = offset
                self._step(self.code.instructions[offset])
            for successor in block.successors:
                after = self.state.canonical()
                joined = entries[successor].join(after) if successor in entries else after
                if entries.get(successor) != joined:
                    entries[successor] = joined
                    waiting.append(successor)

    def _start(self) -> State:
        graph = BorrowGraph()
        parameters = self.function.parameters
        places = [graph.new(type_.mutable) if isinstance(type_, Reference) else None for type_ in parameters]
        others = len(self.function.locals) - len(parameters)
        return State([*places, *[None] * others], graph).canonical()

    def _step(self, instruction: Instruction) -> None:
        rule = _RULES.get(instruction.op)
        if rule is not None:
            rule(self, instruction)
            return
        for place in self.pop_many(self.flow.popped[self.offset]):
            self.release(place)
        self.stack.extend([None] * len(self.flow.pushed[self.offset]))

    def fail(self, what: str) -> NoReturn:
        raise VerificationError(f"{what} (in {self.function}, instruction {self.offset})")

    @property
    def graph(self) -> BorrowGraph:
        return self.state.graph

    def pop(self) -> Place:
        return self.stack.pop()

    def pop_many(self, count: int) -> list[Place]:
        start = len(self.stack) - count
        popped = self.stack[start:]
        del self.stack[start:]
        return popped

    def pop_reference(self) -> int:
        place = self.pop()
        assert place is not None
        return place

    def release(self, place: Place) -> None:
        if place is not None:
            self.graph.release(place)

    def push_new(self, mutable: bool) -> int:
        node = self.graph.new(mutable)
        self.stack.append(node)
        return node

    def need_writable(self, node: int, what: str) -> None:
        if self.graph.is_borrowed(node):
            self.fail(f"{what} what another reference points into")

    def need_readable(self, node: int, what: str, label: Label | None = None) -> None:
        if self.graph.mutable[node] and self.graph.is_borrowed(node, label, mutably=True):
            self.fail(f"{what} what a mutable reference points into")


def _local(index: int) -> Label:
    return ("local", index, 0)


Rule = Callable[[ReferenceChecker, Instruction], None]


def _copy_local(run: ReferenceChecker, instruction: Instruction) -> None:
    place = run.state.locals[instruction.operand]
    if place is not None:
        run.graph.borrow(place, (), run.push_new(run.graph.mutable[place]))
        return
    if run.graph.is_borrowed(FRAME, _local(instruction.operand), mutably=True):
        run.fail("a copy of what a mutable reference points into")
    run.stack.append(None)


def _move_local(run: ReferenceChecker, instruction: Instruction) -> None:
    place = run.state.locals[instruction.operand]
    if place is None and run.graph.is_borrowed(FRAME, _local(instruction.operand)):
        run.fail("a move of what a reference points into")
    run.state.locals[instruction.operand] = None
    run.stack.append(place)


def _store_local(run: ReferenceChecker, instruction: Instruction) -> None:
    old, new = run.state.locals[instruction.operand], run.pop()
    if old is not None:
        run.release(old)
    elif run.graph.is_borrowed(FRAME, _local(instruction.operand)):
        run.fail("an overwriting of what a reference points into")
    run.state.locals[instruction.operand] = new


def _borrow_local(run: ReferenceChecker, instruction: Instruction) -> None:
    mutable, label = instruction.op is Op.MUT_BORROW_LOC, _local(instruction.operand)
    if not mutable and run.graph.is_borrowed(FRAME, label, mutably=True):
        run.fail("a borrow of what a mutable reference points into")
    run.graph.borrow(FRAME, (label,), run.push_new(mutable))


def _borrow_field(run: ReferenceChecker, instruction: Instruction) -> None:
    mutable = instruction.op in (Op.MUT_BORROW_FIELD, Op.MUT_BORROW_FIELD_GENERIC)
    owner = run.pop_reference()
    _borrow_parts(run, owner, mutable, [("field", 0, run.shapes.field(instruction).index)])


def _borrow_variant(run: ReferenceChecker, instruction: Instruction) -> None:
    mutable = instruction.op in (Op.UNPACK_VARIANT_MUT_REF, Op.UNPACK_VARIANT_GENERIC_MUT_REF)
    shape = run.shapes.variant(instruction)
    labels = [("variant", shape.tag, index) for index in range(len(shape.fields))]
    _borrow_parts(run, run.pop_reference(), mutable, labels)


def _borrow_parts(run: ReferenceChecker, owner: int, mutable: bool, labels: Sequence[Label]) -> None:
    if mutable and run.graph.is_borrowed_whole(owner):
        run.fail("a borrow inside of what another reference points at")
    for label in labels:
        if not mutable:
            run.need_readable(owner, "a borrow of", label)
        run.graph.borrow(owner, (label,), run.push_new(mutable))
    run.release(owner)


def _freeze(run: ReferenceChecker, instruction: Instruction) -> None:
    node = run.pop_reference()
    run.need_readable(node, "a freeze of")
    run.graph.borrow(node, (), run.push_new(False))
    run.release(node)


def _read(run: ReferenceChecker, instruction: Instruction) -> None:
    node = run.pop_reference()
    run.need_readable(node, "a read of")
    run.release(node)
    run.stack.append(None)


def _write(run: ReferenceChecker, instruction: Instruction) -> None:
    node = run.pop_reference()
    run.pop()
    run.need_writable(node, "a write to")
    run.release(node)


def _compare(run: ReferenceChecker, instruction: Instruction) -> None:
    compared = [place for place in run.pop_many(2) if place is not None]
    for place in compared:
        run.need_readable(place, "a comparison of")
    for place in compared:
        run.release(place)
    run.stack.append(None)


def _vector_update(run: ReferenceChecker, instruction: Instruction) -> None:
    """Push, pop and swap: the vector is below the other operands."""
    vector, *_ = run.pop_many(run.flow.popped[run.offset])
    assert vector is not None
    run.need_writable(vector, "a change of")
    run.release(vector)
    run.stack.extend([None] * len(run.flow.pushed[run.offset]))


def _vector_borrow(run: ReferenceChecker, instruction: Instruction) -> None:
    mutable = instruction.op is Op.VEC_MUT_BORROW
    run.pop()
    vector = run.pop_reference()
    if mutable:
        run.need_writable(vector, "a borrow of")
    else:
        run.need_readable(vector, "a borrow of")
    run.graph.borrow_inside(vector, run.push_new(mutable))
    run.release(vector)


def _call(run: ReferenceChecker, instruction: Instruction) -> None:
    given = [place for place in run.pop_many(run.flow.popped[run.offset]) if place is not None]
    for place in given:
        if run.graph.mutable[place]:
            run.need_writable(place, "a call with")
    _push_results(run, run.flow.pushed[run.offset], given)
    for place in given:
        run.release(place)


def _push_results(run: ReferenceChecker, types: Sequence[Type], given: Sequence[int]) -> None:
    """A reference that comes back may point into whatever a reference went in for; a mutable one only into what a
    mutable one did."""
    for type_ in types:
        if not isinstance(type_, Reference):
            run.stack.append(None)
            continue
        node = run.push_new(type_.mutable)
        for parent in given:
            if run.graph.mutable[parent] or not type_.mutable:
                run.graph.borrow_inside(parent, node)


def _return(run: ReferenceChecker, instruction: Instruction) -> None:
    returned = run.pop_many(len(run.stack))
    for index, place in enumerate(run.state.locals):
        run.release(place)
        run.state.locals[index] = None
    if run.graph.is_borrowed(FRAME):
        run.fail("a reference into a local that ends with the function")
    for place in returned:
        if place is not None and run.graph.mutable[place]:
            run.need_writable(place, "a return of")


_RULES: dict[Op, Rule] = {
    Op.COPY_LOC: _copy_local,
    Op.MOVE_LOC: _move_local,
    Op.ST_LOC: _store_local,
    Op.MUT_BORROW_LOC: _borrow_local,
    Op.IMM_BORROW_LOC: _borrow_local,
    Op.FREEZE_REF: _freeze,
    Op.READ_REF: _read,
    Op.WRITE_REF: _write,
    Op.EQ: _compare,
    Op.NEQ: _compare,
    Op.RET: _return,
    **dict.fromkeys((Op.CALL, Op.CALL_GENERIC), _call),
    **dict.fromkeys((Op.MUT_BORROW_FIELD, Op.IMM_BORROW_FIELD), _borrow_field),
    **dict.fromkeys((Op.MUT_BORROW_FIELD_GENERIC, Op.IMM_BORROW_FIELD_GENERIC), _borrow_field),
    **dict.fromkeys((Op.UNPACK_VARIANT_IMM_REF, Op.UNPACK_VARIANT_MUT_REF), _borrow_variant),
    **dict.fromkeys((Op.UNPACK_VARIANT_GENERIC_IMM_REF, Op.UNPACK_VARIANT_GENERIC_MUT_REF), _borrow_variant),
    **dict.fromkeys((Op.VEC_PUSH_BACK, Op.VEC_POP_BACK, Op.VEC_SWAP), _vector_update),
    **dict.fromkeys((Op.VEC_IMM_BORROW, Op.VEC_MUT_BORROW), _vector_borrow),
}
"""Instructions that are more than the end of the references they take."""
