"""Random code that borrows: operands mostly fit, so that it is left to the borrow checker to decide.

A function of seven parameters and seven more locals, structs, vectors, numbers and references among them. The
generator follows types and which locals hold a value, but knows nothing of borrows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from walrus_localnet.vm import BOOL, U64, Reference, Type, Vector
from walrus_localnet.vm.bytecode import Instruction, Op

VECTOR = Vector(U64)
PARAMETERS = 7
Action = Callable[[], None]


def immutable(type_: Type) -> Reference:
    return Reference(type_, False)


def mutable(type_: Type) -> Reference:
    return Reference(type_, True)


class Borrowing:
    """One random function, added to the sample module `values` by `write`."""

    def __init__(self, asm, chance: random.Random) -> None:
        self.asm = asm
        self.chance = chance
        self.point = asm.token("Point")
        self.fields = [asm.field("Point", index) for index in (0, 1)]
        self.element = asm.signature(U64)
        abort = (Instruction(Op.LD_U64, 0), Instruction(Op.ABORT))
        self.first = ([mutable(U64), immutable(U64)], [mutable(U64)])
        self.second = ([mutable(self.point), immutable(VECTOR)], [mutable(U64), immutable(U64)])
        for name, (parameters, returns) in (("lend", self.first), ("lend_two", self.second)):
            asm.add(abort, parameters=parameters, returns=returns, name=name)
        point = self.point
        self.locals = [point, VECTOR, U64, mutable(point), mutable(VECTOR), mutable(U64), immutable(point)]
        self.locals += [
            U64,
            mutable(U64),
            immutable(U64),
            mutable(point),
            immutable(point),
            mutable(VECTOR),
            point,
        ]
        self.held = [index < PARAMETERS for index in range(len(self.locals))]
        self.stack: list[Type] = []
        self.code: list[Instruction] = []

    def write(self) -> bytes:
        """The module's bytes with the function, which is called `added`."""
        for _ in range(self.chance.randrange(4, 26)):
            self.chance.choice(list(self.actions()))()
        returns = list(self.stack) if self.chance.random() < 0.4 else []
        if not returns:
            self.code += [Instruction(Op.POP)] * len(self.stack)
            if self.chance.random() < 0.3:
                back = self.chance.choice([0, self.chance.randrange(len(self.code) or 1)])
                self.code += [Instruction(Op.LD_TRUE), Instruction(Op.BR_TRUE, back)]
        self.code.append(Instruction(Op.RET))
        return self.asm.function(
            self.code, parameters=self.locals[:PARAMETERS], locals_=self.locals[PARAMETERS:], returns=returns
        )

    def act(self, op: Op, operand: int, pops: int, *pushes: Type) -> Action:
        def action() -> None:
            self.code.append(Instruction(op, operand))
            del self.stack[len(self.stack) - pops :]
            self.stack.extend(pushes)

        return action

    def actions(self) -> Iterator[Action]:
        """What may come next."""
        yield self.act(Op.LD_U64, self.chance.randrange(3), 0, U64)
        yield from self.on_locals()
        if self.stack:
            top = self.stack[-1]
            below = self.stack[-2] if len(self.stack) > 1 else None
            yield self.act(Op.POP, 0, 1)
            if top == below:
                yield self.act(Op.EQ, 0, 2, BOOL)
            if isinstance(top, Reference):
                yield from self.on_reference(top, below)
            if top == U64 and isinstance(below, Reference) and below.target == VECTOR:
                yield from self.on_vector(below)
            for callee, (parameters, returns) in (("lend", self.first), ("lend_two", self.second)):
                if self.stack[-2:] == parameters:
                    yield from [self.act(Op.CALL, self.asm.called(callee), 2, *returns)] * 4

    def on_locals(self) -> Iterator[Action]:
        for index, type_ in enumerate(self.locals):
            if self.held[index]:
                yield self.move(index)
                yield self.act(Op.COPY_LOC, index, 0, type_)
                if not isinstance(type_, Reference):
                    yield self.act(Op.MUT_BORROW_LOC, index, 0, mutable(type_))
                    yield self.act(Op.IMM_BORROW_LOC, index, 0, immutable(type_))
            if self.stack and self.stack[-1] == type_:
                yield from [self.store(index)] * 2

    def move(self, index: int) -> Action:
        def action() -> None:
            self.act(Op.MOVE_LOC, index, 0, self.locals[index])()
            self.held[index] = False

        return action

    def store(self, index: int) -> Action:
        def action() -> None:
            self.act(Op.ST_LOC, index, 1)()
            self.held[index] = True

        return action

    def on_reference(self, top: Reference, below: Type | None) -> Iterator[Action]:
        yield self.act(Op.READ_REF, 0, 1, top.target)
        if top.mutable:
            yield self.act(Op.FREEZE_REF, 0, 1, immutable(top.target))
            if below == top.target:
                yield from [self.act(Op.WRITE_REF, 0, 2)] * 3
        if top.target == self.point:
            for field in self.fields:
                yield self.act(Op.IMM_BORROW_FIELD, field, 1, immutable(U64))
                if top.mutable:
                    yield self.act(Op.MUT_BORROW_FIELD, field, 1, mutable(U64))
        if top.target == VECTOR:
            yield self.act(Op.VEC_LEN, self.element, 1, U64)
            if top.mutable:
                yield self.act(Op.VEC_POP_BACK, self.element, 1, U64)

    def on_vector(self, vector: Reference) -> Iterator[Action]:
        yield from [self.act(Op.VEC_IMM_BORROW, self.element, 2, immutable(U64))] * 2
        if vector.mutable:
            yield from [self.act(Op.VEC_MUT_BORROW, self.element, 2, mutable(U64))] * 2
            yield from [self.act(Op.VEC_PUSH_BACK, self.element, 2)] * 2
