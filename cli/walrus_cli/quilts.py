"""`walrus store-quilt`, `read-quilt` and `list-patches-in-quilt`: many small files as one blob."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walrus_cli import display, loop, output
from walrus_cli.files import read_file, write_file
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json, TakesBlobIds
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from walrus_sui.client import StoredQuilt
    from walrus_sui.redstuff.quilt import QuiltFile, QuiltPatch

app = typer.Typer()

QuiltId = Annotated[str, typer.Argument(help="The quilt's blob id.", show_default=False)]


@app.command("store-quilt")
def store_quilt(
    paths: Annotated[list[Path], typer.Argument(help="Files, named in the quilt as here.", show_default=False)],
    epochs: Annotated[int, typer.Option(min=1, help="For how many epochs, this one included.")] = 1,
    deletable: Annotated[bool, typer.Option("--deletable/--permanent", help="Whether it may be deleted.")] = True,
    config: Config = None,
    json: Json = False,
) -> None:
    """Store many files as one blob, each of which can be read by itself."""
    quilt = loop.run(_store(paths, config, epochs=epochs, deletable=deletable))
    document = {
        "blobStoreResult": display.store_document(quilt.stored),
        "storedQuiltBlobs": [
            {"identifier": name, "quiltPatchId": patch_id} for name, patch_id in quilt.patch_ids.items()
        ],
    }
    lines = [f"  {patch_id}  {name}" for name, patch_id in quilt.patch_ids.items()]
    output.result(document, "\n".join([display.store_text("quilt", quilt.stored), *lines]))


async def _store(paths: list[Path], config: Path | None, *, epochs: int, deletable: bool) -> StoredQuilt:
    from walrus_sui.redstuff.quilt import QuiltFile

    files = [QuiltFile(path.name, read_file(path)) for path in paths]
    async with open_client(config) as client:
        with output.progress() as listener:
            return await client.store_quilt(files, epochs=epochs, deletable=deletable, on_progress=listener)


@app.command("read-quilt", cls=TakesBlobIds)
def read_quilt(
    quilt_id: QuiltId,
    out: Annotated[Path, typer.Option(help="Folder to write the files to.")],
    identifiers: Annotated[list[str] | None, typer.Option("--identifiers", help="Only these files.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Read files of a quilt, each from its own slivers."""
    files = loop.run(_read(quilt_id, identifiers, config))
    if not out.is_dir():
        raise InputError(f"expected {out} to be a folder", hint=f"mkdir -p {out}")
    written = [out / _safe_name(file.identifier) for file in files]
    for path, file in zip(written, files, strict=True):
        write_file(path, file.data)
    documents = [
        {"identifier": file.identifier, "out": str(path)} for path, file in zip(written, files, strict=True)
    ]
    output.result(documents, "\n".join(f"{len(file.data):10} bytes  {file.identifier}" for file in files))


def _safe_name(identifier: str) -> str:
    """An identifier comes from whoever made the quilt: it must not lead out of the folder."""
    if identifier in ("", ".", "..") or "/" in identifier or "\\" in identifier or "\0" in identifier:
        raise InputError(f"expected a plain file name in the quilt, got {identifier!r}")
    return identifier


async def _read(quilt_id: str, identifiers: list[str] | None, config: Path | None) -> tuple[QuiltFile, ...]:
    from walrus_sui.redstuff import BlobId

    blob_id = BlobId.parse(quilt_id)
    async with open_client(config) as client:
        return await client.read_quilt(blob_id, identifiers)


@app.command("list-patches-in-quilt", cls=TakesBlobIds)
def list_patches(quilt_id: QuiltId, config: Config = None, json: Json = False) -> None:
    """Which files a quilt holds."""
    from walrus_sui.redstuff import BlobId

    blob_id = BlobId.parse(quilt_id)
    patches = loop.run(_patches(quilt_id, config))
    documents = [
        {"identifier": patch.identifier, "patchId": patch.patch_id(blob_id), "tags": dict(patch.tags)}
        for patch in patches
    ]
    output.result(documents, "\n".join(f"{patch.patch_id(blob_id)}  {patch.identifier}" for patch in patches))


async def _patches(quilt_id: str, config: Path | None) -> tuple[QuiltPatch, ...]:
    from walrus_sui.redstuff import BlobId

    async with open_client(config) as client:
        return await client.quilt_patches(BlobId.parse(quilt_id))
