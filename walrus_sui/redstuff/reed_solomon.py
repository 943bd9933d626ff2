"""The systematic Reed–Solomon code as a plan: points, rates, erasure locators (encoding.md §3.3–3.5).

Nothing here touches data; the kernels carry the plan out.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from walrus_sui.redstuff import field
from walrus_sui.redstuff.field import MODULUS, ORDER, Labels

_FEW_LOGARITHMS = 1 << 18
"""Up to so many, adding them up one by one is quicker than two transforms."""


def power_of_two(count: int) -> int:
    """The smallest power of two that is at least `count`."""
    return 1 << max(count - 1, 0).bit_length()


class Code:
    """k originals extended by m recoveries; codeword index i < k is an original, k + r recovery r.

    At `high` rate recoveries lie at points 0.. and originals from `chunk` on; at low rate the other way round.
    """

    def __init__(self, k: int, m: int) -> None:
        self.k = k
        self.m = m
        self.high = (power_of_two(k), -k) > (power_of_two(m), -m - 1)
        self.chunk = power_of_two(m if self.high else k)
        self.end = self.chunk + (k if self.high else m)
        """One past the last evaluation point in use."""

    @property
    def n(self) -> int:
        return self.k + self.m

    def points(self) -> npt.NDArray[np.int64]:
        """Evaluation point of every codeword index: int64[n]."""
        originals, recoveries = np.arange(self.k), np.arange(self.m)
        if self.high:
            return np.concatenate((originals + self.chunk, recoveries))
        return np.concatenate((originals, recoveries + self.chunk))

    def generator(self) -> Labels:
        """The closed form of the code: recovery r = XOR of generator[r, j] * original[j]. uint16[m, k]."""
        r, j = np.arange(self.m)[:, None], np.arange(self.k)[None, :]
        c = self.chunk
        if self.high:
            return field.multiply((c + j) // c, field.inverse((c + j) ^ r))
        return field.multiply((c + r) // c, field.inverse((c + r) ^ j))

    def locator_logs(self, received: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Logarithm of the erasure locator at every point below `end`, given the points received.

        lam[p] = sum of log(p ^ e) over erased e != p, mod 65535, by a Walsh–Hadamard transform (§3.5 step 3), or
        as it stands where that is less. All logarithms together are 0, so the points that are not erased will do,
        counted negative.
        """
        erased = self._erased(received)
        count = int(erased.sum())
        few, sign = (erased, 1) if 2 * count <= ORDER else (~erased, -1)
        if min(count, ORDER - count) * self.end <= _FEW_LOGARITHMS:
            places = np.arange(self.end)[:, None] ^ np.flatnonzero(few)[None, :]
            sums: npt.NDArray[np.int64] = sign * _logarithms()[places].sum(axis=1) % MODULUS
            return sums
        transformed = _walsh_hadamard(erased.astype(np.int64))
        return _walsh_hadamard(transformed * _log_spectrum() % MODULUS)[: self.end]

    def _erased(self, received: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        erased = np.zeros(ORDER, dtype=np.bool_)
        if self.high:
            erased[: self.end] = True
        else:
            erased[: self.k] = True
            erased[self.chunk :] = True
        erased[received] = False
        return erased


@functools.lru_cache(maxsize=64)
def code_for(k: int, n: int) -> Code:
    """The code that extends `k` symbols to `n`."""
    return Code(k, n - k)


@functools.cache
def _logarithms() -> npt.NDArray[np.int64]:
    """With 0 for the logarithm that there is not."""
    log = field.tables().log.astype(np.int64)
    log[0] = 0
    return log


@functools.cache
def _log_spectrum() -> npt.NDArray[np.int64]:
    return _walsh_hadamard(_logarithms())


def _walsh_hadamard(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Mod 65535 over 65536 points, where the transform is its own inverse."""
    out = values.copy()
    for bit in range(16):
        pairs = out.reshape(-1, 2, 1 << bit)
        total = pairs[:, 0] + pairs[:, 1]
        pairs[:, 1] = pairs[:, 0] - pairs[:, 1]
        pairs[:, 0] = total
    return out % MODULUS
