"""The codec: forms spelled by hand, round trips, and everything that is not canonical."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_sui import bcs
from walrus_sui.errors import BcsError


class Colour(bcs.Enum):
    pass


class Grey(Colour, tag=0):
    level: bcs.U8


class Mixed(Colour, tag=200):
    parts: tuple[Colour, ...]


class Thing(bcs.Struct):
    number: bcs.U16
    name: str
    tags: dict[str, bcs.U8]
    colour: Colour | None


THING = Thing(0x0102, "é", {"bb": 2, "a": 1}, Grey(7))


def test_a_struct_by_hand() -> None:
    expected = "0201" + "02c3a9" + "02" + "016101" + "02626202" + "01" + "0007"
    assert THING.to_bytes().hex() == expected
    assert Thing.from_bytes(bytes.fromhex(expected)) == THING


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        (bool, True, "01"),
        (bcs.U8, 255, "ff"),
        (bcs.U32, 1, "01000000"),
        (bcs.U64, 2**64 - 1, "ff" * 8),
        (bcs.U128, 1, "01" + "00" * 15),
        (bcs.U256, 2**255, "00" * 31 + "80"),
        (bytes, b"\1\2", "020102"),
        (str, "", "00"),
        (bcs.Bytes32, b"\7" * 32, "07" * 32),
        (tuple[bcs.U16, ...], (1, 2), "0201000200"),
        (tuple[bcs.U8, str], (1, "a"), "010161"),
        (bcs.U8 | None, None, "00"),
        (bcs.U8 | None, 0, "0100"),
        (dict[bcs.U8, bool], {2: False, 1: True}, "0201010200"),
        (Colour, Mixed((Grey(1),)), "c801010001"),
    ],
)
def test_forms_by_hand(hint: Any, value: Any, expected: str) -> None:
    assert bcs.encode(hint, value).hex() == expected
    assert bcs.decode(hint, bytes.fromhex(expected)) == value


@pytest.mark.parametrize(
    ("value", "expected"), [(0, "00"), (127, "7f"), (128, "8001"), (16384, "808001"), (2**32 - 1, "ffffffff0f")]
)
def test_uleb(value: int, expected: str) -> None:
    assert bcs.uleb(value).hex() == expected
    assert bcs.read_uleb(bcs.Reader(bytes.fromhex(expected))) == value


@pytest.mark.parametrize("data", ["8000", "ff00", "ffffffff10", "ffffffffff01", "808080808000", "80", ""])
def test_lengths_that_are_not_minimal_or_too_large(data: str) -> None:
    with pytest.raises(BcsError):
        bcs.read_uleb(bcs.Reader(bytes.fromhex(data)))


NOT_CANONICAL = {
    "bool": (bool, "02"),
    "option tag": (bcs.U8 | None, "0200"),
    "left over": (bcs.U8, "0000"),
    "truncated integer": (bcs.U32, "000000"),
    "truncated bytes": (bytes, "0301"),
    "length beyond the data": (bytes, "ffffffff07"),
    "count beyond the data": (tuple[bcs.U64, ...], "ff0100"),
    "count beyond its limit": (Annotated[tuple[bcs.U8, ...], bcs.MaxLen(2)], "03010203"),
    "string beyond its limit": (Annotated[str, bcs.MaxLen(2)], "03616161"),
    "bytes beyond their limit": (Annotated[bytes, bcs.MaxLen(2)], "03616161"),
    "not UTF-8": (str, "01ff"),
    "surrogate": (str, "03eda080"),
    "keys out of order": (dict[bcs.U8, bcs.U8], "0202000100"),
    "repeated key": (dict[bcs.U8, bcs.U8], "0201000100"),
    "longer key before shorter": (dict[str, bcs.U8], "020262620001610 0".replace(" ", "")),
    "unknown variant": (Colour, "01"),
    "another variant than asked for": (Grey, "c80100"),
    "tag not minimal": (Colour, "800007"),
}


@pytest.mark.parametrize(("hint", "data"), NOT_CANONICAL.values(), ids=NOT_CANONICAL)
def test_what_is_not_canonical_is_refused(hint: Any, data: str) -> None:
    with pytest.raises(BcsError):
        bcs.decode(hint, bytes.fromhex(data))


def test_nesting_has_an_end() -> None:
    deep = b"\xc8\x01\x01" * 10_000 + b"\x00\x01"
    with pytest.raises(BcsError, match="nesting"):
        Colour.from_bytes(deep)
    assert bcs.decode(Colour, b"\xc8\x01\x01" * 50 + b"\x00\x01")


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (bcs.U8, 256),
        (bcs.U8, -1),
        (bcs.Bytes32, b"short"),
        (Annotated[bytes, bcs.MaxLen(1)], b"ab"),
        (Annotated[tuple[bcs.U8, ...], bcs.MaxLen(1)], (1, 2)),
        (tuple[bcs.U8, str], (1,)),
        (Colour, THING),
    ],
)
def test_values_a_type_cannot_hold(hint: Any, value: Any) -> None:
    with pytest.raises(BcsError):
        bcs.encode(hint, value)


def test_mistakes_in_declarations_are_type_errors() -> None:
    with pytest.raises(TypeError, match="no BCS form"):
        bcs.codec_for(float)
    with pytest.raises(TypeError, match="repeats the tag"):

        class _Again(Colour, tag=0):
            pass


def things() -> st.SearchStrategy[Thing]:
    grey = st.builds(Grey, st.integers(0, 255))
    colours = st.recursive(grey, lambda inner: st.builds(Mixed, st.lists(inner, max_size=3).map(tuple)))
    tags = st.dictionaries(st.text(max_size=4), st.integers(0, 255), max_size=4)
    return st.builds(Thing, st.integers(0, 65535), st.text(max_size=5), tags, st.none() | colours)


@given(things())
def test_values_round_trip(thing: Thing) -> None:
    assert Thing.from_bytes(thing.to_bytes()) == thing


@given(things(), st.data())
def test_truncation_and_extra_bytes_are_refused(thing: Thing, data: st.DataObject) -> None:
    raw = thing.to_bytes()
    with pytest.raises(BcsError):
        Thing.from_bytes(raw[: data.draw(st.integers(0, len(raw) - 1))])
    with pytest.raises(BcsError):
        Thing.from_bytes(raw + b"\0")


@settings(max_examples=500)
@given(st.binary(max_size=40))
def test_bytes_have_one_reading_or_none(data: bytes) -> None:
    with contextlib.suppress(BcsError):
        assert Thing.from_bytes(data).to_bytes() == data
