"""`walrus read`: a blob back from the network."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from walrus_cli import loop, output
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_cli.words import TakesBlobIds
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from walrus_sui.redstuff.decoder import Consistency

app = typer.Typer()


@app.command("read", cls=TakesBlobIds)
def read(
    blob_id: Annotated[str, typer.Argument(help="As `walrus store` showed it.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; - or nothing for standard output.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict-consistency-check", help="Encode it all again and compare the id.")
    ] = False,
    skip: Annotated[
        bool, typer.Option("--skip-consistency-check", help="Check the slivers, but not what they make together.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Read a blob from the storage nodes and check that it is the one asked for."""
    from walrus_sui.redstuff import BlobId

    BlobId.parse(blob_id)
    if strict and skip:
        raise InputError("expected one consistency check, got --strict-consistency-check and --skip-…")
    consistency: Consistency = "strict" if strict else "skip" if skip else "default"
    to_file = None if out is None or str(out) == "-" else out
    if to_file is None and output.json_wanted():
        content = io.BytesIO()
        loop.run(_read(blob_id, content, config, consistency))
        output.result({"blobId": blob_id, "blob": base64.b64encode(content.getbuffer()).decode()}, "")
        return
    size = loop.run(_read(blob_id, to_file or output.stream(), config, consistency))
    if to_file is not None:
        output.result({"out": str(out), "blobId": blob_id}, f"{size} bytes of {blob_id} in {out}")


async def _read(blob_id: str, target: Path | BinaryIO, config: Path | None, consistency: Consistency) -> int:
    async with open_client(config) as client:
        with output.progress() as listener:
            return await client.read_into(blob_id, target, consistency=consistency, on_progress=listener)
