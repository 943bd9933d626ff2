"""The arithmetic of the code on real data: extend, recover, hash. Engines differ in speed, never in bytes.

The first use in a process loads the compiled kernels in a few milliseconds; the first on a machine compiles them,
which takes 0.2 seconds with AVX-512 and up to 1.2 elsewhere.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from walrus_sui.redstuff.kernels.arrays import Bytes, Planes
from walrus_sui.redstuff.kernels.portable import PortableEngine
from walrus_sui.redstuff.reed_solomon import Code, code_for

logger = logging.getLogger(__name__)


class Engine(Protocol):
    """What an engine can do. `work` arrays are uint8[n, group, symbol_size] and come from `buffer`."""

    threads: bool
    """Whether several threads make it faster."""

    def group_for(self, lines: int, symbol_size: int) -> int:
        """Lines to work on side by side: a multiple of eight."""

    def buffer(self, lines: int, group: int, symbol_size: int) -> Bytes:
        """An array this engine can work in: uint8[lines, group, symbol_size]."""

    def extend(self, code: Code, work: Bytes) -> None:
        """Fill work[k:] from work[:k]."""

    def recover(
        self, code: Code, indices: Sequence[int], lines: Sequence[Bytes], out: Bytes | None = None
    ) -> Bytes:
        """Originals [k, group, symbol_size] from any k distinct codeword `indices`, each [group, symbol_size].

        With `out`, those that are missing are filled in there, where the others are already.
        """

    def leaf_hashes(self, line: Bytes) -> Bytes:
        """Merkle leaf hashes [n, 32] of one line: `work` with a group of 1."""

    def line_roots(self, work: Bytes) -> Bytes:
        """Roots [group, 32] of the trees along the first axis; a group of 1, or as `group_for` says."""

    def hash_block(self, work: Bytes, width: int) -> tuple[Bytes, Planes]:
        """Of a block of columns: roots [group, 32] along them, and its part of the trees across them.

        That part is a node for each row and eight columns, uint64[4, group / 8, n], at most three levels up. Only
        the first `width` columns count.
        """

    def join(self, nodes: Planes) -> Bytes:
        """Roots [n, 32] across all columns, from the nodes of all blocks in order, uint64[4, blocks, n]."""


@functools.cache
def engine() -> Engine:
    """The fastest engine that this machine can run."""
    return _native_engine() or PortableEngine()


def _native_engine() -> Engine | None:
    try:
        from walrus_sui.redstuff.kernels import native

        for machine in native.machines()[:1]:
            found = native.NativeEngine(machine)
            if agrees(found):
                return found
            logger.warning("compiled kernels for %s give wrong results and are not used", machine.cpu)
    except (ImportError, OSError, RuntimeError) as error:
        logger.warning("kernels cannot be compiled, the slow portable ones are used: %s", error)
    return None


def agrees(candidate: Engine) -> bool:
    """Whether an engine gives the portable one's bytes on a small matrix: a guard against miscompilation."""
    reference, code = PortableEngine(), code_for(5, 13)
    results = []
    for one in (candidate, reference):
        work = one.buffer(13, 8, 130)
        work[:5] = np.arange(5 * 8 * 130, dtype=np.uint64).reshape(5, 8, 130) * 0x9E3779B1 >> 13 & 0xFF
        one.extend(code, work)
        roots, nodes = one.hash_block(work, 7)
        recovered = one.recover(code, range(8, 13), list(work[8:]))
        results.append((work.tobytes(), roots[:7].tobytes(), nodes.tobytes(), recovered.tobytes()))
    return results[0] == results[1]
