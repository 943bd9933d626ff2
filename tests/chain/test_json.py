"""Move values as JSON: expected forms are those of the specification, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chain.sandbox import Playground, Sandbox
from walrus_localnet.chain.rpc.json import render, to_message
from walrus_localnet.vm import from_tag
from walrus_sui.bcs.sui import TypeTag

ID = "0x" + "ab" * 32


def shown(box: Sandbox, type_: str, data: bytes) -> Any:
    parsed = from_tag(TypeTag.parse(type_))
    return render(box.ledger.machine, parsed, box.ledger.machine.from_bytes(parsed, data))


@pytest.mark.parametrize(
    ("type_", "data", "expected"),
    [
        ("bool", b"\1", True),
        ("u8", b"\xff", 255),
        ("u32", b"\xff\xff\xff\xff", 4294967295),
        ("u64", b"\1" + bytes(7), "1"),
        ("u256", b"\xff" * 32, str(2**256 - 1)),
        ("address", b"\xab" * 32, ID),
        ("vector<u8>", b"\3abc", "YWJj"),
        ("vector<u16>", b"\2\1\0\2\0", [1, 2]),
        ("vector<vector<u8>>", b"\1\1a", ["YQ=="]),
        ("0x1::string::String", b"\2\xc3\xa9", "é"),
        ("0x1::ascii::String", b"\1a", "a"),
        ("0x1::option::Option<u64>", b"\0", None),
        ("0x1::option::Option<0x1::string::String>", b"\1\1x", "x"),
        ("0x2::object::ID", b"\xab" * 32, ID),
        ("0x2::object::UID", b"\xab" * 32, ID),
        ("0x2::balance::Balance<0x2::sui::SUI>", b"\5" + bytes(7), "5"),
        ("0x2::url::Url", b"\1u", "u"),
        ("0x2::coin::Coin<0x2::sui::SUI>", b"\xab" * 32 + b"\5" + bytes(7), {"id": ID, "balance": "5"}),
        (
            "0x2::vec_map::VecMap<u8, bool>",
            b"\1\7\1",
            {"contents": [{"key": 7, "value": True}]},
        ),
    ],
)
def test_values_look_as_specified(box: Sandbox, type_: str, data: bytes, expected: Any) -> None:
    assert shown(box, type_, data) == expected


def test_enums_name_their_variant(box: Sandbox, play: Playground) -> None:
    mood = f"0x{play.package.hex()}::uses::Mood"
    assert shown(box, mood, b"\0") == {"@variant": "Happy"}
    sad = shown(box, mood, b"\1\5" + bytes(7) + b"\1x")
    assert sad == {"@variant": "Sad", "since": "5", "why": "eA=="}


@pytest.mark.parametrize("value", [None, True, 5, "x", [1, [None]], {"a": {"b": [False]}, "c": None}])
def test_json_survives_as_message(value: Any) -> None:
    def back(message: Any) -> Any:
        if message.struct_value is not None:
            return {name: back(item) for name, item in message.struct_value.fields.items()}
        if message.list_value is not None:
            return [back(item) for item in message.list_value.values]
        found = (message.bool_value, message.number_value, message.string_value)
        return next((item for item in found if item is not None), None)

    assert back(to_message(value)) == value
