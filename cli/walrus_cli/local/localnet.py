"""`walrus localnet …`: a whole Walrus network on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from walrus_cli import loop, output
from walrus_cli.durations import parse_duration
from walrus_cli.options import Json
from walrus_sui.config import default_localnet_directory
from walrus_sui.errors import ConfigError

if TYPE_CHECKING:
    from walrus_localnet.testbed.localnet import Localnet
    from walrus_localnet.testbed.manifest import Manifest, NodeRecord
    from walrus_localnet.testbed.plan import Plan

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Directory = Annotated[
    Path | None, typer.Option("--dir", help="Where the network lives.", show_default="the user's data directory")
]
NodeNames = Annotated[list[str], typer.Argument(help="Such as node-3, or 3.", show_default=False)]

_FAUCET_PORT = 9123


@app.command("up")
def up(
    nodes: Annotated[int | None, typer.Option(help="Storage nodes, one process each.", show_default="13")] = None,
    shards: Annotated[int | None, typer.Option(help="Shards over all nodes.", show_default="130")] = None,
    epoch_duration: Annotated[
        str | None, typer.Option(help="Length of an epoch, such as 90s, 10m or 1h.", show_default="1h")
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach/--foreground", help="Leave it running, or stay and stop it all on Ctrl-C.")
    ] = True,
    in_process: Annotated[bool, typer.Option("--in-process", help="All nodes in one process.")] = False,
    sui_rpc: Annotated[
        str | None, typer.Option(help="Full node of a Sui network to use.", show_default="one of its own")
    ] = None,
    sui_faucet: Annotated[
        str | None, typer.Option(help="Faucet of that network.", show_default="port 9123 of the full node's host")
    ] = None,
    tls: Annotated[bool, typer.Option("--tls", help="Nodes speak HTTPS, each under its key on chain.")] = False,
    directory: Directory = None,
    json: Json = False,
) -> None:
    """Bring a network up: chain, contracts, staked storage nodes, a funded wallet and a client configuration.

    One that was stopped goes on with what it had: its options need not be given again, and no others can be.
    """
    from walrus_localnet.testbed.plan import Plan, SuiNetwork

    sui = None if sui_rpc is None else SuiNetwork(sui_rpc, sui_faucet or _faucet_beside(sui_rpc))
    wanted: dict[str, Any] = {
        "nodes": nodes,
        "shards": shards,
        "epoch_duration": None if epoch_duration is None else parse_duration(epoch_duration),
        "in_process": in_process or None,
        "tls": tls or None,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    localnet = _open(directory)
    if localnet.exists:
        _require_same(localnet.manifest(), given)
    plan = dataclasses.replace(Plan(sui=sui), **given)
    loop.run(_up(localnet, plan, detach=detach))


async def _up(localnet: Localnet, plan: Plan, *, detach: bool) -> None:
    started = time.monotonic()
    manifest = await localnet.up(plan, output.note)
    try:
        seconds = time.monotonic() - started
        output.result(_describe(manifest), _summary(localnet, manifest, seconds))
        if not detach:
            output.note("running; Ctrl-C stops it")
            await _stopped()
    finally:
        if not detach:
            await localnet.down()


async def _stopped() -> None:
    """Until a signal comes: it cancels what runs, and has done its work then."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


@app.command("chain")
def chain(
    port: Annotated[int, typer.Option(help="Port of gRPC and the page to look at; 0 for any free one.")] = 9000,
    faucet_port: Annotated[int, typer.Option(help="Port of the faucet; 0 for any free one.")] = 9123,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Where to keep the state.", show_default="in memory")
    ] = None,
    lag_ms: Annotated[int, typer.Option(min=0, help="Time until a checkpoint becomes known.")] = 0,
    epoch_ms: Annotated[
        int | None, typer.Option(min=1, help="Length of a Sui epoch.", show_default="at command only")
    ] = None,
    json: Json = False,
) -> None:
    """Run a Sui network alone, without Walrus, until Ctrl-C."""
    seconds = None if epoch_ms is None else epoch_ms / 1000
    try:
        loop.run(_run_chain(directory, port, faucet_port, host, lag_ms / 1000, seconds))
    except OSError as error:
        raise ConfigError(
            f"expected to listen on {host}, ports {port} and {faucet_port}: {error.strerror or error}",
            hint="another network may be running: choose other ports, or 0 for any free one",
        ) from error


async def _run_chain(
    directory: Path | None, port: int, faucet_port: int, host: str, lag: float, epoch: float | None
) -> None:
    from walrus_localnet.chain.local import LocalSui
    from walrus_sui.bcs.sui import format_address

    started = LocalSui.start(directory, port=port, faucet_port=faucet_port, host=host, lag=lag, epoch=epoch)
    async with started as network:
        gc.freeze()  # the framework is here to stay: looking through it for garbage takes a tenth of a second
        funded = format_address(network.faucet.address)
        text = (
            f"Sui      {network.url} (gRPC, gRPC-Web; a page to look at in a browser)\n"
            f"faucet   {network.faucet_url}/v2/gas, paid by {funded}\n"
            f"chain id {network.chain_id}"
        )
        output.result(network.describe(), text)
        await _stopped()


