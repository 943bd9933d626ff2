"""Rebuilding one sliver from symbols of others, and proving that it cannot be (encoding.md §6.1, §7).

The symbol X[i][j] lies on primary sliver i and on secondary sliver j. Whoever holds either of them can send it
with a Merkle proof under that sliver's root. C symbols of row i rebuild primary i, R symbols of column j rebuild
secondary j: 1/222 of the blob for a whole pair among 1,000 shards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple

import numpy as np

from walrus_sui import bcs
from walrus_sui.errors import (
    DuplicateSliver,
    InconsistentBlob,
    ProofRejected,
    SliverMismatch,
    SymbolError,
    TooFewSlivers,
)
from walrus_sui.redstuff import kernels, merkle
from walrus_sui.redstuff.merkle import MerkleProof
from walrus_sui.redstuff.metadata import BlobMetadata
from walrus_sui.redstuff.params import MAX_SYMBOL_SIZE, Params
from walrus_sui.redstuff.placement import Axis
from walrus_sui.redstuff.sliver import SliverData, axis_code, expand, sliver_root, source_symbols


class SymbolId(NamedTuple):
    """Where a symbol lies in the matrix. `str()` is the "P-S" form of queries and JSON."""

    primary_index: int
    secondary_index: int

    def __str__(self) -> str:
        return f"{self.primary_index}-{self.secondary_index}"

    @classmethod
    def parse(cls, text: str) -> SymbolId:
        """Raises `SymbolError` for anything but two numbers of 16 bits."""
        match = re.fullmatch(r"(0|[1-9][0-9]{0,4})-(0|[1-9][0-9]{0,4})", text, re.ASCII)
        if match is None or max(found := cls(int(match[1]), int(match[2]))) > 0xFFFF:
            raise SymbolError(f"expected a symbol id such as 12-345, got {text[:32]!r}")
        return found

    def on(self, axis: Axis) -> int:
        """Index of the sliver of `axis` that this symbol lies on."""
        return self.primary_index if axis is Axis.PRIMARY else self.secondary_index


class DecodingSymbol(bcs.Struct):
    """One symbol of the sliver `source_index`; which axis, and which symbol, the context tells."""

    source_index: bcs.U16
    data: Annotated[bytes, bcs.MaxLen(MAX_SYMBOL_SIZE)]


class EitherDecodingSymbol(bcs.Enum):
    """A symbol that says which kind of sliver it helps to decode: always the other kind than its source."""

    symbol: DecodingSymbol

    @property
    def source_axis(self) -> Axis:
        return Axis.SECONDARY if isinstance(self, DecodesPrimary) else Axis.PRIMARY


class DecodesPrimary(EitherDecodingSymbol, tag=0):
    """Cut from a secondary sliver."""


class DecodesSecondary(EitherDecodingSymbol, tag=1):
    """Cut from a primary sliver."""


class RecoverySymbol(bcs.Struct):
    """A symbol with its proof, where both axis and target are known."""

    symbol: DecodingSymbol
    proof: MerkleProof


class GeneralRecoverySymbol(bcs.Struct):
    """Symbol `target_index` of its source sliver, proved under that sliver's root."""

    symbol: EitherDecodingSymbol
    target_index: bcs.U16
    proof: MerkleProof

    @property
    def symbol_id(self) -> SymbolId:
        source = self.symbol.symbol.source_index
        if self.symbol.source_axis is Axis.SECONDARY:
            return SymbolId(self.target_index, source)
        return SymbolId(source, self.target_index)


class InconsistencyProof(bcs.Struct):
    """Authentic symbols that together do not make the sliver the metadata states. The axis is the context's."""

    target_index: bcs.U16
    symbols: tuple[RecoverySymbol, ...]


class TaggedInconsistencyProof(bcs.Enum):
    """An inconsistency proof that says its axis."""

    proof: InconsistencyProof


class PrimaryInconsistency(TaggedInconsistencyProof, tag=0):
    """The target is a primary sliver."""


