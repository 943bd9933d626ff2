"""Giving other nodes the symbols they rebuild slivers from, and judging their proofs of bad encoding.

A symbol lies on one primary and one secondary sliver; a node that owns the shard of either can give it, with a
proof under that sliver's root (encoding.md §6.1, §7, protocol.md §1.3 routes 9 to 11). Methods block.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from walrus_node.holding.custody import Custody
from walrus_node.refusal import Refusal
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.crypto.messages import InvalidBlobId, SignedMessage
from walrus_sui.errors import ProofRejected
from walrus_sui.redstuff import (
    Axis,
    BlobId,
    DecodesPrimary,
    DecodesSecondary,
    DecodingSymbol,
    EitherDecodingSymbol,
    GeneralRecoverySymbol,
    InconsistencyProof,
    Params,
    SliverData,
    SymbolId,
    pair_index,
    recovery_symbols,
    verify_inconsistency_proof,
)
from walrus_sui.storage import Reason

MAX_SYMBOLS = 4096
"""Most symbols given in one answer: several times what rebuilding a sliver of 1,000 shards takes."""


class Symbols:
    """Symbols of the slivers in custody."""

    def __init__(self, custody: Custody, key: SecretKey) -> None:
        self._custody = custody
        self._key = key

    def by_target(
        self, blob_id: BlobId, axis: Axis, target: int, proof_axis: Axis | None
    ) -> list[GeneralRecoverySymbol]:
        """What the node's slivers of the other axis have of sliver `target`: one symbol each."""
        self._check_index(target)
        if proof_axis is axis:
            message = f"expected proofs from {axis.orthogonal.value} slivers for a {axis.value} target"
            raise Refusal(Reason.INVALID_FILTER, message)
        source_axis, n_shards = axis.orthogonal, self._custody.duty.n_shards
        sources = self._readable_slivers(blob_id, source_axis)
        if not sources:
            message = f"no {source_axis.value} sliver of blob {blob_id} is stored here"
            raise Refusal(Reason.SLIVER_NOT_FOUND, message)
        return [cut for source in sources for cut in recovery_symbols(source, source_axis, [target], n_shards)]

    def by_id(
        self, blob_id: BlobId, ids: Sequence[SymbolId], proof_axis: Axis | None
    ) -> list[GeneralRecoverySymbol]:
        """Those of the symbols `ids` that the node has; refuses only if it has none."""
        if not ids:
            raise Refusal(Reason.NO_SYMBOLS_SPECIFIED, "expected at least one symbol, got none")
        by_source: dict[tuple[Axis, int], list[int]] = defaultdict(list)
        refusal: Refusal | None = None
        for symbol_id in dict.fromkeys(ids[:MAX_SYMBOLS]):
            try:
                axis = self._source_axis(blob_id, symbol_id, proof_axis)
            except Refusal as error:
                refusal = error
                continue
            by_source[axis, symbol_id.on(axis)].append(symbol_id.on(axis.orthogonal))
        if not by_source and refusal is not None:
            raise refusal
        return self._cut(blob_id, by_source)

    def decoding(
        self, blob_id: BlobId, axis: Axis, targets: Iterable[int]
    ) -> dict[int, tuple[EitherDecodingSymbol, ...]]:
        """Symbols without proofs of several source slivers, cut out of what is stored without any coding."""
        wanted = sorted(set(targets))
        if not wanted:
            raise Refusal(Reason.NO_TARGET_SLIVERS_SPECIFIED, "expected at least one target sliver, got none")
        params = Params(self._custody.duty.n_shards)
        limit = params.rows if axis is Axis.PRIMARY else params.columns
        if wanted[-1] >= limit:
            message = f"expected source slivers, below {limit} for {axis.value} ones, got {wanted[-1]}"
            raise Refusal(Reason.RECOVERY_SYMBOL_OUT_OF_RANGE, message)
        sources = self._readable_slivers(blob_id, axis.orthogonal)
        variant = DecodesPrimary if axis is Axis.PRIMARY else DecodesSecondary
        return {
            target: tuple(variant(DecodingSymbol(source.index, _symbol(source, target))) for source in sources)
            for target in wanted
        }

    def attest_inconsistency(self, blob_id: BlobId, axis: Axis, proof: InconsistencyProof) -> SignedMessage:
        """The node's word that the blob is invalid, if `proof` shows it."""
        metadata = self._custody.required_metadata(blob_id)
        try:
            verify_inconsistency_proof(proof, axis, metadata)
        except ProofRejected as error:
            raise Refusal(Reason.INVALID_PROOF, str(error)) from error
        return SignedMessage.sign(InvalidBlobId(bytes(blob_id)), self._custody.duty.epoch, self._key)

    def _readable_slivers(self, blob_id: BlobId, axis: Axis) -> list[SliverData]:
        self._custody.require_registered(blob_id, Reason.SLIVER_NOT_FOUND)
        return self._custody.readable_slivers(blob_id, axis)

    def _source_axis(self, blob_id: BlobId, symbol_id: SymbolId, proof_axis: Axis | None) -> Axis:
        """From which of its two slivers the node can cut a symbol."""
        n_shards = self._custody.duty.n_shards
        for axis in Axis if proof_axis is None else (proof_axis,):
            index = symbol_id.on(axis)
            self._check_index(index)
            self._check_index(symbol_id.on(axis.orthogonal))
            if self._custody.can_read_pair(blob_id, pair_index(axis, index, n_shards)):
                return axis
        message = f"symbol {symbol_id} of blob {blob_id} lies on no shard of this node"
        raise Refusal(Reason.SYMBOL_NOT_PRESENT_AT_SHARDS, message)

    def _cut(self, blob_id: BlobId, by_source: dict[tuple[Axis, int], list[int]]) -> list[GeneralRecoverySymbol]:
        self._custody.require_registered(blob_id, Reason.SLIVER_NOT_FOUND)
        n_shards, cut = self._custody.duty.n_shards, []
        for (axis, index), targets in by_source.items():
            source = self._custody.known_sliver(blob_id, pair_index(axis, index, n_shards), axis)
            if source is not None:
                cut += recovery_symbols(source, axis, targets, n_shards)
        if not cut:
            message = f"the slivers of these symbols of blob {blob_id} are not stored here"
            raise Refusal(Reason.SLIVER_NOT_FOUND, message)
        return cut

    def _check_index(self, index: int) -> None:
        n_shards = self._custody.duty.n_shards
        if not 0 <= index < n_shards:
            raise Refusal(Reason.INDEX_OUT_OF_RANGE, f"expected a sliver index below {n_shards}, got {index}")


def _symbol(source: SliverData, place: int) -> bytes:
    return source.data[place * source.symbol_size : (place + 1) * source.symbol_size]
