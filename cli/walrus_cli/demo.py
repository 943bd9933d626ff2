"""`walrus demo`: what the network is for, shown on real processes.

Thirteen storage nodes with ten shards each and a Sui chain start on this machine. A file is stored and certified,
four nodes are killed, the file is read back from the nine that are left, another one is stored with the four still
dead, and they are started again. Everything is stopped and removed at the end, also after a failure or Ctrl-C.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import display, loop, output
from walrus_cli.options import Json
from walrus_sui.errors import InconsistentBlob

if TYPE_CHECKING:
    from walrus_localnet.testbed.localnet import Localnet
    from walrus_localnet.testbed.plan import Plan
    from walrus_sui.client import StoredBlob, WalrusClient

app = typer.Typer()

_KILLED = 4
_MIB = 1 << 20


@app.command("demo")
def demo(
    size: Annotated[int, typer.Option(min=0, max=200, help="Size of the first file in MiB.")] = 20,
    json: Json = False,
) -> None:
    """Store a file on thirteen storage nodes, kill four of them, read it back, store another, restart them."""
    directory = Path(tempfile.mkdtemp(prefix="walrus-demo-"))
    try:
        loop.run(_with_clean_end(directory / "network", size * _MIB))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


async def _with_clean_end(directory: Path, size: int) -> None:
    from walrus_localnet.testbed.localnet import Localnet
    from walrus_localnet.testbed.plan import Plan

    localnet = Localnet(directory)
    try:
        await _Demo(localnet, Plan(), size).run()
    finally:
        if localnet.exists:
            await localnet.discard()


class _Demo:
    def __init__(self, localnet: Localnet, plan: Plan, size: int) -> None:
        self._localnet = localnet
        self._plan = plan
        self._size = size
        self._times: dict[str, float] = {}

    async def run(self) -> None:
        from walrus_sui.client import WalrusClient
        from walrus_sui.config import load_config

        with self._timed("network up"):
            manifest = await self._localnet.up(self._plan, output.note)
        output.note(f"{len(manifest.nodes)} storage nodes, {manifest.n_shards} shards, Sui at {manifest.rpc_url}")
        async with WalrusClient(load_config(manifest.client_config)) as client:
            first, data = await self._store(client, self._size, f"stored {self._size / _MIB:g} MiB")
            killed = await self._kill()
            await self._read_back(client, first, data)
            second, data = await self._store(client, _MIB, f"stored 1 MiB, {_KILLED} nodes dead")
            _require_equal(await client.read(second.blob_id), data)
        with self._timed(f"restarted {_KILLED} nodes"):
            await self._localnet.restart_nodes(killed)
        output.result(self._report(first), self._closing())

    async def _store(self, client: WalrusClient, size: int, phase: str) -> tuple[StoredBlob, bytes]:
        data = os.urandom(size)
        with self._timed(phase), output.progress() as listener:
            stored = await client.store(data, epochs=5, deletable=False, on_progress=listener)
        output.note(display.certificate_text(stored, self._plan.shards))
        return stored, data

    async def _kill(self) -> list[str]:
        names = self._plan.node_names
        doomed = [names[index] for index in sorted(random.sample(range(len(names)), _KILLED))]
        with self._timed(f"killed {', '.join(doomed)}"):
            await self._localnet.kill_nodes(doomed)
        return doomed

    async def _read_back(self, client: WalrusClient, stored: StoredBlob, data: bytes) -> None:
        with self._timed("read it back"), output.progress() as listener:
            read = await client.read(stored.blob_id, on_progress=listener)
        _require_equal(read, data)
        digest = hashlib.sha256(read).hexdigest()
        alive = self._plan.nodes - _KILLED
        output.note(f"{len(read)} bytes back from {alive} nodes, equal (sha256 {digest[:16]}…)")

    @contextlib.contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self._times[phase] = time.monotonic() - started
        output.note(f"[{self._times[phase]:5.1f} s] {phase}")

    def _report(self, first: StoredBlob) -> dict[str, Any]:
        return {
            "nodes": self._plan.nodes,
            "shards": self._plan.shards,
            "killed": _KILLED,
            "size": self._size,
            "blob": display.store_document(first),
            "seconds": {phase: round(seconds, 3) for phase, seconds in self._times.items()},
        }

    def _closing(self) -> str:
        rows = "\n".join(f"  {seconds:6.1f} s  {phase}" for phase, seconds in self._times.items())
        return (
            f"{self._plan.nodes} nodes, {self._plan.shards} shards, {_KILLED} nodes lost, nothing else\n{rows}\n"
            f"  {sum(self._times.values()):6.1f} s  in all"
        )


def _require_equal(read: bytes, stored: bytes) -> None:
    if read != stored:
        raise InconsistentBlob(f"expected the {len(stored)} bytes that were stored, got {len(read)} others")
