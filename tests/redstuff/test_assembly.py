"""A blob put together from rows: 39 shards, of which any 15 rows rebuild what 15 x 27 symbols hold."""

from __future__ import annotations

import itertools

import pytest

from walrus_sui.errors import DuplicateSliver, InconsistentBlob, SliverError, TooFewSlivers
from walrus_sui.redstuff import Axis, BlobMetadata, SliverData, SliverPairMetadata, encode
from walrus_sui.redstuff.assembly import RowAssembly
from walrus_sui.redstuff.params import Params
from walrus_sui.redstuff.sliver import sliver_root

N, ROWS = 39, 15
DATA = bytes(range(256)) * 13
BLOB = encode(DATA, n_shards=N)
CHECKS = ["default", "strict", "skip"]


def assembled(indices, metadata=BLOB.metadata) -> RowAssembly:
    rows = RowAssembly(metadata)
    for index in indices:
        rows.add(BLOB.sliver_pair(index).primary)
    return rows


def flipped(sliver: SliverData) -> SliverData:
    return SliverData(sliver.data[:-1] + bytes([sliver.data[-1] ^ 1]), sliver.symbol_size, sliver.index)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    "indices",
    [
        range(ROWS),
        range(20, 35),
        [0, 38, 5, 30, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 2],
        range(ROWS - 1, -1, -1),
        range(N),
    ],
    ids=["rows of the blob", "parity", "both", "backwards", "all there are"],
)
def test_any_rows_make_the_blob(indices, check):
    rows = assembled(list(indices))
    assert rows.missing == 0
    assert rows.finish(check) == DATA


@pytest.mark.parametrize("size", [0, 1, 809, 810, 811, 50_000])
def test_blobs_of_any_size(size):
    data = bytes(itertools.islice(itertools.cycle(range(251)), size))
    blob = encode(data, n_shards=N)
    rows = RowAssembly(blob.metadata)
    for index in range(6, 6 + ROWS):
        rows.add(blob.sliver_pair(index).primary)
    assert rows.finish("default") == data


def test_it_says_how_many_are_missing():
    rows = assembled([3, 4])
    assert (rows.missing, 3 in rows, 5 in rows) == (ROWS - 2, True, False)
    with pytest.raises(TooFewSlivers, match="expected 15 primary slivers, got 2"):
        rows.finish("default")


def test_slivers_of_another_shape_are_refused():
    rows = assembled([3])
    with pytest.raises(DuplicateSliver):
        rows.add(BLOB.sliver_pair(3).primary)
    with pytest.raises(SliverError):
        rows.add(BLOB.sliver_pair(4).secondary)
    assert rows.missing == ROWS - 1


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("wrong", [[2], [30], [0, 12, 38]], ids=str)
def test_wrong_slivers_are_found_and_replaced(wrong, check):
    kept = [index for index in (0, 2, 5, 6, 7, 9, 11, 12, 20, 21, 22, 30, 31, 37, 38) if index not in wrong]
    rows = assembled(kept)
    for index in wrong:
        rows.add(flipped(BLOB.sliver_pair(index).primary))
    with pytest.raises(InconsistentBlob):
        rows.finish(check)
    assert sorted(rows.wrong_slivers()) == wrong
    for index, other in zip(wrong, (1, 25, 26), strict=False):
        rows.drop(index)
        rows.add(BLOB.sliver_pair(other).primary)
    assert rows.finish(check) == DATA


def test_a_wrong_byte_of_padding_is_found():
    """It lies behind the end of the blob, where the check of the result does not look."""
    data = DATA[:-5]
    blob = encode(data, n_shards=N)
    rows = RowAssembly(blob.metadata)
    for index in range(ROWS - 1):
        rows.add(blob.sliver_pair(index).primary)
    rows.add(flipped(blob.sliver_pair(ROWS - 1).primary))
    assert rows.finish("default") == data, "the blob is right whatever follows it"
    assert rows.wrong_slivers() == [ROWS - 1]


@pytest.mark.parametrize("check", ["default", "strict"])
def test_a_badly_encoded_blob_is_not_the_slivers_fault(check):
    """Its metadata states the roots of rows that are no code words: row 20 is a copy of row 21."""
    params = Params(N)
    copy = SliverData(BLOB.sliver_pair(21).primary.data, BLOB.metadata.symbol_size, 20)
    pairs = list(BLOB.metadata.hashes)
    pairs[20] = SliverPairMetadata(sliver_root(copy, Axis.PRIMARY, params), pairs[20].secondary)
    metadata = BlobMetadata(BLOB.metadata.unencoded_length, tuple(pairs))
    rows = assembled(range(1, ROWS), metadata)
    rows.add(copy)
    with pytest.raises(InconsistentBlob):
        rows.finish(check)
    assert rows.wrong_slivers() == []
