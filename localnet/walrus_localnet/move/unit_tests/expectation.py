"""What a test says about how it fails, and whether a failure is that.

    expected_failure                                   fails somehow
    expected_failure(abort_code = 3)                   aborts with 3 anywhere
    expected_failure(abort_code = 3, location = a::m)  aborts with 3 there
    expected_failure(abort_code = a::m::EConstant)     aborts in the constant's module with its value
    expected_failure(arithmetic_error, location = …)   an overflow, a bad shift or cast, a division by zero
    expected_failure(vector_error, minor_status = 1, location = …)   1: no such index, 2: nothing to pop, 4: full
    expected_failure(out_of_gas, location = …)
    expected_failure(major_status = 4016, minor_status = 3, location = …)   the same as numbers

Constants marked `#[error]` that are no numbers abort with codes that carry the constant's name; the name is what
must agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from walrus_localnet.move.unit_tests.names import ModuleId, Scope
from walrus_localnet.move.unit_tests.source import UnitTest, entries
from walrus_localnet.vm import ExecutionError, LimitExceeded, MoveAbort, OutOfGas, PrimitiveError
from walrus_localnet.vm.bytecode import Module, read_constant

CLEVER = 1 << 63
"""Set in the codes of `assert!` without a code and of `#[error]` constants; then bits 16 to 31 are the index of
the constant that holds the name."""
_NO_CONSTANT = 0xFFFF

ReadConstant: TypeAlias = Callable[[ModuleId, str], int | None]
"""The value of a module's constant, None when it is no number. Raises `PackageError` when there is no such one."""


@dataclass(frozen=True)
class Expectation:
    """How a test must fail. None stands for anything; `name` is that of an `#[error]` constant."""

    status: int | None = None
    minor_status: int | None = None
    name: str | None = None
    module: ModuleId | None = None

    def holds(self, failure: ExecutionError, module: Module | None) -> bool:
        """Whether `failure`, raised in `module`, is the one expected."""
        where = failure.location
        if self.module is not None and (where is None or self.module != (where.package, where.module)):
            return False
        if self.name is not None:
            if not isinstance(failure, MoveAbort) or module is None:
                return False
            return clever_name(failure.abort_code, module) == self.name
        return self.status is None or (self.status, self.minor_status) == _statuses(failure)

    def __str__(self) -> str:
        if self.status is None:
            return "a failure"
        what = _WORDS.get(self.status, f"status {self.status}")
        if self.name is not None or self.minor_status is not None:
            what += f" {self.name or self.minor_status}"
        return what if self.module is None else f"{what} in {self.module}"


OUT_OF_GAS, ABORTED, ARITHMETIC_ERROR, VECTOR_ERROR, CALL_STACK_OVERFLOW = 4002, 4016, 4017, 4018, 4021
"""How the official machine numbers failures."""
_WORDS = {
    OUT_OF_GAS: "out_of_gas",
    ABORTED: "abort_code",
    ARITHMETIC_ERROR: "arithmetic_error",
    VECTOR_ERROR: "vector_error",
}
"""Failures that have a word in expectations."""
_VECTOR_FAILURES = {
    "index ": 1,
    "an index ": 1,
    "a pop ": 2,
    "expected a vector ": 3,
    "expected an empty vector": 3,
    "a push ": 4,
}
"""How the machine's messages of failed vector instructions begin -> their minor status."""


def _statuses(failure: ExecutionError) -> tuple[int | None, int | None]:
    """The numbers of a failure: its kind, and an abort's code or which vector failure it is."""
    if isinstance(failure, MoveAbort):
        return ABORTED, failure.abort_code
    if isinstance(failure, PrimitiveError):
        for beginning, minor_status in _VECTOR_FAILURES.items():
            if failure.message.startswith(beginning):
                return VECTOR_ERROR, minor_status
        return ARITHMETIC_ERROR, None
    if isinstance(failure, OutOfGas):
        return OUT_OF_GAS, None
    return (CALL_STACK_OVERFLOW if isinstance(failure, LimitExceeded) else None), None


def expectation(
    test: UnitTest, text: str, addresses: Mapping[str, bytes], constant: ReadConstant
) -> Expectation | None:
    """How `test`, a test of the source `text`, must fail; None when it must not.

    Raises `PackageError` for an expectation that names a module or constant that is not there.
    """
    if test.expected_failure is None:
        return None
    words = entries(f"#[{test.expected_failure.removeprefix('(').removesuffix(')')}]")
    pairs = dict(word.split("=", 1) for word in words if "=" in word)
    scope = Scope(text, test.module, addresses)
    where = scope.module(pairs["location"]) if "location" in pairs else None
    statuses = [status for status, word in _WORDS.items() if word in words or word in pairs]
    status = _number(pairs["major_status"]) if "major_status" in pairs else statuses[0] if statuses else None
    code = pairs.get("abort_code", pairs.get("minor_status"))
    if code is None or ("::" not in code and code[0].isdigit()):
        return Expectation(status, None if code is None else _number(code), module=where)
    path, _, name = code.rpartition("::")
    home = scope.module(path)
    value = constant(home, name)
    return Expectation(status, value, name if value is None else None, where or home)


def _number(text: str) -> int:
    digits = re.sub(r"_|u64$", "", text)
    return int(digits, 16) if digits.startswith("0x") else int(digits)


def clever_name(code: int, module: Module) -> str | None:
    """The name of the `#[error]` constant an abort code carries."""
    index = (code >> 16) & _NO_CONSTANT
    if not code & CLEVER or index == _NO_CONSTANT or index >= len(module.constants):
        return None
    value = read_constant(module.constants[index])
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | bytearray) else None
