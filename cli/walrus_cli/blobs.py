"""`walrus read`: a blob back from the network."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated, Any

import typer

from walrus_cli import loop, output
from walrus_cli.files import write_file
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json, TakesBlobIds

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
