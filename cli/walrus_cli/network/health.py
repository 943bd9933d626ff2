"""`walrus health`: how storage nodes are."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from walrus_cli import loop, output
from walrus_cli.ids import object_ids
from walrus_cli.opening import find_network, open_client
from walrus_cli.options import Config, Json
from walrus_cli.words import ManyValues
from walrus_sui.errors import InputError, WalrusError

if TYPE_CHECKING:
    from walrus_sui.chain import Contracts
    from walrus_sui.chain.types import StakingPool

app = typer.Typer()

_SORT_KEYS = {"id": "nodeId", "name": "nodeName", "url": "nodeUrl"}


class Asked(NamedTuple):
    """A node to be asked: its address, and what the chain says of it if it is known there."""

    url: str
    node_id: str | None = None
    name: str | None = None
    network_public_key: bytes = b""


class Selection(NamedTuple):
    """Which nodes a command line names."""

    node_ids: Sequence[str] = ()
    node_urls: Sequence[str] = ()
    active_set: bool = False


@app.command("health", cls=ManyValues)
def health(
    node_ids: Annotated[
        list[str] | None, typer.Option("--node-ids", help="These nodes, 0x….", metavar="ID…")
    ] = None,
    node_urls: Annotated[
        list[str] | None, typer.Option("--node-urls", help="Nodes at these addresses.", metavar="URL…")
    ] = None,
    committee: Annotated[
        bool, typer.Option("--committee", help="All nodes of the committee; so it is unless others are named.")
    ] = False,
    active_set: Annotated[
        bool, typer.Option("--active-set", help="All nodes that may be chosen for the next committee.")
    ] = False,
    detail: Annotated[bool, typer.Option("--detail", help="With the state of every shard.")] = False,
    sort_by: Annotated[str, typer.Option(help="id, name, url, or status: those that are down first.")] = "id",
    desc: Annotated[bool, typer.Option("--desc", help="Sort the other way round.")] = False,
    concurrent_requests: Annotated[int, typer.Option(min=1, help="Nodes asked at the same time.")] = 60,
    config: Config = None,
    json: Json = False,
) -> None:
    """Ask storage nodes how they are."""
    if sum((bool(node_ids), bool(node_urls), committee, active_set)) > 1:
        raise InputError("expected one of --node-ids, --node-urls, --committee and --active-set, got several")
    if sort_by != "status" and sort_by not in _SORT_KEYS:
        raise InputError(f"expected --sort-by id, name, url or status, got {sort_by!r}")
    chosen = Selection(node_ids or (), node_urls or (), active_set)
    found, checkpoint = loop.run(_health(chosen, detail, concurrent_requests, config))
    found.sort(key=lambda entry: _sort_key(entry, sort_by), reverse=desc)
    output.result({"healthInfo": found, "latestSeq": checkpoint}, "\n".join(map(_line, found)))


def _sort_key(entry: dict[str, Any], by: str) -> tuple[bool, str]:
    if by == "status":
        return "Ok" in entry["healthInfo"], str(entry["nodeUrl"])
    return False, str(entry[_SORT_KEYS[by]] or "")


async def _health(
    chosen: Selection, detail: bool, concurrent: int, config: Path | None
) -> tuple[list[dict[str, Any]], int]:
    from walrus_sui.client.limits import Limits
    from walrus_sui.client.network.transport import http_client
    from walrus_sui.storage import StorageNodeClient

    slots = asyncio.Semaphore(concurrent)
    async with open_client(config) as client, http_client(Limits()) as http:

        async def ask(node: Asked) -> dict[str, Any]:
            async with slots:
                answer: dict[str, Any]
                try:
                    answer = {
                        "Ok": await StorageNodeClient(node.url, http, node.network_public_key).health(
                            detailed=detail
                        )
                    }
                except WalrusError as error:
                    answer = {"Err": error.message}
            return _entry(node, answer)

        nodes = await _nodes(client.contracts, chosen, find_network(config).node_scheme)
        found = await asyncio.gather(*map(ask, nodes))
        return list(found), await client.contracts.sui.latest_checkpoint()


async def _nodes(contracts: Contracts, chosen: Selection, scheme: str) -> list[Asked]:
    if chosen.node_urls:
        return [Asked(url if "://" in url else f"{scheme}://{url}") for url in chosen.node_urls]
    if chosen.node_ids:
        wanted = object_ids(chosen.node_ids)
    elif chosen.active_set:
        wanted = [entry.node_id for entry in (await contracts.active_set()).nodes]
    else:
        wanted = list((await contracts.staking()).committee)
    return [_asked(pool, scheme) for pool in await contracts.pools(wanted)]


def _asked(pool: StakingPool, scheme: str) -> Asked:
    info = pool.node_info
    url, node_id = f"{scheme}://{info.network_address}", "0x" + pool.object_id.hex()
    return Asked(url, node_id, info.name, info.network_public_key)


def _entry(node: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "nodeId": node.node_id,
        "nodeUrl": node.url,
        "nodeName": node.name,
        "networkPublicKey": base64.b64encode(node.network_public_key).decode() or None,
        "healthInfo": answer,
    }


def _line(entry: dict[str, Any]) -> str:
    answer = entry["healthInfo"]
    who = "  ".join(filter(None, (entry["nodeUrl"], entry["nodeName"])))
    if "Err" in answer:
        return f"{who}  down: {answer['Err'].removeprefix(entry['nodeUrl'] + ': ')}"
    facts = answer["Ok"]
    shards = facts["shardSummary"]
    ready = f"{shards['ownedShardStatus']['ready']} of {shards['owned']} shards ready"
    lines = [f"{who}  {facts['nodeStatus']} in epoch {facts['epoch']}, {ready}"]
    lines += [
        f"    shard {item['shard']}: {item['status']}" for item in facts.get("shardDetail", {}).get("owned", ())
    ]
    return "\n".join(lines)
