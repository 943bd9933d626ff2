"""BLAKE2b-256 of many Merkle nodes side by side, one node a vector lane, as LLVM IR (encoding.md §5; RFC 7693).

Digests live in planes: word w of digest i at `plane[w][i]`, so that whole levels of trees need no transposing.
The plain reference of every kernel is hashlib; see `portable`.
"""

from __future__ import annotations

from collections.abc import Callable

from walrus_sui.redstuff.kernels.ir import CountedLoop, Function, constant

# fmt: off
_IV = (
    0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
    0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
)
_SIGMA = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
    (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
    (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
    (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
    (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
    (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
    (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
    (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
    (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
)
# fmt: on
_COLUMNS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15))
_DIAGONALS = ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
_ROTATIONS = ((32, 24), (16, 63))
_START = (_IV[0] ^ 0x01010020, *_IV[1:])
"""State before the first block: no key, 32 bytes of digest."""

DIGEST_WORDS = 4
GROUP = 8
"""Lanes that trees run in side by side; vectors hold some of them or more."""


class _Lanes(Function):
    """Vector arithmetic on `lanes` 64-bit words."""

    def __init__(self, name: str, signature: str, lanes: int) -> None:
        super().__init__(name, signature)
        self.lanes = lanes
        self.vector = f"<{lanes} x i64>"

    def splat(self, word: int) -> str:
        return constant("i64", [word - (1 << 64) if word >> 63 else word] * self.lanes)

    def spread(self, scalar: str) -> str:
        return self.broadcast(self.vector, self.lanes, "i64", scalar)

    def both(self, operation: str, left: str, right: str) -> str:
        return self.value(f"{operation} {self.vector} {left}, {right}")

    def rotate(self, word: str, right: int) -> str:
        v = self.vector
        return self.value(f"call {v} @llvm.fshr.v{self.lanes}i64({v} {word}, {v} {word}, {v} {self.splat(right)})")

    def concat_shift(self, high: str, low: str, left: int) -> str:
        v = self.vector
        return self.value(f"call {v} @llvm.fshl.v{self.lanes}i64({v} {high}, {v} {low}, {v} {self.splat(left)})")

    def transpose(self, rows: list[str]) -> list[str]:
        """`lanes` vectors seen as a square matrix of words, turned over its diagonal."""
        width = 1
        while width < self.lanes:
            rows = self._swap(rows, width)
            width *= 2
        return rows

    def _swap(self, rows: list[str], width: int) -> list[str]:
        n, swapped = self.lanes, list(rows)
        for i in range(n):
            if i & width:
                continue
            low = [n + (q ^ width) if q & width else q for q in range(n)]
            high = [n + q if q & width else q ^ width for q in range(n)]
            swapped[i] = self.shuffle(self.vector, rows[i], rows[i | width], low)
            swapped[i | width] = self.shuffle(self.vector, rows[i], rows[i | width], high)
        return swapped

    def compress(self, state: list[str], message: list[str | None], length: str, last: str) -> list[str]:
        """One block; `None` in `message` is a word known to be zero."""
        v = state + [self.splat(word) for word in _IV]
        v[12] = self.both("xor", v[12], length)
        v[14] = self.both("xor", v[14], last)
        for round_ in range(12):
            order = _SIGMA[round_ % 10]
            self._mix(v, _COLUMNS, message, order[:8])
            self._mix(v, _DIAGONALS, message, order[8:])
        return [self.both("xor", state[i], self.both("xor", v[i], v[i + 8])) for i in range(8)]

    def _mix(
        self, v: list[str], quads: tuple[tuple[int, ...], ...], message: list[str | None], order: tuple[int, ...]
    ) -> None:
        """Four G functions step by step together: they do not depend on each other."""
        for half, (first, second) in enumerate(_ROTATIONS):
            for i, (a, _, _, _) in enumerate(quads):
                word = message[order[2 * i + half]]
                if word is not None:
                    v[a] = self.both("add", v[a], word)
            for a, b, _, _ in quads:
                v[a] = self.both("add", v[a], v[b])
            for a, _, _, d in quads:
                v[d] = self.both("xor", v[d], v[a])
            for _, _, _, d in quads:
                v[d] = self.rotate(v[d], first)
            for _, _, c, d in quads:
                v[c] = self.both("add", v[c], v[d])
            for _, b, c, _ in quads:
                v[b] = self.both("xor", v[b], v[c])
            for _, b, _, _ in quads:
                v[b] = self.rotate(v[b], second)

    def store_digest(self, state: list[str], pointer: str, plane_bytes: str) -> None:
        for word in range(DIGEST_WORDS):
            self.store(self.vector, state[word], pointer)
            if word < DIGEST_WORDS - 1:
                pointer = self.at(pointer, plane_bytes)


def module(lanes: int) -> str:
    """The IR of `leaves`, `pair_adjacent`, `pair_apart`, `tree_adjacent` and `trees_apart`."""
    vector = f"<{lanes} x i64>"
    declarations = "".join(
        f"declare {vector} @llvm.{name}.v{lanes}i64({vector}, {vector}, {vector})\n" for name in ("fshr", "fshl")
    )
    declarations += "declare i64 @llvm.smax.i64(i64, i64)\n"
    pairs = _pair_adjacent(lanes) + _pair_apart(lanes)
    return declarations + _leaves(lanes) + pairs + _tree_adjacent(lanes) + _trees_apart(lanes)


def _leaves(lanes: int) -> str:
    """leaves(messages, stride, groups, size, out, plane): digests of 00 || message.

    There are `groups` times `lanes` messages. Reads one byte before each (its place takes the prefix) and up to
    127 behind; strides are in bytes, `plane` in words.
    """
    f = _Lanes("leaves", "p:messages i:stride i:groups i:size p:out i:plane", lanes)
    total = f.i64("add", "%size", 1)
    last_block = f.i64("sub", f.i64("lshr", f.i64("add", total, 127), 7), 1)
    masks = _tail_masks(f, f.i64("sub", total, f.i64("shl", last_block, 7)))
    blocks = f.i64("add", last_block, 1)
    plane_bytes = f.i64("shl", "%plane", 3)
    group = CountedLoop(f, "group", "%groups")
    first = f.at("%messages", f.i64("mul", f.i64("mul", group.index, lanes), "%stride"))
    rows = [f.at(first, -1)]
    while len(rows) < lanes:
        rows.append(f.at(rows[-1], "%stride"))
    out = f.at("%out", f.i64("mul", group.index, 8 * lanes))
    _absorb(f, rows, total, last_block, blocks, masks)
    f.store_digest([f"%state{i}" for i in range(8)], out, plane_bytes)
    group.close()
    return f.finish()


def _tail_masks(f: _Lanes, tail: str) -> str:
    """Sixteen masks in memory that keep the first `tail` bytes of a block."""
    masks = f.value("alloca [16 x i64], align 64")
    for word in range(16):
        kept = f.i64("sub", tail, 8 * word)
        kept = f.value(f"call i64 @llvm.smax.i64(i64 {kept}, i64 0)")
        whole = f.value(f"icmp sgt i64 {kept}, 7")
        shift = f.value(f"select i1 {whole}, i64 0, i64 {f.i64('shl', kept, 3)}")
        part = f.i64("sub", f.i64("shl", 1, shift), 1)
        f.store("i64", f.value(f"select i1 {whole}, i64 -1, i64 {part}"), f.at(masks, 8 * word))
    return masks


def _absorb(f: _Lanes, rows: list[str], total: str, last_block: str, blocks: str, masks: str) -> None:
    """The loop over the blocks of one group; leaves the final state in %state0..7."""
    before = f.block
    f.jump("absorb")
    f.label("absorb")
    f.emit(f"%block = phi i64 [0, %{before}], [%block.next, %absorbed]")
    for i in range(8):
        f.emit(f"%state{i}.in = phi {f.vector} [{f.splat(_START[i])}, %{before}], [%state{i}, %absorbed]")
    offset = f.i64("shl", "%block", 7)
    words = _message_words(f, rows, offset)
    is_first = f.value("icmp eq i64 %block, 0")
    prefix = f.value(f"select i1 {is_first}, i64 -256, i64 -1")
    words[0] = f.both("and", words[0], f.spread(prefix))
    is_last = f.value(f"icmp eq i64 %block, {last_block}")
    words = _cut_tail(f, words, is_last, masks)
    length = f.value(f"select i1 {is_last}, i64 {total}, i64 {f.i64('add', offset, 128)}")
    flag = f.value(f"select i1 {is_last}, i64 -1, i64 0")
    state = f.compress([f"%state{i}.in" for i in range(8)], list(words), f.spread(length), f.spread(flag))
    f.jump("absorbed")
    f.label("absorbed")
    for i in range(8):
        f.emit(f"%state{i} = bitcast {f.vector} {state[i]} to {f.vector}")
    f.emit("%block.next = add i64 %block, 1")
    finished = f.value(f"icmp eq i64 %block.next, {blocks}")
    f.branch(finished, "digested", "absorb")
    f.label("digested")


def _message_words(f: _Lanes, rows: list[str], offset: str) -> list[str]:
    """The sixteen words of a block of every lane, in lanes."""
    words: list[str] = []
    for part in range(16 // f.lanes):
        at = f.i64("add", offset, 8 * f.lanes * part)
        words += f.transpose([f.load(f.vector, f.at(row, at)) for row in rows])
    return words


def _cut_tail(f: _Lanes, words: list[str], is_last: str, masks: str) -> list[str]:
    """In the last block, zeros behind the end of the messages."""
    whole = f.block
    f.branch(is_last, "tail", "mixed")
    f.label("tail")
    cut = [f.both("and", word, f.spread(f.load("i64", f.at(masks, 8 * i)))) for i, word in enumerate(words)]
    f.jump("mixed")
    f.label("mixed")
    return [f.value(f"phi {f.vector} [{word}, %{whole}], [{cut[i]}, %tail]") for i, word in enumerate(words)]


def _pair_adjacent(lanes: int) -> str:
    """pair_adjacent(nodes, groups, out, in_plane, out_plane): out[j] = H(01 || nodes[2j] || nodes[2j + 1]).

    `groups` times `lanes` of them; planes in words.
    """
    f = _Lanes("pair_adjacent", "p:nodes i:groups p:out i:in_plane i:out_plane", lanes)
    in_bytes, out_bytes = f.i64("shl", "%in_plane", 3), f.i64("shl", "%out_plane", 3)
    group = CountedLoop(f, "group", "%groups")
    pointer = f.at("%nodes", f.i64("mul", group.index, 16 * lanes))
    left, right = [], []
    for word in range(DIGEST_WORDS):
        near, far = f.load(f.vector, pointer), f.load(f.vector, f.at(pointer, 8 * lanes))
        left.append(f.shuffle(f.vector, near, far, range(0, 2 * lanes, 2)))
        right.append(f.shuffle(f.vector, near, far, range(1, 2 * lanes, 2)))
        if word < DIGEST_WORDS - 1:
            pointer = f.at(pointer, in_bytes)
    f.store_digest(_hash_pair(f, left + right), f.at("%out", f.i64("mul", group.index, 8 * lanes)), out_bytes)
    group.close()
    return f.finish()


def _pair_apart(lanes: int) -> str:
    """pair_apart(left, right, vectors, step, out, in_plane, out_plane): lane by lane, eight lanes to a group.

    out[8g + i] = H(01 || left[step * g + i] || right[step * g + i]); `vectors` times `lanes` of them, `step` and
    planes in words.
    """
    f = _Lanes("pair_apart", "p:left p:right i:vectors i:step p:out i:in_plane i:out_plane", lanes)
    in_bytes, out_bytes = f.i64("shl", "%in_plane", 3), f.i64("shl", "%out_plane", 3)
    vector = CountedLoop(f, "vector", "%vectors")
    lane = f.i64("mul", vector.index, lanes)
    group, within = f.i64("lshr", lane, 3), f.i64("and", lane, GROUP - 1)
    offset = f.i64("shl", f.i64("add", f.i64("mul", group, "%step"), within), 3)
    words = []
    for side in ("%left", "%right"):
        pointer = f.at(side, offset)
        for word in range(DIGEST_WORDS):
            words.append(_load_groups(f, pointer))
            if word < DIGEST_WORDS - 1:
                pointer = f.at(pointer, in_bytes)
    f.store_digest(_hash_pair(f, words), f.at("%out", f.i64("shl", lane, 3)), out_bytes)
    vector.close()
    return f.finish()


def _tree_adjacent(lanes: int) -> str:
    """tree_adjacent(nodes, spare, count, plane, root): the whole of one tree over `count` nodes side by side.

    Works in both arrays, which have the same planes; the root goes to four words at `root`.
    """
    f = Function("tree_adjacent", "p:nodes p:spare i:count i:plane p:digest")
    level = _Levels(f, step=1)
    vectors = f.i64("udiv", f.i64("add", level.half, lanes - 1), lanes)
    f.emit(
        f"call void @pair_adjacent(ptr {level.nodes}, i64 {vectors}, ptr {level.above}, i64 %plane, i64 %plane)"
    )
    level.close()
    return f.finish()


def _trees_apart(lanes: int) -> str:
    """trees_apart(nodes, spare, count, plane, roots): eight whole trees side by side, each over `count` nodes.

    Node i of tree t is digest 8i + t. Works in both arrays, which have the same planes; roots go to four planes of
    eight words at `roots`.
    """
    f = Function("trees_apart", "p:nodes p:spare i:count i:plane p:digest")
    level = _Levels(f, step=GROUP)
    vectors = f.i64("udiv", f.i64("add", f.i64("mul", level.half, GROUP), lanes - 1), lanes)
    right = f.at(level.nodes, 8 * GROUP)
    f.emit(
        f"call void @pair_apart(ptr {level.nodes}, ptr {right}, i64 {vectors}, i64 {2 * GROUP}, "
        f"ptr {level.above}, i64 %plane, i64 %plane)"
    )
    level.close()
    return f.finish()


class _Levels:
    """The loop from level to level of trees, `step` digests a node; an odd level gets an Empty node first."""

    def __init__(self, f: Function, step: int) -> None:
        self._function, self._step = f, step
        f.jump("level")
        f.label("level")
        f.emit("%left = phi i64 [%count, %entry], [%half, %raised]")
        f.emit("%here = phi ptr [%nodes, %entry], [%there, %raised]")
        f.emit("%there = phi ptr [%spare, %entry], [%here, %raised]")
        f.branch(f.value("icmp ule i64 %left, 1"), "finished", "more")
        f.label("more")
        f.branch(f.value("trunc i64 %left to i1"), "odd", "even")
        f.label("odd")
        self._each_word("%here", f.i64("mul", "%left", 8 * step), lambda _, pointer: self._store_zeros(pointer))
        f.jump("even")
        f.label("even")
        f.emit(f"%half = lshr i64 {f.i64('add', '%left', 1)}, 1")
        self.half, self.nodes, self.above = "%half", "%here", "%there"

    def close(self) -> None:
        f = self._function
        f.jump("raised")
        f.label("raised")
        f.jump("level")
        f.label("finished")
        kind = f"<{self._step} x i64>"
        self._each_word(
            "%here",
            "0",
            lambda word, pointer: f.store(kind, f.load(kind, pointer), f.at("%digest", 8 * self._step * word)),
        )

    def _store_zeros(self, pointer: str) -> None:
        self._function.store(f"<{self._step} x i64>", "zeroinitializer", pointer)

    def _each_word(self, pointer: str, offset: str, body: Callable[[int, str], None]) -> None:
        f = self._function
        for word in range(DIGEST_WORDS):
            plane = f.i64("mul", "%plane", 8 * word)
            body(word, f.at(f.at(pointer, plane), offset))


def _load_groups(f: _Lanes, pointer: str) -> str:
    """One vector of lanes: part of a group of eight, or two groups `step` words apart."""
    if f.lanes <= GROUP:
        return f.load(f.vector, pointer)
    half = f"<{GROUP} x i64>"
    near, far = f.load(half, pointer), f.load(half, f.at(pointer, f.i64("shl", "%step", 3)))
    return f.shuffle(half, near, far, range(2 * GROUP))


def _hash_pair(f: _Lanes, words: list[str]) -> list[str]:
    """The state after 01 || eight words: 65 bytes, one block."""
    message: list[str | None] = [f.both("or", f.both("shl", words[0], f.splat(8)), f.splat(1))]
    message += [f.concat_shift(words[i], words[i - 1], 8) for i in range(1, 8)]
    message.append(f.both("lshr", words[7], f.splat(56)))
    message += [None] * 7
    return f.compress([f.splat(word) for word in _START], message, f.splat(65), f.splat((1 << 64) - 1))
