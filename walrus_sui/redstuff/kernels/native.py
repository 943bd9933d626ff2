"""The engine of compiled kernels: field arithmetic and hashing in vector registers."""

from __future__ import annotations

import ctypes
import dataclasses
import functools
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from walrus_sui.redstuff.kernels import arrays, blake2, galois, jit, layout, parallel, program
from walrus_sui.redstuff.kernels.arrays import Bytes, Planes
from walrus_sui.redstuff.kernels.program import Program
from walrus_sui.redstuff.merkle import depth
from walrus_sui.redstuff.reed_solomon import Code

T = TypeVar("T", bound=np.generic)

_GROUP = blake2.GROUP
_AREA_BYTES = 4 << 20
"""Bytes of symbols all work rows take in at a time, so that they stay in the cache."""
_COPY = 32
_KEPT_PROGRAMS = 32
"""Linked programs for extending that are kept: about 100 KB each at 1,000 shards."""
_ROOM = 4 * _GROUP
"""Digests that vectors may reach beyond the last one."""
_RECOVER_GROUP = 64
_RECOVER_BYTES = 8 << 20
"""Most codewords that are solved side by side, and most bytes of them: beyond, it only takes memory."""
_RECOVERED_BYTES_WORTH_A_THREAD = 1 << 20


@dataclasses.dataclass(frozen=True)
class Machine:
    """What to compile for: processor and features in LLVM's words, product variant, radix, lanes of hashing."""

    cpu: str
    features: str
    variant: galois.Variant
    radix: int
    lanes: int


def machines() -> list[Machine]:
    """Every way to compile for this machine, the fastest first."""
    cpu, has = jit.host()
    every = ",".join(f"{'+' if on else '-'}{name}" for name, on in sorted(has.items()))
    found = []
    if has.get("avx512bw") and has.get("avx512vl"):
        if has.get("gfni"):
            found.append(Machine(cpu, every, galois.Variant("gfni", 64), 8, 8))
        found.append(Machine(cpu, every, galois.Variant("pshufb", 64), 8, 8))
    if has.get("avx2"):
        found.append(Machine("haswell", "", galois.Variant("pshufb", 32), 4, 4))
    if has.get("ssse3"):
        found.append(Machine("core2", "", galois.Variant("pshufb", 16), 4, 2))
    if has.get("neon") or cpu.startswith(("apple", "neoverse", "cortex")):
        found.append(Machine(cpu, every, galois.Variant("tbl", 16), 4, 2))
    return found


