"""`walrus store-quilt`, `read-quilt` and `list-patches-in-quilt`: many small files as one blob."""

from __future__ import annotations

import base64
import json as json_module
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from walrus_cli import loop, output
from walrus_cli.blobs import display
from walrus_cli.files import read_file, write_file
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_cli.words import TakesBlobIds, TakesQuiltFiles, TakesQuiltWords
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from walrus_sui.client import StoredQuilt
    from walrus_sui.redstuff.quilt import QuiltFile, QuiltPatch

app = typer.Typer()

QuiltId = Annotated[str, typer.Argument(help="The quilt's blob id.", show_default=False)]


@app.command("store-quilt", cls=TakesQuiltFiles)
def store_quilt(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files, named in the quilt as here.", show_default=False)
    ] = None,
    paths: Annotated[
        list[Path] | None, typer.Option("--paths", help="The same; all files of a folder.", metavar="PATH…")
    ] = None,
    blobs: Annotated[
        list[str] | None,
        typer.Option("--blobs", metavar="JSON…", help='Files as {"path": …, "identifier": …, "tags": {…}}.'),
    ] = None,
    epochs: Annotated[str, typer.Option(help="For how many epochs, this one included, or `max`.")] = "1",
    deletable: Annotated[bool, typer.Option("--deletable/--permanent", help="Whether it may be deleted.")] = True,
    config: Config = None,
    json: Json = False,
) -> None:
    """Store many files as one blob, each of which can be read by itself."""
    quilt = loop.run(
        _store(_quilt_files([*(files or []), *(paths or [])], blobs or []), config, epochs, deletable)
    )
    document = {
        "blobStoreResult": display.store_document(quilt.stored),
        "storedQuiltBlobs": [
            {"identifier": name, "quiltPatchId": patch_id} for name, patch_id in quilt.patch_ids.items()
        ],
    }
    lines = [f"  {patch_id}  {name}" for name, patch_id in quilt.patch_ids.items()]
    output.result(document, "\n".join([display.store_text("quilt", quilt.stored), *lines]))


def _quilt_files(paths: list[Path], blobs: list[str]) -> list[QuiltFile]:
    """What is to be stored. Raises `InputError`, `QuiltError`."""
    from walrus_sui.redstuff.quilt import QuiltFile

    if bool(paths) == bool(blobs):
        raise InputError("expected files, as --paths or as --blobs")
    found = [QuiltFile(path.name, read_file(path)) for path in paths for path in _expanded(path)]
    return found + [_described(text) for text in blobs]


def _expanded(path: Path) -> list[Path]:
    return sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]


def _described(text: str) -> QuiltFile:
    """A file from its description in JSON."""
    from walrus_sui.redstuff.quilt import QuiltFile

    try:
        document = json_module.loads(text)
    except (ValueError, RecursionError):
        document = None
    known = {"path", "identifier", "tags"}
    if not isinstance(document, dict) or not isinstance(document.get("path"), str) or set(document) - known:
        raise InputError(f'expected {{"path": …, "identifier": …, "tags": {{…}}}}, got {text:.100}')
    tags, path = document.get("tags") or {}, Path(document["path"])
    identifier = document.get("identifier") or path.name
    texts = [identifier, *tags, *tags.values()] if isinstance(tags, dict) else [None]
    if not all(isinstance(item, str) for item in texts):
        raise InputError(f"expected text as identifier and in tags, got {text:.100}")
    return QuiltFile(identifier, read_file(path), tags)


async def _store(files: list[QuiltFile], config: Path | None, epochs: str, deletable: bool) -> StoredQuilt:
    async with open_client(config) as client:
        wanted = (await client.network()).max_epochs_ahead if epochs == "max" else _count(epochs)
        with output.progress() as listener:
            return await client.store_quilt(files, epochs=wanted, deletable=deletable, on_progress=listener)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise InputError(f"expected a number of epochs or `max`, got {text!r}")
    return int(text)


