"""Sources with tests as ordinary code, which any compiler turns into bytecode and any machine can run."""

from __future__ import annotations

import re

from walrus_localnet.move.unit_tests.source import ATTRIBUTE, MODULE, blank, entries, only_line_breaks

_INITIALIZER = re.compile(r"(?<![\w.:$])init(?=\s*\()")
_DECLARES_INITIALIZER = re.compile(r"\bfun\s+init\s*\(")
_MAKES_WITNESS = r"(?<!struct )(?<!let )\b{0}\s*(?:\{{\s*\}}|\(\s*\))"
_CONSTANT = re.compile(r"\bconst\s+(?P<name>\w+)\s*:\s*(?P<type>[^=;]+?)\s*=")
_TEST_WORDS = frozenset({"test", "random_test", "test_only", "expected_failure"})


def as_ordinary_code(text: str) -> str:
    """The source with tests and what is for tests only as ordinary code. Everything keeps its line, and its column
    but for what follows a constant, a call of an initializer or a witness.

    Ordinary code must neither call a module initializer nor make a one-time witness, as tests may: initializers
    get another name, and witnesses are made by the framework's function for tests. Every constant gets a function
    that returns it (see `reader_of`), as expectations name constants and only the compiler knows their values.
    """
    quiet = blank(text)
    pieces, end = [], 0
    for match in ATTRIBUTE.finditer(quiet):
        kept = [word for word in entries(match[0]) if not _is_of_tests(word)]
        if len(kept) != len(entries(match[0])):
            pieces += [text[end : match.start()], _in_the_place_of(match[0], kept)]
            end = match.end()
    ordinary = _with_readers("".join((*pieces, text[end:])))
    return _without_initializer(ordinary) if _DECLARES_INITIALIZER.search(blank(ordinary)) else ordinary


def _is_of_tests(word: str) -> bool:
    name, _, arguments = word.removesuffix(")").partition("(")
    return name in _TEST_WORDS or (name == "mode" and "test" in arguments.split(","))


def reader_of(constant: str) -> str:
    """The name of the function that returns a constant in ordinary code."""
    return f"value_of_constant_{constant}"


def _with_readers(text: str) -> str:
    quiet = blank(text)
    pieces, end = [], 0
    for match in _CONSTANT.finditer(quiet):
        name, type_ = match["name"], " ".join(match["type"].split())
        close = _end_of_statement(quiet, match.end())
        pieces += [text[end:close], f" fun {reader_of(name)}(): {type_} {{ {name} }}"]
        end = close
    return "".join((*pieces, text[end:]))


def _end_of_statement(quiet: str, position: int) -> int:
    """After the next semicolon outside of brackets; where the text ends if there is none."""
    depth = 0
    for at in range(position, len(quiet)):
        depth += (quiet[at] in "([{") - (quiet[at] in ")]}")
        if quiet[at] == ";" and depth == 0:
            return at + 1
    return len(quiet)


def _in_the_place_of(attribute: str, kept: list[str]) -> str:
    """An attribute of these entries alone, with spaces and line breaks up to where it ended."""
    if not kept:
        return re.sub(r"[^\n]", " ", attribute)
    return f"#[{', '.join(kept)}]".ljust(len(attribute)) + only_line_breaks(attribute)


def _without_initializer(text: str) -> str:
    text = _replace(_INITIALIZER, "init_as_ordinary_function", text)
    for module in MODULE.finditer(blank(text)):
        witness = module["name"].upper()
        making = f"sui::test_utils::create_one_time_witness<{witness}>()"
        text = _replace(re.compile(_MAKES_WITNESS.format(witness)), making, text)
    return text


def _replace(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    pieces, end = [], 0
    for match in pattern.finditer(blank(text)):
        pieces += [text[end : match.start()], replacement]
        end = match.end()
    return "".join((*pieces, text[end:]))
