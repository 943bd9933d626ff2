"""Messages are read as their own classes read them, but for what is malformed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walrus_sui.grpc.protocol import sui_messages, well_known_messages
from walrus_sui.grpc.reading import ReadingCodec, decode

v2, known = sui_messages(), well_known_messages()
NOON = datetime.datetime(2026, 1, 1, 12, 0, 0, 456_000, datetime.UTC)
MESSAGES = {
    "nothing": v2.Checkpoint(),
    "bytes and text": v2.Bcs(name="ü", value=b"\x00\xff"),
    "a date": v2.CheckpointSummary(sequence_number=2**64 - 1, timestamp=NOON),
    "nested": v2.GetTransactionResponse(transaction=v2.ExecutedTransaction(digest="x", checkpoint=7)),
    "nested nothing": v2.GetTransactionResponse(transaction=v2.ExecutedTransaction()),
    "several": v2.ObjectSet(objects=[v2.Object(object_id="0x1"), v2.Object(), v2.Object(version=1)]),
    "flags": v2.Object(has_public_transfer=False),
    "a flag": v2.Object(has_public_transfer=True),
    "a choice": v2.Owner(kind=v2.OwnerOwnerKind.ADDRESS),
    "a choice unheard of": v2.Owner(kind=v2.OwnerOwnerKind(77)),
    "choices": v2.TypeParameter(constraints=[v2.Ability.COPY, v2.Ability.KEY]),
    "a map": v2.NameRecord(name="", data={"x": "1", "": ""}),
    "a real number": known.Value(number_value=-1.5),
    "real numbers in lists and maps": known.Value(
        list_value=known.ListValue([known.Value(struct_value=known.Struct({"": known.Value(number_value=0.1)}))])
    ),
    "a long text": v2.Bcs(name="x" * 70_000),
}


def outcome(read: Any, *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except (ValueError, EOFError):
        return ValueError


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_messages_of_every_kind(message: Any) -> None:
    data = bytes(message)
    assert decode(type(message), data) == message == type(message).parse(data)
    assert ReadingCodec().decode(data, type(message)) == message


@given(
    st.sampled_from([v2.Owner, v2.Argument, v2.GasCostSummary, known.Timestamp, v2.TypeParameter]),
    st.integers(1, 4),
    st.integers(0, 2**64 - 1),
)
def test_numbers_of_any_size(kind: Any, field: int, number: int) -> None:
    """Of 32 and 64 bits, with sign and without, flags, choices; alone and in lists."""
    data = varint(field << 3) + varint(number)
    types = {meta.number: meta.proto_type for meta in kind._betterproto.meta_by_field_name.values()}
    if types.get(field) == "string":
        assert decode(kind, data)._unknown_fields == data
    else:
        assert decode(kind, data) == kind.parse(data)


@given(st.binary(max_size=40))
def test_what_is_not_known_is_kept(data: bytes) -> None:
    """Field 99: its key is 99 << 3 | 2 = 794."""
    unknown = b"\x9a\x06" + varint(len(data)) + data
    message = v2.Bcs(name="x")
    read = decode(v2.Bcs, unknown + bytes(message) + unknown)
    assert (read.name, read._unknown_fields) == ("x", 2 * unknown)
    assert bytes(read) == bytes(message) + 2 * unknown


@given(st.sampled_from([v2.Checkpoint, v2.ExecutedTransaction, known.Value]), st.binary(max_size=60))
def test_garbage_is_a_message_or_an_error(kind: Any, data: bytes) -> None:
    read = outcome(decode, kind, data)
    assert read is ValueError or isinstance(read, kind)


@pytest.mark.parametrize("message", [MESSAGES["nested"], MESSAGES["a date"], MESSAGES["a real number"]], ids=str)
def test_what_is_cut_off_is_an_error(message: Any) -> None:
    data = bytes(message)
    for end in range(1, len(data)):
        read = outcome(decode, type(message), data[:end])
        assert read is ValueError or bytes(read) == data[:end]


@pytest.mark.parametrize(
    ("kind", "data"),
    [(v2.Bcs, b"\x0b"), (v2.Owner, b"\x08" + b"\xff" * 10), (v2.Bcs, b"\x0a\x02\xff\xff")],
    ids=["a group", "a number without end", "no text"],
)
def test_what_is_no_message(kind: Any, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"expected|invalid start byte"):
        decode(kind, data)


def varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])
