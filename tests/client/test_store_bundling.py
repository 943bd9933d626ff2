"""Bundles written from the matrix are, byte for byte, the BCS of the bundle they stand for."""

from __future__ import annotations

import os

import pytest

from walrus_sui.client.storing import bundling
from walrus_sui.client.storing.bundling import BundleWriter, Share
from walrus_sui.redstuff import Axis, encode
from walrus_sui.storage import Bundle, BundledSliver, BundlePieces


def joined(bundle: bytes | BundlePieces) -> bytes:
    """What is sent of it, which is as long as was announced and the same when it is sent again."""
    if isinstance(bundle, bytes):
        return bundle
    whole = b"".join(bundle.make())
    assert len(whole) == bundle.size
    assert b"".join(bundle.make()) == whole
    return whole


@pytest.mark.parametrize("metadata", [True, False])
@pytest.mark.parametrize("size", [0, 1, 500, 300_000, 390_000])
@pytest.mark.parametrize("n_shards", [4, 39])
def test_the_bytes_are_those_of_the_bundle(size, n_shards, metadata):
    encoded = encode(os.urandom(size), n_shards=n_shards)
    slivers = [
        BundledSliver.of(pair.index, axis, sliver)
        for pair in encoded
        for axis, sliver in ((Axis.PRIMARY, pair.primary), (Axis.SECONDARY, pair.secondary))
    ]
    bundle = Bundle(encoded.metadata.to_bytes() if metadata else None, tuple(slivers))
    assert joined(BundleWriter(encoded).write(Share(range(n_shards)), metadata=metadata)) == bundle.to_bytes()


def test_single_slivers_and_metadata_alone_are_bundles_too():
    encoded = encode(bytes(1000), n_shards=10)
    writer = BundleWriter(encoded)
    pair = encoded.sliver_pair(3)
    alone = Bundle(None, (BundledSliver.of(3, Axis.SECONDARY, pair.secondary),))
    assert writer.write(Share((3,), (Axis.SECONDARY,)), metadata=False) == alone.to_bytes()
    assert writer.write(None, metadata=True) == Bundle(encoded.metadata.to_bytes(), ()).to_bytes()


@pytest.mark.parametrize(
    ("limit", "sizes"), [(1 << 20, [5]), (17_000, [4, 1]), (6_000, [1] * 5)], ids=["all", "four", "one"]
)
def test_a_node_gets_as_few_bundles_as_hold_its_slivers(monkeypatch, limit, sizes):
    """10,000 bytes at 10 shards make pairs of (4 + 7) * 358 = 3,938 bytes, and less than 1,000 of metadata."""
    monkeypatch.setattr(bundling, "MAX_BUNDLE_BYTES", limit)
    writer = BundleWriter(encode(bytes(10_000), n_shards=10))
    shares = writer.shares((2, 5, 7, 8, 9))
    assert [len(share.pairs) for share in shares] == sizes
    assert [pair for share in shares for pair in share.pairs] == [2, 5, 7, 8, 9]
    assert all(len(joined(writer.write(share, metadata=True))) <= limit for share in shares)


def test_slivers_too_large_for_a_pair_to_a_bundle_go_alone(monkeypatch):
    monkeypatch.setattr(bundling, "MAX_BUNDLE_BYTES", 4_000)
    writer = BundleWriter(encode(bytes(10_000), n_shards=10))
    assert writer.shares((2, 5)) == [Share((pair,), (axis,)) for pair in (2, 5) for axis in Axis]
