"""`walrus burn-blobs`: Blob objects given up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walrus_cli import loop, output
from walrus_cli.confirming import confirm
from walrus_cli.ids import object_ids as parse_ids
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json, Yes
from walrus_cli.words import ManyValues
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from walrus_sui.chain.types import Blob
    from walrus_sui.client import WalrusClient

app = typer.Typer()

_BATCH = 200
"""Objects given up in one transaction."""


@app.command("burn-blobs", cls=ManyValues)
def burn_blobs(
    object_ids: Annotated[
        list[str] | None, typer.Option("--object-ids", help="Blob objects, 0x….", metavar="ID…")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="All Blob objects of the wallet.")] = False,
    all_expired: Annotated[bool, typer.Option("--all-expired", help="All whose time is over.")] = False,
    yes: Yes = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Destroy Blob objects: their data stays until its end, but can be neither extended nor deleted."""
    if sum((bool(object_ids), all, all_expired)) != 1:
        raise InputError("expected one of --object-ids, --all and --all-expired")

    def ask(blobs: list[Blob]) -> None:
        confirm(f"Destroy {len(blobs)} Blob objects for ever?", yes=yes)

    burned = loop.run(_burn(parse_ids(object_ids or []), all_expired, ask, config))
    output.result({"burnedBlobs": burned}, "\n".join(f"burned {item}" for item in burned) or "nothing to burn")


async def _burn(
    chosen: list[bytes], only_expired: bool, ask: Callable[[list[Blob]], None], config: Path | None
) -> list[str]:
    async with open_client(config) as client:
        blobs = await _named(client, chosen) if chosen else await _owned(client, only_expired)
        if blobs:
            ask(blobs)
        ids = [blob.object_id for blob in blobs]
        for start in range(0, len(ids), _BATCH):
            await client.contracts.burn_blobs(client.signer, ids[start : start + _BATCH])
    return ["0x" + object_id.hex() for object_id in ids]


async def _named(client: WalrusClient, ids: list[bytes]) -> list[Blob]:
    return [await client.contracts.own_blob(object_id, client.signer.address) for object_id in ids]


async def _owned(client: WalrusClient, only_expired: bool) -> list[Blob]:
    epoch = (await client.contracts.staking()).epoch
    blobs = await client.owned_blobs()
    return [blob for blob in blobs if not only_expired or blob.storage.end_epoch <= epoch]
