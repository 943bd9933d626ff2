"""`walrus demo`: what the network is for, shown on real processes and real files.

Thirteen storage nodes with ten shards each and a Sui chain start on this machine. A large file and a folder are
stored and certified, four nodes are killed, everything is read back from the nine that are left, another file is
stored with the four still dead, and they are started again. All of it is stopped and removed at the end, also
after a failure or Ctrl-C.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import loop, output
from walrus_cli.blobs import display
from walrus_cli.options import Json
from walrus_sui.errors import InconsistentBlob

if TYPE_CHECKING:
    from walrus_localnet.testbed.localnet import Localnet
    from walrus_localnet.testbed.plan import Plan
    from walrus_sui.client import StoredBlob, StoredQuilt, WalrusClient

app = typer.Typer()

_KILLED = 4
_EPOCHS = 5
_MIB = 1 << 20
_UNIT = 10**9
"""FROST in a WAL, MIST in a SUI."""
_FOLDER = {"letters/spring.txt": 900, "letters/autumn.txt": 1_400, "photo.raw": 700_000, "notes/empty": 0}
"""Name and size of the files in the folder that is stored."""


@app.command("demo")
def demo(
    size: Annotated[int, typer.Option(min=0, max=200, help="Size of the large file in MiB.")] = 20,
    json: Json = False,
) -> None:
    """Store files on thirteen nodes, kill four of them, read everything back, store another, restart them."""
    directory = Path(tempfile.mkdtemp(prefix="walrus-demo-"))
    try:
        loop.run(_with_clean_end(directory, size * _MIB))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


async def _with_clean_end(directory: Path, size: int) -> None:
    from walrus_localnet.testbed.localnet import Localnet
    from walrus_localnet.testbed.plan import Plan

    localnet = Localnet(directory / "network")
    try:
        await _Demo(localnet, Plan(), _Files.make(directory / "files", size)).run()
    finally:
        if localnet.exists:
            await localnet.discard()


class _Files:
    """What is stored, on disk: a large file, a folder, and a file for later."""

    def __init__(self, large: Path, folder: Path, later: Path) -> None:
        self.large = large
        self.folder = folder
        self.later = later

    @classmethod
    def make(cls, directory: Path, size: int) -> _Files:
        sizes = {"large": size, "later": _MIB} | {f"folder/{name}": length for name, length in _FOLDER.items()}
        for name, length in sizes.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.urandom(length))
        return cls(directory / "large", directory / "folder", directory / "later")

    def in_folder(self) -> dict[str, bytes]:
        return {name: _content(self.folder / name) for name in _FOLDER}


class _Demo:
    def __init__(self, localnet: Localnet, plan: Plan, files: _Files) -> None:
        self._localnet = localnet
        self._plan = plan
        self._files = files
        self._times: dict[str, float] = {}

    async def run(self) -> None:
        from walrus_sui.client import WalrusClient
        from walrus_sui.config import load_config

        with self._timed("network up"):
            manifest = await self._localnet.up(self._plan, output.note)
        output.note(f"{len(manifest.nodes)} storage nodes, {manifest.n_shards} shards, Sui at {manifest.rpc_url}")
        async with WalrusClient(load_config(manifest.client_config)) as client:
            before = await _balances(client)
            large = await self._store(client, self._files.large, f"stored {_size(self._files.large)}")
            folder = await self._store_folder(client)
            after = await _balances(client)
            _show_balances(before, after)
            killed = await self._kill()
            await self._read_back(client, large, folder)
            phase = f"stored {_size(self._files.later)}, {_KILLED} nodes dead"
            later = await self._store(client, self._files.later, phase)
            _require_equal("later", await client.read(later.blob_id), _content(self._files.later))
        with self._timed(f"restarted {_KILLED} nodes"):
            await self._localnet.restart_nodes(killed)
        output.result(self._report(large, folder, before, after), self._closing())

    async def _store(self, client: WalrusClient, path: Path, phase: str) -> StoredBlob:
        with self._timed(phase), output.progress() as listener:
            stored = await client.store(_content(path), epochs=_EPOCHS, deletable=False, on_progress=listener)
        output.note(display.certificate_text(stored, self._plan.shards))
        return stored

    async def _store_folder(self, client: WalrusClient) -> StoredQuilt:
        from walrus_sui.redstuff.quilt import QuiltFile

        files = [QuiltFile(name, data) for name, data in self._files.in_folder().items()]
        with self._timed(f"stored a folder of {len(files)} files as one quilt"), output.progress() as listener:
            return await client.store_quilt(files, epochs=_EPOCHS, on_progress=listener)

    async def _kill(self) -> list[str]:
        names = self._plan.node_names
        doomed = [names[index] for index in sorted(random.sample(range(len(names)), _KILLED))]
        with self._timed(f"killed {', '.join(doomed)}"):
            await self._localnet.kill_nodes(doomed)
        return doomed

    async def _read_back(self, client: WalrusClient, large: StoredBlob, folder: StoredQuilt) -> None:
        alive = self._plan.nodes - _KILLED
        with self._timed(f"read the file back from {alive} nodes"), output.progress() as listener:
            read = await client.read(large.blob_id, on_progress=listener)
        _require_equal("large", read, _content(self._files.large))
        output.note(f"{len(read)} bytes, equal (sha256 {hashlib.sha256(read).hexdigest()[:16]}…)")
        with self._timed(f"read the folder back from {alive} nodes"):
            files = await client.read_quilt(folder.stored.blob_id)
        contents = self._files.in_folder()
        for file in files:
            _require_equal(file.identifier, file.data, contents.pop(file.identifier))
        output.note(f"{len(files)} files, equal")

    @contextlib.contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self._times[phase] = time.monotonic() - started
        output.note(f"[{self._times[phase]:5.1f} s] {phase}")

    def _report(
        self, large: StoredBlob, folder: StoredQuilt, before: Mapping[str, int], after: Mapping[str, int]
    ) -> dict[str, Any]:
        return {
            "nodes": self._plan.nodes,
            "shards": self._plan.shards,
            "killed": _KILLED,
            "size": self._files.large.stat().st_size,
            "blob": display.store_document(large),
            "folder": display.store_document(folder.stored),
            "balances": {"before": before, "after": after},
            "seconds": {phase: round(seconds, 3) for phase, seconds in self._times.items()},
        }

    def _closing(self) -> str:
        rows = "\n".join(f"  {seconds:6.1f} s  {phase}" for phase, seconds in self._times.items())
        return (
            f"{self._plan.nodes} nodes, {self._plan.shards} shards, {_KILLED} nodes lost, nothing else\n{rows}\n"
            f"  {sum(self._times.values()):6.1f} s  in all"
        )


async def _balances(client: WalrusClient) -> dict[str, int]:
    """What the wallet has on chain: FROST and MIST."""
    sui, wallet = client.contracts.sui, client.signer.address
    return {"frost": await sui.balance(wallet, client.contracts.wal_type), "mist": await sui.balance(wallet)}


def _show_balances(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    wal, sui = after["frost"] / _UNIT, after["mist"] / _UNIT
    wal_paid, sui_paid = before["frost"] / _UNIT - wal, before["mist"] / _UNIT - sui
    output.note("wallet on chain")
    output.note(f"  {wal:.6f} WAL, {wal_paid:.6f} paid for storage")
    output.note(f"  {sui:.6f} SUI, {sui_paid:.6f} paid for gas")


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _size(path: Path) -> str:
    return f"{path.stat().st_size / _MIB:g} MiB"


def _require_equal(name: str, read: bytes, stored: bytes) -> None:
    if read != stored:
        raise InconsistentBlob(f"{name}: expected the {len(stored)} bytes stored, got {len(read)} others")
