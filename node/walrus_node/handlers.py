"""One handler a route: reads the request, asks custody on a worker thread, words the answer (protocol.md §1.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from walrus_node import wire
from walrus_node.custody import Custody
from walrus_node.workers import Workers
from walrus_sui.crypto.messages import Deletable, Permanent
from walrus_sui.redstuff import Params
from walrus_sui.redstuff.params import MAX_SYMBOL_SIZE
from walrus_sui.storage.status import status_to_json

SLIVER_OVERHEAD = 128


def sliver_body_limit(n_shards: int) -> int:
    """Bytes of the largest sliver body: C symbols of the largest size, and its framing."""
    return Params(n_shards).columns * MAX_SYMBOL_SIZE + SLIVER_OVERHEAD


class Handlers:
    """The handlers of what blob owners and readers ask for."""

    def __init__(self, custody: Custody, health: Callable[[bool], dict[str, Any]], workers: Workers) -> None:
        self._custody = custody
        self._health = health
        self._workers = workers

    async def get_metadata(self, request: Request) -> Response:
        return wire.bcs_answer(await self._workers.run(self._custody.metadata, wire.blob_id(request)))

    async def put_metadata(self, request: Request) -> Response:
        blob_id = wire.blob_id(request)
        wire.check_content_type(request)
        body = await wire.body(request, wire.DEFAULT_BODY_LIMIT)
        is_new = await self._workers.run(self._custody.store_metadata, blob_id, body)
        return wire.stored_message("metadata", is_new)

    async def metadata_status(self, request: Request) -> Response:
        return wire.json_answer(await self._workers.run(self._custody.metadata_status, wire.blob_id(request)))

    async def get_sliver(self, request: Request) -> Response:
        return wire.bcs_answer(await self._workers.run(self._custody.sliver, *wire.sliver_path(request)))

    async def put_sliver(self, request: Request) -> Response:
        blob_id, pair, axis = wire.sliver_path(request)
        body = await wire.body(request, sliver_body_limit(self._custody.n_shards))
        is_new = await self._workers.run(self._custody.store_sliver, blob_id, pair, axis, body)
        return wire.stored_message("sliver", is_new)

    async def sliver_status(self, request: Request) -> Response:
        return wire.json_answer(await self._workers.run(self._custody.sliver_status, *wire.sliver_path(request)))

    async def permanent_confirmation(self, request: Request) -> Response:
        signed = await self._workers.run(self._custody.confirm, wire.blob_id(request), Permanent())
        return wire.json_answer({"signed": wire.signed_json(signed)})

    async def deletable_confirmation(self, request: Request) -> Response:
        persistence = Deletable(wire.object_id(request))
        signed = await self._workers.run(self._custody.confirm, wire.blob_id(request), persistence)
        return wire.json_answer({"signed": wire.signed_json(signed)})

    async def blob_status(self, request: Request) -> Response:
        status = await self._workers.run(self._custody.status, wire.blob_id(request))
        return wire.json_answer(status_to_json(status))

    async def health(self, request: Request) -> Response:
        return wire.json_answer(self._health(request.query_params.get("detailed") == "true"))
