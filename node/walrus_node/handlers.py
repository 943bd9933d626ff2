"""One handler a route: reads the request, asks custody on a worker thread, words the answer (protocol.md §1.3)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from walrus_node.custody import Custody
from walrus_node.refusal import Refusal
from walrus_sui.bcs.sui import parse_address
from walrus_sui.crypto.messages import Deletable, Permanent, SignedMessage
from walrus_sui.errors import BcsError, BlobIdError
from walrus_sui.redstuff import Axis, BlobId
from walrus_sui.redstuff.params import MAX_SYMBOL_SIZE, Params
from walrus_sui.storage import Reason
from walrus_sui.storage.envelope import success
from walrus_sui.storage.routes import BCS_CONTENT_TYPE
from walrus_sui.storage.status import status_to_json

DEFAULT_BODY_LIMIT = 2 << 20
SLIVER_OVERHEAD = 128

T = TypeVar("T")


def sliver_body_limit(n_shards: int) -> int:
    """Bytes of the largest sliver body: C symbols of the largest size, and its framing."""
    return Params(n_shards).columns * MAX_SYMBOL_SIZE + SLIVER_OVERHEAD


class Handlers:
    """The routes' handlers over one custody."""

    def __init__(self, custody: Custody, health: Callable[[bool], dict[str, Any]], workers: Executor) -> None:
        self._custody = custody
        self._health = health
        self._workers = workers

    async def get_metadata(self, request: Request) -> Response:
        return _bcs(await self._work(self._custody.metadata, _blob_id(request)))

    async def put_metadata(self, request: Request) -> Response:
        blob_id = _blob_id(request)
        _check_content_type(request)
        body = await _body(request, DEFAULT_BODY_LIMIT)
        is_new = await self._work(self._custody.store_metadata, blob_id, body)
        return _stored("metadata", is_new)

    async def metadata_status(self, request: Request) -> Response:
        return _json(await self._work(self._custody.metadata_status, _blob_id(request)))

    async def get_sliver(self, request: Request) -> Response:
        return _bcs(await self._work(self._custody.sliver, *_sliver(request)))

    async def put_sliver(self, request: Request) -> Response:
        blob_id, pair, axis = _sliver(request)
        body = await _body(request, sliver_body_limit(self._custody.n_shards))
        is_new = await self._work(self._custody.store_sliver, blob_id, pair, axis, body)
        return _stored("sliver", is_new)

    async def sliver_status(self, request: Request) -> Response:
        return _json(await self._work(self._custody.sliver_status, *_sliver(request)))

    async def permanent_confirmation(self, request: Request) -> Response:
        return _confirmation(await self._work(self._custody.confirm, _blob_id(request), Permanent()))

    async def deletable_confirmation(self, request: Request) -> Response:
        persistence = Deletable(_object_id(request))
        return _confirmation(await self._work(self._custody.confirm, _blob_id(request), persistence))

    async def blob_status(self, request: Request) -> Response:
        return _json(status_to_json(await self._work(self._custody.status, _blob_id(request))))

    async def health(self, request: Request) -> Response:
        return _json(self._health(request.query_params.get("detailed") == "true"))

    async def _work(self, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, function, *args)


def _blob_id(request: Request) -> BlobId:
    try:
        return BlobId.parse(request.path_params["blob_id"])
    except BlobIdError as error:
        raise HTTPException(400, f"Invalid URL: {error}") from error


def _object_id(request: Request) -> bytes:
    try:
        return parse_address(request.path_params["object_id"])
    except BcsError as error:
        raise HTTPException(400, f"Invalid URL: {error}") from error


def _sliver(request: Request) -> tuple[BlobId, int, Axis]:
    pair, axis = request.path_params["pair_index"], request.path_params["sliver_type"]
    if not (pair.isascii() and pair.isdecimal() and len(pair) <= 5 and int(pair) <= 0xFFFF):
        raise HTTPException(400, f"Invalid URL: expected a sliver pair index of 16 bits, got {pair[:32]!r}")
    if axis not in (Axis.PRIMARY.value, Axis.SECONDARY.value):
        raise HTTPException(400, f"Invalid URL: expected the sliver type primary or secondary, got {axis[:32]!r}")
    return _blob_id(request), int(pair), Axis(axis)


def _check_content_type(request: Request) -> None:
    content_type = request.headers.get("content-type")
    if content_type is not None and content_type.partition(";")[0].strip().lower() != BCS_CONTENT_TYPE:
        message = f"expected the content type {BCS_CONTENT_TYPE}, got {content_type!r:.100}"
        raise Refusal(Reason.INVALID_CONTENT_TYPE, message)


async def _body(request: Request, limit: int) -> bytes:
    """The request's body. Answers 413 as soon as it is known to be longer than `limit` bytes."""
    too_long = HTTPException(413, f"expected a body of at most {limit} bytes, got more")
    stated = request.headers.get("content-length", "0")
    if not stated.isdecimal() or int(stated) > limit:
        raise too_long
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_long
        chunks.append(chunk)
    return b"".join(chunks)


def _json(data: Any, code: int = 200) -> Response:
    return JSONResponse(success(data, code), code)


def _bcs(body: bytes) -> Response:
    return Response(body, media_type=BCS_CONTENT_TYPE)


def _stored(what: str, is_new: bool) -> Response:
    if is_new:
        return _json(f"{what} successfully stored", 201)
    return _json(f"{what} already stored", 200)


def _confirmation(signed: SignedMessage) -> Response:
    message = base64.b64encode(signed.serialized_message).decode()
    signature = base64.b64encode(signed.signature).decode()
    return _json({"signed": {"serializedMessage": message, "signature": signature}})
