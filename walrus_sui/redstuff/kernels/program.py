"""Extending and recovering as lists of row operations for the `transform` kernel (encoding.md §3.4, §3.5).

A program knows rows and multipliers; `Program.link` turns them into the byte offsets and constants of one layout.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from walrus_sui.redstuff import field
from walrus_sui.redstuff.kernels.arrays import Bytes
from walrus_sui.redstuff.kernels.galois import MOST_SOURCES, OP_WORDS, Op, Variant
from walrus_sui.redstuff.reed_solomon import Code, power_of_two

Steps = npt.NDArray[np.int64]
"""int64[count, 12]: kind, source row, target row, distance in rows, seven multipliers, unused.

GATHER: kind, unused, target row, number of sources, up to seven source rows, unused.
"""

_FFT = {3: Op.FFT8, 2: Op.FFT4, 1: Op.FFT2}
_IFFT = {3: Op.IFFT8, 2: Op.IFFT4, 1: Op.IFFT2}


class Program:
    """Steps over `rows` work rows. Sources are packed from row `source` on, results lie from row `result` on."""

    def __init__(self, steps: list[Steps], rows: int, source: int, result: int) -> None:
        self.steps = np.concatenate(steps)
        self.rows = rows
        self.source = source
        self.result = result

    def link(self, variant: Variant, row_stride: int) -> tuple[Steps, Bytes]:
        """Ops in bytes and the table of constants they point into."""
        gathers = self.steps[:, 0] == Op.GATHER
        places = np.zeros(field.ORDER, dtype=np.int64)
        places[self.steps[~gathers, 4:11]] = 1
        multipliers = np.flatnonzero(places)
        places[multipliers] = np.arange(len(multipliers)) * variant.constant_size
        ops = self.steps.copy()
        ops[:, 1:3] *= row_stride
        ops[~gathers, 3] *= row_stride
        ops[~gathers, 4:11] = places[self.steps[~gathers, 4:11]]
        ops[gathers, 4:11] *= row_stride
        return ops, variant.constants(multipliers)


@functools.lru_cache(maxsize=32)
def extending(code: Code, radix: int) -> Program:
    """The m recoveries from the k originals."""
    return _extending_high(code, radix) if code.high else _extending_low(code, radix)


def _extending_high(code: Code, radix: int) -> Program:
    chunk, steps = code.chunk, []
    rows = -(-code.k // chunk) * chunk
    steps.append(_plain(Op.ZERO, np.arange(code.k, rows), np.arange(code.k, rows)))
    for start in range(0, code.k, chunk):
        steps += _ifft(start, chunk, min(chunk, code.k - start), start + chunk, radix)
        if start:
            steps.append(_plain(Op.XOR, np.arange(start, start + chunk), np.arange(chunk)))
    steps += _fft(0, 0, chunk, code.m, 0, radix)
    return Program(steps, rows, 0, 0)


def _extending_low(code: Code, radix: int) -> Program:
    chunk = code.chunk
    steps = [_plain(Op.ZERO, np.arange(code.k, chunk), np.arange(code.k, chunk))]
    steps += _ifft(0, chunk, code.k, 0, radix)
    for start in range(0, code.m, chunk):
        steps += _fft(0, start + chunk, chunk, min(chunk, code.m - start), start + chunk, radix)
    return Program(steps, chunk + -(-code.m // chunk) * chunk, 0, chunk)


def recovering(code: Code, indices: npt.NDArray[np.int64], missing: npt.NDArray[np.int64], radix: int) -> Program:
    """The `missing` originals from the symbols with these codeword indices, in their order."""
    points, exp = code.points(), field.tables().exp
    logs = code.locator_logs(points[indices])
    size = power_of_two(code.end)
    received, wanted = points[indices], points[missing]
    source = size + np.arange(len(indices))
    unused = np.setdiff1d(np.arange(size), received)
    steps = [_plain(Op.ZERO, unused, unused), _scale(source, received, exp[logs[received]])]
    steps += _solving(code, int(wanted.max()) + 1, radix)
    result = size + np.arange(len(missing))
    steps.append(_scale(wanted, result, exp[field.MODULUS - logs[wanted]]))
    return Program(steps, size + max(len(indices), len(missing)), size, size)


def _solving(code: Code, live: int, radix: int) -> list[Steps]:
    """Values times locator to values plus derivative, of which rows below `live` are meant."""
    size = power_of_two(code.end)
    steps = _ifft(0, size, code.end, 0, radix)
    steps.append(_derivative(size))
    steps += _fft(0, 0, size, live, 0, radix)
    return steps


@functools.lru_cache(maxsize=8)
def _derivative(size: int) -> Steps:
    """Row i takes in every row i | 2^b, b not in i; ascending, so that what it takes in is still the old row."""
    rows, bits = np.arange(size), size.bit_length() - 1
    sources, found = np.zeros((size, bits + MOST_SOURCES), dtype=np.int64), np.zeros(size, dtype=np.int64)
    for bit in range(bits):
        free = rows >> bit & 1 == 0
        sources[rows[free], found[free]] = rows[free] | 1 << bit
        found[free] += 1
    steps = []
    for first in range(0, bits, MOST_SOURCES):
        targets = rows[found > first]
        gather = _plain(Op.GATHER, np.zeros_like(targets), targets)
        gather[:, 3] = np.minimum(found[targets] - first, MOST_SOURCES)
        gather[:, 4:11] = sources[targets, first : first + MOST_SOURCES]
        steps.append(gather)
    all_ = np.concatenate(steps)
    return all_[np.argsort(all_[:, 2], kind="stable")]


def _plain(op: Op, source: npt.NDArray[np.int64], target: npt.NDArray[np.int64]) -> Steps:
    steps = np.zeros((len(target), OP_WORDS), dtype=np.int64)
    steps[:, 0], steps[:, 1], steps[:, 2] = op, source, target
    return steps


def _scale(source: npt.NDArray[np.int64], target: npt.NDArray[np.int64], by: field.Labels) -> Steps:
    steps = _plain(Op.SCALE, source, target)
    steps[:, 4] = by
    return steps


def _layers(size: int, radix: int) -> list[int]:
    """Layers of butterflies to do at once, from the widest on."""
    most, left, layers = radix.bit_length() - 1, size.bit_length() - 1, []
    while left:
        layers.append(min(most, left))
        left -= layers[-1]
    return layers


def _fft(source: int, target: int, size: int, live: int, base: int, radix: int) -> list[Steps]:
    """Coefficients in rows from `source` to values at points `base`.. in rows from `target`; `live` are meant."""
    steps, distance = [], size
    for layers in _layers(size, radix):
        distance >>= layers
        steps.append(_groups(_FFT[layers], layers, source, target, distance, live, base))
        source = target
    return steps


def _ifft(rows: int, size: int, live: int, base: int, radix: int) -> list[Steps]:
    """Values at points `base`.. to coefficients in place; values from `live` on are zero."""
    steps, distance = [], 1
    for layers in reversed(_layers(size, radix)):
        steps.append(_groups(_IFFT[layers], layers, rows, rows, distance, live, base))
        distance <<= layers
    return steps


def _groups(op: Op, layers: int, source: int, target: int, distance: int, live: int, base: int) -> Steps:
    """One op for every 2^layers rows `distance` apart; the multiplier of a butterfly is point // half-width."""
    span = distance << layers
    starts = np.arange(0, live, span)
    multipliers = []
    for layer in range(layers):
        width = span >> layer + 1
        multipliers += [(base + starts + block * 2 * width) // width for block in range(1 << layer)]
    rows = (starts[:, None] + np.arange(distance)[None, :]).reshape(-1)
    steps = _plain(op, source + rows, target + rows)
    steps[:, 3] = distance
    for column, multiplier in enumerate(multipliers):
        steps[:, 4 + column] = np.repeat(multiplier, distance)
    return steps
