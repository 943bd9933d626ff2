"""Arrays the engines work on.

Symbols are uint8[line, group, symbol_size]: `group` codewords side by side. Digests in bulk are planes,
uint64[4, count]: word w of digest i at [w, i].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Planes = npt.NDArray[np.uint64]

_BEFORE = 64
_BEHIND = 256
"""How far kernels may reach around a buffer, in bytes."""
_LANES = 8
"""Most symbols hashed side by side: the last ones of a buffer are read together with what would follow them."""


def as_symbols(data: bytes | bytearray | memoryview, count: int, symbol_size: int) -> Bytes:
    """`data` seen as uint8[count, symbol_size], not copied."""
    return np.frombuffer(data, dtype=np.uint8).reshape(count, symbol_size)


def received_sources(
    k: int, indices: Sequence[int], lines: Sequence[Bytes], out: Bytes | None = None
) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """uint8[k, groups, symbol_size] with the source lines among `lines` in place, and which are not among them.

    With `out`, that is the array, and source lines are parts of it already.
    """
    if out is None:
        out = np.empty((k, *lines[0].shape), dtype=np.uint8)
        for index, line in zip(indices, lines, strict=True):
            if index < k:
                out[index] = line
    return out, np.setdiff1d(np.arange(k), np.array(indices))


def aligned(size: int) -> Bytes:
    """`size` zero bytes that start at a multiple of 64."""
    raw = np.zeros(size + 64, dtype=np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size]


def planes(*shape: int) -> Planes:
    """Zeroed planes of digests: uint64[4, *shape]."""
    digests = int(np.prod(shape))
    return aligned(32 * digests).view(np.uint64).reshape(4, *shape)


def slack_buffer(lines: int, group: int, symbol_size: int) -> Bytes:
    """Zeros [lines, group, symbol_size] with room before and behind."""
    size, hashed = lines * group * symbol_size, -(-lines * group // _LANES) * _LANES * symbol_size
    return aligned(_BEFORE + hashed + _BEHIND)[_BEFORE : _BEFORE + size].reshape(lines, group, symbol_size)
