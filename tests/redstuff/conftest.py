"""Vectors of the official encoder and the blobs they are about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parent.parent / "vectors"


def vector_blob(n_shards: int, size: int) -> bytes:
    """The blob that the vectors of this shape are about; the recipe stands in each file."""
    chunks = (f"walrus-rs2-vector:{n_shards}:{size}:{i}".encode() for i in range(-(-size // 32)))
    return b"".join(hashlib.sha256(chunk).digest() for chunk in chunks)[:size]


@pytest.fixture(scope="session")
def blob_of() -> Callable[[int, int], bytes]:
    return vector_blob


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`vector`: every (n, size) the official encoder was run on; `small_vector`: those below 1,000 shards."""
    for name, most in (("vector", 1000), ("small_vector", 100)):
        if name in metafunc.fixturenames:
            found = [vector for vector in _vectors() if vector["n_shards"] <= most]
            ids = [f"n{vector['n_shards']}-{vector['unencoded_length']}B" for vector in found]
            metafunc.parametrize(name, found, ids=ids)


def _vectors() -> list[dict[str, Any]]:
    files = sorted(VECTORS.glob("rs2_n*.json"))
    return [vector for file in files for vector in json.loads(file.read_text())["vectors"]]
