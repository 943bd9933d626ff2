"""`walrus health`: how the storage nodes of the committee are."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import typer

from walrus_cli import loop, output
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json

app = typer.Typer()


@app.command("health")
def health(config: Config = None, json: Json = False) -> None:
    """Ask every storage node of the committee how it is."""
    found = loop.run(_health(config))
    output.result({"healthInfo": found}, "\n".join(map(_line, found)))


async def _health(config: Path | None) -> list[dict[str, Any]]:
    async with open_client(config) as client:
        nodes = await client.nodes()
        answers = await asyncio.gather(*(node.client.health() for node in nodes), return_exceptions=True)
    return [
        {
            "nodeId": "0x" + node.member.node_id.hex(),
            "nodeUrl": node.client.base_url,
            "healthInfo": {"Err": str(answer)} if isinstance(answer, BaseException) else {"Ok": answer},
        }
        for node, answer in zip(nodes, answers, strict=True)
    ]


def _line(entry: dict[str, Any]) -> str:
    answer = entry["healthInfo"]
    if "Err" in answer:
        return f"{entry['nodeUrl']}  down: {answer['Err'].removeprefix(entry['nodeUrl'] + ': ')}"
    facts = answer["Ok"]
    shards = facts["shardSummary"]
    ready = f"{shards['ownedShardStatus']['ready']} of {shards['owned']} shards ready"
    return f"{entry['nodeUrl']}  {facts['nodeStatus']} in epoch {facts['epoch']}, {ready}"
