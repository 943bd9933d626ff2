"""The names of abort codes against the contracts' own sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI
from walrus_sui.chain.abort_codes import abort_name

SOURCES = Path(__file__).parents[2] / "move" / "walrus" / "sources"
PACKAGE = bytes([5]) * 32
CONSTANT = re.compile(r"^const (E\w+): u64 = (\d+);", re.MULTILINE)


def constants() -> list[tuple[str, str, int]]:
    found = []
    for path in sorted(SOURCES.rglob("*.move")):
        found += [(path.stem, name, int(code)) for name, code in CONSTANT.findall(path.read_text())]
    return found


@pytest.mark.parametrize(("module", "name", "code"), constants())
def test_every_error_constant_of_the_contracts_has_its_name(module: str, name: str, code: int) -> None:
    assert abort_name(PACKAGE, module, code, {PACKAGE}) == name


def test_codes_of_others_have_no_name() -> None:
    assert abort_name(PACKAGE, "messages", 99, {PACKAGE}) is None
    assert abort_name(PACKAGE, "unheard_of", 0, {PACKAGE}) is None
    assert abort_name(PACKAGE, "messages", 0, set()) is None
    assert abort_name(FRAMEWORK_SUI, "balance", 2, set()) == "ENotEnough"
    assert abort_name(FRAMEWORK_SUI, "blob", 0, {PACKAGE}) is None
