"""What a Python program sees of a network: the client that waits, blobs into files, the life of an object."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.waiting import SECONDS
from walrus_sui.bcs.sui import format_address
from walrus_sui.client import WalrusClient as AsyncClient
from walrus_sui.client.sync import WalrusClient
from walrus_sui.config import load_config
from walrus_sui.errors import BlobIdError, BlobNotFound, InputError, ObjectNotFound
from walrus_sui.redstuff import BlobId
from walrus_sui.storage import NonexistentStatus

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


@pytest.fixture
def waiting(net):
    with WalrusClient(load_config(net.layout.client_config)) as client:
        yield client


def test_a_blobs_life_without_await(waiting):
    data = os.urandom(5000)
    stored = waiting.store(data, epochs=2)
    assert waiting.read(stored.blob_id) == waiting.read(str(stored.blob_id)) == data
    assert stored.object_id in [blob.object_id for blob in waiting.blobs()]
    assert waiting.extend(stored.object_id, epochs=3).storage.end_epoch == stored.end_epoch + 3
    assert waiting.status(stored.blob_id).deletable_counts.certified == 1
    waiting.delete(format_address(stored.object_id))
    assert stored.object_id not in [blob.object_id for blob in waiting.blobs()]
    with pytest.raises(ObjectNotFound):
        waiting.extend(stored.object_id, epochs=1)


async def test_objects_by_every_name(client):
    stored = await client.store(os.urandom(100))
    blobs = {blob.object_id: blob async for blob in client.blobs()}
    await client.extend(blobs[stored.object_id], epochs=1)
    await client.delete(blobs[stored.object_id])
    for wrong in (b"\1" * 31, "0xyz", None):
        with pytest.raises(InputError, match="expected"):
            await client.delete(wrong)
    with pytest.raises(BlobIdError):
        await client.read("no blob id")


async def test_into_a_file(client, tmp_path):
    data = os.urandom(3 << 20)
    stored = await client.store(data)
    target = tmp_path / "copy"
    assert await client.read_into(stored.blob_id, target) == len(data)
    assert target.read_bytes() == data
    target.write_bytes(b"mine")
    target.chmod(0o640)
    with pytest.raises(BlobNotFound):
        await client.read_into(BlobId(bytes(32)), target)
    assert target.read_bytes() == b"mine", "what was there stays until something better is"
    assert await client.read_into(stored.blob_id, str(target)) == len(data)
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (data, 0o640)
    with pytest.raises(InputError, match="could not write"):
        await client.read_into(stored.blob_id, tmp_path / "no folder" / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_the_command_reads_to_files_and_to_pipes(waiting, net, walrus, tmp_path):
    data = os.urandom(3 << 20)
    stored = waiting.store(data)
    target = tmp_path / "copy"
    assert walrus("read", stored.blob_id, "-o", target, net=net).code == 0
    assert target.read_bytes() == data
    command = [sys.executable, "-c", "from walrus_cli.main import main; main()", "read", str(stored.blob_id)]
    environment = {**os.environ, "WALRUS_CONFIG": str(net.layout.client_config)}
    for check in ("--strict-consistency-check", "--skip-consistency-check"):
        done = subprocess.run([*command, check], capture_output=True, check=True, env=environment, timeout=SECONDS)
        assert done.stdout == data
    both = walrus("read", stored.blob_id, "--strict-consistency-check", "--skip-consistency-check", net=net)
    assert (both.code, "expected one consistency check" in both.err) == (8, True)


def test_a_reader_that_goes_away_is_no_crash(waiting, net):
    stored = waiting.store(os.urandom(3 << 20))
    command = [sys.executable, "-c", "from walrus_cli.main import main; main()", "read", str(stored.blob_id)]
    environment = {**os.environ, "WALRUS_CONFIG": str(net.layout.client_config)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert len(process.stdout.read(1000)) == 1000
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 1)


PROGRAM = """
import sys
from pathlib import Path
from walrus_sui.client import WalrusClient as AsyncClient
from walrus_sui.client.sync import WalrusClient

walrus = WalrusClient.from_config(Path(sys.argv[1]))
print(walrus.network().n_shards, walrus)
# neither closed nor entered, as in a shell
"""


def test_a_program_that_forgets_to_close_ends_cleanly(net):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(net.layout.client_config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stdout) == (0, "130 <walrus_sui.client.sync.WalrusClient open>\n"), done.stderr
    assert done.stderr == ""


async def test_a_client_that_is_not_open_says_so(net):
    client = AsyncClient(load_config(net.layout.client_config))
    for _ in range(2):
        with pytest.raises(InputError, match="expected an open client"):
            await client.read("A" * 43)
        with pytest.raises(InputError, match="expected an open client"):
            await client.store(b"too early, or too late")
        async with client:
            with pytest.raises(InputError, match="not open"):
                await client.__aenter__()
            assert isinstance(await client.status("A" * 43), NonexistentStatus)
