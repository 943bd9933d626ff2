"""GF(2^16) transforms on planes of low and high bytes, as LLVM IR (encoding.md §3.2, §3.4).

A work row is a plane of low bytes and a plane of high bytes. A product with a constant c is linear over bits: with
GFNI four 8 x 8 bit matrices, elsewhere eight tables of sixteen bytes looked up by nibble. The plain reference is
the uint16 code in `portable`.
"""

from __future__ import annotations

import dataclasses
import enum

import numpy as np
import numpy.typing as npt

from walrus_sui.redstuff import field
from walrus_sui.redstuff.kernels.ir import CountedLoop, Function, constant


class Op(enum.IntEnum):
    """What one step of a program does to a strip of some rows."""

    FFT8 = 0
    IFFT8 = 1
    FFT4 = 2
    IFFT4 = 3
    FFT2 = 4
    IFFT2 = 5
    XOR = 6
    SCALE = 7
    ZERO = 8
    GATHER = 9


OP_WORDS = 12
"""Words of an op: kind; source, target and distance in bytes; up to seven constants, in bytes; one spare.

GATHER has a number of sources in place of the distance, and their byte offsets in place of constants.
"""
MOST_SOURCES = 7

# butterflies of a radix-8 group: (constant, pairs of rows); layers of half-width 4, 2 and 1 times the distance
_BUTTERFLIES = {
    8: (
        (0, ((0, 4), (1, 5), (2, 6), (3, 7))),
        (1, ((0, 2), (1, 3))),
        (2, ((4, 6), (5, 7))),
        (3, ((0, 1),)),
        (4, ((2, 3),)),
        (5, ((4, 5),)),
        (6, ((6, 7),)),
    ),
    4: ((0, ((0, 2), (1, 3))), (1, ((0, 1),)), (2, ((2, 3),))),
    2: ((0, ((0, 1),)),),
}

Pair = tuple[str, str]
"""A strip of elements: its low bytes and its high bytes."""


