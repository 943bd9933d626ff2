"""`walrus blob-id`, `encode` and `decode`: the erasure code on files, without a network."""

from __future__ import annotations

import mmap
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walrus_cli import output
from walrus_cli.opening import find_network
from walrus_cli.options import Choice, Config, Json, chosen
from walrus_sui.errors import BlobTooLarge, ConfigError, InputError

if TYPE_CHECKING:
    from walrus_cli.coding.slivers import Listener
    from walrus_sui.redstuff import BlobMetadataWithId, Params
    from walrus_sui.redstuff.matrix import Source

app = typer.Typer()

_PUBLIC_SHARDS = 1000
Shards = Annotated[int, typer.Option("--n-shards", help="Shards of the network; 1000 on the public ones.")]

_STDIN = "-"
_MAX_DIGITS = 78
"""Of a number of 256 bits."""


@app.command("blob-id")
def blob_id(
    files: Annotated[list[Path], typer.Argument(help="Files, or - for standard input.", show_default=False)],
    n_shards: Annotated[
        int | None,
        typer.Option(
            "--n-shards", help="Shards of the network.", show_default="n_shards in the configuration, or 1000"
        ),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Compute the blob id of files without storing them."""
    from walrus_cli.coding.slivers import name_blob
    from walrus_sui.redstuff import Params
    from walrus_sui.redstuff.matrix import MemorySource

    params = Params(_configured_shards(config) if n_shards is None else n_shards)
    found = []
    for file in files:
        with _mapped(file, params) as data, _progress("encode") as listener:
            found.append((file, name_blob(MemorySource(data, params), params, listener)))
    documents = [_document(file, metadata) for file, metadata in found]
    text = "\n".join(f"{metadata.blob_id}  {file}" for file, metadata in found)
    output.result(documents[0] if len(documents) == 1 else documents, text)


def _configured_shards(config: Path | None) -> int:
    """What the configuration says, if there is one and it says so; a configuration that is named must be there."""
    try:
        found = find_network(config).n_shards
    except ConfigError:
        if config is not None or chosen() != Choice():
            raise
        found = None
    return _PUBLIC_SHARDS if found is None else found


@app.command("convert-blob-id")
def convert_blob_id(
    blob_id_decimal: Annotated[
        str, typer.Argument(metavar="DECIMAL", help="The number that Move and explorers show.", show_default=False)
    ],
    json: Json = False,
) -> None:
    """Convert a blob id from the decimal number that the chain shows."""
    from walrus_sui.redstuff import BlobId

    if not (blob_id_decimal.isascii() and blob_id_decimal.isdecimal() and len(blob_id_decimal) <= _MAX_DIGITS):
        raise InputError(f"expected a decimal number of up to {_MAX_DIGITS} digits, got {blob_id_decimal[:99]!r}")
    found = BlobId.from_u256(int(blob_id_decimal))
    output.result({"blobId": str(found)}, str(found))


@app.command("encode")
def encode(
    file: Annotated[Path, typer.Argument(help="The file, or - for standard input.", show_default=False)],
    out: Annotated[Path, typer.Option(help="New folder for the slivers and the metadata.", show_default=False)],
    n_shards: Shards = _PUBLIC_SHARDS,
    json: Json = False,
) -> None:
    """Encode a file into sliver pairs."""
    from walrus_cli.coding.slivers import encode_to_folder
    from walrus_sui.redstuff import Params

    params = Params(n_shards)
    with _source(file, params) as source, _progress("encode") as listener:
        metadata = encode_to_folder(source, params, out, listener)
    document = {**_document(file, metadata), "out": str(out)}
    output.result(document, f"{metadata.blob_id}  {file}\n{n_shards} sliver pairs in {out}")


@app.command("decode")
def decode(
    folder: Annotated[Path, typer.Argument(help="What `walrus encode` made, or part of it.", show_default=False)],
    out: Annotated[Path, typer.Option(help="File to write, or - for standard output.", show_default=False)],
    json: Json = False,
) -> None:
    """Decode a file from its slivers."""
    from walrus_cli.coding.slivers import decode_folder
    from walrus_cli.files import write_file

    with _progress("decode") as listener:
        metadata, data = decode_folder(folder, listener)
    if str(out) == _STDIN:
        output.raw(data)
        return
    write_file(out, data)
    document = {**_document(out, metadata)}
    output.result(document, f"{len(data)} bytes of {metadata.blob_id} in {out}")


def _document(file: Path, metadata: BlobMetadataWithId) -> dict[str, object]:
    return {
        "blobId": str(metadata.blob_id),
        "file": str(file),
        "unencodedLength": metadata.metadata.unencoded_length,
        "encodingType": "RS2",
        "rootHash": metadata.metadata.root_hash().hex(),
    }


@contextmanager
def _progress(phase: str) -> Iterator[Listener]:
    """Bars on a terminal; elsewhere nothing, and nothing of the client is imported for it."""
    if output.json_wanted() or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from walrus_sui.client.progress import Phase, Progress

    with output.progress() as progress:
        yield lambda done, total: progress(Progress(Phase(phase), done, total))


@contextmanager
def _mapped(file: Path, params: Params) -> Iterator[bytes | memoryview]:
    """The contents of a file, mapped into memory; of standard input and the like, read."""
    with _opened(file) as descriptor:
        length = _length(descriptor)
        if not length:
            yield b"" if length == 0 else _read_all(descriptor, params)
            return
        params.symbol_size(length)
        with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
            yield view


@contextmanager
def _source(file: Path, params: Params) -> Iterator[Source]:
    from walrus_cli.coding.slivers import FileSource
    from walrus_sui.redstuff.matrix import MemorySource

    with _opened(file) as descriptor:
        length = _length(descriptor)
        if length is None:
            yield MemorySource(_read_all(descriptor, params), params)
        else:
            yield FileSource(descriptor, length, params)


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    if str(file) == _STDIN:
        yield sys.stdin.fileno()
        return
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError as error:
        raise InputError(f"expected a file that can be read, got {file}: {error.strerror}") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _length(descriptor: int) -> int | None:
    """Bytes of a regular file; `None` for what can only be read from front to end."""
    found = os.fstat(descriptor)
    if stat.S_ISDIR(found.st_mode):
        raise InputError("expected a file, got a folder")
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _read_all(descriptor: int, params: Params) -> bytes:
    """Everything up to the end. Raises `BlobTooLarge` before more than a blob is taken in."""
    data = bytearray()
    while chunk := os.read(descriptor, 1 << 20):
        data += chunk
        if len(data) > params.max_blob_size:
            raise BlobTooLarge(f"expected at most {params.max_blob_size} bytes, got more on the input")
    return bytes(data)
