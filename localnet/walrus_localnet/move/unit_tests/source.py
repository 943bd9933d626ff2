"""Unit tests as they stand in Move sources.

Enough of the syntax is read to find attributes, modules and functions; comments and string literals are blanked
first, so that nothing inside them counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_QUIET = re.compile(r'//[^\n]*|/\*|[bx]?"(?:\\.|[^"\\])*"', re.DOTALL)
_COMMENT_MARK = re.compile(r"/\*|\*/")
ATTRIBUTE = re.compile(r"#\[(?:[^\[\]]|\[[^\[\]]*\])*\]")
MODULE = re.compile(r"\bmodule\s+(?:(?P<address>\w+)\s*::\s*)?(?P<name>\w+)\s*[;{]")
_ADDRESS_BLOCK = re.compile(r"\baddress\s+(\w+)\s*\{")
_TEST = re.compile(
    rf"(?P<attributes>(?:{ATTRIBUTE.pattern}\s*)+)(?:(?:public(?:\(\w+\))?|entry)\s+)*fun\s+(?P<name>\w+)"
)
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

    @property
    def runs_out_of_gas(self) -> bool:
        """Whether it is expected to."""
        return "out_of_gas" in (self.expected_failure or "")


def find_tests(text: str) -> list[UnitTest]:
    """All tests of a source, in their order. `module` is as written there: `package::module`."""
    quiet = blank(text)
    found = []
    for match in _TEST.finditer(quiet):
        words = [word for attribute in ATTRIBUTE.findall(match["attributes"]) for word in entries(attribute)]
        if _is_test(words):
            found.append(_unit_test(module_at(quiet, match.start()), match["name"], words))
    return found


def module_at(quiet: str, position: int) -> str:
    """The module a position of a blanked source lies in: `package::module`."""
    names = [name for start, name in module_starts(quiet) if start < position]
    return names[-1] if names else ""


def module_starts(quiet: str) -> list[tuple[int, str]]:
    """Where each module of a blanked source begins, and its name: `package::module`."""
    blocks = [(match.start(), match[1]) for match in _ADDRESS_BLOCK.finditer(quiet)]
    found = []
    for match in MODULE.finditer(quiet):
        around = [address for start, address in blocks if start < match.start()]
        address = match["address"] or (around[-1] if around else "")
        found.append((match.start(), f"{address}::{match['name']}"))
    return found


def _is_test(words: list[str]) -> bool:
    """Arguments of `#[test(…)]` mean nothing any more."""
    return any(word.split("(")[0] in ("test", "random_test") for word in words)


def _unit_test(module: str, function: str, words: list[str]) -> UnitTest:
    failures = [word.removeprefix("expected_failure") for word in words if word.startswith("expected_failure")]
    return UnitTest(
        module=module,
        function=function,
        expected_failure=failures[0] if failures else None,
        is_random=any(word.split("(")[0] == "random_test" for word in words),
        needs_bls=NEEDS_BLS in words,
    )


def without_tests(text: str, wanted: Callable[[UnitTest], bool]) -> str:
    """The source with every unwanted test turned into a function for tests only; lines keep their numbers."""
    quiet = blank(text)
    tests = iter(find_tests(text))
    pieces, end = [], 0
    for match in _TEST.finditer(quiet):
        span = match.span("attributes")
        words = [word for attribute in ATTRIBUTE.findall(match["attributes"]) for word in entries(attribute)]
        if _is_test(words) and not wanted(next(tests)):
            pieces += [text[end : span[0]], "#[test_only]", only_line_breaks(text[span[0] : span[1]])]
            end = span[1]
    return "".join((*pieces, text[end:]))


def blank(text: str) -> str:
    """The text with comments and string literals replaced by spaces; positions stay."""
    pieces, end = [], 0
    while match := _QUIET.search(text, end):
        close = _end_of_comment(text, match.start()) if match[0] == "/*" else match.end()
        pieces += [text[end : match.start()], re.sub(r"[^\n]", " ", text[match.start() : close])]
        end = close
    return "".join((*pieces, text[end:]))


def _end_of_comment(text: str, position: int) -> int:
    """After the mark that closes the comment opened at `position`: comments hold comments."""
    depth = 0
    for mark in _COMMENT_MARK.finditer(text, position):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


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


def only_line_breaks(text: str) -> str:
    return "".join(char for char in text if char == "\n")
