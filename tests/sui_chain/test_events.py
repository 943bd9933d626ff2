"""The fields of our events against the contracts' own sources."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from walrus_sui.bcs import U8, U16, U32, U64, Bytes32
from walrus_sui.chain.events import StakingEvent, StorageEvent, WalrusEvent
from walrus_sui.chain.types import Authorized

SOURCES = Path(__file__).parents[2] / "move" / "walrus" / "sources"
STRUCT = re.compile(r"^public struct (\w+) has copy, drop \{(.*?)^\}", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^    (\w+): (.+),$", re.MULTILINE)
LAYOUTS: dict[str, Any] = {
    "u8": U8,
    "u16": U16,
    "u32": U32,
    "u64": U64,
    "u256": Bytes32,
    "bool": bool,
    "ID": Bytes32,
    "Authorized": Authorized,
    "vector<u8>": bytes,
    "vector<u16>": tuple[U16, ...],
    "vector<ID>": tuple[Bytes32, ...],
}


def declared(module: str) -> dict[str, dict[str, Any]]:
    """Event name -> field name -> layout, as a Move module declares them."""
    (path,) = SOURCES.rglob(f"{module}.move")
    return {
        name: {field: LAYOUTS[kind] for field, kind in FIELD.findall(body)}
        for name, body in STRUCT.findall(path.read_text())
    }


@pytest.mark.parametrize("base", [StorageEvent, StakingEvent])
def test_every_event_is_known_by_its_fields(base: type[WalrusEvent]) -> None:
    ours = {
        kind.move_name: {
            field: layout
            for field, layout in get_type_hints(kind, include_extras=True).items()
            if not field.startswith("move_")
        }
        for kind in base.__subclasses__()
    }
    found = declared(base.move_module)
    assert len(found) > 10
    # an event the contracts declare no more may still come from official ones
    assert {name: ours.get(name) for name in found} == found
