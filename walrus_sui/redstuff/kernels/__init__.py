"""The arithmetic of the code on real data: extend, recover, hash. Engines differ in speed, never in bytes."""

from __future__ import annotations

import functools
from typing import Protocol

from walrus_sui.redstuff.kernels.arrays import Bytes
from walrus_sui.redstuff.kernels.portable import PortableEngine
from walrus_sui.redstuff.reed_solomon import Code


class Engine(Protocol):
    """What an engine can do. Arrays are uint8; `group` counts codewords worked on side by side."""

    def extend(self, code: Code, source: Bytes) -> Bytes:
        """Originals [k, group, symbol_size] to the whole codeword [n, group, symbol_size]."""

    def recover(self, code: Code, indices: list[int], symbols: Bytes) -> Bytes:
        """Originals [k, group, symbol_size] from any k distinct codeword `indices` and their symbols."""

    def leaf_hashes(self, symbols: Bytes) -> Bytes:
        """Merkle leaf hash [..., 32] of every symbol [..., symbol_size]."""

    def merkle_roots(self, leaves: Bytes) -> Bytes:
        """Roots [trees, 32] of trees over leaf hashes [trees, leaves, 32]."""


@functools.cache
def engine() -> Engine:
    """The fastest engine this machine can run."""
    return PortableEngine()
