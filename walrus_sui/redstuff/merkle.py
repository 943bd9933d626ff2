"""Merkle trees over symbols and sliver roots: BLAKE2b-256, odd levels closed by an Empty node (encoding.md §5).

A node is `bytes`: 32 of them for a digest, none for Empty, which hashes as 32 zero bytes and is never a root.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Annotated

from walrus_sui import bcs
from walrus_sui.errors import BcsError

DIGEST_SIZE = 32
EMPTY = b""

_ZERO = bytes(DIGEST_SIZE)
_LEAF = hashlib.blake2b(b"\x00", digest_size=DIGEST_SIZE)
_INNER = hashlib.blake2b(b"\x01", digest_size=DIGEST_SIZE)

Buffer = bytes | bytearray | memoryview


class NodeCodec(bcs.Codec[bytes]):
    """`00` for Empty, `01` and 32 bytes for a digest (encoding.md §6)."""

    def write(self, value: bytes, out: bytearray) -> None:
        if value == EMPTY:
            out.append(0)
        elif len(value) == DIGEST_SIZE:
            out.append(1)
            out += value
        else:
            raise BcsError(f"expected a digest of {DIGEST_SIZE} bytes, got {len(value)}")

    def read(self, reader: bcs.Reader) -> bytes:
        tag = reader.byte()
        if tag > 1:
            raise BcsError(f"expected a Merkle node (0 or 1) at offset {reader.position - 1}, got {tag}")
        return reader.take(DIGEST_SIZE) if tag else EMPTY


Node = Annotated[bytes, NodeCodec()]


def hash_leaf(leaf: Buffer) -> bytes:
    state = _LEAF.copy()
    state.update(leaf)
    return state.digest()


def hash_inner(left: bytes, right: bytes) -> bytes:
    state = _INNER.copy()
    state.update((left or _ZERO) + (right or _ZERO))
    return state.digest()


def depth(n_leaves: int) -> int:
    """Nodes in a proof for a tree of `n_leaves`: ceil(log2 n)."""
    return max(n_leaves - 1, 0).bit_length()


class MerkleTree:
    """All levels of a tree, leaves first."""

    def __init__(self, leaf_hashes: Iterable[bytes]) -> None:
        level = list(leaf_hashes)
        self.n_leaves = len(level)
        self.levels = [level]
        while len(level) > 1:
            if len(level) % 2:
                level.append(EMPTY)
            level = [hash_inner(level[i], level[i + 1]) for i in range(0, len(level), 2)]
            self.levels.append(level)

    @classmethod
    def over(cls, leaves: Iterable[Buffer]) -> MerkleTree:
        return cls(hash_leaf(leaf) for leaf in leaves)

    @property
    def root(self) -> bytes:
        """The root digest; Empty for a tree without leaves."""
        return self.levels[-1][0] if self.n_leaves else EMPTY

    def prove(self, index: int) -> MerkleProof:
        """The proof that leaf `index` is in the tree. Raises `IndexError` for a leaf it does not have."""
        if not 0 <= index < self.n_leaves:
            raise IndexError(f"expected a leaf from 0 to {self.n_leaves - 1}, got {index}")
        return MerkleProof(tuple(level[(index >> k) ^ 1] for k, level in enumerate(self.levels[:-1])))


def root_of(leaves: Iterable[Buffer]) -> bytes:
    return MerkleTree.over(leaves).root


class MerkleProof(bcs.Struct):
    """The siblings on the way from one leaf to the root, bottom up."""

    siblings: Annotated[tuple[Node, ...], bcs.MaxLen(16)]

    def leads_to(self, root: bytes, leaf: Buffer, index: int, n_leaves: int) -> bool:
        """Whether `leaf` at `index` of a tree of `n_leaves` has this `root`. An Empty root never matches."""
        if len(self.siblings) > depth(n_leaves) or index >> len(self.siblings):
            return False
        return root != EMPTY and _fold(hash_leaf(leaf), index, self.siblings) == root


def _fold(node: bytes, index: int, siblings: Sequence[bytes]) -> bytes:
    # nodes verify thousands of proofs a second: this is `hash_inner` without the call
    for sibling in siblings:
        state = _INNER.copy()
        state.update((sibling or _ZERO) + node if index & 1 else node + (sibling or _ZERO))
        node = state.digest()
        index >>= 1
    return node
