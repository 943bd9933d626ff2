"""`walrus store`: files to the network."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walrus_cli import display, loop, output
from walrus_cli.files import read_file, size_of
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from walrus_sui.client import StoredBlob

app = typer.Typer()


@app.command("store")
def store(
    files: Annotated[list[Path], typer.Argument(help="Files to store, each as one blob.", show_default=False)],
    epochs: Annotated[str, typer.Option(help="For how many epochs, this one included, or `max`.")] = "1",
    deletable: Annotated[
        bool, typer.Option("--deletable/--permanent", help="Whether the owner may delete it before its end.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Store again what is already certified.")] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Encode files, register them on Sui, upload their slivers and certify them."""
    results = loop.run(_store(files, config, epochs=epochs, deletable=deletable, force=force))
    documents = [
        {"blobStoreResult": display.store_document(stored), "path": str(path)}
        for path, stored in zip(files, results, strict=True)
    ]
    texts = [display.store_text(str(path), stored) for path, stored in zip(files, results, strict=True)]
    output.result(documents, "\n".join(texts))


async def _store(
    files: list[Path], config: Path | None, *, epochs: str, deletable: bool, force: bool
) -> list[StoredBlob]:
    results = []
    async with open_client(config) as client:
        network = await client.network()
        wanted_epochs = network.max_epochs_ahead if epochs == "max" else _count(epochs)
        for path in files:
            network.params.symbol_size(size_of(path))
        for path in files:
            data = await asyncio.to_thread(read_file, path)
            with output.progress() as listener:
                stored = await client.store(
                    data, epochs=wanted_epochs, deletable=deletable, force=force, on_progress=listener
                )
            results.append(stored)
    return results


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise InputError(f"expected a number of epochs or `max`, got {text!r}")
    return int(text)
