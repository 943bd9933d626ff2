"""`walrus node …`: keys, configuration, registration and running of a storage node."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import loop, output
from walrus_cli.opening import find_network
from walrus_cli.options import Config, Json
from walrus_sui.errors import ConfigError

if TYPE_CHECKING:
    from walrus_node.config import NodeConfig
    from walrus_node.operator import Setup

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_STATUS_SECONDS = 10.0

NodeFile = Annotated[Path, typer.Option("--config", help="The node's walrus-node.yaml.")]


@app.command("keygen")
def keygen(
    path: Annotated[Path, typer.Argument(help="Where to write the key; nothing there is replaced.")],
    kind: Annotated[str, typer.Option(help="`protocol` (BLS12-381) or `network` (P-256).")] = "protocol",
    form: Annotated[
        str, typer.Option("--format", help="`tagged` (base64), or `pem` for a network key.")
    ] = "tagged",
    json: Json = False,
) -> None:
    """Make a key file that only you can read."""
    from walrus_node.keys import generate_network_key, generate_protocol_key

    if (kind, form) == ("protocol", "tagged"):
        public_key = bytes(generate_protocol_key(path).public_key)
    elif kind == "network" and form in ("tagged", "pem"):
        public_key = generate_network_key(path, pem=form == "pem")
    else:
        raise ConfigError(
            f"expected --kind protocol or network, got {kind!r} with --format {form!r}",
            hint="keys are --format tagged; a network key may be --format pem",
        )
    document = {"path": str(path), "kind": kind, "publicKey": public_key.hex()}
    output.result(document, f"wrote {path}\npublic key {public_key.hex()}")


@app.command("setup")
def setup(
    folder: Annotated[Path, typer.Argument(help="The node's new folder: keys, wallet, configuration, database.")],
    name: Annotated[str, typer.Option(help="Name shown on chain.")],
    public_host: Annotated[str, typer.Option(help="Where clients reach the node.")],
    public_port: Annotated[int, typer.Option(help="On which port.")] = 9185,
    rest_api_address: Annotated[str | None, typer.Option(help="Where the node listens, as host:port.")] = None,
    metrics_address: Annotated[
        str | None, typer.Option(help="Where it shows its metrics, as host:port.", show_default="nowhere")
    ] = None,
    tls: Annotated[
        bool | None,
        typer.Option("--tls/--no-tls", help="Speak HTTPS.", show_default="as the network's clients expect"),
    ] = None,
    commission_rate: Annotated[int, typer.Option(help="Of rewards, in basis points.")] = 6000,
    storage_price: Annotated[int, typer.Option(help="Vote: FROST for a MiB and an epoch.")] = 100_000,
    write_price: Annotated[int, typer.Option(help="Vote: FROST for writing a MiB.")] = 20_000,
    node_capacity: Annotated[int, typer.Option(help="Bytes the node offers.")] = 1_000_000_000_000,
    config: Config = None,
    json: Json = False,
) -> None:
    """Make everything a node needs on disk, for the network of the client configuration."""
    from walrus_node import operator

    network = find_network(config)
    made = operator.setup(
        folder,
        name=name,
        public_host=public_host,
        public_port=public_port,
        rpc=network.rpc_url,
        system_object=network.system_object,
        staking_object=network.staking_object,
        rest_api_address=rest_api_address,
        voting_params={
            "storage_price": storage_price,
            "write_price": write_price,
            "node_capacity": node_capacity,
        },
        commission_rate=commission_rate,
        metrics_address=metrics_address,
        tls=network.node_scheme == "https" if tls is None else tls,
    )
    output.result(_describe(made), _next_steps(made))


@app.command("register")
def register(config: NodeFile, json: Json = False) -> None:
    """Register the node on chain as a candidate, from its own wallet."""
    from walrus_node import operator
    from walrus_node.config import NodeConfig
    from walrus_sui.bcs.sui import format_address
    from walrus_sui.chain import SuiClient

    async def call() -> dict[str, str]:
        async with SuiClient(NodeConfig.load(config).sui.rpc) as sui:
            cap = await operator.register(sui, config)
        return {"nodeId": format_address(cap.node_id), "storageNodeCap": format_address(cap.object_id)}

    document = loop.run(call())
    text = f"registered as node {document['nodeId']}"
    output.result(document, f"{text}\nnext: walrus stake --node-ids {document['nodeId']} --amounts 1000WAL")


@app.command("run")
def run(config: NodeFile) -> None:
    """Run the node until SIGTERM or Ctrl-C."""
    from walrus_node.__main__ import run_nodes

    raise typer.Exit(run_nodes([config]))


@app.command("status")
def status(config: NodeFile, json: Json = False) -> None:
    """What the running node says of itself: epoch, shards, progress."""
    from walrus_node.config import NodeConfig

    settings = NodeConfig.load(config)
    health = loop.run(_health(settings))
    output.result({"name": settings.name, "url": settings.url, **health}, _status_text(settings, health))


async def _health(settings: NodeConfig) -> dict[str, Any]:
    from walrus_node.keys import load_network_public_key
    from walrus_sui.client.limits import Limits
    from walrus_sui.client.network.transport import http_client
    from walrus_sui.storage import StorageNodeClient

    key = load_network_public_key(settings.network_key_pair.path)
    async with http_client(Limits(request_timeout=_STATUS_SECONDS)) as http:
        return await StorageNodeClient(settings.local_url, http, key).health(detailed=True)


def _status_text(settings: NodeConfig, health: dict[str, Any]) -> str:
    shards, events = health["shardSummary"], health["eventProgress"]
    states = ", ".join(f"{count} {state}" for state, count in shards["ownedShardStatus"].items() if count)
    numbers = " ".join(str(item["shard"]) for item in health.get("shardDetail", {}).get("owned", ()))
    rows = (
        ("epoch", str(health["epoch"])),
        ("shards", f"{shards['owned']} owned{f' ({states}): {numbers}' if numbers else ''}"),
        ("events", f"{events['persisted']} applied, to checkpoint {health['latestCheckpointSequenceNumber']}"),
        ("uptime", str(timedelta(seconds=health["uptime"]["secs"]))),
        ("key", health["publicKey"]),
    )
    head = f"{settings.name}  {settings.url}  {health['nodeStatus']}"
    return "\n".join([head, *(f"  {name:8}{value}" for name, value in rows)])


def _describe(made: Setup) -> dict[str, str]:
    from walrus_sui.bcs.sui import format_address

    return {"config": str(made.config_path), "suiAddress": format_address(made.keypair.address)}


def _next_steps(made: Setup) -> str:
    described = _describe(made)
    return "\n".join(
        (
            f"wrote {described['config']}",
            f"next: send SUI to {described['suiAddress']}",
            f"then: walrus node register --config {described['config']}",
            f"and:  walrus node run --config {described['config']}",
        )
    )
