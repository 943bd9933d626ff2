"""RedStuff and certificates: how fast, beside the official encoder and beside what the machine could do.

    python -m benchmarks.encode [--large] [--no-peer]

Every figure is the best of several runs. The official encoder (WASM, one thread) runs in turn with ours (all
cores), so both see the same load; `per core` compares processor times, which other load disturbs less. The limit
is what the hash kernel alone would take for the compressions that the task cannot do without, on all cores;
`coding` is the field arithmetic alone. `--large` adds 1 GiB.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tests.peers.npm import PeerUnavailable
from tests.peers.walrus_wasm import WalrusWasm
from walrus_sui.crypto import (
    BlsCommittee,
    BlsMember,
    Permanent,
    SecretKey,
    SignedMessage,
    StorageConfirmation,
    certify,
)
from walrus_sui.redstuff import (
    Axis,
    EncodedBlob,
    Params,
    SliverData,
    compute_blob_id,
    decode,
    encode,
    kernels,
    rebuild_sliver,
    recovery_symbols,
    verify_sliver,
)
from walrus_sui.redstuff.kernels.parallel import cores
from walrus_sui.redstuff.reed_solomon import code_for

MIB = 1 << 20


@dataclass
class Best:
    """Least wall time and least processor time seen, in seconds."""

    wall: float
    cpu: float


def best_of(run: Callable[[], object], repeat: int) -> Best:
    best = Best(float("inf"), float("inf"))
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        best.wall = min(best.wall, time.perf_counter() - wall)
        best.cpu = min(best.cpu, time.process_time() - cpu)
    return best


def blob(size: int) -> bytes:
    """Bytes without pattern, the same in every run."""
    return hashlib.shake_256(b"benchmark").digest(min(size, MIB)) * max(1, size // MIB)


def worst_rows(encoded: EncodedBlob) -> list[SliverData]:
    """R primary slivers, as few systematic ones among them as there can be."""
    n, rows = encoded.n_shards, encoded.params.rows
    return [encoded.sliver_pair(index).primary for index in range(n - rows, n)]


class Table:
    """Rows of figures, printed as they come."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._line("task", "ours", "processor", "official", "processor", "faster", "per core", "limit", "of limit")

    def row(self, task: str, ours: Best, official: Best | None = None, limit: float | None = None) -> None:
        peer = ["-"] * 4
        if official:
            times = (official.wall / ours.wall, official.cpu / ours.cpu)
            peer = [
                _milliseconds(official.wall),
                _milliseconds(official.cpu),
                *(f"{ratio:.1f} x" for ratio in times),
            ]
        bound = [_milliseconds(limit), f"{limit / ours.wall:.0%}"] if limit else ["-", "-"]
        self._line(task, _milliseconds(ours.wall), _milliseconds(ours.cpu), *peer, *bound)

    def note(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()

    def _line(self, task: str, *figures: str) -> None:
        self.note(f"{task:<42}" + "".join(f"{figure:>12}" for figure in figures))


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms"


def compressions_per_second() -> float:
    """What the hash kernel does on one core with nodes in cache."""
    n = 8192
    engine = kernels.engine()
    line = engine.buffer(n, 1, 64)
    best = best_of(lambda: engine.line_roots(line), 20)
    return 2 * n / best.cpu


def coding_bytes_per_second(n: int) -> float:
    """Bytes of source symbols that the column code extends in a second on one core."""
    engine, params = kernels.engine(), Params(n)
    size = 2048
    work = engine.buffer(n, 8, size)
    code = code_for(params.rows, n)
    best = best_of(lambda: engine.extend(code, work), 20)
    return params.rows * 8 * size / best.cpu


def hashes_of_encoding(n: int, size: int) -> int:
    """Compressions no encoder can avoid: every symbol's leaf and two trees over each line (encoding.md §12)."""
    return n * n * (Params(n).symbol_size(size) // 128 + 1) + 2 * n * n


def encoding(table: Table, peer: WalrusWasm | None, folder: Path, rate: float) -> None:
    for n, size in [(1000, MIB), (1000, 16 * MIB), (1000, 64 * MIB), (100, MIB), (100, 64 * MIB)]:
        one_shape(table, peer, folder / "blob", rate, n, size)


def one_shape(table: Table, peer: WalrusWasm | None, file: Path, rate: float, n: int, size: int) -> None:
    """Encode, name and decode one blob, ours and the official in turn."""
    data, repeat = blob(size), 7 if size <= MIB else 3
    file.write_bytes(data)
    encoded = encode(data, n_shards=n)
    rows = worst_rows(encoded)
    limit = hashes_of_encoding(n, size) / rate / cores()
    tasks: list[tuple[str, str, Callable[[], object], float | None]] = [
        ("encode", "encode", lambda: encode(data, n_shards=n), limit),
        ("blob id", "id", lambda: compute_blob_id(data, n_shards=n), limit),
        ("decode parity rows", "decode", lambda: decode(encoded.metadata, rows, axis=Axis.PRIMARY), None),
    ]
    for name, what, run, bound in tasks:
        theirs = _official(peer, n, file, what, min(repeat, 4))
        table.row(f"{name} n={n} {size // MIB} MiB", best_of(run, repeat), theirs, bound)
    table.note(f"{'':4}coding alone on one core: {coding_bytes_per_second(n) / 1e9:.1f} GB/s of source symbols")


def large(table: Table) -> None:
    gibibyte = blob(1024 * MIB)
    table.row("encode n=1000 1024 MiB", best_of(lambda: encode(gibibyte, n_shards=1000), 2))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.note(f"{'':4}peak memory {peak:.0f} MiB, the blob included")


def _official(peer: WalrusWasm | None, n: int, file: Path, what: str, repeat: int) -> Best | None:
    if peer is None:
        return None
    answer = peer.ask("time", n=n, file=str(file), what=what, repeat=repeat)
    return Best(answer["wall"] / 1e3, answer["cpu"] / 1e3) if "wall" in answer else None


def verifying(table: Table) -> None:
    """Verifying a sliver pair, as nodes do on arrival."""
    encoded = encode(blob(MIB), n_shards=1000)
    pair, metadata = encoded.sliver_pair(500), encoded.metadata

    def verify() -> None:
        for _ in range(50):
            verify_sliver(pair.primary, Axis.PRIMARY, metadata)
            verify_sliver(pair.secondary, Axis.SECONDARY, metadata)

    table.note(f"verify sliver pairs n=1000 1 MiB: {50 / best_of(verify, 10).cpu:.0f} a second and core")


def rebuilding(table: Table) -> None:
    """Rebuilding a sliver pair from one symbol of each of enough other pairs."""
    encoded = encode(blob(64 * MIB), n_shards=1000)
    pair = 900
    secondaries = [encoded.sliver_pair(999 - index).secondary for index in range(encoded.params.columns)]
    primaries = [encoded.sliver_pair(index).primary for index in range(encoded.params.rows)]
    of_row = [recovery_symbols(held, Axis.SECONDARY, [pair], 1000)[0] for held in secondaries]
    of_column = [recovery_symbols(held, Axis.PRIMARY, [999 - pair], 1000)[0] for held in primaries]

    def rebuild() -> None:
        rebuild_sliver(encoded.metadata, Axis.PRIMARY, pair, of_row)
        rebuild_sliver(encoded.metadata, Axis.SECONDARY, 999 - pair, of_column)

    table.row("rebuild a sliver pair n=1000 64 MiB", best_of(rebuild, 10))
    read = sum(len(symbol.symbol.symbol.data) for symbol in (*of_row, *of_column))
    proofs = sum(len(symbol.proof.to_bytes()) for symbol in (*of_row, *of_column))
    matrix = encoded.params.rows * encoded.params.columns * encoded.metadata.symbol_size
    table.note(f"{'':4}from {read} bytes of symbols, 1/{matrix / read:.1f} of the matrix, and {proofs} of proofs")


def certificates(table: Table) -> None:
    """A certificate of a thousand signers against one signature."""
    keys = [SecretKey(10_000 + index) for index in range(1000)]
    committee = BlsCommittee(1, 1000, tuple(BlsMember(bytes(key.public_key), 1) for key in keys))
    message = StorageConfirmation(bytes(32), Permanent())
    confirmations = {index: SignedMessage.sign(message, 1, key) for index, key in enumerate(keys)}
    certificate = certify(committee, message, confirmations)
    one = confirmations[0]
    single = best_of(lambda: keys[0].public_key.verify(one.serialized_message, one.signature), 20)
    all_ = best_of(lambda: certificate.verify(committee, message), 20)
    table.row("verify one BLS signature", single)
    table.row("verify a certificate of 1000 signers", all_)
    table.note(f"{'':4}{all_.cpu / single.cpu:.2f} times one signature")


def main(out: TextIO) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true", help="also encode 1 GiB")
    parser.add_argument("--no-peer", action="store_true", help="leave the official encoder out")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        table = Table(out)
        peer = None
        try:
            peer = None if arguments.no_peer else stack.enter_context(WalrusWasm())
        except PeerUnavailable as error:
            table.note(f"without the official encoder: {error}")
        rate = compressions_per_second()
        table.note(
            f"{kernels.engine()!r}, {cores()} cores, {rate / 1e6:.1f} million compressions a second and core"
        )
        encoding(table, peer, folder, rate)
        verifying(table)
        rebuilding(table)
        certificates(table)
        if arguments.large:
            large(table)


if __name__ == "__main__":
    import sys

    main(sys.stdout)
