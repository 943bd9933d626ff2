"""Trees by hand, proofs and what must not be one."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walrus_sui.redstuff.merkle import EMPTY, MerkleProof, MerkleTree, depth, hash_leaf, root_of


def h(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()


def test_three_leaves_by_hand() -> None:
    a, b, c = (h(b"\0" + leaf) for leaf in (b"a", b"b", b"c"))
    assert root_of([b"a", b"b", b"c"]) == h(b"\1" + h(b"\1" + a + b) + h(b"\1" + c + bytes(32)))


def test_one_and_no_leaves() -> None:
    assert root_of([b"only"]) == h(b"\0only")
    assert root_of([]) == EMPTY


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 13, 100, 1000])
def test_every_leaf_is_proved_at_its_place_only(n: int) -> None:
    leaves = [i.to_bytes(4, "big") for i in range(n)]
    tree = MerkleTree.over(leaves)
    for i in range(0, n, max(1, n // 17)):
        proof = tree.prove(i)
        assert len(proof.siblings) == depth(n)
        assert proof.leads_to(tree.root, leaves[i], i, n)
        assert not proof.leads_to(tree.root, leaves[i] + b"x", i, n)
        assert not any(
            proof.leads_to(tree.root, leaves[i], j, n) for j in {(i + 1) % max(n, 2), i ^ 1, i + n} - {i}
        )


def test_at_a_thousand_leaves_the_last_eight_have_two_empty_siblings() -> None:
    tree = MerkleTree.over([bytes([i % 256, i // 256]) for i in range(1000)])
    assert [tree.prove(i).siblings.count(EMPTY) for i in (991, 992, 999)] == [0, 2, 2]


def test_an_empty_root_proves_nothing() -> None:
    assert not MerkleProof(()).leads_to(EMPTY, b"", 0, 1)


def test_a_longer_proof_than_the_tree_is_deep_is_refused() -> None:
    leaf = b"leaf"
    root = h(b"\1" + hash_leaf(leaf) + bytes(32))
    assert MerkleProof((EMPTY,)).leads_to(root, leaf, 0, 2)
    assert not MerkleProof((EMPTY,)).leads_to(root, leaf, 0, 1)


def test_leaves_outside_the_tree() -> None:
    with pytest.raises(IndexError):
        MerkleTree.over([b"a"]).prove(1)


@given(st.lists(st.sampled_from([EMPTY, bytes(32), b"\xff" * 32]), max_size=16))
def test_proofs_round_trip(siblings: list[bytes]) -> None:
    proof = MerkleProof(tuple(siblings))
    assert MerkleProof.from_bytes(proof.to_bytes()) == proof
