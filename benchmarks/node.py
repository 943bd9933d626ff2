"""How many slivers one node process takes, over HTTP, verified and stored, and how long a read waits meanwhile.

    python -m benchmarks.node [--shards 130] [--seconds 5] [--sizes 2048 16384 262144] [--ways single bundle]

The node runs in a process of its own with the real application, server, database and checks; only the chain is
replaced by the registrations it would have reported. The load comes from threads of this process over keep-alive
connections, one sliver a request or `--bundled` of them in a bundle; every sliver is sent once. Sizes are bytes
of a primary sliver, and MB counts the coded bytes of both axes.

Beside rates it gives the node's processor time for each sliver and each MB, user and system, all threads: rates
fall when the machine has other work, those do so little. `--folder` chooses the disk. `--stages` shows instead
where that time goes inside the node (benchmarks/node_stages.py).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from walrus_node import process
from walrus_node.api.app import build_app
from walrus_node.api.handlers import Handlers
from walrus_node.api.repair_handlers import RepairHandlers
from walrus_node.chain.registrations import Registrations
from walrus_node.database.objects import effects_of
from walrus_node.database.store import Cursor, Store
from walrus_node.holding.custody import Custody
from walrus_node.holding.duty import Duty
from walrus_node.holding.intake import Intake
from walrus_node.holding.pending import PendingLimits, PendingUploads
from walrus_node.holding.symbols import Symbols
from walrus_node.http.server import listen, serve_http
from walrus_node.metrics import Metrics
from walrus_node.workers import Workers
from walrus_sui.chain.events import BlobRegistered
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.redstuff import Axis, BlobId, EncodedBlob, Params, encode
from walrus_sui.storage import BundledSliver, EventId, pack, routes

CONNECTIONS = 4
READ_INTERVAL = 0.01


@dataclass(frozen=True)
class Load:
    """One request that stores slivers: head and body, and what is in it."""

    parts: tuple[bytes, bytes]
    slivers: int
    bytes: int


@dataclass(frozen=True)
class Result:
    slivers: int
    bytes: int
    seconds: float
    node_cpu: tuple[float, float]
    reads: tuple[float, ...]

    def row(self, size: int, way: str) -> str:
        reads = sorted(self.reads)
        p50, p99 = statistics.median(reads) * 1e3, reads[int(len(reads) * 0.99)] * 1e3
        rate, volume = self.slivers / self.seconds, self.bytes / self.seconds / 1e6
        user, system = (seconds / self.bytes * 1e9 for seconds in self.node_cpu)
        each = sum(self.node_cpu) / self.slivers * 1e6
        return (
            f"{size:>8} {way:>7} {self.slivers:>8} {rate:>10.0f} {volume:>8.1f} {p50:>8.2f} {p99:>8.2f}"
            f" {each:>10.0f} {user:>8.2f} {system:>8.2f}"
        )


HEADINGS = (
    f"{'sliver B':>8} {'way':>7} {'stored':>8} {'slivers/s':>10} {'MB/s':>8} {'GET p50':>8} {'p99 ms':>8}"
    f" {'us/sliver':>10} {'user/MB':>8} {'sys ms':>8}"
)


# The node


async def run_server(port: int, folder: Path, n_shards: int) -> None:
    """Register every blob whose id comes in on stdin, then serve, and answer every line with the time taken."""
    store = Store.open(folder)
    for number, line in enumerate(iter(sys.stdin.readline, "\n")):
        event = BlobRegistered(1, bytes.fromhex(line), 1, 1, 9, False, number.to_bytes(32, "big"))
        store.commit(Cursor(), effects_of(event, EventId(bytes(32), number), store))
    duty = Duty(1, n_shards, frozenset(range(n_shards)))
    with Workers() as workers:
        key = SecretKey(7)
        custody = Custody(store, key, lambda: duty)
        intake = Intake(store, custody, PendingUploads(PendingLimits(), time.monotonic))
        registrations = Registrations(intake, workers)
        handlers = Handlers(custody, intake, registrations, lambda _: {}, Metrics(), workers, 0.0)
        app = build_app(handlers, RepairHandlers(Symbols(custody, key), workers))
        server = asyncio.ensure_future(serve_http(app, listen("127.0.0.1", port)))
        await asyncio.to_thread(_tell_times)
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)
    store.close()


def _tell_times() -> None:
    while sys.stdin.readline():
        times = os.times()
        sys.stdout.write(f"{times.user} {times.system}\n")
        sys.stdout.flush()


class Server:
    """The node in its process."""

    def __init__(self, port: int, folder: str, n_shards: int, blob_ids: Iterable[BlobId]) -> None:
        arguments = ["--serve", str(port), "--folder", folder, "--shards", str(n_shards)]
        self.process = subprocess.Popen(
            [sys.executable, __file__, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._say("".join(f"{bytes(blob_id).hex()}\n" for blob_id in blob_ids))

    def times(self) -> tuple[float, float]:
        """Processor seconds so far: user, system."""
        self._say("")
        assert self.process.stdout is not None
        user, system = self.process.stdout.readline().split()
        return float(user), float(system)

    def _say(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()


# The load


class Connection:
    """Blocking, for the thread it is used in: the cheapest there is."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(1 << 20)

    def ask(self, *parts: bytes) -> int:
        """The status code; the body is read and dropped."""
        sent = self._socket.sendmsg(parts)
        self._send_rest(parts, sent)
        size = self._socket.recv_into(self._buffer)
        while (end := self._buffer.find(b"\r\n\r\n", 0, size)) < 0:
            size += self._socket.recv_into(memoryview(self._buffer)[size:])
        head = bytes(self._buffer[:end]).lower()
        missing = end + 4 + int(head.split(b"content-length:")[1].split(b"\r\n")[0]) - size
        while missing:
            missing -= self._socket.recv_into(self._buffer, missing)
        return int(head[9:12])

    def _send_rest(self, parts: tuple[bytes, ...], sent: int) -> None:
        for part in parts:
            if sent < len(part):
                self._socket.sendall(memoryview(part)[sent:])
            sent = max(sent - len(part), 0)

    def close(self) -> None:
        self._socket.close()


