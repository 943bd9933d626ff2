"""Symbols to planes and back, as LLVM IR (encoding.md §3.2).

The low bytes of a symbol's elements lie in the first halves of its 64-byte pieces and of its tail, the high bytes
in the second halves. The plain reference is `to_elements` and `from_elements` in `portable`.

Copies are 32 bytes wide, also of a shorter tail: what lies behind is overwritten, so rows and symbols go in
ascending order and buffers have room behind their end.
"""

from __future__ import annotations

from walrus_sui.redstuff.kernels.ir import CountedLoop, Function

PIECE = 64
_HALF = "<32 x i8>"


def module() -> str:
    """The IR of `pack` and `unpack`."""
    return _copy("pack", to_planes=True) + _copy("unpack", to_planes=False)


def _copy(name: str, *, to_planes: bool) -> str:
    """name(symbols, row_stride, stride, rows, group, size, work, work_stride, plane), all in bytes.

    Symbol g of row r, `size` bytes at symbols + r * row_stride + g * stride, against elements g * size / 2.. of
    work row r: its low bytes there, its high bytes `plane` further.
    """
    f = Function(name, "p:symbols i:row_stride i:stride i:rows i:group i:size p:work i:work_stride i:plane")
    pieces, tail = f.i64("lshr", "%size", 6), f.i64("and", "%size", PIECE - 1)
    tail_half, half = f.i64("lshr", tail, 1), f.i64("lshr", "%size", 1)
    row = CountedLoop(f, "row", "%rows")
    row_symbols = f.at("%symbols", f.i64("mul", row.index, "%row_stride"))
    row_work = f.at("%work", f.i64("mul", row.index, "%work_stride"))
    item = CountedLoop(f, "item", "%group")
    symbol = f.at(row_symbols, f.i64("mul", item.index, "%stride"))
    low = f.at(row_work, f.i64("mul", item.index, half))
    piece = CountedLoop(f, "piece", pieces)
    here = f.at(symbol, f.i64("shl", piece.index, 6))
    _move(f, here, "32", f.at(low, f.i64("shl", piece.index, 5)), to_planes=to_planes)
    piece.close()
    f.branch(f.value(f"icmp ne i64 {tail}, 0"), "tail", "moved")
    f.label("tail")
    here = f.at(symbol, f.i64("shl", pieces, 6))
    _move(f, here, tail_half, f.at(low, f.i64("shl", pieces, 5)), to_planes=to_planes)
    f.jump("moved")
    f.label("moved")
    item.close()
    row.close()
    return f.finish()


def _move(f: Function, symbol: str, half: str, low: str, *, to_planes: bool) -> None:
    halves = ((symbol, low), (f.at(symbol, half), f.at(low, "%plane")))
    for piece, plane in halves:
        source, target = (piece, plane) if to_planes else (plane, piece)
        f.store(_HALF, f.load(_HALF, source), target)
