"""`walrus node-admin`: what a node's operator does on chain from any machine, with the right wallet."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import loop, output
from walrus_cli.amounts import amount_text
from walrus_cli.ids import object_id
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from walrus_sui.chain.types import Authorized
    from walrus_sui.client import WalrusClient

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NodeId = Annotated[str, typer.Option("--node-id", help="The node, 0x….", show_default=False)]
Address = Annotated[str | None, typer.Option("--address", help="To this account, 0x….", show_default=False)]
ObjectId = Annotated[
    str | None, typer.Option("--object-id", help="Or to whoever holds this object, 0x….", show_default=False)
]
_DIGEST_SIZE = 32


@app.command("collect-commission")
def collect_commission(node_id: NodeId, config: Config = None, json: Json = False) -> None:
    """Take the node's commission, as the account or the holder of the object that it is for."""
    node = object_id(node_id)

    async def call() -> int:
        async with open_client(config) as client:
            return await client.contracts.collect_commission_of(client.signer, node)

    amount = loop.run(call())
    output.result({"nodeId": node_id, "amount": amount}, f"{amount_text(amount, 'WAL')} of {node_id}")


@app.command("set-commission-authorized")
def set_commission_authorized(
    node_id: NodeId, address: Address = None, object_id: ObjectId = None, config: Config = None, json: Json = False
) -> None:
    """Hand on the right to the node's commission."""

    async def call(client: WalrusClient, node: bytes, to: Authorized) -> object:
        return await client.contracts.set_commission_receiver(client.signer, node, to)

    _hand_on("the commission of {} goes to {}", node_id, address, object_id, call, config)


@app.command("set-governance-authorized")
def set_governance_authorized(
    node_id: NodeId, address: Address = None, object_id: ObjectId = None, config: Config = None, json: Json = False
) -> None:
    """Hand on the right to vote for the node."""

    async def call(client: WalrusClient, node: bytes, to: Authorized) -> object:
        return await client.contracts.set_governance_authorized(client.signer, node, to)

    _hand_on("{} votes by word of {}", node_id, address, object_id, call, config)


@app.command("vote-for-upgrade")
def vote_for_upgrade(
    node_id: NodeId,
    digest: Annotated[
        str, typer.Option(help="Of the package, in base64 or hex, as package-digest shows it.", show_default=False)
    ],
    upgrade_manager_object_id: Annotated[
        str | None, typer.Option(help="The UpgradeManager, 0x….", show_default="found by the System object")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Vote, in this epoch, for the next version of the contracts."""
    node, wanted = object_id(node_id), _digest(digest)

    async def call() -> None:
        async with open_client(config) as client:
            contracts = client.contracts
            given = upgrade_manager_object_id
            manager = await contracts.upgrade_manager() if given is None else object_id(given)
            await contracts.vote_for_upgrade_to(client.signer, manager, node, wanted)

    loop.run(call())
    output.result({"nodeId": node_id, "digest": wanted.hex()}, f"{node_id} voted for {wanted.hex()}")


@app.command("package-digest")
def package_digest(
    package_path: Annotated[Path, typer.Option(help="Folder that holds Move.toml.", show_default=False)],
    published: Annotated[
        list[str] | None, typer.Option("--published", help="NAME=ID of a dependency whose manifest names no id.")
    ] = None,
    json: Json = False,
) -> None:
    """Compile a package and give the digest that nodes vote for."""
    found = _compile(package_path, dict(map(_name_and_id, published or [])))
    output.result({"digest": found.hex()}, f"{found.hex()}\n{base64.b64encode(found).decode()}")


def _compile(path: Path, published: dict[str, bytes]) -> bytes:
    from walrus_localnet.move.build import build
    from walrus_localnet.move.choice import Choice, choose
    from walrus_localnet.move.framework import framework_directory
    from walrus_localnet.move.package import Package
    from walrus_localnet.move.payload import publish_payload

    package = Package.load(path, framework_directory())
    return publish_payload(package, build(package, choose(Choice.AUTO, output.note)), published).digest


def _name_and_id(text: str) -> tuple[str, bytes]:
    name, equals, package_id = text.partition("=")
    if not name or not equals:
        raise InputError(f"expected NAME=ID, got {text!r}")
    return name, object_id(package_id)


Call = Callable[["WalrusClient", bytes, "Authorized"], Awaitable[object]]


def _hand_on(
    sentence: str, node_id: str, address: str | None, holder: str | None, call: Call, config: Path | None
) -> None:
    to = _authorized(address, holder)

    async def run() -> None:
        async with open_client(config) as client:
            await call(client, object_id(node_id), to)

    loop.run(run())
    whom = f"account {address}" if address is not None else f"the holder of {holder}"
    document: dict[str, Any] = {"nodeId": node_id, "address": address, "objectId": holder}
    output.result(document, sentence.format(node_id, whom))


def _authorized(address: str | None, holder: str | None) -> Authorized:
    from walrus_sui.chain.types import AuthorizedAddress, AuthorizedObject

    if (address is None) == (holder is None):
        raise InputError("expected --address or --object-id")
    return (
        AuthorizedObject(object_id(holder)) if holder is not None else AuthorizedAddress(object_id(address or ""))
    )


def _digest(text: str) -> bytes:
    for decode in (bytes.fromhex, lambda value: base64.b64decode(value, validate=True)):
        try:
            found = decode(text.removeprefix("0x"))
        except (ValueError, binascii.Error):
            continue
        if len(found) == _DIGEST_SIZE:
            return found
    raise InputError(f"expected a digest of {_DIGEST_SIZE} bytes in hex or base64, got {text:.100}")
