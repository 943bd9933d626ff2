"""Answers of a full node that lack what was asked for, or hold something else."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walrus_sui.bcs import sui as wire
from walrus_sui.chain.answers import effects_of, events_of, object_of
from walrus_sui.chain.objects import read_object
from walrus_sui.errors import BcsError, ChainError


def message(value: bytes | None) -> SimpleNamespace:
    return SimpleNamespace(bcs=SimpleNamespace(value=value))


def transaction(**fields: object) -> SimpleNamespace:
    return SimpleNamespace(**{"effects": None, "events": None, **fields})


@pytest.mark.parametrize("answer", [None, SimpleNamespace(bcs=None), message(None), message(b"")])
def test_an_answer_without_what_was_asked_for(answer: object) -> None:
    with pytest.raises(ChainError, match="expected an object in the full node's answer, got none"):
        object_of(answer)
    with pytest.raises(ChainError, match="expected effects"):
        effects_of(transaction(effects=answer))


def test_a_transaction_without_events() -> None:
    assert events_of(transaction()) == ()
    assert events_of(transaction(events=SimpleNamespace(bcs=None))) == ()
    assert events_of(transaction(events=message(b"\x00"))) == ()


@given(st.binary(min_size=1, max_size=200))
def test_bytes_that_are_something_else(data: bytes) -> None:
    for read in (
        lambda: object_of(message(data)),
        lambda: effects_of(transaction(effects=message(data))),
        lambda: events_of(transaction(events=message(b"\x01" + data))),
    ):
        with contextlib.suppress(ChainError):  # and no other error
            read()


def move_object(contents: bytes, kind: wire.MoveObjectType) -> bytes:
    data = wire.MoveObject(kind, True, 7, contents)
    return wire.Object(data, wire.ImmutableOwner(), bytes(32), 0).to_bytes()


def test_the_full_types_behind_short_forms() -> None:
    contents = bytes(range(32)) + bytes(8)
    zeros = "0x" + "0" * 63
    names = {
        wire.GasCoinType(): f"{zeros}2::coin::Coin<{zeros}2::sui::SUI>",
        wire.CoinType(wire.TypeTag.parse("0x5::a::B")): f"{zeros}2::coin::Coin<{zeros}5::a::B>",
        wire.StakedSuiType(): f"{zeros}3::staking_pool::StakedSui",
        wire.OtherType(wire.StructTag.parse("0x5::a::B<u8>")): f"{zeros}5::a::B<u8>",
    }
    for kind, name in names.items():
        found = read_object(move_object(contents, kind))
        assert str(found.type) == name  # type: ignore[union-attr]
        assert found.object_id == bytes(range(32))


def test_an_object_without_an_id() -> None:
    with pytest.raises(BcsError, match="begins with its id"):
        read_object(move_object(bytes(31), wire.GasCoinType()))
