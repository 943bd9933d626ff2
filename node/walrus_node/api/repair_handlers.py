"""Handlers of what other nodes ask for when they rebuild slivers (protocol.md §1.3, routes 9 to 11)."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from walrus_node.api import wire
from walrus_node.holding.symbols import Symbols
from walrus_node.refusal import Refusal
from walrus_node.workers import Workers
from walrus_sui import bcs
from walrus_sui.errors import BcsError, SymbolError
from walrus_sui.redstuff import GeneralRecoverySymbol, InconsistencyProof, SymbolId
from walrus_sui.redstuff.recovery import DecodingSymbols, RecoverySymbols
from walrus_sui.storage import Reason


class RepairHandlers:
    """The handlers over the symbols of one node."""

    def __init__(self, symbols: Symbols, workers: Workers) -> None:
        self._symbols = symbols
        self._workers = workers

    async def recovery_symbols(self, request: Request) -> Response:
        found = await self._recovery_symbols(request)
        return wire.bcs_answer(bcs.encode(RecoverySymbols, tuple(found)))

    async def decoding_symbols(self, request: Request) -> Response:
        targets = [wire.index(text) for text in request.query_params.getlist("targetSlivers")]
        axis = wire.sliver_type(request.query_params.get("targetType", ""))
        found = await self._workers.run(self._symbols.decoding, wire.blob_id(request), axis, targets)
        return wire.bcs_answer(bcs.encode(DecodingSymbols, found))

    async def inconsistency_proof(self, request: Request) -> Response:
        blob_id, axis = wire.blob_id(request), wire.sliver_type(request.path_params["sliver_type"])
        body = await wire.body(request, wire.DEFAULT_BODY_LIMIT)
        try:
            proof = InconsistencyProof.from_bytes(body)
        except BcsError as error:
            raise Refusal(Reason.INVALID_CONTENT_TYPE, f"expected an inconsistency proof: {error}") from error
        signed = await self._workers.run(self._symbols.attest_inconsistency, blob_id, axis, proof)
        return wire.json_answer(wire.signed_json(signed))

    async def _recovery_symbols(self, request: Request) -> list[GeneralRecoverySymbol]:
        blob_id, query = wire.blob_id(request), request.query_params
        proof_axis = wire.sliver_type(query["proofAxis"]) if "proofAxis" in query else None
        ids = [_symbol_id(text) for text in query.getlist("id")]
        if "targetSliver" not in query and "targetType" not in query:
            return await self._workers.run(self._symbols.by_id, blob_id, ids, proof_axis)
        if ids:
            raise Refusal(Reason.INVALID_FILTER, "expected either symbol ids or a target sliver, got both")
        target, axis = wire.index(query.get("targetSliver", "")), wire.sliver_type(query.get("targetType", ""))
        return await self._workers.run(self._symbols.by_target, blob_id, axis, target, proof_axis)


def _symbol_id(text: str) -> SymbolId:
    try:
        return SymbolId.parse(text)
    except SymbolError as error:
        raise HTTPException(400, f"Invalid URL: {error}") from error