class NativeEngine:
    """Compiled for one machine. Safe to use from several threads; kernels run outside the interpreter's lock."""

    threads = True

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        key = f"{_sources()}\n{machine.variant}\n{machine.radix}\n{machine.lanes}"
        self._library = jit.Library(functools.partial(_module, machine), key, machine.cpu, machine.features)
        self._transform = self._library.function("transform", 6)
        self._pack = self._library.function("pack", 9)
        self._unpack = self._library.function("unpack", 9)
        self._leaves = self._library.function("leaves", 6)
        self._adjacent = self._library.function("pair_adjacent", 5)
        self._apart = self._library.function("pair_apart", 7)
        self._tree = self._library.function("tree_adjacent", 5)
        self._trees = self._library.function("trees_apart", 5)
        self._extensions: dict[tuple[int, int, int, int], _Linked] = {}
        self._local = threading.local()

    def __repr__(self) -> str:
        return f"NativeEngine({self._machine.variant.kind}-{8 * self._machine.variant.width})"

    def group_for(self, lines: int, symbol_size: int) -> int:
        return _GROUP

    def buffer(self, lines: int, group: int, symbol_size: int) -> Bytes:
        return arrays.slack_buffer(lines, group, symbol_size)

    def extend(self, code: Code, work: Bytes) -> None:
        self._carry_out(self._extending(code, *work.shape[1:]), work[: code.k], work[code.k :])

    def recover(
        self, code: Code, indices: Sequence[int], lines: Sequence[Bytes], out: Bytes | None = None
    ) -> Bytes:
        groups, size = lines[0].shape
        out, missing = arrays.received_sources(code.k, indices, lines, out)
        if len(missing) == 0:
            return out
        plan = program.recovering(code, np.array(indices), missing, self._machine.radix)
        step = max(1, min(_RECOVER_GROUP, groups, _RECOVER_BYTES // (len(lines) * size)))
        linked = self._linked(plan, step, size)

        def prepare() -> Callable[[int], None]:
            source, result = self.buffer(len(lines), step, size), self.buffer(len(missing), step, size)

            def solve(start: int) -> None:
                width = min(step, groups - start)
                for row, line in zip(source, lines, strict=True):
                    row[:width] = line[start : start + width]
                self._carry_out(linked, source, result)
                out[missing, start : start + width] = result[:, :width]

            return solve

        starts = range(0, groups, step)
        worth = len(lines) * groups * size >= _RECOVERED_BYTES_WORTH_A_THREAD
        parallel.for_each(starts, prepare, min(parallel.cores(), len(starts)) if worth else 1)
        return out

    def leaf_hashes(self, line: Bytes) -> Bytes:
        n = line.shape[0]
        planes = self._scratch("leaves", n)
        self._hash_leaves(line, n, planes)
        return np.ascontiguousarray(planes[:, :n].T).view(np.uint8)

    def line_roots(self, work: Bytes) -> Bytes:
        n, group, _ = work.shape
        leaves = self._scratch("leaves", n * group)
        self._hash_leaves(work, n * group, leaves)
        return self._line_root(leaves, n) if group == 1 else self._column_roots(leaves, n)

    def hash_block(self, work: Bytes, width: int) -> tuple[Bytes, Planes]:
        n = work.shape[0]
        leaves = self._scratch("leaves", n * _GROUP)
        self._hash_leaves(work, n * _GROUP, leaves)
        nodes = self._fold_rows(leaves, n, width)
        return self._column_roots(leaves, n), nodes

    def join(self, nodes: Planes) -> Bytes:
        blocks, n = nodes.shape[1:]
        stride = -(-n // 64) * 64
        level = _padded_blocks(nodes, stride)
        while blocks > 1:
            if blocks % 2:
                level[:, blocks] = 0
                blocks += 1
            above = arrays.planes(blocks // 2 + 1, stride)
            for pair in range(blocks // 2):
                self._pair(level[:, 2 * pair], level[:, 2 * pair + 1], n, _GROUP, above[:, pair])
            level, blocks = above, blocks // 2
        return np.ascontiguousarray(level[:, 0, :n].T).view(np.uint8)

    def _fold_rows(self, leaves: Planes, n: int, width: int) -> Planes:
        """Three levels of the trees across eight columns; the odd ones out meet an Empty node."""
        nodes, spare = leaves, self._scratch("rows0", n * _GROUP)
        other = self._scratch("rows1", n * _GROUP)
        for level in range(min(3, depth(n))):
            per_row = _GROUP >> level
            if width % 2 and width < per_row:
                nodes[:, : n * per_row].reshape(4, n, per_row)[:, :, width] = 0
            self._halve(nodes, n * per_row, spare)
            nodes, spare, width = spare, (other if level == 0 else nodes), -(-width // 2)
        step = _GROUP >> min(3, depth(n))
        return nodes[:, None, : n * step : step].copy()

    def _column_roots(self, nodes: Planes, n: int) -> Bytes:
        """Trees along the first axis, one a lane: nodes[w, row * group + lane]."""
        spare, roots = self._spare(nodes), np.empty((blake2.DIGEST_WORDS, _GROUP), dtype=np.uint64)
        self._trees(_address(nodes), _address(spare), n, _plane(nodes), _address(roots))
        return np.ascontiguousarray(roots.T).view(np.uint8)

    def _line_root(self, nodes: Planes, n: int) -> Bytes:
        """The tree of one line, its nodes side by side."""
        spare, root = self._spare(nodes), np.empty((1, blake2.DIGEST_WORDS), dtype=np.uint64)
        self._tree(_address(nodes), _address(spare), n, _plane(nodes), _address(root))
        return root.view(np.uint8)

    def _halve(self, nodes: Planes, n: int, out: Planes) -> None:
        groups = -(-(n // 2) // self._machine.lanes)
        self._adjacent(_address(nodes), groups, _address(out), _plane(nodes), _plane(out))

    def _pair(self, left: Planes, right: Planes, count: int, step: int, out: Planes) -> None:
        vectors = -(-count // self._machine.lanes)
        self._apart(_address(left), _address(right), vectors, step, _address(out), _plane(left), _plane(out))

    def _hash_leaves(self, symbols: Bytes, count: int, out: Planes) -> None:
        size = symbols.shape[-1]
        groups = -(-count // self._machine.lanes)
        self._leaves(_address(symbols), size, groups, size, _address(out), _plane(out))

    def _carry_out(self, linked: _Linked, source: Bytes, result: Bytes) -> None:
        """Run a program from symbols [k, group, size] to symbols [m, group, size], segment by segment."""
        (given, group, size), shape, width = source.shape, linked.shape, self._machine.variant.width
        area = _address(self._area(linked.rows * shape.row_stride))
        packed, unpacked, rows = area + linked.source, area + linked.result, (shape.row_stride, shape.plane)
        first, target = _address(source), _address(result)
        ops, constants = _address(linked.ops), _address(linked.constants)
        for start, length in linked.segments:
            strips = -(-(group * length // 2) // width)
            self._pack(first + start, group * size, size, given, group, length, packed, *rows)
            self._transform(area, shape.plane, strips, ops, len(linked.ops), constants)
            self._unpack(target + start, group * size, size, len(result), group, length, unpacked, *rows)

    def _extending(self, code: Code, group: int, size: int) -> _Linked:
        key = (code.k, code.m, group, size)
        found = self._extensions.get(key)
        if found is None:
            if len(self._extensions) >= _KEPT_PROGRAMS:
                self._extensions.clear()
            plan = program.extending(code, self._machine.radix)
            found = self._extensions[key] = self._linked(plan, group, size)
        return found

    def _linked(self, plan: Program, group: int, size: int) -> _Linked:
        shape = _Shape.of(plan.rows, group, size, self._machine.variant.width)
        return _Linked(plan, self._machine.variant, shape, size)

    def _area(self, size: int) -> Bytes:
        """Work rows of this thread, at least `size` bytes."""
        area: Bytes | None = getattr(self._local, "area", None)
        if area is None or len(area) < size:
            area = self._local.area = arrays.aligned(size)
        return area

    def _scratch(self, name: str, count: int) -> Planes:
        """Planes of this thread for `count` digests, with room behind."""
        found: Planes | None = getattr(self._local, name, None)
        if found is None or found.shape[1] < count + _ROOM:
            found = arrays.planes(count + _ROOM)
            setattr(self._local, name, found)
        return found

    def _spare(self, nodes: Planes) -> Planes:
        """Planes as far apart as those of `nodes`."""
        found: Planes | None = getattr(self._local, "spare", None)
        if found is None or found.shape != nodes.shape:
            found = self._local.spare = arrays.planes(nodes.shape[1])
        return found


class _Linked:
    """A program with byte offsets and constants for symbols of one size."""

    def __init__(self, plan: Program, variant: galois.Variant, shape: _Shape, symbol_size: int) -> None:
        self.shape = shape
        self.rows = plan.rows
        self.source, self.result = plan.source * shape.row_stride, plan.result * shape.row_stride
        self.segments = shape.segments(symbol_size)
        self.ops, constants = plan.link(variant, shape.row_stride)
        self.constants = arrays.aligned(constants.nbytes)
        self.constants[:] = constants.reshape(-1)


@dataclasses.dataclass(frozen=True)
class _Shape:
    """How symbols lie in work rows, in bytes."""

    segment: int
    plane: int
    row_stride: int

    @classmethod
    def of(cls, rows: int, group: int, symbol_size: int, width: int) -> _Shape:
        segment = max(layout.PIECE, _AREA_BYTES // rows // group // layout.PIECE * layout.PIECE)
        elements = group * min(symbol_size, segment) // 2
        plane = -(-(-(-elements // width) * width + _COPY) // 64) * 64
        # rows an odd multiple of 64 bytes apart do not fall on the same cache sets
        return cls(segment, plane, 2 * plane + 64)

    def segments(self, symbol_size: int) -> list[tuple[int, int]]:
        """Offset and length of the pieces a symbol is worked on in, the last one first.

        Its tail is the only one whose copies reach too far, into what the others write after it.
        """
        starts = range(0, symbol_size, self.segment)
        return [(start, min(self.segment, symbol_size - start)) for start in reversed(starts)]


def _module(machine: Machine) -> str:
    return galois.module(machine.variant) + layout.module() + blake2.module(machine.lanes)


@functools.cache
def _sources() -> str:
    """The text of the generators: kernels kept from other versions of it are not these."""
    here = Path(__file__).parent
    return "".join((here / f"{name}.py").read_text() for name in ("ir", "galois", "layout", "blake2"))


def _padded_blocks(nodes: Planes, stride: int) -> Planes:
    _, blocks, n = nodes.shape
    level = arrays.planes(blocks + 1, stride)
    level[:, :blocks, :n] = nodes
    return level


def _plane(planes: Planes) -> int:
    """Words from one plane to the next."""
    return planes.strides[0] // 8


def _address(array: npt.NDArray[T]) -> int:
    # the same as array.ctypes.data; the first way, which not every array allows, at a fraction of its price
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(cast(Any, array)))
    except (TypeError, ValueError, BufferError):
        address: int = array.__array_interface__["data"][0]
        return address
