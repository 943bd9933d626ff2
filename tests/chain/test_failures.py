"""What a client is told of a failure."""

from __future__ import annotations

import pytest

from tests.chain.sandbox import PLAYGROUND, Playground, Program, Sandbox
from walrus_localnet.chain.clever import clever_error
from walrus_localnet.chain.rpc.failures import status_message
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.vm.bytecode import read_module
from walrus_sui.bcs import U64, sui
from walrus_sui.bcs.sui import Failure

SOURCE = (PLAYGROUND / "sources" / "toys.move").read_text().splitlines()


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(SOURCE, 1) if text in line)


def told(box: Sandbox, play: Playground, size: int) -> rpc.ExecutionError:
    program = Program()
    program.call(play.package, "toys::check", program.pure(U64, size))
    message = status_message(box.fail(program), box.ledger.machine)
    assert message.error is not None
    return message.error


def test_error_constants_are_spelled_out(box: Sandbox, play: Playground) -> None:
    error = told(box, play, 100)
    assert error.kind is rpc.ExecutionErrorExecutionErrorKind.MOVE_ABORT
    assert error.abort is not None
    clever = error.abort.clever_error
    assert clever is not None
    assert (clever.constant_name, clever.rendered) == ("ETooLarge", "A toy of this size fits no box")
    assert (clever.constant_type, clever.line_number) == ("vector<u8>", line_of("ETooLarge);"))


def test_assertions_without_a_code_name_their_line(box: Sandbox, play: Playground) -> None:
    error = told(box, play, 50)
    assert error.abort is not None
    clever = error.abort.clever_error
    assert clever is not None
    assert (clever.line_number, clever.constant_name, clever.rendered) == (line_of("size != 50"), None, None)


def test_plain_codes_stay_plain(box: Sandbox, play: Playground) -> None:
    module = read_module((PLAYGROUND / "toys.mv").read_bytes())
    assert clever_error(module, 7) is None
    nonsense = clever_error(module, 2**64 - 1)
    assert nonsense is not None
    assert (nonsense.line, nonsense.name) == (None, None)


FAILURES = [
    (sui.InsufficientGas(), "INSUFFICIENT_GAS"),
    (sui.CommandArgumentError(3, sui.TypeMismatch()), "COMMAND_ARGUMENT_ERROR"),
    (sui.TypeArgumentError(1, sui.TypeNotFound()), "TYPE_ARGUMENT_ERROR"),
    (sui.MoveObjectTooBig(9, 8), "OBJECT_TOO_BIG"),
    (sui.UnusedValueWithoutDrop(1, 2), "UNUSED_VALUE_WITHOUT_DROP"),
    (sui.InvalidPublicFunctionReturnType(4), "INVALID_PUBLIC_FUNCTION_RETURN_TYPE"),
    (sui.PackageUpgradeError(sui.IncompatibleUpgrade()), "PACKAGE_UPGRADE_ERROR"),
    (sui.MovePrimitiveRuntimeError(None), "MOVE_PRIMITIVE_RUNTIME_ERROR"),
    (sui.SharedObjectOperationNotAllowed(), "CONSENSUS_OBJECT_OPERATION_NOT_ALLOWED"),
    (sui.InvalidLinkage(), "INVALID_LINKAGE"),
]


@pytest.mark.parametrize(("failure", "kind"), FAILURES)
def test_every_failure_has_its_kind(box: Sandbox, failure: sui.ExecutionFailure, kind: str) -> None:
    message = status_message(Failure(failure, 2), box.ledger.machine)
    assert message.error is not None
    assert message.error.kind is not None
    assert (message.error.kind.name, message.error.command) == (kind, 2)
    assert message.error.description
    assert not message.success
