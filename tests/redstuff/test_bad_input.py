"""Each kind of bad input has its own error, and no bytes crash a parser."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_sui.errors import (
    BcsError,
    BlobIdError,
    DuplicateSliver,
    InconsistentBlob,
    MetadataError,
    RedStuffError,
    ShardCountError,
    SliverIndexError,
    SliverMismatch,
    SliverSizeError,
    TooFewSlivers,
)
from walrus_sui.redstuff import (
    Axis,
    BlobId,
    BlobMetadata,
    BlobMetadataWithId,
    Params,
    Sliver,
    SliverData,
    SliverPairMetadata,
    decode,
    encode,
    pair_of_shard,
    shard_of_pair,
    sliver_index,
    verify_metadata,
    verify_sliver,
    verify_slivers,
)

BLOB = bytes(range(256)) * 4
N = 13
ENCODED = encode(BLOB, n_shards=N)
PRIMARIES = [pair.primary for pair in ENCODED]


def flipped(sliver: SliverData, bit: int) -> SliverData:
    data = bytearray(sliver.data)
    data[bit // 8] ^= 1 << bit % 8
    return dataclasses.replace(sliver, data=bytes(data))


@pytest.mark.parametrize("n_shards", [-1, 0, 1, 2, 3, 49156, 65536])
def test_shard_counts_the_code_cannot_work_with(n_shards: int) -> None:
    with pytest.raises(ShardCountError):
        encode(b"", n_shards=n_shards)


@pytest.mark.parametrize("n_shards", [4, 49155])
def test_shard_counts_at_the_edge(n_shards: int) -> None:
    assert Params(n_shards).n_shards == n_shards


@settings(max_examples=60, deadline=None)
@given(pair=st.integers(0, N - 1), primary=st.booleans(), data=st.data())
def test_any_flipped_bit_is_caught(pair: int, primary: bool, data: st.DataObject) -> None:
    axis = Axis.PRIMARY if primary else Axis.SECONDARY
    pair_ = ENCODED.sliver_pair(pair)
    sliver = pair_.primary if primary else pair_.secondary
    broken = flipped(sliver, data.draw(st.integers(0, len(sliver.data) * 8 - 1)))
    with pytest.raises(SliverMismatch):
        verify_sliver(broken, axis, ENCODED.metadata)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"index": N}, SliverIndexError),
        ({"index": 1}, SliverMismatch),
        ({"symbol_size": 26}, SliverSizeError),
        ({"data": PRIMARIES[0].data[:-1]}, SliverSizeError),
        ({"data": PRIMARIES[0].data + b"\0"}, SliverSizeError),
        ({"data": b""}, SliverSizeError),
    ],
    ids=["index", "other index", "symbol size", "short", "long", "empty"],
)
def test_slivers_of_the_wrong_shape(change: dict[str, object], error: type[Exception]) -> None:
    sliver = dataclasses.replace(PRIMARIES[0], **change)
    with pytest.raises(error):
        verify_sliver(sliver, Axis.PRIMARY, ENCODED.metadata)


def test_a_sliver_of_another_blob() -> None:
    other = encode(BLOB[::-1], n_shards=N).sliver_pair(0).primary
    with pytest.raises(SliverMismatch):
        verify_sliver(other, Axis.PRIMARY, ENCODED.metadata)


def test_a_stated_root_that_is_empty_never_matches() -> None:
    nothing = BlobMetadata(len(BLOB), (SliverPairMetadata(b"", b""),) * N)
    with pytest.raises(SliverMismatch):
        verify_sliver(PRIMARIES[0], Axis.PRIMARY, nothing)


def test_decoding_needs_enough_distinct_slivers() -> None:
    rows = ENCODED.params.rows
    with pytest.raises(TooFewSlivers, match=f"{rows} primary slivers, got {rows - 1}"):
        decode(ENCODED.metadata, PRIMARIES[: rows - 1], axis=Axis.PRIMARY)
    with pytest.raises(DuplicateSliver):
        decode(ENCODED.metadata, [PRIMARIES[0]] * rows, axis=Axis.PRIMARY)
    with pytest.raises(SliverSizeError):
        decode(ENCODED.metadata, [pair.secondary for pair in ENCODED], axis=Axis.PRIMARY)


@pytest.mark.parametrize("consistency", ["default", "strict"])
def test_decoding_notices_slivers_that_are_not_of_the_blob(consistency: str) -> None:
    rows = ENCODED.params.rows
    with pytest.raises(InconsistentBlob):
        decode(ENCODED.metadata, [flipped(PRIMARIES[-1], 5), *PRIMARIES[:rows]], axis=Axis.PRIMARY,
               consistency="default" if consistency == "default" else "strict")  # fmt: skip


def test_an_unknown_check_is_not_taken_for_none() -> None:
    with pytest.raises(ValueError, match="got 'defualt'"):
        decode(ENCODED.metadata, PRIMARIES, axis=Axis.PRIMARY, consistency="defualt")  # type: ignore[arg-type]


def test_non_zero_padding_is_noticed_even_in_a_row_that_was_received() -> None:
    """A writer who pads with something else makes valid slivers of a blob whose id nobody can recompute."""
    padded = BLOB + b"\x01"
    evil = encode(padded, n_shards=N)
    assert evil.metadata.symbol_size == ENCODED.metadata.symbol_size
    metadata = BlobMetadata(len(BLOB), evil.metadata.hashes)
    slivers = [pair.primary for pair in evil]
    for sliver in slivers:
        verify_sliver(sliver, Axis.PRIMARY, metadata)
    for chosen in (slivers[: evil.params.rows], slivers[-evil.params.rows :]):
        assert decode(metadata, chosen, axis=Axis.PRIMARY, consistency="skip") == BLOB
        with pytest.raises(InconsistentBlob):
            decode(metadata, chosen, axis=Axis.PRIMARY)
        with pytest.raises(InconsistentBlob):
            decode(metadata, chosen, axis=Axis.PRIMARY, consistency="strict")


def test_metadata_of_another_blob_or_committee() -> None:
    verify_metadata(ENCODED.metadata, ENCODED.blob_id, N)
    with pytest.raises(MetadataError, match="14 sliver pairs, got 13"):
        verify_metadata(ENCODED.metadata, ENCODED.blob_id, N + 1)
    with pytest.raises(MetadataError, match="metadata of blob"):
        verify_metadata(ENCODED.metadata, BlobId(bytes(32)), N)
    too_long = BlobMetadata(Params(N).max_blob_size + 1, ENCODED.metadata.hashes)
    with pytest.raises(MetadataError, match="at most"):
        verify_metadata(too_long, too_long.blob_id(), N)


@pytest.mark.parametrize("head", [b"\x01\x01", b"\x00\x00", b"\x00\x02"], ids=["version", "RaptorQ", "unknown"])
def test_metadata_of_another_encoding(head: bytes) -> None:
    with pytest.raises(BcsError):
        BlobMetadata.from_bytes(head + ENCODED.metadata.to_bytes()[2:])


def test_indices_beyond_the_shards() -> None:
    for place in (shard_of_pair, pair_of_shard):
        with pytest.raises(SliverIndexError):
            place(ENCODED.blob_id, N, N)
    with pytest.raises(SliverIndexError):
        sliver_index(Axis.SECONDARY, -1, N)
    with pytest.raises(SliverIndexError):
        ENCODED.sliver_pair(N)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A" * 42,
        "A" * 44,
        "A" * 42 + "B",  # same bytes as 43 A, but a stray low bit
        "A" * 43 + "=",
        "+" * 43,
        "A" * 42 + "é",
        "A" * 21 + "\n" + "A" * 22,
        "0x" + "00" * 32,
    ],
)
def test_text_that_is_not_a_blob_id(text: str) -> None:
    with pytest.raises(BlobIdError):
        BlobId.parse(text)


def test_blob_ids_of_the_wrong_size() -> None:
    with pytest.raises(BlobIdError):
        BlobId(bytes(31))
    for number in (-1, 1 << 256):
        with pytest.raises(BlobIdError):
            BlobId.from_u256(number)


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused(text: str) -> None:
    with contextlib.suppress(BlobIdError):
        assert str(BlobId.parse(text)) == text


@settings(max_examples=300)
@given(kind=st.sampled_from([BlobMetadata, BlobMetadataWithId, SliverData, Sliver]), data=st.binary(max_size=200))
def test_any_bytes_parse_or_are_refused(kind: type[BlobMetadata], data: bytes) -> None:
    with contextlib.suppress(BcsError, RedStuffError):
        assert kind.from_bytes(data).to_bytes() == data


@settings(max_examples=100)
@given(cut=st.integers(0, len(ENCODED.metadata.to_bytes()) - 1), extra=st.binary(min_size=1, max_size=3))
def test_truncated_and_oversized_metadata(cut: int, extra: bytes) -> None:
    raw = ENCODED.metadata.to_bytes()
    for broken in (raw[:cut], raw + extra):
        with pytest.raises(BcsError):
            BlobMetadata.from_bytes(broken)


@pytest.mark.parametrize("axis", Axis)
@pytest.mark.parametrize("count", [0, 1, 3, 4, 8, 11])
def test_many_slivers_at_once_are_checked_one_by_one(axis: Axis, count: int) -> None:
    pairs = [ENCODED.sliver_pair(pair) for pair in range(count)]
    slivers = [pair.primary if axis is Axis.PRIMARY else pair.secondary for pair in pairs]
    verify_slivers(slivers, axis, ENCODED.metadata)
    for at, sliver in enumerate(slivers):
        wrong = dataclasses.replace(sliver, data=sliver.data[:-1] + bytes([sliver.data[-1] ^ 0x80]))
        with pytest.raises(SliverMismatch, match=f"{axis.value} sliver {sliver.index} "):
            verify_slivers([*slivers[:at], wrong, *slivers[at + 1 :]], axis, ENCODED.metadata)
        with pytest.raises(SliverSizeError):
            verify_slivers([*slivers, dataclasses.replace(sliver, data=sliver.data[:-2])], axis, ENCODED.metadata)


def test_a_sliver_read_in_place_is_the_one_read_by_copy() -> None:
    raw = PRIMARIES[0].to_bytes()
    assert SliverData.within(bytearray(raw)) == PRIMARIES[0]
    for broken in (raw[:-1], raw + b"\0", b"", b"\x80\x00"):
        with pytest.raises(BcsError):
            SliverData.within(broken)
