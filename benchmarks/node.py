"""How many slivers one node process takes, over HTTP, verified and stored, and how long a read waits meanwhile.

    python benchmarks/node.py [--shards 130] [--seconds 5] [--sizes 2048 16384 262144]

The node runs in a process of its own with the real application, server, database and checks; only the chain is
replaced by the registrations it would have reported. The load comes from this process over keep-alive
connections. Sizes are bytes of a primary sliver; every sliver is sent once.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from walrus_node.app import build_app
from walrus_node.custody import Custody
from walrus_node.duty import Duty
from walrus_node.handlers import Handlers
from walrus_node.http import listen, serve_http
from walrus_node.intake import Intake
from walrus_node.metrics import Metrics
from walrus_node.objects import effects_of
from walrus_node.pending import PendingLimits, PendingUploads
from walrus_node.registrations import Registrations
from walrus_node.repair_handlers import RepairHandlers
from walrus_node.store import Cursor, Store
from walrus_node.symbols import Symbols
from walrus_node.workers import Workers
from walrus_sui.chain.events import BlobRegistered
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.redstuff import Axis, BlobId, EncodedBlob, Params, encode
from walrus_sui.storage import EventId, routes

CONNECTIONS = 8
READ_INTERVAL = 0.01


@dataclass(frozen=True)
class Result:
    slivers: int
    bytes: int
    seconds: float
    reads: tuple[float, ...]

    def row(self, size: int) -> str:
        reads = sorted(self.reads)
        p50, p99 = statistics.median(reads) * 1e3, reads[int(len(reads) * 0.99)] * 1e3
        rate, volume = self.slivers / self.seconds, self.bytes / self.seconds / 1e6
        return f"{size:>10} {self.slivers:>8} {rate:>10.0f} {volume:>8.1f} {p50:>9.2f} {p99:>9.2f}"


async def run_server(port: int, folder: Path, n_shards: int) -> None:
    """Register every blob whose id comes in on stdin, then serve until stdin ends."""
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
        await asyncio.to_thread(sys.stdin.read)
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)
    store.close()


def requests_of(blob: EncodedBlob) -> Iterator[tuple[bytes, int]]:
    """The PUT of every sliver of a blob, and the sliver's size."""
    for pair in range(blob.metadata.n_shards):
        both = blob.sliver_pair(pair)
        for axis, sliver in ((Axis.PRIMARY, both.primary), (Axis.SECONDARY, both.secondary)):
            yield put(routes.sliver(blob.blob_id, pair, axis), sliver.to_bytes()), len(sliver.data)


def put(path: str, body: bytes) -> bytes:
    head = f"PUT {path} HTTP/1.1\r\nhost: node\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: node\r\n\r\n".encode()


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 24))

    async def ask(self, request: bytes) -> int:
        """The status code; the body is read and dropped."""
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        await self.reader.readexactly(length)
        return int(head[9:12])


async def load(port: int, requests: Iterable[tuple[bytes, int]], seconds: float, sample: bytes) -> Result:
    """Send requests over several connections for `seconds`, and one read every few milliseconds beside them."""
    pending, done, reads = iter(requests), [0, 0], []
    start = time.perf_counter()
    connections = [await Connection.open(port) for _ in range(CONNECTIONS + 1)]

    async def write(connection: Connection) -> None:
        for request, size in pending:
            if time.perf_counter() - start > seconds:
                return
            assert await connection.ask(request) == 201
            done[0] += 1
            done[1] += size

    async def read(connection: Connection) -> None:
        while True:
            before = time.perf_counter()
            assert await connection.ask(sample) == 200
            reads.append(time.perf_counter() - before)
            await asyncio.sleep(READ_INTERVAL)

    reading = asyncio.ensure_future(read(connections[-1]))
    await asyncio.gather(*map(write, connections[:-1]))
    elapsed = time.perf_counter() - start
    reading.cancel()
    for connection in connections:
        connection.writer.close()
    return Result(done[0], done[1], elapsed, tuple(reads))


def start_server(port: int, folder: str, n_shards: int, blob_ids: Iterable[BlobId]) -> subprocess.Popen[str]:
    arguments = [sys.executable, __file__, "--serve", str(port), "--folder", folder, "--shards", str(n_shards)]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write("".join(f"{bytes(blob_id).hex()}\n" for blob_id in blob_ids) + "\n")
    process.stdin.flush()
    return process


async def measure(port: int, n_shards: int, size: int, seconds: float, target: int) -> Result:
    """Slivers of about `size` bytes; at most about `target` bytes of them."""
    params = Params(n_shards)
    length = params.rows * params.columns * max(size // params.columns // 2 * 2, 2)
    count = max(target // (n_shards * size * 3 // 2), 2)
    blobs = [encode(secrets.token_bytes(length), n_shards=n_shards) for _ in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        process = start_server(port, folder, n_shards, (blob.blob_id for blob in blobs))
        try:
            return await drive(port, blobs, seconds)
        finally:
            process.communicate()


async def drive(port: int, blobs: list[EncodedBlob], seconds: float) -> Result:
    connection = await connect(port)
    for blob in blobs:
        assert await connection.ask(put(routes.metadata(blob.blob_id), blob.metadata.to_bytes())) == 201
    requests = [request for blob in blobs for request in requests_of(blob)]
    for request, _ in requests[:2]:
        assert await connection.ask(request) == 201
    sample = get(routes.sliver(blobs[0].blob_id, 0, Axis.PRIMARY))
    return await load(port, requests[2:], seconds, sample)


async def connect(port: int) -> Connection:
    for _ in range(200):
        try:
            return await Connection.open(port)
        except OSError:
            await asyncio.sleep(0.05)
    raise SystemExit("the node did not start")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shards", type=int, default=130)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2048, 16384, 262144])
    parser.add_argument("--memory", type=int, default=600_000_000, help="bytes of slivers prepared a size")
    parser.add_argument("--port", type=int, default=19185)
    parser.add_argument("--serve", type=int)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        asyncio.run(run_server(arguments.serve, arguments.folder, arguments.shards))
        return
    sys.stdout.write(
        f"{'sliver B':>10} {'stored':>8} {'slivers/s':>10} {'MB/s':>8} {'GET p50':>9} {'p99 ms':>9}\n"
    )
    for size in arguments.sizes:
        limit = min(arguments.memory, 30_000 * size)
        result = asyncio.run(measure(arguments.port, arguments.shards, size, arguments.seconds, limit))
        sys.stdout.write(result.row(size) + "\n")


if __name__ == "__main__":
    main()