def put(path: str, body: bytes) -> tuple[bytes, bytes]:
    return f"PUT {path} HTTP/1.1\r\nhost: node\r\ncontent-length: {len(body)}\r\n\r\n".encode(), body


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: node\r\n\r\n".encode()


def slivers_of(blob: EncodedBlob) -> Iterator[BundledSliver]:
    for pair in range(blob.metadata.n_shards):
        both = blob.sliver_pair(pair)
        yield BundledSliver.of(pair, Axis.PRIMARY, both.primary)
        yield BundledSliver.of(pair, Axis.SECONDARY, both.secondary)


def singles(blob: EncodedBlob) -> Iterator[Load]:
    for part in slivers_of(blob):
        body = bytes(part.sliver)
        yield Load(put(routes.sliver(blob.blob_id, part.pair_index, part.axis), body), 1, len(body))


def bundles(blob: EncodedBlob, count: int, limit: int) -> Iterator[Load]:
    path = routes.store_bundle(blob.blob_id, pending=False, confirm=None, wait_millis=None)
    slivers = list(slivers_of(blob))
    for start in range(0, len(slivers), count):
        for bundle in pack(None, slivers[start : start + count], limit):
            size = sum(len(part.sliver) for part in bundle.slivers)
            yield Load(put(path, bundle.to_bytes()), len(bundle.slivers), size)


