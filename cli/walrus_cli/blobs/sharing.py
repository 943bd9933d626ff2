"""`walrus share` and `fund-shared-blob`: blobs that nobody owns and anybody may keep alive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import loop, output
from walrus_cli.amounts import amount_text, parse_amount
from walrus_cli.ids import object_id
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_sui.errors import WalrusError

if TYPE_CHECKING:
    from walrus_sui.chain.types import SharedBlob
    from walrus_sui.client import StoreOutcome, WalrusClient
    from walrus_sui.redstuff import BlobId

app = typer.Typer()


@app.command("share")
def share(
    blob_obj_id: Annotated[str, typer.Option(help="The Blob object, 0x….", show_default=False)],
    amount: Annotated[
        str | None, typer.Option(help="For its extensions: FROST, or such as 1.5WAL.", show_default="none")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Share a blob for ever: nobody owns it then, and anybody may fund and extend it."""
    funds = 0 if amount is None else parse_amount(amount, "WAL")
    shared = loop.run(_share(object_id(blob_obj_id), funds, config))
    shared_id = "0x" + shared.object_id.hex()
    document = {"sharedBlobObjectId": shared_id, "amount": shared.funds}
    output.result(document, f"shared as {shared_id}, with {amount_text(shared.funds, 'WAL')}")


@dataclass(frozen=True)
class Shared:
    """What came of sharing a blob that was just stored: a SharedBlob object, or why there is none."""

    object_id: bytes | None
    error: WalrusError | None = None

    def document(self) -> dict[str, Any]:
        shared = None if self.object_id is None else "0x" + self.object_id.hex()
        document: dict[str, Any] = {"sharedBlobObject": shared}
        if self.error is not None:
            document["shareError"] = {"code": self.error.code, "message": self.error.message}
        return document

    def line(self) -> str:
        if self.object_id is not None:
            return f"  shared    0x{self.object_id.hex()}"
        reason = "the object is another account's" if self.error is None else self.error.message
        return f"  NOT SHARED: {reason}"


async def share_stored(client: WalrusClient, outcomes: Sequence[StoreOutcome]) -> dict[BlobId | None, Shared]:
    """Share the account's objects of blobs that were stored, each once, whatever becomes of the others."""
    from walrus_sui.client import StoredBlob

    shared: dict[BlobId | None, Shared] = {}
    for outcome in outcomes:
        if isinstance(outcome, StoredBlob) and outcome.blob_id not in shared:
            shared[outcome.blob_id] = await _share_one(client, outcome.object_id)
    return shared


async def _share_one(client: WalrusClient, blob: bytes | None) -> Shared:
    if blob is None:
        return Shared(None)
    try:
        return Shared((await client.contracts.share_blob(client.signer, blob)).object_id)
    except WalrusError as error:
        return Shared(None, error)


async def _share(blob: bytes, funds: int, config: Path | None) -> SharedBlob:
    async with open_client(config) as client:
        await client.contracts.own_blob(blob, client.signer.address)
        return await client.contracts.share_blob(client.signer, blob, funds=funds)


@app.command("fund-shared-blob")
def fund_shared_blob(
    shared_blob_obj_id: Annotated[str, typer.Option(help="The SharedBlob object, 0x….", show_default=False)],
    amount: Annotated[str, typer.Option(help="FROST, or such as 1.5WAL.", show_default=False)],
    config: Config = None,
    json: Json = False,
) -> None:
    """Add to what pays for the extensions of a shared blob."""
    frost = parse_amount(amount, "WAL")
    shared = loop.run(_fund(object_id(shared_blob_obj_id), frost, config))
    text = f"{shared_blob_obj_id} has {amount_text(shared.funds, 'WAL')} for its extensions"
    output.result({"amount": frost, "funds": shared.funds}, text)


async def _fund(shared: bytes, amount: int, config: Path | None) -> SharedBlob:
    async with open_client(config) as client:
        await client.contracts.shared_blob(shared)
        await client.contracts.fund_shared_blob(client.signer, shared, amount)
        return await client.contracts.shared_blob(shared)
