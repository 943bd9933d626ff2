"""Symbols for nodes that rebuild slivers: what is given can be used, what is wrong is refused."""

from __future__ import annotations

import base64
from dataclasses import replace

import httpx
import pytest

from tests.node.conftest import EPOCH, N_SHARDS, SHARDS, Node, registration
from tests.node.test_app import refusal, sliver_of, store_all
from walrus_sui import bcs
from walrus_sui.crypto.messages import InvalidBlobId
from walrus_sui.redstuff import (
    Axis,
    BlobMetadata,
    DecodingSymbol,
    EncodedBlob,
    GeneralRecoverySymbol,
    InconsistencyProof,
    RecoverySymbol,
    SymbolId,
    pair_index,
    rebuild_sliver,
    rebuild_unproven,
    recovery_symbols,
    sliver_index,
    verify_symbol,
)
from walrus_sui.redstuff.metadata import SliverPairMetadata
from walrus_sui.redstuff.recovery import RecoverySymbols

ROWS, COLUMNS = 5, 9  # of 13 shards: f = 4


@pytest.fixture
async def full(node: Node, blob: EncodedBlob) -> Node:
    """The node with all its slivers of `blob`."""
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    return node


def symbols_of_others(blob: EncodedBlob, node: Node, axis: Axis, target: int) -> list[GeneralRecoverySymbol]:
    owned, source = node.owned_pairs(blob.blob_id), axis.orthogonal
    return [
        recovery_symbols(sliver_of(blob, pair, source), source, [target], N_SHARDS)[0]
        for pair in range(N_SHARDS)
        if pair not in owned
    ]


@pytest.mark.parametrize("axis", Axis)
async def test_symbols_by_target_rebuild_a_sliver(full: Node, blob: EncodedBlob, axis: Axis) -> None:
    pair = full.foreign_pair(blob.blob_id)
    target = sliver_index(axis, pair, N_SHARDS)
    query = f"targetSliver={target}&targetType={axis.value}"
    given = _parse(await full.http.get(f"/v1/blobs/{blob.blob_id}/recoverySymbols?{query}"))
    assert len(given) == len(SHARDS)
    sources = {sliver_index(axis.orthogonal, owned, N_SHARDS) for owned in full.owned_pairs(blob.blob_id)}
    assert {symbol.symbol_id.on(axis.orthogonal) for symbol in given} == sources
    rebuilt = rebuild_sliver(blob.metadata, axis, target, [*given, *symbols_of_others(blob, full, axis, target)])
    assert rebuilt == sliver_of(blob, pair, axis)


async def test_symbols_by_id(full: Node, blob: EncodedBlob) -> None:
    pair, path = full.owned_pairs(blob.blob_id)[0], f"/v1/blobs/{blob.blob_id}/recoverySymbols"
    secondary = sliver_index(Axis.SECONDARY, pair, N_SHARDS)
    ids = [SymbolId(pair, 3), SymbolId(7, secondary)]
    given = _parse(await full.http.get(f"{path}?id={ids[0]}&id={ids[1]}"))
    assert [symbol.symbol_id for symbol in given] == ids
    one_axis = await full.client.recovery_symbols(blob.blob_id, ids, Axis.SECONDARY)
    assert [symbol.symbol_id for symbol in one_axis] == ids[1:]
    for symbol in given:
        verify_symbol(symbol, Axis.PRIMARY, symbol.symbol_id.primary_index, blob.metadata)
        verify_symbol(symbol, Axis.SECONDARY, symbol.symbol_id.secondary_index, blob.metadata)


async def test_the_axis_of_the_proof_is_kept_to(full: Node, blob: EncodedBlob) -> None:
    pair, path = full.owned_pairs(blob.blob_id)[0], f"/v1/blobs/{blob.blob_id}/recoverySymbols"
    foreign = sliver_index(Axis.SECONDARY, full.foreign_pair(blob.blob_id), N_SHARDS)
    (symbol,) = _parse(await full.http.get(f"{path}?id={pair}-{foreign}&proofAxis=primary"))
    assert symbol.symbol.source_axis is Axis.PRIMARY
    answer = await full.http.get(f"{path}?id={pair}-{foreign}&proofAxis=secondary")
    assert refusal(answer) == (400, "FAILED_PRECONDITION", "SYMBOL_NOT_PRESENT_AT_SHARDS")


@pytest.mark.parametrize("axis", Axis)
async def test_decoding_symbols_are_cut_from_the_slivers(full: Node, blob: EncodedBlob, axis: Axis) -> None:
    limit = ROWS if axis is Axis.PRIMARY else COLUMNS
    given = await full.client.decoding_symbols(blob.blob_id, [limit - 1, 0], axis)
    assert list(given) == [0, limit - 1]
    for target, symbols in given.items():
        others = symbols_of_others(blob, full, axis, target)
        raw: list[DecodingSymbol] = [item.symbol for item in symbols]
        raw += [item.symbol.symbol for item in others]
        expected = sliver_of(blob, pair_index(axis, target, N_SHARDS), axis)
        assert rebuild_unproven(blob.metadata, axis, target, raw) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (400, "INVALID_ARGUMENT", "NO_SYMBOLS_SPECIFIED")),
        ("id=1-2&targetSliver=1&targetType=primary", (400, "INVALID_ARGUMENT", "INVALID_FILTER")),
        ("targetSliver=1&targetType=primary&proofAxis=primary", (400, "INVALID_ARGUMENT", "INVALID_FILTER")),
        ("targetSliver=13&targetType=primary", (400, "INVALID_ARGUMENT", "INDEX_OUT_OF_RANGE")),
        ("id=13-1", (400, "INVALID_ARGUMENT", "INDEX_OUT_OF_RANGE")),
        ("id=1-13", (400, "INVALID_ARGUMENT", "INDEX_OUT_OF_RANGE")),
    ],
)
async def test_recovery_queries_that_make_no_sense(
    full: Node, blob: EncodedBlob, query: str, expected: tuple[int, str, str]
) -> None:
    assert refusal(await full.http.get(f"/v1/blobs/{blob.blob_id}/recoverySymbols?{query}")) == expected