@app.command("down")
def down(directory: Directory = None, json: Json = False) -> None:
    """Stop every process of the network; `up` starts it again as it was."""
    localnet = _open(directory)
    loop.run(localnet.down())
    output.result({"directory": str(localnet.layout.root)}, f"stopped the network in {localnet.layout.root}")


@app.command("status")
def status(directory: Directory = None, json: Json = False) -> None:
    """Which processes of the network are running."""
    manifest = _open(directory).manifest()
    lines = [f"chain    {'up' if manifest.running else 'down':5} {manifest.rpc_url}"]
    lines += [f"{node.name:8} {'up' if node.alive else 'down':5} {node.url}" for node in manifest.nodes]
    output.result({**_describe(manifest), "running": manifest.running}, "\n".join(lines))


@app.command("kill-node")
def kill_node(names: NodeNames, directory: Directory = None, json: Json = False) -> None:
    """End storage nodes at once, as a crash would (SIGKILL)."""
    nodes = loop.run(_open(directory).kill_nodes(map(_node_name, names)))
    output.result([_describe_node(node) for node in nodes], "\n".join(f"killed {node.name}" for node in nodes))


@app.command("restart-node")
def restart_node(names: NodeNames, directory: Directory = None, json: Json = False) -> None:
    """Start storage nodes that are down, with the state they had."""
    nodes = loop.run(_open(directory).restart_nodes(map(_node_name, names)))
    texts = (f"started {node.name} at {node.url}" for node in nodes)
    output.result([_describe_node(node) for node in nodes], "\n".join(texts))


@app.command("logs")
def logs(
    name: Annotated[str, typer.Argument(help="`chain` or a node's name.")] = "chain",
    lines: Annotated[int, typer.Option(min=1, help="How many of the last lines.")] = 50,
    directory: Directory = None,
    json: Json = False,
) -> None:
    """The last lines that a process of the network logged."""
    path = _open(directory).log(_node_name(name))
    found = path.read_text(errors="replace").splitlines()[-lines:] if path.exists() else []
    output.result({"name": name, "path": str(path), "lines": found}, "\n".join(found))


def _require_same(manifest: Manifest, given: Mapping[str, Any]) -> None:
    """Raises `LocalnetError` if a network that is there is not of the kind that was asked for."""
    from walrus_localnet.testbed.errors import LocalnetError

    there: dict[str, Any] = {
        "nodes": len(manifest.nodes),
        "shards": manifest.n_shards,
        "epoch_duration": manifest.epoch_duration or None,
        "in_process": manifest.in_process,
        "tls": manifest.tls,
    }
    for name, value in given.items():
        if there[name] not in (value, None):
            option = "--" + name.replace("_", "-")
            raise LocalnetError(
                f"expected a network with {option} {value}, but the one there has {there[name]}",
                hint=f"leave {option} out to go on with it, or choose another --dir",
            )


def _faucet_beside(rpc_url: str) -> str:
    """Where `sui start --with-faucet` puts the faucet of the full node at `rpc_url`."""
    parts = urlsplit(rpc_url)
    return f"{parts.scheme}://{parts.hostname}:{_FAUCET_PORT}"


def _node_name(text: str) -> str:
    return f"node-{text}" if text.isdecimal() else text


def _open(directory: Path | None) -> Localnet:
    from walrus_localnet.testbed.localnet import Localnet

    return Localnet(directory or default_localnet_directory())


def _describe(manifest: Manifest) -> dict[str, Any]:
    return {
        "rpcUrl": manifest.rpc_url,
        "faucetUrl": manifest.faucet_url,
        "systemObject": "0x" + manifest.system_object.hex(),
        "stakingObject": "0x" + manifest.staking_object.hex(),
        "walletAddress": "0x" + manifest.wallet_address.hex(),
        "walletKey": manifest.wallet_key,
        "clientConfig": str(manifest.client_config),
        "nodes": [_describe_node(node) for node in manifest.nodes],
    }


def _describe_node(node: NodeRecord) -> dict[str, Any]:
    return {
        "name": node.name,
        "url": node.url,
        "nodeId": "0x" + node.node_id.hex(),
        "pid": node.process.pid if node.process and node.alive else None,
    }


def _summary(localnet: Localnet, manifest: Manifest, seconds: float) -> str:
    is_default = localnet.layout.root == default_localnet_directory()
    config = "" if is_default else f" --config {manifest.client_config}"
    return (
        f"up in {seconds:.1f} s: {len(manifest.nodes)} storage nodes, {manifest.n_shards} shards\n"
        f"  Sui        {manifest.rpc_url} (faucet {manifest.faucet_url})\n"
        f"  wallet     0x{manifest.wallet_address.hex()}\n"
        f"  config     {manifest.client_config}\n"
        f"  logs       {localnet.layout.logs}\n"
        f"try: walrus store FILE{config}"
    )
