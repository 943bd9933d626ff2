"""`walrus list-blobs`, `extend` and `delete`: the Blob objects of the wallet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walrus_cli import display, loop, output
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_sui.errors import BlobNotFound, InputError

if TYPE_CHECKING:
    from walrus_sui.chain.types import Blob
    from walrus_sui.client import WalrusClient

app = typer.Typer()


@app.command("list-blobs")
def list_blobs(
    include_expired: Annotated[
        bool, typer.Option("--include-expired", help="Also those whose time is over.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """The blobs that the wallet owns on chain."""
    epoch, blobs = loop.run(_owned(config))
    shown = [blob for blob in blobs if include_expired or blob.storage.end_epoch > epoch]
    documents = [display.blob_document(blob) for blob in shown]
    output.result(documents, "\n".join(display.blob_line(blob, epoch) for blob in shown) or "no blobs")


async def _owned(config: Path | None) -> tuple[int, tuple[Blob, ...]]:
    async with open_client(config) as client:
        network = await client.network()
        return network.epoch, await client.owned_blobs()


@app.command("extend")
def extend(
    blob_obj_id: Annotated[str, typer.Option(help="The Blob object, 0x….", show_default=False)],
    epochs_extended: Annotated[int, typer.Option(min=1, help="For how many epochs more.")] = 1,
    config: Config = None,
    json: Json = False,
) -> None:
    """Pay for more epochs of a certified blob."""
    blob = loop.run(_extend(blob_obj_id, epochs_extended, config))
    document = {"epochsExtended": epochs_extended, "endEpoch": blob.storage.end_epoch}
    output.result(document, f"{blob_obj_id} is stored until epoch {blob.storage.end_epoch}")


async def _extend(object_id: str, epochs: int, config: Path | None) -> Blob:
    from walrus_sui.bcs.sui import parse_address

    async with open_client(config) as client:
        return await client.extend(parse_address(object_id), epochs)


@app.command("delete")
def delete(
    object_ids: Annotated[list[str] | None, typer.Option("--object-ids", help="Blob objects, 0x….")] = None,
    blob_ids: Annotated[
        list[str] | None, typer.Option("--blob-ids", help="Every deletable object of a blob.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Delete deletable blobs; what is left of their storage stays with the wallet."""
    if not object_ids and not blob_ids:
        raise InputError("expected --object-ids or --blob-ids, got neither")
    deleted = loop.run(_delete(object_ids or [], blob_ids or [], config))
    output.result({"deletedBlobs": deleted}, "\n".join(f"deleted {object_id}" for object_id in deleted))


async def _delete(object_ids: list[str], blob_ids: list[str], config: Path | None) -> list[str]:
    from walrus_sui.bcs.sui import format_address, parse_address

    chosen = [parse_address(object_id) for object_id in object_ids]
    async with open_client(config) as client:
        for blob_id in blob_ids:
            chosen += await _objects_of(client, blob_id)
        for object_id in chosen:
            await client.delete(object_id)
    return [format_address(object_id) for object_id in chosen]


async def _objects_of(client: WalrusClient, blob_id: str) -> list[bytes]:
    """The wallet's deletable objects of a blob; at least one."""
    from walrus_sui.redstuff import BlobId

    wanted = bytes(BlobId.parse(blob_id))
    owned = await client.owned_blobs()
    found = [blob.object_id for blob in owned if blob.deletable and blob.blob_id == wanted]
    if not found:
        raise BlobNotFound(f"expected the wallet to own a deletable object of blob {blob_id}, got none")
    return found
