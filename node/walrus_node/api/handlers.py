"""One handler a route: reads the request, asks custody on a worker thread, words the answer (protocol.md §1.3)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from walrus_node.api import wire
from walrus_node.api.bundle_handlers import BundleHandlers
from walrus_node.api.confirming import Confirming
from walrus_node.chain.registrations import Registrations
from walrus_node.holding.custody import Custody
from walrus_node.holding.intake import Intake, Outcome
from walrus_node.metrics import Metrics
from walrus_node.workers import Workers
from walrus_sui.crypto.messages import Deletable, Permanent
from walrus_sui.redstuff import Params
from walrus_sui.redstuff.params import MAX_SYMBOL_SIZE
from walrus_sui.storage.status import status_to_json

SLIVER_OVERHEAD = 128
SMALL_SLIVER = 16 << 10
"""Up to this many bytes a sliver is checked and stored in less time than another thread takes to be woken."""


@functools.cache
def sliver_body_limit(n_shards: int) -> int:
    """Bytes of the largest sliver body: C symbols of the largest size, and its framing."""
    return Params(n_shards).columns * MAX_SYMBOL_SIZE + SLIVER_OVERHEAD


class Handlers:
    """The handlers of what blob owners and readers ask for."""

    def __init__(
        self,
        custody: Custody,
        intake: Intake,
        registrations: Registrations,
        health: Callable[[bool], dict[str, Any]],
        metrics: Metrics,
        workers: Workers,
        long_poll_seconds: float,
    ) -> None:
        self._custody = custody
        self._intake = intake
        self._health = health
        self._metrics = metrics
        self._workers = workers
        self._confirming = Confirming(custody, intake, registrations, metrics, workers, long_poll_seconds)
        self.bundles = BundleHandlers(custody, intake, self._confirming, metrics, workers)

    async def get_metadata(self, request: Request) -> Response:
        metadata = await self._workers.read(self._custody.metadata, wire.blob_id(request))
        self._metrics.metadata_retrieved.inc()
        return wire.bcs_answer(metadata)

    async def put_metadata(self, request: Request) -> Response:
        blob_id, pending = wire.blob_id(request), wire.upload_intent(request)
        wire.check_content_type(request)
        body = await wire.body(request, wire.DEFAULT_BODY_LIMIT)
        outcome = await self._workers.run(self._intake.store_metadata, blob_id, body, pending=pending)
        if outcome is Outcome.STORED:
            self._metrics.metadata_stored.inc()
        return wire.upload_answer("metadata", outcome)

    async def metadata_status(self, request: Request) -> Response:
        return wire.json_answer(await self._workers.read(self._intake.metadata_status, wire.blob_id(request)))

    async def get_sliver(self, request: Request) -> Response:
        blob_id, pair, axis = wire.sliver_path(request)
        sliver = await self._workers.read(self._custody.sliver, blob_id, pair, axis)
        self._metrics.sliver_retrieved(axis)
        return wire.bcs_answer(sliver)

    async def put_sliver(self, request: Request) -> Response:
        blob_id, pair, axis = wire.sliver_path(request)
        pending = wire.upload_intent(request)
        body = await wire.body(request, sliver_body_limit(self._custody.duty.n_shards))
        if len(body) <= SMALL_SLIVER:
            outcome = self._intake.store_sliver(blob_id, pair, axis, body, pending=pending)
        else:
            outcome = await self._workers.run(
                self._intake.store_sliver, blob_id, pair, axis, body, pending=pending
            )
        if outcome is Outcome.STORED:
            self._metrics.sliver_stored(axis)
        return wire.upload_answer("sliver", outcome)

    async def sliver_status(self, request: Request) -> Response:
        return wire.json_answer(await self._workers.read(self._intake.sliver_status, *wire.sliver_path(request)))

    async def permanent_confirmation(self, request: Request) -> Response:
        return await self._confirmation(request, Permanent())

    async def deletable_confirmation(self, request: Request) -> Response:
        return await self._confirmation(request, Deletable(wire.object_id(request)))

    async def blob_status(self, request: Request) -> Response:
        status = self._custody.status(wire.blob_id(request))
        return wire.json_answer(status_to_json(status))

    async def health(self, request: Request) -> Response:
        return wire.json_answer(self._health(request.query_params.get("detailed") == "true"))

    async def _confirmation(self, request: Request, persistence: Permanent | Deletable) -> Response:
        blob_id, wait = wire.blob_id(request), wire.confirmation_wait(request, self._confirming.longest_wait)
        signed = await self._confirming.confirm(blob_id, persistence, wait)
        return wire.json_answer({"signed": wire.signed_json(signed)})
