"""The official encoder, live: random shard counts, sizes and contents."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.npm import PeerUnavailable
from tests.peers.walrus_wasm import WalrusWasm
from tests.scale import cases
from walrus_sui.crypto import SecretKey, aggregate_signatures
from walrus_sui.redstuff import Axis, compute_blob_id, decode, encode
from walrus_sui.redstuff.sliver import SliverData

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def official() -> Iterator[WalrusWasm]:
    try:
        peer = WalrusWasm()
    except PeerUnavailable as error:
        pytest.skip(str(error))
    with peer:
        yield peer


def shapes() -> list[tuple[int, int]]:
    """Chosen anew each time, so that over time many are seen; a failed test shows its own."""
    rng = random.Random()
    chosen = [(rng.randint(4, 40), rng.randint(0, 20_000)) for _ in range(12)]
    chosen += [(rng.randint(41, 400), rng.randint(0, 300_000)) for _ in range(5)]
    # symbols above 512 bytes that are no multiple of 64
    chosen += [(n, rng.randint(600, 5000) * (n - 2 * ((n - 1) // 3)) * (n - (n - 1) // 3)) for n in (4, 7, 10, 31)]
    return [*chosen, (1000, rng.randint(0, 2_000_000))]


@pytest.mark.parametrize(("n", "size"), shapes(), ids=itertools.count())
def test_random_blobs_encode_alike_and_decode_each_others(
    official: WalrusWasm, tmp_path: Path, n: int, size: int
) -> None:
    blob = random.randbytes(size)
    (tmp_path / "blob").write_bytes(blob)
    theirs = official.ask("encode", n=n, file=str(tmp_path / "blob"))
    encoded = encode(blob, n_shards=n)
    pairs = list(encoded)
    assert theirs == {
        "blobId": bytes(encoded.blob_id).hex(),
        "rootHash": encoded.root_hash.hex(),
        "primaries": _digest([pair.primary for pair in pairs]),
        "secondaries": _digest([pair.secondary for pair in pairs]),
    }
    assert compute_blob_id(blob, n_shards=n).metadata == encoded.metadata
    chosen = random.sample(pairs, encoded.params.rows)
    assert decode(encoded.metadata, [pair.primary for pair in chosen], axis=Axis.PRIMARY) == blob
    files = []
    for pair in chosen:
        files.append(tmp_path / f"{pair.index}.sliver")
        files[-1].write_bytes(pair.primary.to_bytes())
    answer = official.ask(
        "decode",
        n=n,
        blobId=bytes(encoded.blob_id).hex(),
        length=size,
        slivers=[str(file) for file in files],
        out=str(tmp_path / "decoded"),
    )
    assert answer == {}
    assert (tmp_path / "decoded").read_bytes() == blob


def border(rng: random.Random) -> tuple[int, int]:
    """Shards of any number up to 1,000, and a size within two bytes of where the symbol size steps."""
    n = rng.randint(4, rng.choice((13, 40, 100, 200, 1000)))
    f = (n - 1) // 3
    symbols = (n - 2 * f) * (n - f)
    most = max(1, min(600, 500_000 // symbols))
    return n, max(0, symbols * rng.randint(0, most) + rng.randint(-2, 2))


@pytest.mark.fuzz
def test_sizes_at_borders_encode_alike(official: WalrusWasm, tmp_path: Path) -> None:
    rng = random.Random()
    for _ in range(cases(10, 520)):
        n, size = border(rng)
        blob = rng.randbytes(size)
        (tmp_path / "blob").write_bytes(blob)
        theirs = official.ask("encode", n=n, file=str(tmp_path / "blob"))
        pairs = list(encoded := encode(blob, n_shards=n))
        ours = {
            "blobId": bytes(encoded.blob_id).hex(),
            "rootHash": encoded.root_hash.hex(),
            "primaries": _digest([pair.primary for pair in pairs]),
            "secondaries": _digest([pair.secondary for pair in pairs]),
        }
        assert theirs == ours, f"{n} shards, {size} bytes"


def test_aggregate_signatures_convince_the_official_verifier(official: WalrusWasm) -> None:
    keys = [SecretKey(random.randrange(1, 2**200)) for _ in range(9)]
    message = random.randbytes(100)
    aggregate = aggregate_signatures([key.sign(message) for key in keys])
    public_keys = [bytes(key.public_key).hex() for key in keys]
    good = official.ask(
        "verifyAggregate", publicKeys=public_keys, message=message.hex(), signature=aggregate.hex()
    )
    assert good == {"valid": True}
    bad = official.ask(
        "verifyAggregate", publicKeys=public_keys[1:], message=message.hex(), signature=aggregate.hex()
    )
    assert bad == {"valid": False}


def _digest(slivers: list[SliverData]) -> str:
    return hashlib.sha256(b"".join(sliver.to_bytes() for sliver in slivers)).hexdigest()
