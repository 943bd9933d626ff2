"""The official quilt layout, live: random files, tags and shard counts."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import pytest

from tests.peers.npm import PeerUnavailable
from tests.peers.quilts import OfficialQuilts
from walrus_sui.errors import QuiltError
from walrus_sui.redstuff.quilt import QuiltFile, build_quilt

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def official() -> Iterator[OfficialQuilts]:
    try:
        peer = OfficialQuilts()
    except PeerUnavailable as error:
        pytest.skip(str(error))
    with peer:
        yield peer


def word(rng: random.Random) -> str:
    # the official layout sorts by UTF-16 units, which differs from UTF-8 beyond the basic plane only
    letters = "abcXYZ019-_./ éß漢字�"
    return "".join(rng.choice(letters) for _ in range(rng.randint(1, 12))).strip() or "x"


def some_files(rng: random.Random, count: int) -> list[QuiltFile]:
    files = {}
    for _ in range(count):
        tags = {word(rng): word(rng) for _ in range(rng.choice([0, 0, 1, 3]))}
        name = word(rng)
        files[name] = QuiltFile(name, rng.randbytes(rng.choice([0, 1, 50, 500, 20_000])), tags)
    return list(files.values())


@pytest.mark.parametrize("seed", [random.randrange(2**32) for _ in range(25)], ids=range(25))
def test_random_quilts_are_laid_out_alike(official: OfficialQuilts, seed: int) -> None:
    rng = random.Random(seed)
    n = rng.choice([7, 10, 13, 31, 100, 1000])
    files = some_files(rng, rng.randint(1, min(40, n - (n - 1) // 3 + 1)))
    theirs = official.ask(
        "encode",
        n=n,
        files=[
            {"identifier": file.identifier, "tags": dict(file.tags), "contents": file.data.hex()} for file in files
        ],
    )
    if "error" in theirs:
        with pytest.raises(QuiltError):
            build_quilt(files, n_shards=n)
        return
    quilt = build_quilt(files, n_shards=n)
    assert theirs == {
        "length": len(quilt.data),
        "sha256": hashlib.sha256(quilt.data).hexdigest(),
        "patches": [[patch.identifier, patch.start, patch.end] for patch in quilt.patches],
    }
