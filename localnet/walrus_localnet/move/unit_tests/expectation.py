"""What a test says about how it fails, and whether a failure is that.

    expected_failure                                   fails somehow
    expected_failure(abort_code = 3)                   aborts with 3 anywhere
    expected_failure(abort_code = 3, location = a::m)  aborts with 3 there
    expected_failure(abort_code = a::m::EConstant)     aborts in the constant's module with its value
    expected_failure(arithmetic_error, location = …)   an overflow, a bad shift or cast, a division by zero
    expected_failure(vector_error, minor_status = 1, location = …)   1: no such index, 2: nothing to pop
    expected_failure(out_of_gas, location = …)

Constants marked `#[error]` abort with codes that carry the constant's name; the name is what must agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from walrus_localnet.move.errors import PackageError
from walrus_localnet.move.unit_tests.source import UnitTest, blank, entries, module_at
from walrus_localnet.vm import ExecutionError, MoveAbort, OutOfGas, PrimitiveError
from walrus_localnet.vm.bytecode import Module, read_constant

CLEVER = 1 << 63
"""Set in the codes of `assert!` without a code and of `#[error]` constants; then bits 16 to 31 are the index of
the constant that holds the name."""
_NO_CONSTANT = 0xFFFF
_ERROR_CONSTANT = re.compile(r"#\[(?P<attribute>[^\]]*)\]\s*const\s+(?P<name>\w+)")
_NUMBER_CONSTANT = re.compile(r"\bconst\s+(?P<name>\w+)\s*:\s*u64\s*=\s*(?P<value>0x[0-9A-Fa-f_]+|[0-9][0-9_]*)")
_USE = re.compile(r"\buse\s+([\w:{}, \n]+);")


_AS = "@"
"""Stands for ` as ` where spaces are taken away."""


@dataclass(frozen=True)
class ErrorConstant:
    """A named abort code of a module: its number, or None for one marked `#[error]`."""

    module: str
    name: str
    value: int | None


@dataclass(frozen=True)
class Expectation:
    """How a test must fail. None stands for anything; `name` is that of an `#[error]` constant."""

    kind: str | None = None
    abort_code: int | None = None
    name: str | None = None
    module: str | None = None
    minor_status: int | None = None

    def holds(self, failure: ExecutionError, module: Module | None) -> bool:
        """Whether `failure`, raised in `module`, is the one expected."""
        if self.kind is not None and (self.kind, self.minor_status) != _kind(failure):
            return False
        if self.module is not None and (failure.location is None or failure.location.module != self.module):
            return False
        if not isinstance(failure, MoveAbort):
            return self.abort_code is None and self.name is None
        if self.name is not None:
            return module is not None and clever_name(failure.abort_code, module) == self.name
        return self.abort_code is None or failure.abort_code == self.abort_code


_KINDS = frozenset({"arithmetic_error", "vector_error", "out_of_gas"})
_VECTOR_FAILURES = {
    "index ": 1,
    "an index ": 1,
    "a pop ": 2,
    "expected a vector ": 3,
    "expected an empty vector": 3,
}
"""How the machine's messages of failed vector instructions begin -> their minor status."""


def _kind(failure: ExecutionError) -> tuple[str, int | None]:
    """The word a test uses for a failure, and its minor status."""
    if isinstance(failure, MoveAbort):
        return "abort", None
    if not isinstance(failure, PrimitiveError):
        return ("out_of_gas" if isinstance(failure, OutOfGas) else failure.code), None
    for beginning, minor_status in _VECTOR_FAILURES.items():
        if failure.message.startswith(beginning):
            return "vector_error", minor_status
    return "arithmetic_error", None


def error_constants(text: str) -> list[ErrorConstant]:
    """The abort codes one source file names."""
    quiet = blank(text)
    numbers = [
        ErrorConstant(module_at(quiet, match.start()), match["name"], int(match["value"].replace("_", ""), 0))
        for match in _NUMBER_CONSTANT.finditer(quiet)
    ]
    marked = [
        ErrorConstant(module_at(quiet, match.start()), match["name"], None)
        for match in _ERROR_CONSTANT.finditer(quiet)
        if re.match(r"error\b", match["attribute"].strip())
    ]
    return [*numbers, *marked]


def imports(text: str) -> dict[str, str]:
    """Short names of modules a source file imports -> `package::module`."""
    found = {}
    for statement in _USE.findall(blank(text)):
        for path in _paths(" ".join(statement.split())):
            names, _, alias = path.partition(" as ")
            package, module, *member = names.split("::")
            if not member or member == ["Self"]:
                found[alias or module] = f"{package}::{module}"
    return found


def _paths(tree: str) -> Iterator[str]:
    """`a::{b, c::{Self, D}}` -> `a::b`, `a::c::Self`, `a::c::D`."""
    head, brace, rest = tree.partition("{")
    if not brace:
        yield tree.strip()
        return
    for branch in entries(f"#[{rest.rpartition('}')[0].replace(' as ', _AS)}]"):
        for path in _paths(branch.replace(_AS, " as ")):
            yield head.strip() + path


def expectation(
    test: UnitTest, text: str, constants: Mapping[tuple[str, str], ErrorConstant]
) -> Expectation | None:
    """How `test`, a test of the source `text`, must fail; None when it must not.

    Raises `PackageError` for an expectation that cannot be read, or a constant that cannot be found.
    """
    if test.expected_failure is None:
        return None
    words = entries(f"#[{test.expected_failure.removeprefix('(').removesuffix(')')}]")
    pairs = dict(word.split("=", 1) for word in words if "=" in word)
    kinds = [word for word in words if word in _KINDS]
    where = pairs.get("location", "").split("::")[-1] or None
    if where == "Self":
        where = test.module.split("::")[-1]
    if "abort_code" not in pairs:
        minor_status = int(pairs["minor_status"], 0) if "minor_status" in pairs else None
        return Expectation(kinds[0] if kinds else None, module=where, minor_status=minor_status)
    return _abort(test, pairs["abort_code"], where, imports(text), constants)


def _abort(
    test: UnitTest,
    code: str,
    where: str | None,
    imported: Mapping[str, str],
    constants: Mapping[tuple[str, str], ErrorConstant],
) -> Expectation:
    if code[0].isdigit():
        number = int(re.sub(r"_|u64$", "", code), 0)
        return Expectation("abort", number, module=where)
    *path, name = code.split("::")
    module = (
        test.module if path in ([], ["Self"]) else "::".join(path) if len(path) > 1 else imported.get(path[0], "")
    )
    constant = constants.get((module, name))
    if constant is None:
        raise PackageError(f"{test.name} expects the abort code {code}, which no source names")
    home = where or constant.module.split("::")[-1]
    return Expectation("abort", constant.value, name if constant.value is None else None, home)


def clever_name(code: int, module: Module) -> str | None:
    """The name of the `#[error]` constant an abort code carries."""
    index = (code >> 16) & _NO_CONSTANT
    if not code & CLEVER or index == _NO_CONSTANT or index >= len(module.constants):
        return None
    value = read_constant(module.constants[index])
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | bytearray) else None
