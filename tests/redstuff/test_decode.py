"""Any R rows or C columns give the blob back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_sui.redstuff import (
    Axis,
    Params,
    decode,
    encode,
    pair_index,
    pair_of_shard,
    shard_of_pair,
    sliver_index,
)


@settings(max_examples=40, deadline=None)
@given(n=st.sampled_from([4, 5, 7, 10, 13, 19, 31]), size=st.integers(0, 4000), data=st.data())
def test_any_sufficient_subset_decodes(n: int, size: int, data: st.DataObject) -> None:
    blob = data.draw(st.randoms(use_true_random=False)).randbytes(size)
    encoded = encode(blob, n_shards=n)
    order = data.draw(st.permutations(range(n)))
    primaries = [encoded.sliver_pair(i).primary for i in order[: encoded.params.rows]]
    secondaries = [encoded.sliver_pair(i).secondary for i in order[: encoded.params.columns]]
    assert decode(encoded.metadata, primaries, axis=Axis.PRIMARY) == blob
    assert decode(encoded.metadata, secondaries, axis=Axis.SECONDARY, consistency="strict") == blob


def test_a_thousand_shards_decode_from_parity_alone() -> None:
    blob = bytes(range(251)) * 2000
    encoded = encode(blob, n_shards=1000)
    slivers = [encoded.sliver_pair(i).primary for i in range(666, 1000)]
    assert decode(encoded.metadata, slivers, axis=Axis.PRIMARY) == blob


@given(n=st.integers(4, 49155))
def test_thresholds(n: int) -> None:
    params = Params(n)
    assert params.n_shards >= 3 * params.f + 1
    assert 3 * params.quorum >= 2 * n + 1 > 3 * (params.quorum - 1)
    assert 3 * params.one_correct >= n + 1 > 3 * (params.one_correct - 1)
    assert params.quorum == n - params.f == params.columns


def test_sizes_at_a_thousand_shards() -> None:
    """Figures of encoding.md §12."""
    params = Params(1000)
    assert (params.f, params.rows, params.columns) == (333, 334, 667)
    assert (params.quorum, params.one_correct) == (667, 334)
    assert [params.encoded_size(size) for size in (1, 1 << 20, 1 << 30)] == [66_034_000, 70_038_000, 4_888_852_000]
    assert (params.primary_size(1 << 30), params.secondary_size(1 << 30)) == (3_214_940, 1_609_880)


@given(n=st.integers(4, 2000), blob_id=st.binary(min_size=32, max_size=32), data=st.data())
def test_placement_is_a_bijection_both_ways(n: int, blob_id: bytes, data: st.DataObject) -> None:
    pair = data.draw(st.integers(0, n - 1))
    assert pair_of_shard(blob_id, shard_of_pair(blob_id, pair, n), n) == pair
    for axis in Axis:
        assert pair_index(axis, sliver_index(axis, pair, n), n) == pair
    assert sliver_index(Axis.PRIMARY, pair, n) + sliver_index(Axis.SECONDARY, n - 1 - pair, n) == 2 * pair
