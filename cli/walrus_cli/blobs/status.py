"""`walrus blob-status`: what the storage nodes know of a blob."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import expiry, loop, output
from walrus_cli.blobs import display
from walrus_cli.durations import parse_duration
from walrus_cli.files import read_file
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_cli.words import TakesBlobIds
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from walrus_sui.client import Network
    from walrus_sui.storage import BlobStatus

app = typer.Typer()


@app.command("blob-status", cls=TakesBlobIds)
def blob_status(
    blob_id: Annotated[str | None, typer.Argument(help="The blob's id.", show_default=False)] = None,
    blob_id_option: Annotated[str | None, typer.Option("--blob-id", help="The same.", show_default=False)] = None,
    file: Annotated[Path | None, typer.Option(help="Or the file it was made from.", show_default=False)] = None,
    timeout: Annotated[str, typer.Option(help="How long to wait for the nodes, such as 5s.")] = "5s",
    config: Config = None,
    json: Json = False,
) -> None:
    """What the storage nodes agree on about a blob."""
    chosen = [blob_id, blob_id_option, file]
    if chosen.count(None) != 2:
        raise InputError(f"expected a blob id or --file, got {3 - chosen.count(None)} of them")
    seconds = parse_duration(f"{timeout}s" if timeout.isdecimal() else timeout) / 1000
    document, text = loop.run(_status(blob_id or blob_id_option, file, seconds, config))
    output.result(document, text)


async def _status(
    text: str | None, file: Path | None, timeout: float, config: Path | None
) -> tuple[dict[str, Any], str]:
    from walrus_sui.redstuff import BlobId
    from walrus_sui.storage.status import status_to_json

    async with open_client(config) as client:
        blob_id = BlobId.parse(text) if text is not None else await client.blob_id(read_file(file or Path()))
        found = await client.status(blob_id, timeout=timeout)
        network = await client.network()
    status = status_to_json(found)
    document = {
        "blobId": str(blob_id),
        **({} if file is None else {"file": str(file)}),
        "status": status,
        "estimatedExpiryTimestamp": _expiry(found, network),
    }
    return document, f"{blob_id}: {display.status_text(status)}{_date(found, network)}"


def _end_epoch(status: BlobStatus) -> int | None:
    from walrus_sui.storage import PermanentStatus

    return status.end_epoch if isinstance(status, PermanentStatus) else None


def _expiry(status: BlobStatus, network: Network) -> str | None:
    end = _end_epoch(status)
    return None if end is None else expiry.timestamp(network, end)


def _date(status: BlobStatus, network: Network) -> str:
    end = _end_epoch(status)
    return "" if end is None else expiry.date_text(network.start_of(end))