@dataclasses.dataclass(frozen=True)
class Variant:
    """An instruction set for products: `kind` is gfni, pshufb or tbl; `width` its vectors in bytes."""

    kind: str
    width: int

    @property
    def constant_size(self) -> int:
        """Bytes one multiplier takes."""
        return 32 if self.kind == "gfni" else 128

    @property
    def lookup(self) -> str:
        if self.kind == "gfni":
            return f"llvm.x86.vgf2p8affineqb.{8 * self.width}"
        if self.kind == "tbl":
            return "llvm.aarch64.neon.tbl1.v16i8"
        return {16: "llvm.x86.ssse3.pshuf.b.128", 32: "llvm.x86.avx2.pshuf.b", 64: "llvm.x86.avx512.pshuf.b.512"}[
            self.width
        ]

    def constants(self, multipliers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """What products with these labels need: uint8[len(multipliers), constant_size]."""
        return _bit_matrices(multipliers) if self.kind == "gfni" else _nibble_tables(multipliers)


def _bit_matrices(multipliers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Low from low, low from high, high from low, high from high; row for output bit i in byte 7 - i."""
    images = field.multiply(multipliers[:, None], 1 << np.arange(16)[None, :]).astype(np.uint64)
    out = np.zeros((len(multipliers), 4), dtype=np.uint64)
    for matrix, (output, source) in enumerate(((0, 0), (0, 8), (8, 0), (8, 8))):
        for row in range(8):
            bits = images[:, source : source + 8] >> np.uint64(output + row) & np.uint64(1)
            byte = (bits << np.arange(8, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)
            out[:, matrix] |= byte << np.uint64(8 * (7 - row))
    return out.astype("<u8").view(np.uint8).reshape(len(multipliers), 32)


def _nibble_tables(multipliers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Low bytes of the products with each value of nibble 0..3, then their high bytes."""
    values = np.arange(16)[None, :] << (4 * np.arange(4)[:, None])
    products = field.multiply(multipliers[:, None, None], values[None])
    split = np.stack((products & 0xFF, products >> 8), axis=1).astype(np.uint8)
    return split.reshape(len(multipliers), 128)


class _Strip(Function):
    """One strip of work rows: loads, products and butterflies."""

    def __init__(self, variant: Variant) -> None:
        super().__init__("transform", "p:base i:plane i:strips p:ops i:count p:constants")
        self.variant = variant
        self.vector = f"<{variant.width} x i8>"
        self.words = f"<{variant.width // 8} x i64>"

    def row(self, pointer: str) -> Pair:
        return self.load(self.vector, pointer), self.load(self.vector, self.at(pointer, "%plane"))

    def put(self, value: Pair, pointer: str) -> None:
        self.store(self.vector, value[0], pointer)
        self.store(self.vector, value[1], self.at(pointer, "%plane"))

    def xor(self, left: str, right: str) -> str:
        return self.value(f"xor {self.vector} {left}, {right}")

    def add(self, left: Pair, right: Pair) -> Pair:
        return self.xor(left[0], right[0]), self.xor(left[1], right[1])

    def multiplier(self, offset: str) -> list[str]:
        pointer = self.at("%constants", offset)
        if self.variant.kind == "gfni":
            return [self._matrix(self.at(pointer, 8 * i)) for i in range(4)]
        return [self._table(self.at(pointer, 16 * i)) for i in range(8)]

    def product(self, value: Pair, multiplier: list[str]) -> Pair:
        if self.variant.kind == "gfni":
            a, b, c, d = multiplier
            low = self.xor(self._affine(value[0], a), self._affine(value[1], b))
            return low, self.xor(self._affine(value[0], c), self._affine(value[1], d))
        nibbles = [*self._nibbles(value[0]), *self._nibbles(value[1])]
        return self._looked_up(multiplier[:4], nibbles), self._looked_up(multiplier[4:], nibbles)

    def _matrix(self, pointer: str) -> str:
        lanes = self.variant.width // 8
        spread = self.broadcast(self.words, lanes, "i64", self.load("i64", pointer))
        return self.value(f"bitcast {self.words} {spread} to {self.vector}")

    def _table(self, pointer: str) -> str:
        table = self.load("<16 x i8>", pointer)
        if self.variant.width == 16:
            return table
        return self.shuffle("<16 x i8>", table, "poison", [i % 16 for i in range(self.variant.width)])

    def _affine(self, value: str, matrix: str) -> str:
        v = self.vector
        return self.value(f"call {v} @{self.variant.lookup}({v} {value}, {v} {matrix}, i8 0)")

    def _nibbles(self, value: str) -> tuple[str, str]:
        low_mask = constant("i8", [15] * self.variant.width)
        shifted = self.value(f"lshr {self.vector} {value}, {constant('i8', [4] * self.variant.width)}")
        return self.value(f"and {self.vector} {value}, {low_mask}"), shifted

    def _looked_up(self, tables: list[str], nibbles: list[str]) -> str:
        v = self.vector
        found = [
            self.value(f"call {v} @{self.variant.lookup}({v} {table}, {v} {nibble})")
            for table, nibble in zip(tables, nibbles, strict=True)
        ]
        return self.xor(self.xor(found[0], found[1]), self.xor(found[2], found[3]))


def module(variant: Variant) -> str:
    """The IR of `transform`."""
    vector = f"<{variant.width} x i8>"
    extra = ", i8" if variant.kind == "gfni" else ""
    return f"declare {vector} @{variant.lookup}({vector}, {vector}{extra})\n" + _transform(variant)


def _transform(variant: Variant) -> str:
    """transform(base, plane, strips, ops, count, constants): run the program on every strip in turn.

    A strip is `width` low bytes and as many high bytes, `plane` behind them, of every row; so all rows of a strip
    stay in cache while the program runs over them.
    """
    f = _Strip(variant)
    strip = CountedLoop(f, "strip", "%strips")
    base = f.at("%base", f.i64("mul", strip.index, variant.width))
    step = CountedLoop(f, "step", "%count")
    op = f.at("%ops", f.i64("mul", step.index, 8 * OP_WORDS))
    fields = [f.load("i64", f.at(op, 8 * i)) for i in range(OP_WORDS - 1)]
    kind, source, target, distance, constants = (
        fields[0],
        f.at(base, fields[1]),
        f.at(base, fields[2]),
        fields[3],
        fields[4:],
    )
    cases = " ".join(f"i64 {case.value}, label %{case.name}" for case in Op)
    f.emit(f"switch i64 {kind}, label %stepped [{cases}]")
    for radix in (8, 4, 2):
        for inverse in (False, True):
            f.label(f"{'I' if inverse else ''}FFT{radix}")
            _butterflies(f, radix, inverse, source, target, distance, constants)
            f.jump("stepped")
    f.label(Op.XOR.name)
    f.put(f.add(f.row(source), f.row(target)), target)
    f.jump("stepped")
    f.label(Op.SCALE.name)
    f.put(f.product(f.row(source), f.multiplier(constants[0])), target)
    f.jump("stepped")
    f.label(Op.ZERO.name)
    f.put(("zeroinitializer", "zeroinitializer"), target)
    f.jump("stepped")
    f.label(Op.GATHER.name)
    _gather(f, target, distance, [(base, offset) for offset in constants])
    f.jump("stepped")
    f.label("stepped")
    step.close()
    strip.close()
    return f.finish()


def _butterflies(
    f: _Strip, radix: int, inverse: bool, source: str, target: str, distance: str, constants: list[str]
) -> None:
    """A group of `radix` rows through log2(radix) layers without leaving the registers."""
    sources, targets = _rows(f, source, radix, distance), _rows(f, target, radix, distance)
    values = [f.row(pointer) for pointer in sources]
    layers = _BUTTERFLIES[radix]
    for index, pairs in reversed(layers) if inverse else layers:
        multiplier = f.multiplier(constants[index])
        for i, j in pairs:
            if inverse:
                values[j] = f.add(values[j], values[i])
            values[i] = f.add(values[i], f.product(values[j], multiplier))
            if not inverse:
                values[j] = f.add(values[j], values[i])
    for value, pointer in zip(values, targets, strict=True):
        f.put(value, pointer)


def _gather(f: _Strip, target: str, count: str, sources: list[tuple[str, str]]) -> None:
    """Add the first `count` sources to the target: enter the chain of additions where that many are left."""
    start, before = f.row(target), f.block
    cases = " ".join(f"i64 {left}, label %gather{left}" for left in range(1, MOST_SOURCES + 1))
    f.emit(f"switch i64 {count}, label %stepped [{cases}]")
    total = start
    for left in range(MOST_SOURCES, 0, -1):
        f.label(f"gather{left}")
        if left < MOST_SOURCES:
            previous = f"gather{left + 1}"
            total = (
                f.value(f"phi {f.vector} [{start[0]}, %{before}], [{total[0]}, %{previous}]"),
                f.value(f"phi {f.vector} [{start[1]}, %{before}], [{total[1]}, %{previous}]"),
            )
        total = f.add(total, f.row(f.at(*sources[left - 1])))
        f.jump(f"gather{left - 1}" if left > 1 else "gathered")
    f.label("gathered")
    f.put(total, target)


def _rows(f: _Strip, first: str, count: int, distance: str) -> list[str]:
    pointers = [first]
    while len(pointers) < count:
        pointers.append(f.at(pointers[-1], distance))
    return pointers
