"""Sui's wire types against real chain data: parse, write again, and find the digests the chain recorded."""

from __future__ import annotations

import base64
import contextlib
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_sui import bcs
from walrus_sui.bcs import sui
from walrus_sui.errors import BcsError

DATA = Path(__file__).parent.parent / "vectors" / "sui"


def base64_file(name: str) -> bytes:
    return base64.b64decode((DATA / name).read_text())


class QuorumSignature(bcs.Struct):
    epoch: bcs.U64
    signature: Annotated[bytes, bcs.FixedBytes(48)]
    signers: bytes


def test_effects_of_a_real_transaction_round_trip() -> None:
    raw = base64_file("effects_v2.b64")
    effects = sui.TransactionEffects.from_bytes(raw)
    assert isinstance(effects, sui.TransactionEffectsV2)
    assert effects.to_bytes() == raw
    ids = [change.object_id for change in effects.changed_objects]
    assert ids == sorted(ids)


@pytest.mark.parametrize("name", ["genesis_transaction.b64", "checkpoint_transaction.b64"])
def test_real_transactions_round_trip(name: str) -> None:
    raw = base64_file(name)
    assert sui.TransactionData.from_bytes(raw).to_bytes() == raw


def test_the_checkpoint_summary_names_its_contents() -> None:
    reader = bcs.Reader((DATA / "checkpoint_1137.bcs").read_bytes())
    summary = sui.CheckpointSummary.read_from(reader)
    QuorumSignature.read_from(reader)
    contents = sui.CheckpointContents.read_from(reader)
    assert summary.sequence_number == 1137
    assert contents.digest() == summary.content_digest
    assert isinstance(contents, sui.CheckpointContentsV1)
    assert len(contents.transactions) == bcs.read_uleb(reader) == 9


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("bool", "bool"),
        ("vector<vector<u8>>", "vector<vector<u8>>"),
        ("0x2::sui::SUI", "0x" + "0" * 63 + "2::sui::SUI"),
        ("2::a_b::C<u8,  vector<0x3::d::E>>",
         f"0x{'0' * 63}2::a_b::C<u8, vector<0x{'0' * 63}3::d::E>>"),
    ],
)  # fmt: skip
def test_type_text(text: str, normal: str) -> None:
    tag = sui.TypeTag.parse(text)
    assert str(tag) == normal
    assert sui.TypeTag.parse(normal) == tag
    assert sui.TypeTag.from_bytes(tag.to_bytes()) == tag


@pytest.mark.parametrize(
    "text",
    ["", "u7", "vector", "vector<>", "vector<u8,u8>", "vector<u8", "0x2::sui", "0x2::sui::SUI>", "0xg::a::B",
     "0x2::a::B<u8;u8>", "0x" + "1" * 65 + "::a::B", "vector<" * 20 + "u8" + ">" * 20],
)  # fmt: skip
def test_text_that_is_no_type(text: str) -> None:
    with pytest.raises(BcsError):
        sui.TypeTag.parse(text)


def test_a_struct_type_is_not_any_type() -> None:
    assert sui.StructTag.parse("0x2::sui::SUI").name == "SUI"
    with pytest.raises(BcsError, match="struct type"):
        sui.StructTag.parse("vector<u8>")


def test_type_tags_by_hand() -> None:
    """The wire form of `0x2::coin::Coin<u64>`: variant 7, address, two names, one argument of variant 2."""
    expected = "07" + "00" * 31 + "02" + "04636f696e" + "04436f696e" + "01" + "02"
    assert sui.TypeTag.parse("0x2::coin::Coin<u64>").to_bytes().hex() == expected


def test_addresses() -> None:
    assert sui.parse_address("0x2") == bytes(31) + b"\2"
    assert sui.format_address(bytes(31) + b"\2") == "0x" + "0" * 63 + "2"
    for text in ("", "0x", "0x" + "0" * 65, "0x 2", "zz", "-1"):
        with pytest.raises(BcsError):
            sui.parse_address(text)


def test_digests() -> None:
    digest = bytes(range(32))
    assert sui.parse_digest(sui.format_digest(digest)) == digest
    with pytest.raises(BcsError):
        sui.parse_digest("0OIl")


@pytest.mark.parametrize("power", [0, 1, 9, 10, 11, 20, 40, 42])
def test_powers_of_58_are_a_two_and_ones(power: int) -> None:
    """In base 58 a power is one digit of value 1 (written `2`) and zeros (`1`); so is each leading zero byte."""
    digest = (58**power).to_bytes(32, "big")
    zeros = 32 - ((58**power).bit_length() + 7) // 8
    assert sui.format_digest(digest) == "1" * zeros + "2" + "1" * power
    assert sui.parse_digest(sui.format_digest(digest)) == digest


TYPES = [sui.TransactionData, sui.TransactionEffects, sui.Object, sui.CheckpointSummary, sui.TypeTag, sui.Event]


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(TYPES), data=st.binary(max_size=120))
def test_any_bytes_parse_or_are_refused(kind: type[bcs.Struct], data: bytes) -> None:
    with contextlib.suppress(BcsError):
        assert kind.from_bytes(data).to_bytes() == data


@settings(max_examples=100, deadline=None)
@given(position=st.integers(0, 10_000), value=st.integers(0, 255))
def test_damaged_effects_parse_or_are_refused(position: int, value: int) -> None:
    raw = bytearray(base64_file("effects_v2.b64"))
    raw[position % len(raw)] = value
    with contextlib.suppress(BcsError):
        assert sui.TransactionEffects.from_bytes(raw).to_bytes() == raw