class SecondaryInconsistency(TaggedInconsistencyProof, tag=1):
    """The target is a secondary sliver."""


RecoverySymbols = tuple[GeneralRecoverySymbol, ...]
"""What a node answers to a request for symbols with proofs."""
DecodingSymbols = dict[bcs.U16, tuple[EitherDecodingSymbol, ...]]
"""What a node answers to a request without proofs: symbols by target sliver."""


def recovery_symbols(
    sliver: SliverData, axis: Axis, targets: Iterable[int], n_shards: int
) -> list[GeneralRecoverySymbol]:
    """Symbols `targets` of a held sliver of `axis`, with proofs under its root. Raises `SymbolError`."""
    params = Params(n_shards)
    symbols = expand(sliver, axis, params)
    tree = merkle.MerkleTree(bytes(leaf) for leaf in kernels.engine().leaf_hashes(symbols))
    variant = DecodesSecondary if axis is Axis.PRIMARY else DecodesPrimary
    cut = []
    for target in targets:
        _expect_below(n_shards, target)
        symbol = variant(DecodingSymbol(sliver.index, symbols[target, 0].tobytes()))
        cut.append(GeneralRecoverySymbol(symbol, target, tree.prove(target)))
    return cut


def verify_symbol(symbol: GeneralRecoverySymbol, axis: Axis, index: int, metadata: BlobMetadata) -> None:
    """Check that `symbol` is an authentic one of sliver `index` of `axis`. Raises `SymbolError`.

    The proof may be under the root of the crossing sliver or of the target itself.
    """
    found = symbol.symbol_id.on(axis)
    if found != index:
        raise SymbolError(f"expected a symbol of {axis.value} sliver {index}, got one of {found}")
    _verify_origin(symbol.symbol.symbol, symbol.symbol.source_axis, symbol.target_index, symbol.proof, metadata)


def rebuild_sliver(
    metadata: BlobMetadata, axis: Axis, index: int, symbols: Iterable[GeneralRecoverySymbol]
) -> SliverData | InconsistencyProof:
    """Sliver `index` of `axis` from the first C (primary) or R (secondary) symbols; more are not looked at.

    Every symbol is verified before use. The proof comes back instead when the writer encoded badly: authentic
    symbols make another sliver than the metadata states. Raises `SymbolError`, `DuplicateSliver`, `TooFewSlivers`,
    or `InconsistentBlob` if symbols with proofs under the target's own root stand in the way of a proof.
    """
    needed = source_symbols(axis, Params(metadata.n_shards))
    chosen: dict[int, GeneralRecoverySymbol] = {}
    for symbol in symbols:
        verify_symbol(symbol, axis, index, metadata)
        place = symbol.symbol_id.on(axis.orthogonal)
        _expect_new(place, chosen)
        chosen[place] = symbol
        if len(chosen) == needed:
            break
    sliver = _solve(metadata, axis, index, {place: found.symbol.symbol.data for place, found in chosen.items()})
    if sliver_root(sliver, axis, Params(metadata.n_shards)) == metadata.sliver_root(axis, index):
        return sliver
    return _prove_inconsistent(axis, index, list(chosen.values()))


def rebuild_unproven(
    metadata: BlobMetadata, axis: Axis, index: int, symbols: Iterable[DecodingSymbol]
) -> SliverData:
    """As `rebuild_sliver` from symbols of the crossing slivers without proofs; only the result is verified.

    Raises `SliverMismatch` when any symbol was wrong, and then cannot tell which.
    """
    needed = source_symbols(axis, Params(metadata.n_shards))
    chosen: dict[int, bytes] = {}
    for symbol in symbols:
        _expect_below(metadata.n_shards, symbol.source_index)
        _expect_size(metadata, symbol)
        _expect_new(symbol.source_index, chosen)
        chosen[symbol.source_index] = symbol.data
        if len(chosen) == needed:
            break
    sliver = _solve(metadata, axis, index, chosen)
    if sliver_root(sliver, axis, Params(metadata.n_shards)) != metadata.sliver_root(axis, index):
        raise SliverMismatch(f"expected symbols of {axis.value} sliver {index}, got some that are not")
    return sliver


