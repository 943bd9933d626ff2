"""The engine for any machine: numpy for the field, hashlib for the trees (encoding.md §3.2, §3.4, §3.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from walrus_sui.redstuff import field
from walrus_sui.redstuff.field import Labels
from walrus_sui.redstuff.kernels.arrays import Bytes, Planes, received_sources
from walrus_sui.redstuff.merkle import depth
from walrus_sui.redstuff.reed_solomon import Code, power_of_two

_BLOCK = 1 << 16
"""Elements a row of the work array holds at most, so that it stays in cache and memory stays bounded."""
_WIDE = 1 << 15
"""From this many elements on, one lookup in a 64 Ki-entry table beats two in small ones."""
_WORK_BYTES = 32 << 20
"""What a block of lines takes at most."""
_EIGHT = 8
_LANE = 32
_DIGEST = 32


class PortableEngine:
    """Numpy and hashlib, nothing compiled."""

    threads = False

    def group_for(self, lines: int, symbol_size: int) -> int:
        return max(_EIGHT, _WORK_BYTES // (lines * symbol_size) // _EIGHT * _EIGHT)

    def buffer(self, lines: int, group: int, symbol_size: int) -> Bytes:
        return np.zeros((lines, group, symbol_size), dtype=np.uint8)

    def extend(self, code: Code, work: Bytes) -> None:
        for block in _blocks(*work.shape[1:]):
            from_elements(_encode(code, to_elements(work[: code.k, block])), work[code.k :, block])

    def recover(
        self, code: Code, indices: Sequence[int], lines: Sequence[Bytes], out: Bytes | None = None
    ) -> Bytes:
        groups, symbol_size = lines[0].shape
        out, missing = received_sources(code.k, indices, lines, out)
        if len(missing) == 0:
            return out
        points = code.points()
        received = points[np.array(indices)]
        logs = code.locator_logs(received)
        for block in _blocks(groups, symbol_size):
            elements = to_elements(np.stack([line[block] for line in lines]))
            solved = _solve(code, received, elements, points[missing], logs)
            recovered = np.empty((len(missing), block.stop - block.start, symbol_size), dtype=np.uint8)
            from_elements(solved, recovered)
            out[missing, block] = recovered
        return out

    def leaf_hashes(self, line: Bytes) -> Bytes:
        hashes: Bytes = _hash_leaves(line)[:, 0]
        return hashes

    def line_roots(self, work: Bytes) -> Bytes:
        return _fold_to_roots(_hash_leaves(work))

    def hash_block(self, work: Bytes, width: int) -> tuple[Bytes, Planes]:
        n, group, _ = work.shape
        leaves = _hash_leaves(work[:, :width])
        roots = np.zeros((group, _DIGEST), dtype=np.uint8)
        roots[:width] = _fold_to_roots(leaves)
        levels = min(3, depth(n))
        nodes = np.zeros((group // _EIGHT, n, _DIGEST), dtype=np.uint8)
        for at, start in enumerate(range(0, width, _EIGHT)):
            nodes[at] = _fold(leaves[:, start : start + _EIGHT].transpose(1, 0, 2), levels)[0]
        return roots, nodes.view(np.uint64).transpose(2, 0, 1)

    def join(self, nodes: Planes) -> Bytes:
        level = np.ascontiguousarray(nodes.transpose(1, 2, 0)).view(np.uint8)
        return _fold_to_roots(level)


def _hash_leaves(work: Bytes) -> Bytes:
    """Leaf hashes [n, group, 32] of symbols [n, group, symbol_size]."""
    prefixed = hashlib.blake2b(b"\x00", digest_size=_DIGEST)
    digests = bytearray()
    for symbol in np.ascontiguousarray(work).reshape(-1, work.shape[-1]):
        state = prefixed.copy()
        state.update(symbol.data)
        digests += state.digest()
    return np.frombuffer(digests, dtype=np.uint8).reshape(*work.shape[:-1], _DIGEST)


def _fold_to_roots(level: Bytes) -> Bytes:
    """Roots [trees, 32] of the trees along the first axis of nodes [n, trees, 32]."""
    roots: Bytes = _fold(level, depth(len(level)))[0]
    return roots


def _fold(level: Bytes, levels: int) -> Bytes:
    """`levels` steps up the trees along the first axis of nodes [n, trees, 32]."""
    for _ in range(levels):
        if len(level) % 2:
            level = np.concatenate((level, np.zeros_like(level[:1])))
        level = _hash_pairs(np.concatenate((level[::2], level[1::2]), axis=2))
    return level


def _hash_pairs(pairs: Bytes) -> Bytes:
    raw = np.ascontiguousarray(pairs).tobytes()
    prefixed = hashlib.blake2b(b"\x01", digest_size=_DIGEST)
    digests = bytearray()
    for start in range(0, len(raw), 2 * _DIGEST):
        state = prefixed.copy()
        state.update(raw[start : start + 2 * _DIGEST])
        digests += state.digest()
    return np.frombuffer(digests, dtype=np.uint8).reshape(*pairs.shape[:-1], _DIGEST)


def _blocks(groups: int, symbol_size: int) -> list[slice]:
    step = max(1, _BLOCK // (symbol_size // 2))
    return [slice(start, min(start + step, groups)) for start in range(0, groups, step)]


def to_elements(symbols: Bytes) -> Labels:
    """Symbols uint8[rows, group, size] as elements uint16[rows, group * size/2] (§3.2)."""
    rows, groups, size = symbols.shape
    elements = np.empty((rows, groups, size // 2, 2), dtype=np.uint8)
    for bytes_, lanes in _halves(size):
        for half in range(2):
            elements[:, :, lanes, half] = symbols[:, :, bytes_[half]]
    return elements.reshape(rows, -1).view("<u2").astype(np.uint16, copy=False)


def from_elements(elements: Labels, symbols: Bytes) -> None:
    """The inverse of `to_elements`, into `symbols`."""
    rows, groups, size = symbols.shape
    raw = (
        np.ascontiguousarray(elements.astype("<u2", copy=False)).view(np.uint8).reshape(rows, groups, size // 2, 2)
    )
    for bytes_, lanes in _halves(size):
        for half in range(2):
            symbols[:, :, bytes_[half]] = raw[:, :, lanes, half]


def _halves(size: int) -> list[tuple[tuple[slice, slice], slice]]:
    """For each 64-byte piece and the tail: where low and high bytes lie, and which elements they make."""
    pieces = []
    for start in range(0, size, 2 * _LANE):
        half = min(2 * _LANE, size - start) // 2
        split = (slice(start, start + half), slice(start + half, start + 2 * half))
        pieces.append((split, slice(start // 2, start // 2 + half)))
    return pieces


def _multiplied(values: Labels, multiplier: int) -> Labels:
    low, high = field.product_tables(multiplier)
    if values.size >= _WIDE:
        return np.take((high[:, None] ^ low[None, :]).ravel(), values)
    product: Labels = np.take(low, values & 0xFF)
    product ^= np.take(high, values >> 8)
    return product


def _fft(work: Labels, base: int, live: int) -> None:
    """Coefficients to values at base.., in place; only the first `live` rows of the result are meant."""
    half = len(work) // 2
    while half:
        for row in range(0, min(live, len(work)), 2 * half):
            upper, lower = work[row : row + half], work[row + half : row + 2 * half]
            if multiplier := (base + row) // half:
                upper ^= _multiplied(lower, multiplier)
            lower ^= upper
        half //= 2


def _ifft(work: Labels, base: int, live: int) -> None:
    """Values at base.. to coefficients, in place; rows from `live` on are zero."""
    half = 1
    while half < len(work):
        for row in range(0, live, 2 * half):
            upper, lower = work[row : row + half], work[row + half : row + 2 * half]
            lower ^= upper
            if multiplier := (base + row) // half:
                upper ^= _multiplied(lower, multiplier)
        half *= 2


def _padded(elements: Labels, rows: int) -> Labels:
    work = np.zeros((rows, elements.shape[1]), dtype=np.uint16)
    work[: len(elements)] = elements
    return work


def _encode(code: Code, originals: Labels) -> Labels:
    """Recoveries uint16[m, batch] of originals uint16[k, batch]."""
    return _encode_high(code, originals) if code.high else _encode_low(code, originals)


def _encode_high(code: Code, originals: Labels) -> Labels:
    total = np.zeros((code.chunk, originals.shape[1]), dtype=np.uint16)
    for start in range(0, code.k, code.chunk):
        work = _padded(originals[start : start + code.chunk], code.chunk)
        _ifft(work, start + code.chunk, min(code.chunk, code.k - start))
        total ^= work
    _fft(total, 0, code.m)
    return total[: code.m]


def _encode_low(code: Code, originals: Labels) -> Labels:
    coefficients = _padded(originals, code.chunk)
    _ifft(coefficients, 0, code.k)
    out = np.empty((code.m, originals.shape[1]), dtype=np.uint16)
    for start in range(0, code.m, code.chunk):
        kept = min(code.chunk, code.m - start)
        work = coefficients.copy()
        _fft(work, start + code.chunk, kept)
        out[start : start + kept] = work[:kept]
    return out


def _solve(
    code: Code,
    received: npt.NDArray[np.int64],
    symbols: Labels,
    wanted: npt.NDArray[np.int64],
    logs: npt.NDArray[np.int64],
) -> Labels:
    """Values at the `wanted` points from those at the `received` ones (§3.5 steps 4–6)."""
    exp = field.tables().exp
    work = np.zeros((power_of_two(code.end), symbols.shape[1]), dtype=np.uint16)
    for point, row in zip(received.tolist(), symbols, strict=True):
        work[point] = _multiplied(row, int(exp[logs[point]]))
    _ifft(work, 0, code.end)
    work = _with_derivative(work)
    _fft(work, 0, code.end)
    return np.stack([_multiplied(work[point], int(exp[field.MODULUS - logs[point]])) for point in wanted.tolist()])


def _with_derivative(work: Labels) -> Labels:
    """The polynomial plus its formal derivative: the plain value vanishes at erased points."""
    out = work.copy()
    for bit in range(len(work).bit_length() - 1):
        shape = (-1, 2, 1 << bit, work.shape[1])
        out.reshape(shape)[:, 0] ^= work.reshape(shape)[:, 1]
    return out
