"""The bytes of blob metadata by encoding.md §6, digests and Empty nodes alike."""

from __future__ import annotations

import pytest

from walrus_sui.errors import BcsError
from walrus_sui.redstuff import BlobMetadata, SliverPairMetadata

HEAD = bytes((0, 1)) + (13).to_bytes(8, "little")
A, B = b"\xaa" * 32, b"\xbb" * 32
BOTH = b"\1" + A + b"\1" + B
LEFT_EMPTY = b"\0\1" + B
RIGHT_EMPTY = b"\1" + A + b"\0"


@pytest.mark.parametrize(
    ("wire", "pairs"),
    [
        (b"\2" + BOTH + BOTH, [(A, B), (A, B)]),
        (b"\0", []),
        (b"\3" + BOTH + LEFT_EMPTY + BOTH, [(A, B), (b"", B), (A, B)]),
        (b"\2" + RIGHT_EMPTY + BOTH, [(A, b""), (A, B)]),
        (b"\2" + b"\0\0" * 2, [(b"", b"")] * 2),
        (b"\x85\1" + BOTH * 133, [(A, B)] * 133),
    ],
    ids=["two", "none", "an empty primary", "an empty secondary", "all empty", "133"],
)
def test_both_ways(wire, pairs):
    metadata = BlobMetadata(13, tuple(SliverPairMetadata(*pair) for pair in pairs))
    assert metadata.to_bytes() == HEAD + wire
    assert BlobMetadata.from_bytes(HEAD + wire) == metadata


@pytest.mark.parametrize(
    "wire",
    [
        b"\2" + BOTH + BOTH[:-1],
        b"\2" + BOTH,
        b"\1" + BOTH + b"\0",
        b"\2" + BOTH + b"\2" + BOTH[1:],
        b"\1\1" + A + b"\3" + B,
        b"\x80\x80\4" + BOTH,
        b"\xff\xff\3" + BOTH,
    ],
    ids=["cut", "one missing", "one more byte", "a wrong tag", "a wrong second tag", "65,536", "65,535 announced"],
)
def test_anything_else_is_refused(wire):
    with pytest.raises(BcsError, match="expected"):
        BlobMetadata.from_bytes(HEAD + wire)
