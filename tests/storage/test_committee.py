"""Who holds what; expected placements by hand from encoding.md §4."""

from __future__ import annotations

from walrus_sui.redstuff import BlobId
from walrus_sui.storage import Committee, Member

ONE = Member(b"\1" * 32, "a:1", b"\1" * 48, (0, 1, 2))
TWO = Member(b"\2" * 32, "b:2", b"\2" * 48, (3, 4, 5, 6))
COMMITTEE = Committee(epoch=3, n_shards=7, members=(ONE, TWO))
BLOB = BlobId(bytes(31) + b"\x09")
"""The rotation is the big-endian number 9 modulo 7 shards: 2."""


def test_pairs_of_a_member() -> None:
    # pair = (shard - 2) mod 7
    assert ONE.pairs(BLOB, 7) == (5, 6, 0)
    assert TWO.pairs(BLOB, 7) == (1, 2, 3, 4)


def test_holder_of_a_pair() -> None:
    holders = [COMMITTEE.holder_of_pair(BLOB, pair) for pair in range(7)]
    assert holders == [ONE, TWO, TWO, TWO, TWO, ONE, ONE]


def test_members_by_id_and_shard() -> None:
    assert COMMITTEE.member(TWO.node_id) is TWO
    assert COMMITTEE.member(bytes(32)) is None
    assert COMMITTEE.holder_of_shard(3) is TWO
    assert COMMITTEE.holder_of_shard(7) is None
    assert (ONE.weight, TWO.weight) == (3, 4)


def test_keys_and_weights_for_certificates() -> None:
    bls = COMMITTEE.bls()
    assert (bls.epoch, bls.n_shards) == (3, 7)
    assert [(member.public_key, member.weight) for member in bls.members] == [(b"\1" * 48, 3), (b"\2" * 48, 4)]
