"""`walrus node …`: keys, configuration, registration and running of a storage node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import loop, output
from walrus_cli.options import Config, Json
from walrus_sui.errors import ConfigError

if TYPE_CHECKING:
    from walrus_node.operator import Setup

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NodeFile = Annotated[Path, typer.Option("--config", help="The node's walrus-node.yaml.")]


@app.command("keygen")
def keygen(
    path: Annotated[Path, typer.Argument(help="Where to write the key; nothing there is replaced.")],
    kind: Annotated[str, typer.Option(help="`protocol` (BLS12-381) or `network` (P-256).")] = "protocol",
    json: Json = False,
) -> None:
    """Make a key file that only you can read."""
    from walrus_node.keys import generate_network_key, generate_protocol_key

    if kind == "protocol":
        public_key = bytes(generate_protocol_key(path).public_key)
    elif kind == "network":
        public_key = generate_network_key(path)
    else:
        raise ConfigError(f"expected the key kind protocol or network, got {kind!r}")
    document = {"path": str(path), "kind": kind, "publicKey": public_key.hex()}
    output.result(document, f"wrote {path}\npublic key {public_key.hex()}")


@app.command("setup")
def setup(
    folder: Annotated[Path, typer.Argument(help="The node's new folder: keys, wallet, configuration, database.")],
    name: Annotated[str, typer.Option(help="Name shown on chain.")],
    public_host: Annotated[str, typer.Option(help="Where clients reach the node.")],
    public_port: Annotated[int, typer.Option(help="On which port.")] = 9185,
    rest_api_address: Annotated[str | None, typer.Option(help="Where the node listens, as host:port.")] = None,
    commission_rate: Annotated[int, typer.Option(help="Of rewards, in basis points.")] = 6000,
    config: Config = None,
    json: Json = False,
) -> None:
    """Make everything a node needs on disk, for the network of the client configuration."""
    from walrus_node import operator
    from walrus_sui.config import find_config

    network = find_config(config)
    made = operator.setup(
        folder,
        name=name,
        public_host=public_host,
        public_port=public_port,
        rpc=network.rpc_url,
        system_object=network.system_object,
        staking_object=network.staking_object,
        rest_api_address=rest_api_address,
        commission_rate=commission_rate,
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
    output.result(document, f"registered as node {document['nodeId']}\nstake WAL with it to join the committee")


@app.command("run")
def run(config: NodeFile) -> None:
    """Run the node until SIGTERM or Ctrl-C."""
    from walrus_node.__main__ import run_nodes

    raise typer.Exit(run_nodes([config]))


@app.command("status")
def status(config: NodeFile, json: Json = False) -> None:
    """What the running node says of itself: epoch, shards, progress."""
    import httpx

    from walrus_node.config import NodeConfig
    from walrus_sui.storage import StorageNodeClient

    host, port = NodeConfig.load(config).listen

    async def call() -> dict[str, Any]:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            return await StorageNodeClient(f"http://{host}:{port}", http).health()

    health = loop.run(call())
    shards, events = health["shardSummary"]["owned"], health["eventProgress"]["persisted"]
    text = f"{health['nodeStatus']} in epoch {health['epoch']}: {shards} shards, {events} events applied"
    output.result(health, text)


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
