"""One sliver from others' symbols; proofs against writers who encoded badly."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_sui import bcs
from walrus_sui.errors import (
    BcsError,
    DuplicateSliver,
    InconsistentBlob,
    ProofRejected,
    SliverMismatch,
    SymbolError,
    TooFewSlivers,
)
from walrus_sui.redstuff import (
    Axis,
    BlobMetadata,
    DecodesPrimary,
    DecodesSecondary,
    DecodingSymbol,
    EncodedBlob,
    GeneralRecoverySymbol,
    InconsistencyProof,
    RecoverySymbol,
    SliverData,
    SliverPairMetadata,
    SymbolId,
    encode,
    pair_index,
    rebuild_sliver,
    rebuild_unproven,
    recovery_symbols,
    verify_inconsistency_proof,
    verify_symbol,
)
from walrus_sui.redstuff.merkle import MerkleTree
from walrus_sui.redstuff.recovery import (
    DecodingSymbols,
    PrimaryInconsistency,
    RecoverySymbols,
    SecondaryInconsistency,
    TaggedInconsistencyProof,
)

CASES = json.loads((Path(__file__).parent.parent / "vectors" / "ref_recovery.json").read_text())["cases"]
AXES = (Axis.PRIMARY, Axis.SECONDARY)
N = 10
BLOB = bytes(range(200)) * 3
ENCODED = encode(BLOB, n_shards=N)


def sliver_of(encoded: EncodedBlob, axis: Axis, index: int) -> SliverData:
    pair = encoded.sliver_pair(pair_index(axis, index, encoded.n_shards))
    return pair.primary if axis is Axis.PRIMARY else pair.secondary


def symbols_for(encoded: EncodedBlob, axis: Axis, index: int, sources: Any = None) -> list[GeneralRecoverySymbol]:
    """What holders of the crossing slivers answer."""
    n = encoded.n_shards
    return [
        recovery_symbols(sliver_of(encoded, axis.orthogonal, source), axis.orthogonal, [index], n)[0]
        for source in (range(n) if sources is None else sources)
    ]


def proof_of(symbols: list[GeneralRecoverySymbol], index: int) -> InconsistencyProof:
    return InconsistencyProof(index, tuple(RecoverySymbol(item.symbol.symbol, item.proof) for item in symbols))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"n{case['n_shards']}-{case['unencoded_length']}B")
def test_symbols_and_proofs_are_those_of_the_reference(
    case: dict[str, Any], blob_of: Callable[[int, int], bytes]
) -> None:
    n = case["n_shards"]
    encoded = encode(blob_of(n, case["unencoded_length"]), n_shards=n)
    assert bytes(encoded.blob_id).hex() == case["blob_id_hex"]
    for expected in case["symbols"]:
        axis, target, source = Axis(expected["target_axis"]), expected["target_index"], expected["source_index"]
        symbol = symbols_for(encoded, axis, target, [source])[0]
        assert symbol.to_bytes().hex() == expected["general_bcs"]
        assert (
            RecoverySymbol(symbol.symbol.symbol, symbol.proof).to_bytes().hex() == expected["recovery_symbol_bcs"]
        )
        assert encoded.metadata.sliver_root(axis.orthogonal, source).hex() == expected["root_hex"]
    for expected in case["inconsistency"]:
        axis, target = AXES[expected["axis"]], expected["target"]
        tagged = PrimaryInconsistency if axis is Axis.PRIMARY else SecondaryInconsistency
        raw = tagged(proof_of(symbols_for(encoded, axis, target, expected["sources"]), target)).to_bytes()
        assert len(raw) == expected["bcs_len"]
        assert hashlib.sha256(raw).hexdigest() == expected["bcs_sha256"]


@settings(max_examples=40, deadline=None)
@given(n=st.sampled_from([4, 7, 10, 13]), size=st.integers(0, 900), primary=st.booleans(), data=st.data())
def test_a_rebuilt_sliver_is_the_original(n: int, size: int, primary: bool, data: st.DataObject) -> None:
    axis = Axis.PRIMARY if primary else Axis.SECONDARY
    encoded = encode(bytes(i * 7 % 251 for i in range(size)), n_shards=n)
    index = data.draw(st.integers(0, n - 1))
    sources = data.draw(st.permutations(range(n)))
    symbols = symbols_for(encoded, axis, index, sources)
    assert rebuild_sliver(encoded.metadata, axis, index, symbols) == sliver_of(encoded, axis, index)
    unproven = [symbol.symbol.symbol for symbol in symbols]
    assert rebuild_unproven(encoded.metadata, axis, index, unproven) == sliver_of(encoded, axis, index)


@pytest.mark.parametrize("axis", AXES)
def test_only_the_symbols_needed_are_taken(axis: Axis) -> None:
    needed = ENCODED.params.columns if axis is Axis.PRIMARY else ENCODED.params.rows
    taken = []

    def supply() -> Any:
        for symbol in symbols_for(ENCODED, axis, 2):
            taken.append(len(symbol.symbol.symbol.data))
            yield symbol

    assert rebuild_sliver(ENCODED.metadata, axis, 2, supply()) == sliver_of(ENCODED, axis, 2)
    assert sum(taken) == needed * ENCODED.metadata.symbol_size


@pytest.mark.parametrize("axis", AXES)
def test_a_proof_under_the_targets_own_root_helps_as_well(axis: Axis) -> None:
    own = recovery_symbols(sliver_of(ENCODED, axis, 3), axis, range(4), N)
    crossing = symbols_for(ENCODED, axis, 3, range(4, N))
    assert rebuild_sliver(ENCODED.metadata, axis, 3, own + crossing) == sliver_of(ENCODED, axis, 3)


GOOD = symbols_for(ENCODED, Axis.PRIMARY, 2, [5])[0]


def with_symbol(**change: Any) -> GeneralRecoverySymbol:
    return dataclasses.replace(GOOD, symbol=DecodesPrimary(dataclasses.replace(GOOD.symbol.symbol, **change)))


BAD_SYMBOLS = {
    "content": with_symbol(data=bytes([GOOD.symbol.symbol.data[0] ^ 1]) + GOOD.symbol.symbol.data[1:]),
    "size": with_symbol(data=GOOD.symbol.symbol.data + b"\0\0"),
    "source": with_symbol(source_index=6),
    "source beyond the shards": with_symbol(source_index=N),
    "other target": dataclasses.replace(GOOD, target_index=3),
    "target beyond the shards": dataclasses.replace(GOOD, target_index=N),
    "proof cut": dataclasses.replace(
        GOOD, proof=dataclasses.replace(GOOD.proof, siblings=GOOD.proof.siblings[1:])
    ),
    "symbol of the other axis": symbols_for(ENCODED, Axis.SECONDARY, 2, [5])[0],
}


@pytest.mark.parametrize("symbol", BAD_SYMBOLS.values(), ids=BAD_SYMBOLS)
def test_symbols_that_do_not_prove_what_they_say(symbol: GeneralRecoverySymbol) -> None:
    verify_symbol(GOOD, Axis.PRIMARY, 2, ENCODED.metadata)
    with pytest.raises(SymbolError):
        verify_symbol(symbol, Axis.PRIMARY, 2, ENCODED.metadata)
    with pytest.raises(SymbolError):
        rebuild_sliver(ENCODED.metadata, Axis.PRIMARY, 2, [symbol])


def test_repeated_and_missing_symbols() -> None:
    symbols = symbols_for(ENCODED, Axis.PRIMARY, 2)
    with pytest.raises(DuplicateSliver):
        rebuild_sliver(ENCODED.metadata, Axis.PRIMARY, 2, [symbols[0], symbols[0]])
    with pytest.raises(TooFewSlivers, match="7 symbols"):
        rebuild_sliver(ENCODED.metadata, Axis.PRIMARY, 2, symbols[:6])
    with pytest.raises(SymbolError):
        recovery_symbols(sliver_of(ENCODED, Axis.PRIMARY, 0), Axis.PRIMARY, [N], N)


def test_a_false_unproven_symbol_is_noticed_in_the_result() -> None:
    symbols = [symbol.symbol.symbol for symbol in symbols_for(ENCODED, Axis.PRIMARY, 2)]
    symbols[0] = DecodingSymbol(0, bytes(len(symbols[0].data)))
    with pytest.raises(SliverMismatch):
        rebuild_unproven(ENCODED.metadata, Axis.PRIMARY, 2, symbols)
    with pytest.raises(DuplicateSliver):
        rebuild_unproven(ENCODED.metadata, Axis.PRIMARY, 2, symbols[:1] * 2)


def badly_encoded(axis: Axis, index: int) -> BlobMetadata:
    """Metadata of a writer who states a root for one sliver that its symbols do not have."""
    hashes = list(ENCODED.metadata.hashes)
    pair = pair_index(axis, index, N)
    wrong = b"\x66" * 32
    old = hashes[pair]
    hashes[pair] = (
        SliverPairMetadata(wrong, old.secondary)
        if axis is Axis.PRIMARY
        else SliverPairMetadata(old.primary, wrong)
    )
    return BlobMetadata(len(BLOB), tuple(hashes))


@pytest.mark.parametrize("axis", AXES)
def test_a_bad_encoding_is_proved_and_the_proof_convinces(axis: Axis) -> None:
    metadata = badly_encoded(axis, 4)
    proof = rebuild_sliver(metadata, axis, 4, symbols_for(ENCODED, axis, 4))
    assert isinstance(proof, InconsistencyProof)
    assert InconsistencyProof.from_bytes(proof.to_bytes()) == proof
    verify_inconsistency_proof(proof, axis, metadata)
    with pytest.raises(ProofRejected, match="expected an inconsistency"):
        verify_inconsistency_proof(proof, axis, ENCODED.metadata)


def test_symbols_of_the_target_itself_prove_nothing_to_others() -> None:
    """The stated tree has seven leaves of one codeword and parity that does not belong to it."""
    size = ENCODED.metadata.symbol_size
    leaves = [bytes([i]) * size for i in range(N)]
    tree = MerkleTree.over(leaves)
    hashes = list(ENCODED.metadata.hashes)
    hashes[0] = SliverPairMetadata(tree.root, hashes[0].secondary)
    metadata = BlobMetadata(len(BLOB), tuple(hashes))
    own = [
        GeneralRecoverySymbol(DecodesSecondary(DecodingSymbol(0, leaf)), i, tree.prove(i))
        for i, leaf in enumerate(leaves)
    ]
    with pytest.raises(InconsistentBlob) as caught:
        rebuild_sliver(metadata, Axis.PRIMARY, 0, own)
    assert caught.value.hint


def test_proofs_that_prove_nothing() -> None:
    metadata = badly_encoded(Axis.PRIMARY, 4)
    symbols = symbols_for(ENCODED, Axis.PRIMARY, 4, range(7))
    good = proof_of(symbols, 4)
    verify_inconsistency_proof(good, Axis.PRIMARY, metadata)
    bad = {
        "too few": proof_of(symbols[:6], 4),
        "too many": proof_of(symbols_for(ENCODED, Axis.PRIMARY, 4, range(8)), 4),
        "repeated": proof_of([symbols[0], *symbols[:6]], 4),
        "other target": proof_of(symbols, 5),
        "target beyond the shards": proof_of(symbols, N),
        "foreign symbol": proof_of([*symbols[:6], symbols_for(ENCODED, Axis.PRIMARY, 5, [6])[0]], 4),
    }
    for proof in bad.values():
        with pytest.raises(ProofRejected):
            verify_inconsistency_proof(proof, Axis.PRIMARY, metadata)
    with pytest.raises(ProofRejected):
        verify_inconsistency_proof(good, Axis.SECONDARY, metadata)


def test_bodies_of_node_answers() -> None:
    symbols = tuple(symbols_for(ENCODED, Axis.PRIMARY, 2, [5, 6]))
    raw = bcs.encode(RecoverySymbols, symbols)
    assert raw == b"\x02" + b"".join(symbol.to_bytes() for symbol in symbols)
    assert bcs.decode(RecoverySymbols, raw) == symbols
    by_target = {2: tuple(symbol.symbol for symbol in symbols)}
    raw = bcs.encode(DecodingSymbols, by_target)
    assert raw[:4] == b"\x01\x02\x00\x02"
    assert bcs.decode(DecodingSymbols, raw) == by_target
    proof = proof_of(list(symbols), 2)
    assert PrimaryInconsistency(proof).to_bytes() == b"\x00" + proof.to_bytes()


def test_symbol_ids() -> None:
    assert str(GOOD.symbol_id) == "2-5"
    assert SymbolId.parse("2-5") == GOOD.symbol_id
    for text in ("", "2", "2-", "-5", "2-5-6", "02-5", "2- 5", "65536-0", "1_0-2", "２-5", "2-5\n"):
        with pytest.raises(SymbolError):
            SymbolId.parse(text)


@settings(max_examples=300)
@given(
    kind=st.sampled_from([GeneralRecoverySymbol, RecoverySymbol, InconsistencyProof, TaggedInconsistencyProof]),
    data=st.binary(max_size=120),
)
def test_any_bytes_parse_or_are_refused(kind: type[bcs.Struct], data: bytes) -> None:
    with contextlib.suppress(BcsError):
        assert kind.from_bytes(data).to_bytes() == data


@given(st.one_of(st.text(max_size=14), st.from_regex(r"[0-9]{1,6}-[0-9]{1,6}", fullmatch=True)))
def test_any_text_is_a_symbol_id_or_refused(text: str) -> None:
    with contextlib.suppress(SymbolError):
        assert str(SymbolId.parse(text)) == text


@settings(max_examples=150, deadline=None)
@given(position=st.integers(0, 10_000), value=st.integers(1, 255))
def test_no_damaged_symbol_is_believed(position: int, value: int) -> None:
    raw = bytearray(GOOD.to_bytes())
    raw[position % len(raw)] ^= value
    with pytest.raises((BcsError, SymbolError)):
        verify_symbol(GeneralRecoverySymbol.from_bytes(raw), Axis.PRIMARY, 2, ENCODED.metadata)
