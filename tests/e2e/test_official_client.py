"""The official TypeScript client, unmodified, on our nodes, our chain and our contracts."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import network
from tests.peers.npm import NODE, PeerUnavailable, installed, node
from walrus_localnet.testbed import Localnet, Manifest, Plan
from walrus_sui.client import WalrusClient
from walrus_sui.config import load_config
from walrus_sui.errors import ObjectNotFound
from walrus_sui.redstuff import BlobId, Params
from walrus_sui.redstuff.quilt import column_of, read_file, read_index

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.peer,
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

VERSION = "1.2.13"
PACKAGES = (f"@mysten/walrus@{VERSION}", "@mysten/sui@2.33.1")
SCRIPT = Path(__file__).parent / "typescript" / "walrus.mjs"


@pytest.fixture(scope="module")
def official_client() -> Path:
    """A folder of the user's cache with the client in it. Skips where npm cannot provide it or Node.js 22."""
    try:
        node()
        folder = installed(f"walrus-sdk-{VERSION}", PACKAGES)
    except PeerUnavailable as unavailable:
        pytest.skip(str(unavailable))
    shutil.copy(SCRIPT, folder)
    return folder


async def run(*command: str, folder: Path) -> tuple[int, str, str]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=pipe, stderr=pipe)
    output, errors = await process.communicate()
    return process.returncode or 0, output.decode(), errors.decode()


@pytest.fixture(params=[130, 13])
def network_of(request, tmp_path_factory) -> Iterator[Localnet]:
    """Thirteen nodes: the session's with ten shards each, then others with one each."""
    if request.param == 130:
        yield request.getfixturevalue("net")
    else:
        yield from network(tmp_path_factory.mktemp("one-shard") / "net", Plan(shards=13, in_process=True))


async def test_it_stores_and_reads_here_and_we_read_what_it_stored(official_client, network_of):
    async with WalrusClient(load_config(network_of.layout.client_config)) as client:
        await both_ways(official_client, network_of.manifest(), client)


async def both_ways(official_client: Path, manifest: Manifest, client: WalrusClient) -> None:
    ours = os.urandom(300_000)
    stored = await client.store(ours, epochs=2)
    task = {
        "rpcUrl": manifest.rpc_url,
        "systemObject": "0x" + manifest.system_object.hex(),
        "stakingObject": "0x" + manifest.staking_object.hex(),
        "walletKey": manifest.wallet_key,
        "blobId": str(stored.blob_id),
        "size": 1_000_000,
        "ownSize": len(ours),
        "ownEpochs": 2,
    }
    code, output, errors = await run(node(), SCRIPT.name, json.dumps(task), folder=official_client)
    assert code == 0, errors
    report = json.loads(output)

    assert report["node"] == NODE
    assert report["address"] == "0x" + manifest.wallet_address.hex()
    assert report["readOurs"] == hashlib.sha256(ours).hexdigest()
    assert report["readBack"] == report["written"]
    theirs = await client.read(BlobId.parse(report["permanent"]["blobId"]), consistency="strict")
    assert hashlib.sha256(theirs).hexdigest() == report["written"]
    on_chain = await client.contracts.blob(bytes.fromhex(report["permanent"]["object"]["id"][2:]))
    assert (on_chain.certified_epoch, on_chain.deletable, on_chain.size) == (1, False, 1_000_000)
    assert on_chain.storage.end_epoch == 6

    assert int(report["cost"]["totalCost"]) == stored.cost
    assert report["steps"] == ["encoded", "registered", "uploaded", "certified"]
    resumed = await client.contracts.blob(bytes.fromhex(report["resumed"][2:]))
    assert (resumed.certified_epoch, resumed.deletable) == (1, True)

    assert report["attributes"] == {"content-type": "text/plain", "note": "from TypeScript"}
    with pytest.raises(ObjectNotFound):
        await client.contracts.blob(bytes.fromhex(report["deletable"]["id"][2:]))
    quilt = report["quilt"]
    # a quilt holds its files in the order of their names: one, three, two
    assert quilt["identifier"] == "three"
    if manifest.n_shards == 130:
        # with 13 shards columns are so short that its reader, which takes a file to begin where its first column
        # does, asks for one column too few; what it stored is right, as is seen below
        assert quilt["text"] == "contents of three"
    whole = await client.read(BlobId.parse(quilt["blobId"]))
    params = Params(manifest.n_shards)
    columns = [column_of(whole, column, params) for column in range(params.columns)]
    files = [read_file(columns[patch.start : patch.end]) for patch in read_index(columns)]
    assert {file.identifier: file.data for file in files} == {
        "one": b"contents of one",
        "two": b"contents of two",
        "three": b"contents of three",
    }
