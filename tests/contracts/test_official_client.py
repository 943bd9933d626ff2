"""The official TypeScript client reads the state of our contracts and understands it as we do."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.peers.npm import PeerUnavailable, installed, node
from tests.sui_chain.world import STORAGE_PRICE, WRITE_PRICE, World, bring_up, fresh_blob
from walrus_sui.bcs.sui import format_address
from walrus_sui.chain.types import Blob

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]

PACKAGES = ("@mysten/walrus@1.2.13", "@mysten/sui@2.33.1")
SCRIPT = Path(__file__).parent / "typescript" / "state.mjs"
EPOCHS = 3


@pytest.fixture(scope="module")
def folder() -> Path:
    try:
        node()
        found = installed("walrus-sdk-1.2.13", PACKAGES)
    except PeerUnavailable as unavailable:
        pytest.skip(str(unavailable))
    shutil.copy(SCRIPT, found)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    async with bring_up() as network:
        yield network


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def blob(world: World) -> Blob:
    registered = await world.register(fresh_blob(), epochs=EPOCHS)
    await world.contracts.certify_blobs(world.owner, [await world.certification(registered)])
    return await world.contracts.blob(registered.object_id)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def report(folder: Path, world: World, blob: Blob) -> dict[str, Any]:
    task = {
        "rpcUrl": world.network.url,
        "systemObject": format_address(world.deployment.system_object),
        "stakingObject": format_address(world.deployment.staking_object),
        "blobObject": format_address(blob.object_id),
        "size": 100,
        "epochs": EPOCHS,
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        node(), SCRIPT.name, json.dumps(task), cwd=folder, stdout=pipe, stderr=pipe
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    found: dict[str, Any] = json.loads(output)
    return found


async def test_it_finds_the_package_behind_the_objects(report: dict[str, Any], world: World) -> None:
    package = format_address(world.deployment.walrus_package)
    assert report["blobType"] == f"{package}::blob::Blob"
    for name, object_id in (
        ("systemObject", world.deployment.system_object),
        ("stakingObject", world.deployment.staking_object),
    ):
        shell = report[name]
        assert (shell["id"], shell["package_id"]) == (format_address(object_id), package)
        assert shell["new_package_id"] is None


async def test_it_reads_prices_and_what_storage_costs(report: dict[str, Any]) -> None:
    system = report["system"]
    assert int(system["storage_price_per_unit_size"]) == STORAGE_PRICE
    assert int(system["write_price_per_unit_size"]) == WRITE_PRICE
    # 100 bytes make 11,960 encoded bytes with 13 shards, which is one started MiB
    assert {name: int(value) for name, value in report["cost"].items()} == {
        "storageCost": EPOCHS * STORAGE_PRICE,
        "writeCost": WRITE_PRICE,
        "totalCost": EPOCHS * STORAGE_PRICE + WRITE_PRICE,
    }


async def test_it_reads_committees_epoch_and_ring(report: dict[str, Any], world: World) -> None:
    system, staking = await world.contracts.system(), await world.contracts.staking()
    theirs = report["staking"]
    assert (theirs["epoch"], theirs["n_shards"]) == (staking.epoch, staking.n_shards)
    assert theirs["epoch_state"]["$kind"] == type(staking.epoch_state).__name__
    assignment = {entry["key"]: tuple(entry["value"]) for entry in theirs["committee"][0]["contents"]}
    assert assignment == {format_address(node): shards for node, shards in staking.committee.items()}
    signers = report["system"]["committee"]
    assert (signers["n_shards"], signers["epoch"]) == (system.committee.n_shards, system.committee.epoch)
    assert [
        (member["node_id"], member["weight"], bytes(member["public_key"]["bytes"]))
        for member in signers["members"]
    ] == [
        (format_address(member.node_id), member.weight, member.public_key) for member in system.committee.members
    ]
    ring = report["system"]["future_accounting"]
    assert [
        (entry["epoch"], int(entry["used_capacity"]), int(entry["rewards_to_distribute"]["value"]))
        for entry in ring["ring_buffer"]
    ] == [
        (entry.epoch, entry.used_capacity, entry.rewards_to_distribute)
        for entry in system.future_accounting.ring_buffer
    ]


async def test_it_reads_a_blob(report: dict[str, Any], blob: Blob) -> None:
    theirs = report["blob"]
    assert theirs["id"] == format_address(blob.object_id)
    assert int(theirs["blob_id"]) == int.from_bytes(blob.blob_id, "little")
    assert (int(theirs["size"]), theirs["deletable"]) == (100, True)
    assert (theirs["registered_epoch"], theirs["certified_epoch"]) == (blob.registered_epoch, blob.certified_epoch)
    storage = theirs["storage"]
    assert (storage["start_epoch"], storage["end_epoch"]) == (blob.storage.start_epoch, blob.storage.end_epoch)
    assert int(storage["storage_size"]) == blob.storage.storage_size
