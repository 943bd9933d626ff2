"""Every byte against the official encoder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from walrus_sui.errors import BlobTooLarge
from walrus_sui.redstuff import Axis, BlobId, BlobMetadata, Params, decode, encode, shard_of_pair, verify_sliver

VECTORS = Path(__file__).parent.parent / "vectors"
BlobOf = Callable[[int, int], bytes]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_encoding_is_that_of_the_official_encoder(vector: dict[str, Any], blob_of: BlobOf) -> None:
    n, size = vector["n_shards"], vector["unencoded_length"]
    blob = blob_of(n, size)
    assert sha256(blob) == vector["blob_sha256"]
    encoded = encode(blob, n_shards=n)
    assert (encoded.params.rows, encoded.params.columns) == (vector["n_primary"], vector["n_secondary"])
    assert encoded.metadata.symbol_size == vector["symbol_size"]
    assert encoded.root_hash.hex() == vector["root_hash"]
    assert bytes(encoded.blob_id).hex() == vector["blob_id_hex"]
    assert str(encoded.blob_id) == vector["blob_id_b64"]
    assert str(encoded.blob_id.u256) == vector["blob_id_u256"]
    assert shard_of_pair(encoded.blob_id, 0, n) == vector["rotation"]
    metadata = encoded.metadata.to_bytes()
    assert len(metadata) == vector["metadata_bcs_len"]
    assert sha256(metadata) == vector["metadata_bcs_sha256"]
    assert BlobMetadata.from_bytes(metadata) == encoded.metadata
    indices = range(n) if vector["pair_indices"] == "all" else vector["pair_indices"]
    pairs = [encoded.sliver_pair(index) for index in indices]
    assert [sha256(pair.primary.to_bytes()) for pair in pairs] == vector["primary_sha256"]
    assert [sha256(pair.secondary.to_bytes()) for pair in pairs] == vector["secondary_sha256"]


def test_all_slivers_are_those_of_the_official_encoder(small_vector: dict[str, Any], blob_of: BlobOf) -> None:
    n, size = small_vector["n_shards"], small_vector["unencoded_length"]
    encoded = encode(blob_of(n, size), n_shards=n)
    assert sha256(b"".join(pair.primary.to_bytes() for pair in encoded)) == small_vector["all_primary_sha256"]
    assert sha256(b"".join(pair.secondary.to_bytes() for pair in encoded)) == small_vector["all_secondary_sha256"]


def test_every_sliver_verifies_and_parity_alone_decodes(small_vector: dict[str, Any], blob_of: BlobOf) -> None:
    n, size = small_vector["n_shards"], small_vector["unencoded_length"]
    encoded = encode(blob_of(n, size), n_shards=n)
    pairs = list(encoded)
    for pair in pairs[:: max(1, n // 10)]:
        verify_sliver(pair.primary, Axis.PRIMARY, encoded.metadata)
        verify_sliver(pair.secondary, Axis.SECONDARY, encoded.metadata)
    rows, columns = encoded.params.rows, encoded.params.columns
    last_rows = [pair.primary for pair in pairs[-rows:]]
    last_columns = [pair.secondary for pair in pairs[:columns]]
    assert decode(encoded.metadata, last_rows, axis=Axis.PRIMARY) == blob_of(n, size)
    assert decode(encoded.metadata, last_columns, axis=Axis.SECONDARY) == blob_of(n, size)


@pytest.mark.parametrize("file", sorted(path.name for path in VECTORS.glob("rs2_n*.json")))
def test_what_the_official_encoder_refuses_is_refused(file: str) -> None:
    for rejected in json.loads((VECTORS / file).read_text()).get("rejected", []):
        n_shards = int(file.removeprefix("rs2_n").removesuffix(".json"))
        with pytest.raises(BlobTooLarge):
            encode(bytes(rejected["unencoded_length"]), n_shards=n_shards)


def test_the_worked_example() -> None:
    example = json.loads((VECTORS / "worked_example_n4.json").read_text())
    encoded = encode(bytes.fromhex(example["blob_hex"]), n_shards=example["n_shards"])
    assert encoded.metadata.symbol_size == example["symbol_size"]
    assert bytes(encoded.blob_id).hex() == example["blob_id_hex"]
    assert encoded.root_hash.hex() == example["root"]
    assert [pair.primary.to_bytes().hex() for pair in encoded] == example["primary_bcs"]
    assert [pair.secondary.to_bytes().hex() for pair in encoded] == example["secondary_bcs"]


@pytest.mark.parametrize(("n_shards", "largest"), [(4, 393_204), (7, 983_010), (1000, 14_599_533_452)])
def test_largest_blob(n_shards: int, largest: int) -> None:
    params = Params(n_shards)
    assert params.max_blob_size == largest
    assert params.symbol_size(largest) == 65534
    with pytest.raises(BlobTooLarge):
        params.symbol_size(largest + 1)


def test_blob_id_text_is_strict() -> None:
    text = "3sg0Ef1UN4Co6y8_x2xYnJ3jUxcfAE1EKw7UeXbOlIA"
    blob_id = BlobId.parse(text)
    assert str(blob_id) == text
    assert BlobId.from_u256(blob_id.u256) == blob_id