@pytest.mark.parametrize(
    "query",
    ["id=1", "id=1-2-3", "id=x-y", "proofAxis=x&id=1-2", "targetSliver=x&targetType=primary", "targetSliver=1"],
)
async def test_malformed_recovery_queries(full: Node, blob: EncodedBlob, query: str) -> None:
    assert (await full.http.get(f"/v1/blobs/{blob.blob_id}/recoverySymbols?{query}")).status_code == 400


async def test_decoding_queries_that_make_no_sense(full: Node, blob: EncodedBlob) -> None:
    path = f"/v1/blobs/{blob.blob_id}/decodingSymbols"
    none, parity = f"{path}?targetType=primary", f"{path}?targetSlivers={ROWS}&targetType=primary"
    assert refusal(await full.http.get(none))[2] == "NO_TARGET_SLIVERS_SPECIFIED"
    assert refusal(await full.http.get(parity))[2] == "RECOVERY_SYMBOL_OUT_OF_RANGE"
    assert (await full.http.get(f"{path}?targetSlivers=1")).status_code == 400


async def test_symbols_of_blobs_that_are_not_here(node: Node, blob: EncodedBlob) -> None:
    path = f"/v1/blobs/{blob.blob_id}/recoverySymbols?targetSliver=1&targetType=primary"
    assert refusal(await node.http.get(path)) == (404, "NOT_FOUND", "SLIVER_NOT_FOUND")
    node.apply(registration(blob.blob_id))
    assert refusal(await node.http.get(path)) == (404, "NOT_FOUND", "SLIVER_NOT_FOUND")


# Proofs of bad encoding


def badly_encoded(blob: EncodedBlob, target: int) -> BlobMetadata:
    """Metadata of a writer who lies about one primary sliver."""
    hashes = list(blob.metadata.hashes)
    hashes[target] = SliverPairMetadata(bytes(32), hashes[target].secondary)
    return replace(blob.metadata, hashes=tuple(hashes))


async def test_a_proof_of_bad_encoding_is_attested(node: Node, blob: EncodedBlob) -> None:
    target = 2
    metadata = badly_encoded(blob, target)
    blob_id = metadata.blob_id()
    node.apply(registration(blob_id))
    await node.client.store_metadata(blob_id, metadata)
    symbols = [
        recovery_symbols(sliver_of(blob, pair, Axis.SECONDARY), Axis.SECONDARY, [target], N_SHARDS)[0]
        for pair in range(N_SHARDS)
    ]
    proof = rebuild_sliver(metadata, Axis.PRIMARY, target, symbols)
    assert isinstance(proof, InconsistencyProof)
    signed = await node.client.attest_inconsistency(blob_id, Axis.PRIMARY, proof)
    assert signed.serialized_message == bytes([2, 0, 3]) + EPOCH.to_bytes(4, "little") + bytes(blob_id)
    assert signed.verify(node.key.public_key, InvalidBlobId, EPOCH)

    path = f"/v1/blobs/{blob_id}/inconsistencyProof/primary"
    answer = (await node.http.post(path, content=proof.to_bytes())).json()["success"]["data"]
    assert base64.b64decode(answer["serializedMessage"]) == signed.serialized_message
    wrong_axis = await node.http.post(path.replace("primary", "secondary"), content=proof.to_bytes())
    assert refusal(wrong_axis) == (400, "INVALID_ARGUMENT", "INVALID_PROOF")


async def test_no_attestation_without_an_inconsistency(full: Node, blob: EncodedBlob) -> None:
    symbols = [
        recovery_symbols(sliver_of(blob, pair, Axis.SECONDARY), Axis.SECONDARY, [1], N_SHARDS)[0]
        for pair in range(COLUMNS)
    ]
    honest = InconsistencyProof(1, tuple(_proven(symbol) for symbol in symbols))
    forged = replace(honest, target_index=2)
    path = f"/v1/blobs/{blob.blob_id}/inconsistencyProof/primary"
    for proof in (honest, forged, replace(honest, symbols=honest.symbols[:-1])):
        answer = await full.http.post(path, content=proof.to_bytes())
        assert refusal(answer) == (400, "INVALID_ARGUMENT", "INVALID_PROOF")
    garbage = await full.http.post(path, content=b"\1\2\3")
    assert refusal(garbage) == (400, "INVALID_ARGUMENT", "INVALID_CONTENT_TYPE")


async def test_no_attestation_without_metadata(node: Node, blob: EncodedBlob) -> None:
    path = f"/v1/blobs/{blob.blob_id}/inconsistencyProof/primary"
    answer = await node.http.post(path, content=InconsistencyProof(0, ()).to_bytes())
    assert refusal(answer) == (400, "FAILED_PRECONDITION", "METADATA_NOT_FOUND")


def _parse(answer: httpx.Response) -> tuple[GeneralRecoverySymbol, ...]:
    assert answer.status_code == 200
    found: tuple[GeneralRecoverySymbol, ...] = bcs.decode(RecoverySymbols, answer.content)
    return found


def _proven(symbol: GeneralRecoverySymbol) -> RecoverySymbol:
    return RecoverySymbol(symbol.symbol.symbol, symbol.proof)
