"""`walrus info`: the network as its chain describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from walrus_cli import loop, output
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json

if TYPE_CHECKING:
    from pathlib import Path

    from walrus_sui.client import Network

app = typer.Typer()

_STORAGE_UNIT = 1 << 20


@app.command("info")
def info(config: Config = None, json: Json = False) -> None:
    """Epoch, committee, sizes and prices of the network."""
    network = loop.run(_network(config))
    document = _document(network)
    output.result(document, _text(network, document))


async def _network(config: Path | None) -> Network:
    async with open_client(config) as client:
        return await client.network()


def _document(network: Network) -> dict[str, Any]:
    system, staking = network.system, network.staking
    return {
        "epochInfo": {
            "currentEpoch": network.epoch,
            "epochState": type(staking.epoch_state).__name__,
            "startOfCurrentEpoch": getattr(staking.epoch_state, "timestamp_ms", None),
            "epochDuration": staking.epoch_duration,
            "maxEpochsAhead": network.max_epochs_ahead,
        },
        "storageInfo": {
            "nShards": network.n_shards,
            "nNodes": len(network.committee.members),
            "totalCapacity": system.total_capacity_size,
            "usedCapacity": system.used_capacity_size,
        },
        "sizeInfo": {"storageUnitSize": _STORAGE_UNIT, "maxBlobSize": network.params.max_blob_size},
        "priceInfo": {
            "storagePricePerUnitSize": system.storage_price_per_unit_size,
            "writePricePerUnitSize": system.write_price_per_unit_size,
        },
        "committeeInfo": [
            {
                "nodeId": "0x" + member.node_id.hex(),
                "networkAddress": member.network_address,
                "publicKey": member.public_key.hex(),
                "shards": list(member.shards),
            }
            for member in network.committee.members
        ],
    }


def _text(network: Network, document: dict[str, Any]) -> str:
    epoch, prices = document["epochInfo"], document["priceInfo"]
    storage, write = prices["storagePricePerUnitSize"], prices["writePricePerUnitSize"]
    members = network.committee.members
    lines = [
        f"epoch       {epoch['currentEpoch']} ({epoch['epochState']}), {epoch['epochDuration'] / 1000:g} s each, "
        f"storage sold for up to {epoch['maxEpochsAhead']}",
        f"committee   {len(members)} storage nodes, {network.n_shards} shards",
        f"capacity    {network.system.used_capacity_size} of {network.system.total_capacity_size} bytes used",
        f"blob size   up to {network.params.max_blob_size} bytes",
        f"prices      {storage} FROST per MiB and epoch, {write} FROST per MiB written",
    ]
    lines += [f"  {len(member.shards):4} shards  {member.network_address}" for member in members]
    return "\n".join(lines)
