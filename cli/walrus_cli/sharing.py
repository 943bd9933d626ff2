"""`walrus share` and `fund-shared-blob`: blobs that nobody owns and anybody may keep alive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walrus_cli import loop, output
from walrus_cli.amounts import amount_text, parse_amount
from walrus_cli.ids import object_id
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json

if TYPE_CHECKING:
    from walrus_sui.chain.types import SharedBlob

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
