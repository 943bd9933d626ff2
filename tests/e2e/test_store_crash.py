"""A client that is killed while it stores: storing the same again finishes it, and nothing is paid for twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from tests.scale import cases
from walrus_localnet.testbed.localnet import Localnet
from walrus_sui.client import WalrusClient
from walrus_sui.client.journal import DIRECTORY
from walrus_sui.config import load_config
from walrus_sui.redstuff import compute_blob_id

pytestmark = [pytest.mark.e2e, pytest.mark.crash]

COST = 3 * 100_000 + 20_000
"""Three epochs of one started MiB, and its writing (10 shards: 6,940 bytes encoded)."""

STORER = """
import asyncio, os, signal, sys
from pathlib import Path
from walrus_sui.chain import Contracts
from walrus_sui.client import WalrusClient
from walrus_sui.client.journal import Journal
from walrus_sui.config import load_config

def die_after(kind, name):
    real = getattr(kind, name)
    if asyncio.iscoroutinefunction(real):
        async def last(*args, **kwargs):
            await real(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)
    else:
        def last(*args, **kwargs):
            real(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)
    setattr(kind, name, last)

async def main(config, file, moment):
    async with WalrusClient(load_config(Path(config))) as client:
        await client.network()
        print("go", flush=True)
        sys.stdin.readline()
        match moment:
            case "signed, not sent": die_after(Journal, "write")
            case "registered": die_after(Contracts, "register_blobs")
            case "certified": die_after(Contracts, "certify_blobs")
        await client.store(Path(file), epochs=3)
        print("done", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@dataclass
class Account:
    """What the chain says of the wallet."""

    client: WalrusClient

    async def balance(self) -> int:
        return await self.client.contracts.wal_balance(self.client.signer.address)

    async def blobs_of(self, file: Path) -> list[bool]:
        """For each of its objects of this file whether it is certified."""
        blob_id = id_of(file)
        owned = await self.client.owned_blobs()
        return [blob.certified_epoch is not None for blob in owned if blob.blob_id == blob_id]


def id_of(file: Path) -> bytes:
    return bytes(compute_blob_id(file.read_bytes(), n_shards=10).metadata.blob_id())


@pytest.fixture
async def account(small_net: Localnet) -> AsyncIterator[Account]:
    async with WalrusClient(load_config(small_net.layout.client_config)) as client:
        yield Account(client)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(os.urandom(40))
    return path


def begin(net: Localnet, file: Path, moment: str = "") -> subprocess.Popen[str]:
    """A process that stores `file` once it is given a line, and dies at `moment` if one is named."""
    arguments = [sys.executable, "-c", STORER, str(net.layout.client_config), str(file), moment]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def under_way(net: Localnet) -> list[Path]:
    return list((net.layout.client_config.parent / DIRECTORY).glob("*"))


MOMENTS = ("signed, not sent", "registered", "certified")
SAMPLE = tuple(zip(MOMENTS, ("--resume", "the same file", "--resume"), strict=True))
EVERY = tuple(product(MOMENTS, ("--resume", "the same file")))


@pytest.mark.parametrize(("moment", "again"), EVERY[: cases(0, 6)] or SAMPLE)
async def test_killed_at_the_worst_moments(small_net, walrus_process, account, file, moment, again):
    before = await account.balance()
    with begin(small_net, file, moment) as process:
        go(process)
        assert process.wait() == -9
    assert len(under_way(small_net)) == 1
    arguments = ["store", "--resume"] if again == "--resume" else ["store", file, "--epochs", 3]
    done = walrus_process("--json", *arguments, net=small_net)
    assert done.code == 0, done.err
    assert [Path(result["path"]).name for result in done.json] == ["file"]
    assert await account.blobs_of(file) == [True]
    assert before - await account.balance() == COST
    assert under_way(small_net) == []


async def test_without_what_was_written_down_the_registration_is_found_on_chain(
    small_net, walrus_process, account, file
):
    before = await account.balance()
    with begin(small_net, file, "registered") as process:
        go(process)
        assert process.wait() == -9
    for path in under_way(small_net):
        path.unlink()
    done = walrus_process("--json", "store", file, "--epochs", 3, net=small_net)
    (result,) = done.json
    assert list(result["blobStoreResult"]["newlyCreated"]["resourceOperation"]) == ["reuseRegistration"]
    assert await account.blobs_of(file) == [True]
    assert before - await account.balance() == COST


async def test_a_file_that_changed_is_not_paid_for_as_if_it_were_the_same(
    small_net, walrus_process, account, file
):
    with begin(small_net, file, "registered") as process:
        go(process)
        assert process.wait() == -9
    before, original = await account.balance(), file.read_bytes()
    file.write_bytes(b"something else")
    done = walrus_process("--json", "store", "--resume", net=small_net)
    assert (done.code, done.json["error"]["code"]) == (8, "input")
    assert await account.balance() == before
    file.write_bytes(original)
    assert walrus_process("store", "--resume", net=small_net).code == 0
    assert await account.blobs_of(file) == [True]
    assert under_way(small_net) == []


async def test_what_was_deleted_meanwhile_is_not_paid_for_by_resuming(small_net, walrus_process, account, file):
    with begin(small_net, file, "registered") as process:
        go(process)
        assert process.wait() == -9
    owned = await account.client.owned_blobs()
    (blob,) = [blob for blob in owned if blob.blob_id == id_of(file)]
    await account.client.delete(blob.object_id)
    before = await account.balance()
    done = walrus_process("--json", "store", "--resume", net=small_net)
    assert (done.code, "has ended" in done.json["error"]["message"]) == (8, True)
    assert await account.balance() == before
    assert under_way(small_net) == []
    again = walrus_process("--json", "store", file, "--epochs", 3, net=small_net)
    assert list(again.json[0]["blobStoreResult"]["newlyCreated"]["resourceOperation"]) == ["reuseStorage"]
    assert under_way(small_net) == []


async def test_killed_at_any_moment(small_net, walrus_process, account, tmp_path):
    """All are killed first and resumed together: the longest store sets from what span moments are drawn."""
    draw = random.Random(20)
    files = [tmp_path / f"file {number}" for number in range(cases(4, 20))]
    before = await account.balance()
    span = 0.0
    for file in files:
        file.write_bytes(os.urandom(40))
        with begin(small_net, file) as process:
            started = time.monotonic()
            go(process)
            try:
                process.wait(timeout=draw.uniform(0, span) if span else None)
            except subprocess.TimeoutExpired:
                process.kill()
            span = span or time.monotonic() - started
    done = walrus_process("--json", "store", *files, "--epochs", 3, net=small_net)
    assert done.code == 0, done.err
    for file in files:
        assert await account.blobs_of(file) == [True]
    assert before - await account.balance() == len(files) * COST
    assert under_way(small_net) == []