def load(server: Server, port: int, requests: list[Load], seconds: float, sample: bytes) -> Result:
    """Send requests over several connections for `seconds`, and one read every few milliseconds beside them."""
    pending, lock, over = iter(requests), threading.Lock(), threading.Event()
    done: list[Load] = []
    reads: list[float] = []

    def write() -> None:
        connection = Connection(port)
        while time.perf_counter() - start < seconds:
            with lock:
                request = next(pending, None)
            if request is None:
                break
            assert connection.ask(*request.parts) == 201
            done.append(request)
        connection.close()

    def read() -> None:
        connection = Connection(port)
        while not over.wait(READ_INTERVAL):
            before = time.perf_counter()
            assert connection.ask(sample) == 200
            reads.append(time.perf_counter() - before)
        connection.close()

    reader, writers = threading.Thread(target=read), [threading.Thread(target=write) for _ in range(CONNECTIONS)]
    before, start = server.times(), time.perf_counter()
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    elapsed, after = time.perf_counter() - start, server.times()
    over.set()
    reader.join()
    cpu = (after[0] - before[0], after[1] - before[1])
    return Result(sum(r.slivers for r in done), sum(r.bytes for r in done), elapsed, cpu, tuple(reads))


@dataclass(frozen=True)
class Plan:
    """What to measure, on which port, and where the node keeps its database."""

    port: int
    n_shards: int
    seconds: float
    memory: int
    bundled: int
    folder: Path | None

    def measure(self, size: int, way: str) -> Result:
        """Slivers of about `size` bytes, one by one or in bundles."""
        params = Params(self.n_shards)
        length = params.rows * params.columns * max(size // params.columns // 2 * 2, 2)
        count = max(min(self.memory, 30_000 * size) // (self.n_shards * size * 3 // 2), 2)
        blobs = [encode(secrets.token_bytes(length), n_shards=self.n_shards) for _ in range(count)]
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            ids = (blob.blob_id for blob in blobs)
            with Server(self.port, folder, self.n_shards, ids) as server:
                return self._drive(server, blobs, way)

    def _drive(self, server: Server, blobs: list[EncodedBlob], way: str) -> Result:
        connection = connect(self.port)
        for blob in blobs:
            assert connection.ask(*put(routes.metadata(blob.blob_id), blob.metadata.to_bytes())) == 201
        make = singles if way == "single" else lambda blob: bundles(blob, self.bundled, 8 << 20)
        requests = [request for blob in blobs for request in make(blob)]
        for request in requests[:2]:
            assert connection.ask(*request.parts) == 201
        connection.close()
        sample = get(routes.sliver(blobs[0].blob_id, 0, Axis.PRIMARY))
        return load(server, self.port, requests[2:], self.seconds, sample)


def connect(port: int) -> Connection:
    for _ in range(200):
        try:
            return Connection(port)
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the node did not start")


def show_stages(sizes: Iterable[int], n_shards: int, bundled: int) -> None:
    # imported here: the node's own process is started from this file alone
    from benchmarks import node_stages

    sys.stdout.write(node_stages.HEADINGS + "\n")
    for size in sizes:
        sys.stdout.write(node_stages.measure(size, n_shards, bundled) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shards", type=int, default=130)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2048, 16384, 262144])
    parser.add_argument("--ways", nargs="+", choices=["single", "bundle"], default=["single", "bundle"])
    parser.add_argument("--bundled", type=int, default=20, help="slivers a bundle: ten pairs of a blob")
    parser.add_argument("--memory", type=int, default=600_000_000, help="bytes of slivers prepared a size")
    parser.add_argument("--port", type=int, default=19185)
    parser.add_argument("--stages", action="store_true", help="only what one bundle costs inside the node")
    parser.add_argument("--serve", type=int)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        process.run(run_server(arguments.serve, arguments.folder, arguments.shards))
        return
    if arguments.stages:
        show_stages(arguments.sizes, arguments.shards, arguments.bundled)
        return
    plan = Plan(
        arguments.port,
        arguments.shards,
        arguments.seconds,
        arguments.memory,
        arguments.bundled,
        arguments.folder,
    )
    sys.stdout.write(HEADINGS + "\n")
    for size in arguments.sizes:
        for way in arguments.ways:
            sys.stdout.write(plan.measure(size, way).row(size, way) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