@app.command("read-quilt", cls=TakesQuiltWords)
def read_quilt(
    quilt: Annotated[str | None, typer.Argument(help="The quilt's blob id.", show_default=False)] = None,
    quilt_id: Annotated[str | None, typer.Option("--quilt-id", help="The same.", show_default=False)] = None,
    identifiers: Annotated[
        list[str] | None, typer.Option("--identifiers", help="Only these files.", metavar="NAME…")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help="Only files with this tag.", metavar="KEY VALUE")
    ] = None,
    quilt_patch_ids: Annotated[
        list[str] | None, typer.Option("--quilt-patch-ids", help="These files, of any quilts.", metavar="ID…")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write the files to.", show_default="none: with --json only")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Read files of a quilt, each from its own slivers."""
    chosen = _Chosen(quilt or quilt_id, identifiers, tag or [], quilt_patch_ids or [])
    if [quilt, quilt_id, quilt_patch_ids].count(None) != 2 or chosen.ways > 1:
        raise InputError("expected a quilt with --identifiers, --tag or neither, or --quilt-patch-ids")
    if out is None and not output.json_wanted():
        raise InputError("expected a folder to write to, got none", hint="pass --out, or --json")
    files = loop.run(_read(chosen, config))
    if out is not None:
        _write(out, files)
    documents = [_file_document(file, out) for file in files]
    output.result(documents, "\n".join(f"{len(file.data):10} bytes  {file.identifier}" for file in files))


class _Chosen(NamedTuple):
    """Which files a command line names. `tag` is a name and its value, or empty."""

    quilt_id: str | None
    identifiers: list[str] | None
    tag: list[str]
    patch_ids: list[str]

    @property
    def ways(self) -> int:
        return sum((bool(self.identifiers), bool(self.tag), bool(self.patch_ids)))


def _write(out: Path, files: Sequence[QuiltFile]) -> None:
    if not out.is_dir():
        raise InputError(f"expected {out} to be a folder", hint=f"mkdir -p {out}")
    targets = [out / _safe_name(file.identifier) for file in files]
    for path, file in zip(targets, files, strict=True):
        write_file(path, file.data)


def _file_document(file: QuiltFile, out: Path | None) -> dict[str, Any]:
    """Where a file is, or its contents if it is nowhere yet."""
    document: dict[str, Any] = {"identifier": file.identifier, "tags": dict(file.tags)}
    if out is None:
        return {**document, "blob": base64.b64encode(file.data).decode()}
    return {**document, "out": str(out / file.identifier)}


def _safe_name(identifier: str) -> str:
    """An identifier comes from whoever made the quilt: it must not lead out of the folder."""
    if identifier in ("", ".", "..") or "/" in identifier or "\\" in identifier or "\0" in identifier:
        raise InputError(f"expected a plain file name in the quilt, got {identifier!r}")
    return identifier


async def _read(chosen: _Chosen, config: Path | None) -> Sequence[QuiltFile]:
    from walrus_sui.redstuff import BlobId

    async with open_client(config) as client:
        if chosen.quilt_id is None:
            return [await client.read_quilt_patch(patch_id) for patch_id in chosen.patch_ids]
        blob_id, identifiers = BlobId.parse(chosen.quilt_id), chosen.identifiers
        if chosen.tag:
            identifiers = _tagged(await client.quilt_patches(blob_id), chosen.tag)
        return await client.read_quilt(blob_id, identifiers)


def _tagged(patches: Sequence[QuiltPatch], tag: list[str]) -> list[str]:
    """The names of the files with a tag; at least one."""
    if len(tag) != 2:
        raise InputError(f"expected one tag, as name and value, got {' '.join(tag)}")
    key, value = tag
    found = [patch.identifier for patch in patches if patch.tags.get(key) == value]
    if not found:
        raise InputError(f"expected files tagged {key}={value} in the quilt, got none")
    return found


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