def verify_inconsistency_proof(proof: InconsistencyProof, axis: Axis, metadata: BlobMetadata) -> None:
    """Check that `proof` convicts the writer of the blob with this (verified) metadata. Raises `ProofRejected`."""
    params = Params(metadata.n_shards)
    needed = source_symbols(axis, params)
    if len(proof.symbols) != needed:
        raise ProofRejected(f"expected {needed} symbols, got {len(proof.symbols)}")
    if proof.target_index >= params.n_shards:
        raise ProofRejected(f"expected a target below {params.n_shards}, got {proof.target_index}")
    places: dict[int, bytes] = {}
    try:
        for item in proof.symbols:
            _verify_origin(item.symbol, axis.orthogonal, proof.target_index, item.proof, metadata)
            _expect_new(item.symbol.source_index, places)
            places[item.symbol.source_index] = item.symbol.data
    except (SymbolError, DuplicateSliver) as error:
        raise ProofRejected(f"expected distinct authentic symbols: {error}") from error
    sliver = _solve(metadata, axis, proof.target_index, places)
    if sliver_root(sliver, axis, params) == metadata.sliver_root(axis, proof.target_index):
        raise ProofRejected(f"expected an inconsistency, got symbols of {axis.value} sliver {proof.target_index}")


def _prove_inconsistent(axis: Axis, index: int, symbols: Sequence[GeneralRecoverySymbol]) -> InconsistencyProof:
    if any(symbol.symbol.source_axis is axis for symbol in symbols):
        raise InconsistentBlob(
            f"expected {axis.value} sliver {index} as the metadata states it, got another",
            hint="gather symbols from the other axis only: they can prove it to others",
        )
    return InconsistencyProof(index, tuple(RecoverySymbol(item.symbol.symbol, item.proof) for item in symbols))


def _solve(metadata: BlobMetadata, axis: Axis, index: int, symbols: dict[int, bytes]) -> SliverData:
    """Decode along the target: symbols by their place on it."""
    params = Params(metadata.n_shards)
    code, size = axis_code(axis, params), metadata.symbol_size
    if len(symbols) < code.k:
        raise TooFewSlivers(f"expected {code.k} symbols of {axis.value} sliver {index}, got {len(symbols)}")
    lines = [np.frombuffer(symbol, dtype=np.uint8)[None] for symbol in symbols.values()]
    return SliverData(kernels.engine().recover(code, list(symbols), lines).tobytes(), size, index)


def _verify_origin(
    symbol: DecodingSymbol, source_axis: Axis, place: int, proof: MerkleProof, metadata: BlobMetadata
) -> None:
    """That `symbol` is number `place` on its source sliver. Raises `SymbolError`."""
    n_shards = metadata.n_shards
    _expect_below(n_shards, symbol.source_index)
    _expect_below(n_shards, place)
    _expect_size(metadata, symbol)
    if not proof.leads_to(metadata.sliver_root(source_axis, symbol.source_index), symbol.data, place, n_shards):
        raise SymbolError(
            f"expected a proof under the root of {source_axis.value} sliver {symbol.source_index}, got another"
        )


def _expect_below(n_shards: int, index: int) -> None:
    if not 0 <= index < n_shards:
        raise SymbolError(f"expected a sliver index below {n_shards}, got {index}")


def _expect_size(metadata: BlobMetadata, symbol: DecodingSymbol) -> None:
    if len(symbol.data) != metadata.symbol_size:
        raise SymbolError(f"expected a symbol of {metadata.symbol_size} bytes, got {len(symbol.data)}")


def _expect_new(place: int, chosen: dict[int, GeneralRecoverySymbol] | dict[int, bytes]) -> None:
    if place in chosen:
        raise DuplicateSliver(f"expected distinct symbols, got number {place} twice")
