"""Attributes of Blob objects: `walrus get-blob-attribute`, `set-…`, `remove-…` and `remove-…-fields`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walrus_cli import loop, output
from walrus_cli.ids import object_id
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_cli.words import ManyValues, TakesPairs
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from walrus_sui.client import WalrusClient

app = typer.Typer()

BlobObject = Annotated[str, typer.Argument(help="The Blob object, 0x….", show_default=False)]


@app.command("get-blob-attribute")
def get_blob_attribute(blob_obj_id: BlobObject, config: Config = None, json: Json = False) -> None:
    """The attributes of a Blob object, whoever owns it."""
    attributes = loop.run(_get(object_id(blob_obj_id), config))
    _show(attributes)


async def _get(blob: bytes, config: Path | None) -> dict[str, str]:
    async with open_client(config) as client:
        await client.contracts.blob(blob)
        return await client.contracts.blob_attributes(blob)


@app.command("set-blob-attribute", cls=TakesPairs)
def set_blob_attribute(
    blob_obj_id: BlobObject,
    attr: Annotated[
        list[str],
        typer.Option("--attr", help="Name and value; may be repeated.", metavar="KEY VALUE", show_default=False),
    ],
    config: Config = None,
    json: Json = False,
) -> None:
    """Add attributes to a Blob object, or give those it has another value."""
    pairs = list(zip(attr[::2], attr[1::2], strict=False))
    if 2 * len(pairs) != len(attr) or len(dict(pairs)) != len(pairs):
        raise InputError("expected pairs of name and value, each name once")
    _show(loop.run(_set(object_id(blob_obj_id), dict(pairs), config)))


async def _set(blob: bytes, attributes: dict[str, str], config: Path | None) -> dict[str, str]:
    async with open_client(config) as client:
        contracts, signer = client.contracts, client.signer
        await contracts.own_blob(blob, signer.address)
        await contracts.set_blob_attributes(signer, blob, attributes)
        return await contracts.blob_attributes(blob)


@app.command("remove-blob-attribute-fields", cls=ManyValues)
def remove_blob_attribute_fields(
    blob_obj_id: BlobObject,
    keys: Annotated[
        list[str], typer.Option("--keys", help="Names of attributes.", metavar="KEY…", show_default=False)
    ],
    config: Config = None,
    json: Json = False,
) -> None:
    """Remove some attributes of a Blob object."""
    _show(loop.run(_remove(object_id(blob_obj_id), keys, config)))


@app.command("remove-blob-attribute")
def remove_blob_attribute(blob_obj_id: BlobObject, config: Config = None, json: Json = False) -> None:
    """Remove all attributes of a Blob object."""
    _show(loop.run(_remove(object_id(blob_obj_id), None, config)))


async def _remove(blob: bytes, keys: Sequence[str] | None, config: Path | None) -> dict[str, str]:
    async with open_client(config) as client:
        contracts, signer = client.contracts, client.signer
        await contracts.own_blob(blob, signer.address)
        chosen = await _present(client, blob, keys)
        if chosen:
            await contracts.remove_blob_attributes(signer, blob, chosen)
        return await contracts.blob_attributes(blob)


async def _present(client: WalrusClient, blob: bytes, keys: Sequence[str] | None) -> list[str]:
    """All attributes there are, or `keys`, all of which must be there."""
    there = await client.contracts.blob_attributes(blob)
    if keys is None:
        return list(there)
    missing = [key for key in keys if key not in there]
    if missing:
        known = ", ".join(there) or "none"
        raise InputError(f"expected attributes of the blob, which are {known}, got {', '.join(missing)}")
    return list(dict.fromkeys(keys))


def _show(attributes: dict[str, str]) -> None:
    text = "\n".join(f"{key}: {value}" for key, value in attributes.items())
    output.result({"attribute": attributes}, text or "no attributes")
