"""How segments end: each exit tells which segment runs next."""

from __future__ import annotations

from walrus_localnet.vm.errors import MoveAbort
from walrus_localnet.vm.interpreter.program import Segment
from walrus_localnet.vm.interpreter.run import Run


def go_on(run: Run, segment: Segment) -> Segment | None:
    """BRANCH, and the end of a block that another follows."""
    return segment.next


def if_false(run: Run, segment: Segment) -> Segment | None:
    """BR_FALSE: `operand` is the segment to jump to."""
    return segment.next if run.stack.pop() else segment.operand


def if_true(run: Run, segment: Segment) -> Segment | None:
    """BR_TRUE: `operand` is the segment to jump to."""
    return segment.operand if run.stack.pop() else segment.next


def switch(run: Run, segment: Segment) -> Segment | None:
    """VARIANT_SWITCH: `operand` holds a segment for each variant tag."""
    following: Segment = segment.operand[run.stack.pop()[0]]
    return following


def call(run: Run, segment: Segment) -> Segment | None:
    """CALL and CALL_GENERIC: `operand` is the instance to run."""
    return run.enter(segment.operand, segment.next)


def special(run: Run, segment: Segment) -> Segment | None:
    """`operand` is a function of the whole execution, and its own operand."""
    function, operand = segment.operand
    function(run.execution, run.stack, run.locals, operand)
    return segment.next


def leave(run: Run, segment: Segment) -> Segment | None:
    """RET."""
    return run.leave()


def abort(run: Run, segment: Segment) -> Segment | None:
    """ABORT."""
    raise MoveAbort(run.stack.pop())
