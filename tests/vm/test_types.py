"""Run-time types and type tags."""

from __future__ import annotations

import pytest

from walrus_localnet.vm import (
    ADDRESS,
    BOOL,
    BYTES,
    SIGNER,
    U8,
    U16,
    U32,
    U64,
    U128,
    U256,
    Datatype,
    Reference,
    TypeParameter,
    Vector,
    from_struct_tag,
    from_tag,
    is_container,
    is_integer,
    substitute,
    to_struct_tag,
    to_tag,
)
from walrus_sui.bcs.sui import StructTag, TypeTag

SUI = (2).to_bytes(32, "big")
COIN = Datatype(SUI, "coin", "Coin", (Datatype(SUI, "sui", "SUI"),))


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("bool", BOOL),
        ("u8", U8),
        ("u16", U16),
        ("u32", U32),
        ("u64", U64),
        ("u128", U128),
        ("u256", U256),
        ("address", ADDRESS),
        ("signer", SIGNER),
        ("vector<vector<u8>>", Vector(BYTES)),
        ("0x2::coin::Coin<0x2::sui::SUI>", COIN),
    ],
)
def test_tags_and_types_are_the_same_thing(text, type_):
    tag = TypeTag.parse(text)
    assert from_tag(tag) == type_
    assert to_tag(type_) == tag
    assert TypeTag.parse(str(type_)) == tag


def test_struct_tags():
    tag = StructTag.parse("0x2::coin::Coin<0x2::sui::SUI>")
    assert from_struct_tag(tag) == COIN
    assert to_struct_tag(COIN) == tag


@pytest.mark.parametrize("type_", [Reference(U8, True), TypeParameter(0), Vector(TypeParameter(1))])
def test_what_is_no_type_of_a_value_has_no_tag(type_):
    with pytest.raises(TypeError, match="not the type of a value"):
        to_tag(type_)


def test_substitution():
    generic = Datatype(SUI, "table", "Table", (TypeParameter(1), Vector(TypeParameter(0))))
    assert substitute(generic, (U8, ADDRESS)) == Datatype(SUI, "table", "Table", (ADDRESS, BYTES))
    assert substitute(Reference(TypeParameter(0), True), (U64,)) == Reference(U64, True)
    assert substitute(U64, ()) is U64
    with pytest.raises(IndexError):
        substitute(TypeParameter(1), (U8,))


def test_kinds():
    assert [is_container(type_) for type_ in (U64, BYTES, COIN, Reference(BYTES, False))] == [
        False,
        True,
        True,
        False,
    ]
    assert [is_integer(type_) for type_ in (U64, U256, BOOL, ADDRESS, BYTES)] == [True, True, False, False, False]
    assert str(Reference(COIN, True)).startswith("&mut 0x")
    assert str(TypeParameter(3)) == "T3"
