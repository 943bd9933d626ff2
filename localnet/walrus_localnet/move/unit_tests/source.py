"""Unit tests as they stand in Move sources.

Enough of the syntax is read to find attributes, modules and functions; comments and string literals are blanked
first, so that nothing inside them counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_QUIET = re.compile(r'//[^\n]*|/\*.*?\*/|[bx]?"(?:\\.|[^"\\])*"', re.DOTALL)
_ATTRIBUTE = re.compile(r"#\[(?:[^\[\]]|\[[^\[\]]*\])*\]")
_MODULE = re.compile(r"\bmodule\s+(\w+)::(\w+)\s*[;{]")
_TEST = re.compile(
    rf"(?P<attributes>(?:{_ATTRIBUTE.pattern}\s*)+)(?:(?:public(?:\(\w+\))?|entry)\s+)*fun\s+(?P<name>\w+)"
)
_INITIALIZER = re.compile(r"(?<![\w.:$])init(?=\s*\()")
_DECLARES_INITIALIZER = re.compile(r"\bfun\s+init\s*\(")
_TEST_WORDS = frozenset({"test", "random_test", "test_only", "expected_failure"})
NEEDS_BLS = "ext(needs_bls)"
"""Attribute of a test that is only true where BLS signatures are really checked."""


@dataclass(frozen=True)
class UnitTest:
    """A test function. `expected_failure` is the text of that attribute, without its name, if there is one."""

    module: str
    function: str
    expected_failure: str | None
    is_random: bool
    needs_bls: bool

    @property
    def name(self) -> str:
        return f"{self.module}::{self.function}"


def find_tests(text: str) -> list[UnitTest]:
    """All tests of a source, in their order. `module` is as written there: `package::module`."""
    quiet = blank(text)
    found = []
    for match in _TEST.finditer(quiet):
        words = [word for attribute in _ATTRIBUTE.findall(match["attributes"]) for word in entries(attribute)]
        if "test" in words or "random_test" in words:
            found.append(_unit_test(module_at(quiet, match.start()), match["name"], words))
    return found


def module_at(quiet: str, position: int) -> str:
    """The module a position of a blanked source lies in: `package::module`."""
    before = [match for match in _MODULE.finditer(quiet) if match.start() < position]
    return f"{before[-1][1]}::{before[-1][2]}" if before else ""


def _unit_test(module: str, function: str, words: list[str]) -> UnitTest:
    failures = [word.removeprefix("expected_failure") for word in words if word.startswith("expected_failure")]
    return UnitTest(
        module=module,
        function=function,
        expected_failure=failures[0] if failures else None,
        is_random="random_test" in words,
        needs_bls=NEEDS_BLS in words,
    )


def without_tests(text: str, wanted: Callable[[UnitTest], bool]) -> str:
    """The source with every unwanted test turned into a function for tests only; lines keep their numbers."""
    quiet = blank(text)
    tests = iter(find_tests(text))
    pieces, end = [], 0
    for match in _TEST.finditer(quiet):
        span = match.span("attributes")
        words = [word for attribute in _ATTRIBUTE.findall(match["attributes"]) for word in entries(attribute)]
        if ("test" in words or "random_test" in words) and not wanted(next(tests)):
            pieces += [text[end : span[0]], "#[test_only]", _only_line_breaks(text[span[0] : span[1]])]
            end = span[1]
    return "".join((*pieces, text[end:]))


def as_ordinary_code(text: str) -> str:
    """The source with tests and what is for tests only as ordinary code. Everything keeps its line and column,
    but for what follows a call of an initializer or a witness.

    Ordinary code must neither call a module initializer nor make a one-time witness, as tests may: initializers
    get another name, and witnesses are made by the framework's function for tests.
    """
    quiet = blank(text)
    pieces, end = [], 0
    for match in _ATTRIBUTE.finditer(quiet):
        kept = [word for word in entries(match[0]) if word.split("(")[0] not in _TEST_WORDS]
        if len(kept) != len(entries(match[0])):
            pieces += [text[end : match.start()], _in_the_place_of(match[0], kept)]
            end = match.end()
    ordinary = "".join((*pieces, text[end:]))
    return _without_initializer(ordinary) if _DECLARES_INITIALIZER.search(blank(ordinary)) else ordinary


def _in_the_place_of(attribute: str, kept: list[str]) -> str:
    """An attribute of these entries alone, with spaces and line breaks up to where it ended."""
    if not kept:
        return re.sub(r"[^\n]", " ", attribute)
    return f"#[{', '.join(kept)}]".ljust(len(attribute)) + _only_line_breaks(attribute)


def _without_initializer(text: str) -> str:
    text = _replace(_INITIALIZER, "init_as_ordinary_function", text)
    for module in _MODULE.finditer(blank(text)):
        witness = module[2].upper()
        making = f"sui::test_utils::create_one_time_witness<{witness}>()"
        text = _replace(re.compile(rf"(?<!struct )\b{witness}\s*\{{\s*\}}"), making, text)
    return text


def _replace(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    pieces, end = [], 0
    for match in pattern.finditer(blank(text)):
        pieces += [text[end : match.start()], replacement]
        end = match.end()
    return "".join((*pieces, text[end:]))


def blank(text: str) -> str:
    """The text with comments and string literals replaced by spaces; positions stay."""
    return _QUIET.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def entries(attribute: str) -> list[str]:
    """The entries of `#[…]`, without spaces: `["test", "expected_failure(abort_code=1)"]`."""
    return list(_split(re.sub(r"\s", "", attribute[2:-1])))


def _split(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for position, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    if start < len(text):
        yield text[start:]


def _only_line_breaks(text: str) -> str:
    return "".join(char for char in text if char == "\n")
