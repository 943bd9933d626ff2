"""`walrus certificate show` and `verify`: proofs that a blob is available, from the chain or from a file."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import expiry, loop, output
from walrus_cli.files import read_file, size_of, write_file
from walrus_cli.ids import object_id
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_cli.words import TakesBlobIds
from walrus_sui.errors import BlobNotFound, CertificateError, InputError

if TYPE_CHECKING:
    from walrus_sui.chain.availability import AvailabilityProof
    from walrus_sui.client import WalrusClient

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_MAX_FILE = 4 << 20


@app.command("show", cls=TakesBlobIds)
def show(
    what: Annotated[
        str,
        typer.Argument(
            help="A file, a Blob object or AvailabilityCertificate (0x…), or the id of a blob of the wallet.",
            show_default=False,
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="Also keep it in this file, to verify it anywhere.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show the certificate of a blob, with the committee that signed it; `verify` checks it."""
    path = Path(what)
    proof, end = (load(path), "") if path.is_file() else loop.run(_fetch(what, config))
    if out is not None:
        write_file(out, (json_module.dumps(proof.to_document(), indent=1) + "\n").encode())
    kept = "" if out is None else f"\nkept in {out}"
    output.result(proof.to_document(), _text(proof, end) + kept)


@app.command("verify")
def verify(
    path: Annotated[Path, typer.Argument(help="What `certificate show --out` wrote.", show_default=False)],
    file: Annotated[
        Path | None, typer.Option("--file", help="Also check that these are the contents of the blob.")
    ] = None,
    committee_hash: Annotated[
        str | None, typer.Option(help="Also check that it is this committee, in hex.", show_default=False)
    ] = None,
    on_chain: Annotated[
        bool, typer.Option("--on-chain", help="Also check that the chain accepted it, from this committee.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Verify a certificate without any network: a quorum of the committee in the file signed it."""
    proof = load(path)
    proof.verify()
    checked = ["signature", "quorum"]
    if file is not None:
        _check_contents(proof, file)
        checked.append("file")
    if committee_hash is not None:
        _check_committee(proof, committee_hash)
        checked.append("committee")
    if on_chain:
        loop.run(_check_chain(proof, config))
        checked.append("chain")
    document = {
        "valid": True,
        "checked": checked,
        "blobId": str(proof.blob_id),
        "epoch": proof.epoch,
        "weight": proof.weight,
        "nShards": proof.committee.n_shards,
        "committeeHash": proof.committee_hash.hex(),
    }
    output.result(document, _verdict(proof, checked))


def load(path: Path) -> AvailabilityProof:
    """A saved certificate, not verified yet. Raises `InputError`, `CertificateError`."""
    from walrus_sui.chain.availability import AvailabilityProof

    if size_of(path) > _MAX_FILE:
        raise InputError(f"expected a saved certificate of at most {_MAX_FILE} bytes, got more in {path}")
    try:
        document = json_module.loads(read_file(path))
    except (ValueError, RecursionError) as error:
        raise CertificateError(f"expected JSON in {path}, got something else") from error
    return AvailabilityProof.from_document(document)


async def _fetch(what: str, config: Path | None) -> tuple[AvailabilityProof, str]:
    """The proof, and about when the blob ends."""
    async with open_client(config) as client:
        proof = await client.contracts.availability_proof(await _blob_object(client, what))
        network = await client.network()
    return proof, expiry.date_text(network.start_of(proof.end_epoch))


async def _blob_object(client: WalrusClient, what: str) -> bytes:
    """The Blob object that is meant by an object's id or a blob's."""
    from walrus_sui.chain.contracts.base import CERTIFICATE
    from walrus_sui.redstuff import BlobId

    if what.startswith("0x"):
        chosen = object_id(what)
        found = await client.contracts.sui.get_object(chosen)
        if (found.type.module, found.type.name) == CERTIFICATE:
            return (await client.contracts.availability_certificate(chosen)).blob_object_id
        return chosen
    blob_id = bytes(BlobId.parse(what))
    owned = [blob for blob in await client.owned_blobs() if blob.blob_id == blob_id]
    certified = [blob for blob in owned if blob.certified_epoch is not None]
    if not certified:
        raise BlobNotFound(
            f"expected the wallet to own a certified object of blob {what}, got none",
            hint="name the Blob object instead, 0x…: anybody may look at it",
        )
    return max(certified, key=lambda blob: blob.storage.end_epoch).object_id


def _check_contents(proof: AvailabilityProof, file: Path) -> None:
    from walrus_sui.redstuff import encode

    found = encode(read_file(file), n_shards=proof.committee.n_shards).blob_id
    if found != proof.blob_id:
        raise CertificateError(f"expected the contents of blob {proof.blob_id}, got those of {found} in {file}")


def _check_committee(proof: AvailabilityProof, expected: str) -> None:
    if proof.committee_hash.hex() != expected.lower().removeprefix("0x"):
        raise CertificateError(f"expected the committee {expected}, got {proof.committee_hash.hex()}")


async def _check_chain(proof: AvailabilityProof, config: Path | None) -> None:
    async with open_client(config) as client:
        accepted = await client.contracts.availability_proof(proof.blob_object)
    if (accepted.certificate, accepted.committee) != (proof.certificate, proof.committee):
        raise CertificateError(
            f"expected the certificate that the chain accepted for 0x{proof.blob_object.hex()}, got another"
        )


def _text(proof: AvailabilityProof, end: str) -> str:
    signature, signers = proof.certificate.signature.hex(), ", ".join(map(str, proof.certificate.signers))
    return "\n".join(
        (
            f"certificate of {proof.blob_id}",
            f"  object     0x{proof.blob_object.hex()}, {proof.size} bytes, "
            f"{'deletable' if proof.deletable else 'permanent'}",
            f"  signed     in epoch {proof.epoch}, stored until epoch {proof.end_epoch}{end}",
            f"  signers    {signers} of {len(proof.committee.members)} members, "
            f"{proof.weight} of {proof.committee.n_shards} shards",
            f"  message    {proof.certificate.message.hex()}",
            f"  signature  {signature[:48]}…{signature[-16:]}",
            f"  committee  {proof.committee_hash.hex()}",
            f"  brought in by transaction {proof.transaction}",
        )
    )


def _verdict(proof: AvailabilityProof, checked: list[Any]) -> str:
    shards = f"{proof.weight} of {proof.committee.n_shards} shards"
    trust = (
        "" if {"committee", "chain"} & set(checked) else "\nwhether that was Walrus' committee, no file can tell"
    )
    return (
        f"valid: nodes with {shards} confirmed {proof.blob_id} in epoch {proof.epoch}\n"
        f"checked: {', '.join(checked)}; committee {proof.committee_hash.hex()}{trust}"
    )
