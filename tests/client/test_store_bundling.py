"""Bundles written from the matrix are, byte for byte, the BCS of the bundle they stand for."""

from __future__ import annotations

import os

import pytest

from walrus_sui.client.bundling import BundleWriter
from walrus_sui.redstuff import Axis, encode
from walrus_sui.storage import Bundle, BundledSliver


@pytest.mark.parametrize("metadata", [True, False])
@pytest.mark.parametrize("size", [0, 1, 500, 300_000])
@pytest.mark.parametrize("n_shards", [4, 39])
def test_the_bytes_are_those_of_the_bundle(size, n_shards, metadata):
    encoded = encode(os.urandom(size), n_shards=n_shards)
    places = [(pair, axis) for pair in range(n_shards) for axis in Axis]
    pairs = list(encoded)
    slivers = tuple(
        BundledSliver.of(pair, axis, pairs[pair].primary if axis is Axis.PRIMARY else pairs[pair].secondary)
        for pair, axis in places
    )
    bundle = Bundle(encoded.metadata.to_bytes() if metadata else None, slivers)
    writer = BundleWriter(encoded)
    assert writer.write(places, metadata=metadata) == bundle.to_bytes()
    added = len(writer.write(places[:2], metadata=False)) - len(writer.write([], metadata=False))
    assert added == writer.sizes[Axis.PRIMARY] + writer.sizes[Axis.SECONDARY]
