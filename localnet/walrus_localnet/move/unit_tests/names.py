"""What the names in a test's expectation stand for, under the imports of the module the test is in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from walrus_localnet.move.errors import PackageError
from walrus_localnet.move.unit_tests.source import blank, entries, module_starts
from walrus_sui.bcs.sui import format_address

_USE = re.compile(r"\buse\s+([\w:{}, \n]+);")
_AS = "@"
"""Stands for ` as ` where spaces are taken away."""
_IMPLIED = {
    "vector": "std::vector",
    "option": "std::option",
    "object": "sui::object",
    "transfer": "sui::transfer",
    "tx_context": "sui::tx_context",
}
"""Modules every module of edition 2024 knows without importing them."""


class ModuleId(NamedTuple):
    """A module by the address it is compiled at."""

    address: bytes
    name: str

    def __str__(self) -> str:
        return f"{format_address(self.address)}::{self.name}"


class Scope:
    """Names as the module `home` (`package::module`) of the source `text` understands them; `addresses` are those
    its package gives names."""

    def __init__(self, text: str, home: str, addresses: Mapping[str, bytes]) -> None:
        self._home = home
        self._imports = {**_IMPLIED, **imports(text, home)}
        self._addresses = addresses

    def module(self, path: str) -> ModuleId:
        """The module that `package::module`, an imported name, `Self` or nothing stands for.

        Raises `PackageError` when it stands for none.
        """
        words = path.removeprefix("::").split("::")
        if words in ([""], ["Self"]):
            words = self._home.split("::")
        elif len(words) == 1:
            words = self._imports.get(words[0], "").split("::")
        if len(words) != 2:
            raise PackageError(f"{self._home} expects a failure in {path}, which is no module it knows")
        return ModuleId(self._address(words[0]), words[1])

    def _address(self, word: str) -> bytes:
        if word in self._addresses:
            return self._addresses[word]
        try:
            return int(word, 0).to_bytes(32, "big")
        except (ValueError, OverflowError):
            raise PackageError(f"{self._home} names the address {word}, which its package does not know") from None


def imports(text: str, module: str) -> dict[str, str]:
    """Short names of modules that a module of a source imports -> `package::module`."""
    found = {}
    for statement in _USE.findall(_part(blank(text), module)):
        for path in _paths(" ".join(statement.split())):
            names, _, alias = path.partition(" as ")
            package, name, *member = names.removeprefix("::").split("::")
            if not member or member == ["Self"]:
                found[alias or name] = f"{package}::{name}"
    return found


def _part(quiet: str, module: str) -> str:
    starts = module_starts(quiet)
    ends = [start for start, _ in starts[1:]] + [len(quiet)]
    parts = (quiet[start:end] for (start, name), end in zip(starts, ends, strict=True) if name == module)
    return "\n".join(parts)


def _paths(tree: str) -> Iterator[str]:
    """`a::{b, c::{Self, D}}` -> `a::b`, `a::c::Self`, `a::c::D`."""
    head, brace, rest = tree.partition("{")
    if not brace:
        yield tree.strip()
        return
    for branch in entries(f"#[{rest.rpartition('}')[0].replace(' as ', _AS)}]"):
        for path in _paths(branch.replace(_AS, " as ")):
            yield head.strip() + path
