"""Array shapes the kernels speak: bytes as uint8, symbols as uint8[line, group, symbol_size]."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]


def as_symbols(data: bytes | bytearray | memoryview, count: int, symbol_size: int) -> Bytes:
    """`data` seen as uint8[count, symbol_size], not copied."""
    return np.frombuffer(data, dtype=np.uint8).reshape(count, symbol_size)
