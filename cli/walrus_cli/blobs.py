"""`walrus read` and `blob-status`: what the network has of a blob."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated, Any

import typer

from walrus_cli import display, loop, output
from walrus_cli.files import read_file, write_file
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json, TakesBlobIds
from walrus_sui.errors import InputError

app = typer.Typer()


@app.command("read", cls=TakesBlobIds)
def read(
    blob_id: Annotated[str, typer.Argument(help="As `walrus store` showed it.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="File to write; - or nothing for standard output.")] = None,
    strict: Annotated[
        bool, typer.Option("--strict-consistency-check", help="Encode it all again and compare the id.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Read a blob from the storage nodes and check that it is the one asked for."""
    from walrus_sui.redstuff import BlobId

    wanted = BlobId.parse(blob_id)
    data = loop.run(_read(wanted, config, strict=strict))
    if out is not None and str(out) != "-":
        write_file(out, data)
        output.result({"out": str(out), "blobId": blob_id}, f"{len(data)} bytes of {blob_id} in {out}")
    elif output.json_wanted():
        output.result({"blobId": blob_id, "blob": base64.b64encode(data).decode()}, "")
    else:
        output.raw(data)


async def _read(blob_id: Any, config: Path | None, *, strict: bool) -> bytes:
    async with open_client(config) as client:
        with output.progress() as listener:
            return await client.read(blob_id, consistency="strict" if strict else "default", on_progress=listener)


@app.command("blob-status", cls=TakesBlobIds)
def blob_status(
    blob_id: Annotated[str | None, typer.Argument(help="The blob's id.", show_default=False)] = None,
    blob_id_option: Annotated[str | None, typer.Option("--blob-id", help="The same.", show_default=False)] = None,
    file: Annotated[Path | None, typer.Option(help="Or the file it was made from.", show_default=False)] = None,
    timeout: Annotated[float, typer.Option(min=0.01, help="Seconds to wait for the nodes.")] = 5.0,
    config: Config = None,
    json: Json = False,
) -> None:
    """What the storage nodes agree on about a blob."""
    chosen = [blob_id, blob_id_option, file]
    if chosen.count(None) != 2:
        raise InputError(f"expected a blob id or --file, got {3 - chosen.count(None)} of them")
    document, text = loop.run(_status(blob_id or blob_id_option, file, timeout, config))
    output.result(document, text)


async def _status(
    text: str | None, file: Path | None, timeout: float, config: Path | None
) -> tuple[dict[str, Any], str]:
    from walrus_sui.redstuff import BlobId
    from walrus_sui.storage.status import status_to_json

    async with open_client(config) as client:
        blob_id = BlobId.parse(text) if text is not None else await client.blob_id(read_file(file or Path()))
        status = status_to_json(await client.status(blob_id, timeout=timeout))
    document = {"blobId": str(blob_id), "status": status}
    if file is not None:
        document["file"] = str(file)
    return document, f"{blob_id}: {display.status_text(status)}"
