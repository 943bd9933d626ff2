"""`walrus list-blobs`, `extend` and `delete`: the Blob objects of the wallet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import expiry, loop, output
from walrus_cli.blobs import display
from walrus_cli.confirming import confirm
from walrus_cli.files import read_file
from walrus_cli.ids import object_id
from walrus_cli.ids import object_ids as parse_ids
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json, Yes
from walrus_cli.words import ManyValues
from walrus_sui.errors import BlobNotFound, InputError, WalrusError

if TYPE_CHECKING:
    from walrus_sui.chain.types import Blob
    from walrus_sui.client import Network, WalrusClient
    from walrus_sui.redstuff import BlobId

app = typer.Typer()

_BATCH = 100
"""Objects deleted in one transaction."""


@app.command("list-blobs")
def list_blobs(
    include_expired: Annotated[
        bool, typer.Option("--include-expired", help="Also those whose time is over.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """The blobs that the wallet owns on chain."""
    network, blobs = loop.run(_owned(config))
    shown = [blob for blob in blobs if include_expired or blob.storage.end_epoch > network.epoch]
    documents = [
        {
            **display.blob_document(blob),
            "estimatedExpiryTimestamp": expiry.timestamp(network, blob.storage.end_epoch),
        }
        for blob in shown
    ]
    output.result(documents, "\n".join(_line(blob, network) for blob in shown) or "no blobs")


async def _owned(config: Path | None) -> tuple[Network, tuple[Blob, ...]]:
    async with open_client(config) as client:
        return await client.network(), await client.owned_blobs()


def _line(blob: Blob, network: Network) -> str:
    date = expiry.date_text(network.start_of(blob.storage.end_epoch))
    return display.blob_line(blob, network.epoch) + date


@app.command("extend")
def extend(
    blob_obj_id: Annotated[str, typer.Option(help="The Blob object, 0x….", show_default=False)],
    epochs_extended: Annotated[int, typer.Option(min=1, help="For how many epochs more.")] = 1,
    shared: Annotated[
        bool, typer.Option("--shared", help="It is a SharedBlob object, and its own funds pay.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Pay for more epochs of a certified blob."""
    network, end = loop.run(_extend(object_id(blob_obj_id), epochs_extended, shared, config))
    document = {
        "epochsExtended": epochs_extended,
        "endEpoch": end,
        "estimatedExpiryTimestamp": expiry.timestamp(network, end),
    }
    output.result(document, f"{blob_obj_id} is stored until {expiry.end_text(network, end)}")


async def _extend(chosen: bytes, epochs: int, shared: bool, config: Path | None) -> tuple[Network, int]:
    async with open_client(config) as client:
        contracts, signer = client.contracts, client.signer
        if shared:
            await contracts.shared_blob(chosen)
            await contracts.extend_shared_blob(signer, chosen, epochs)
            blob = (await contracts.shared_blob(chosen)).blob
        else:
            await contracts.own_blob(chosen, signer.address)
            blob = await client.extend(chosen, epochs)
        return await client.network(), blob.storage.end_epoch


@app.command("delete", cls=ManyValues)
def delete(
    files: Annotated[
        list[Path] | None, typer.Option("--files", help="Blobs with these contents.", metavar="FILE…")
    ] = None,
    object_ids: Annotated[
        list[str] | None, typer.Option("--object-ids", help="Blob objects, 0x….", metavar="ID…")
    ] = None,
    blob_ids: Annotated[
        list[str] | None, typer.Option("--blob-ids", help="Every deletable object of a blob.", metavar="ID…")
    ] = None,
    yes: Yes = False,
    no_status_check: Annotated[
        bool, typer.Option("--no-status-check", help="Do not ask the storage nodes afterwards.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Delete deletable blobs; what is left of their storage stays with the wallet."""
    if not (files or object_ids or blob_ids):
        raise InputError("expected --files, --object-ids or --blob-ids, got none of them")
    wanted = _Wanted(files or [], parse_ids(object_ids or []), blob_ids or [])
    deleted, statuses = loop.run(_delete(wanted, yes=yes, check=not no_status_check, config=config))
    document = {"deletedBlobs": deleted, "postDeletionStatus": statuses}
    lines = [f"deleted {item}" for item in deleted]
    lines += [f"{blob_id}: {display.status_text(status)}" for blob_id, status in statuses.items()]
    output.result(document, "\n".join(lines))


class _Wanted:
    """What a command line names for deletion."""

    def __init__(self, files: list[Path], objects: list[bytes], blob_ids: list[str]) -> None:
        self._contents = [read_file(path) for path in files]
        self._objects = objects
        self._blob_ids = blob_ids

    async def find(self, client: WalrusClient) -> list[Blob]:
        """The wallet's objects that are meant. Raises `BlobNotFound` if a blob has none that can be deleted."""
        from walrus_sui.redstuff import BlobId

        found = {
            chosen: await client.contracts.own_blob(chosen, client.signer.address) for chosen in self._objects
        }
        ids = [BlobId.parse(text) for text in self._blob_ids]
        ids += [await client.blob_id(data) for data in self._contents]
        for blob_id in ids:
            found |= {blob.object_id: blob for blob in await _objects_of(client, blob_id)}
        return list(found.values())


async def _delete(
    wanted: _Wanted, *, yes: bool, check: bool, config: Path | None
) -> tuple[list[str], dict[str, Any]]:
    from walrus_sui.redstuff import BlobId

    async with open_client(config) as client:
        blobs = await wanted.find(client)
        confirm(f"Delete {len(blobs)} Blob objects?", yes=yes)
        for start in range(0, len(blobs), _BATCH):
            batch = [blob.object_id for blob in blobs[start : start + _BATCH]]
            await client.contracts.delete_blobs(client.signer, batch)
        ids = dict.fromkeys(BlobId(blob.blob_id) for blob in blobs)
        statuses = {str(blob_id): await _status(client, blob_id) for blob_id in ids} if check else {}
    return ["0x" + blob.object_id.hex() for blob in blobs], statuses


async def _status(client: WalrusClient, blob_id: BlobId) -> Any:
    """What the nodes say of a blob by now, `None` if they cannot be asked: it is deleted in any case."""
    from walrus_sui.storage.status import status_to_json

    try:
        return status_to_json(await client.status(blob_id))
    except WalrusError as error:
        output.note(f"the storage nodes could not be asked: {error.message}")
        return None


async def _objects_of(client: WalrusClient, blob_id: BlobId) -> list[Blob]:
    """The wallet's deletable objects of a blob; at least one."""
    wanted = bytes(blob_id)
    owned = await client.owned_blobs()
    found = [blob for blob in owned if blob.deletable and blob.blob_id == wanted]
    if not found:
        raise BlobNotFound(f"expected the wallet to own a deletable object of blob {blob_id}, got none")
    return found
