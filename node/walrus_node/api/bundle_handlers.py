"""The routes that store and give many slivers at once, our extension of the protocol (docs/storage-node.md)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from walrus_node.api import wire
from walrus_node.api.confirming import Confirming
from walrus_node.holding.custody import Custody
from walrus_node.holding.intake import Intake, Outcome
from walrus_node.metrics import Metrics
from walrus_node.refusal import Refusal
from walrus_node.workers import Workers
from walrus_sui.bcs.sui import parse_address
from walrus_sui.crypto.messages import Deletable, Permanent
from walrus_sui.errors import BcsError
from walrus_sui.redstuff import Axis, BlobId
from walrus_sui.storage import MAX_BUNDLE_BYTES, Bundle, Reason, bundle_limit
from walrus_sui.storage.bundle import MAX_BUNDLE_SLIVERS

_STORE_QUERY = {"pending", "confirm", "wait_millis"}
_FETCH_QUERY = {"pairs", "axis", "metadata", "max_bytes"}


class BundleHandlers:
    """Handlers of PUT and GET bundle."""

    def __init__(
        self, custody: Custody, intake: Intake, confirming: Confirming, metrics: Metrics, workers: Workers
    ) -> None:
        self._custody = custody
        self._intake = intake
        self._confirming = confirming
        self._metrics = metrics
        self._workers = workers

    async def store(self, request: Request) -> Response:
        wire.check_query(request, _STORE_QUERY)
        blob_id, pending, persistence = wire.blob_id(request), wire.flag(request, "pending"), _confirm(request)
        wait = wire.wait_seconds(request, self._confirming.longest_wait)
        body = await wire.body(request, bundle_limit(self._custody.duty.n_shards))
        bundle, outcomes, confirmed = await self._workers.run(self._store, blob_id, body, pending, persistence)
        self._count(bundle, outcomes)
        answer: dict[str, Any] = {outcome.name.lower(): outcomes[outcome] for outcome in Outcome}
        if persistence is not None:
            answer |= confirmed or await self._confirmation(blob_id, persistence, wait)
        return wire.json_answer(answer, _worst(outcomes).value)

    async def fetch(self, request: Request) -> Response:
        wire.check_query(request, _FETCH_QUERY)
        blob_id, places = wire.blob_id(request), _places(request)
        metadata, limit = wire.flag(request, "metadata"), _limit(request)
        return wire.bcs_answer(await self._workers.read(self._fetch, blob_id, places, metadata, limit))

    def _store(
        self, blob_id: BlobId, body: bytes | bytearray, pending: bool, persistence: Permanent | Deletable | None
    ) -> tuple[Bundle, Counter[Outcome], dict[str, Any] | None]:
        """Store a bundle, and on the same thread confirm it if that needs no waiting."""
        try:
            bundle = Bundle.from_bytes(body)
        except BcsError as error:
            raise Refusal(Reason.INVALID_CONTENT_TYPE, f"expected the BCS of Bundle: {error}") from error
        outcomes = self._intake.store_bundle(blob_id, bundle, pending=pending)
        if persistence is None or outcomes[Outcome.BUFFERED]:
            return bundle, outcomes, None
        try:
            signed = self._confirming.at_once(blob_id, persistence)
        except Refusal as refusal:
            return bundle, outcomes, None if refusal.reason is Reason.NOT_REGISTERED else _unsigned(refusal)
        return bundle, outcomes, {"signed": wire.signed_json(signed)}

    def _fetch(self, blob_id: BlobId, places: list[tuple[int, Axis]], metadata: bool, limit: int) -> bytes:
        found = self._custody.bundle(blob_id, places, metadata=metadata, limit=limit)
        self._metrics.metadata_retrieved.inc(found.metadata is not None)
        for part in found.slivers:
            self._metrics.sliver_retrieved(part.axis)
        return found.to_bytes()

    async def _confirmation(
        self, blob_id: BlobId, persistence: Permanent | Deletable, wait: float
    ) -> dict[str, Any]:
        """The confirmation, or why there is none: what came with the request stays stored either way."""
        try:
            return {"signed": wire.signed_json(await self._confirming.confirm(blob_id, persistence, wait))}
        except Refusal as refusal:
            return _unsigned(refusal)

    def _count(self, bundle: Bundle, outcomes: Counter[Outcome]) -> None:
        if outcomes[Outcome.STORED]:
            self._metrics.metadata_stored.inc(bundle.metadata is not None)
            for part in bundle.slivers:
                self._metrics.sliver_stored(part.axis)


def _unsigned(refusal: Refusal) -> dict[str, Any]:
    return {"unsigned": {"reason": refusal.reason.value, "message": refusal.message}}


def _worst(outcomes: Counter[Outcome]) -> Outcome:
    """What a client has to know first: something is not stored yet, something is new, nothing changed."""
    return next((outcome for outcome in (Outcome.BUFFERED, Outcome.STORED) if outcomes[outcome]), Outcome.EXISTED)


def _confirm(request: Request) -> Permanent | Deletable | None:
    text = request.query_params.get("confirm")
    if text is None or text == "permanent":
        return None if text is None else Permanent()
    try:
        return Deletable(parse_address(text))
    except BcsError as error:
        raise HTTPException(
            400, f"Invalid query: expected confirm=permanent or an object id, got {text[:80]!r}"
        ) from error


def _places(request: Request) -> list[tuple[int, Axis]]:
    text, axis = request.query_params.get("pairs", ""), request.query_params.get("axis")
    if text.count(",") >= MAX_BUNDLE_SLIVERS:
        raise HTTPException(400, f"Invalid query: expected at most {MAX_BUNDLE_SLIVERS} pairs, got more")
    pairs = dict.fromkeys(wire.index(part) for part in text.split(",")) if text else {}
    axes = list(Axis) if axis is None else [wire.sliver_type(axis)]
    return [(pair, axis) for pair in pairs for axis in axes]


def _limit(request: Request) -> int:
    """The longest answer that is wanted, in bytes."""
    text = request.query_params.get("max_bytes", str(MAX_BUNDLE_BYTES))
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise HTTPException(400, f"Invalid query: expected max_bytes to be a number, got {text[:32]!r}")
    return min(int(text), MAX_BUNDLE_BYTES)
