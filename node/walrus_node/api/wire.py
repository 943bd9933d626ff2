"""Requests taken apart and answers put together: the same for every route (protocol.md §1.2)."""

from __future__ import annotations

import base64
import functools
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from walrus_node.holding.intake import Outcome
from walrus_node.refusal import Refusal
from walrus_sui.bcs.sui import parse_address
from walrus_sui.crypto.messages import SignedMessage
from walrus_sui.errors import BcsError, BlobIdError
from walrus_sui.redstuff import Axis, BlobId
from walrus_sui.storage import Reason
from walrus_sui.storage.envelope import success
from walrus_sui.storage.routes import BCS_CONTENT_TYPE

DEFAULT_BODY_LIMIT = 2 << 20

_parse_blob_id = functools.lru_cache(1024)(BlobId.parse)  # a blob's slivers come together


def blob_id(request: Request) -> BlobId:
    try:
        return _parse_blob_id(request.path_params["blob_id"])
    except BlobIdError as error:
        raise HTTPException(400, f"Invalid URL: {error}") from error


def object_id(request: Request) -> bytes:
    try:
        return parse_address(request.path_params["object_id"])
    except BcsError as error:
        raise HTTPException(400, f"Invalid URL: {error}") from error


def sliver_path(request: Request) -> tuple[BlobId, int, Axis]:
    params = request.path_params
    return blob_id(request), index(params["pair_index"]), sliver_type(params["sliver_type"])


def index(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 0xFFFF):
        raise HTTPException(400, f"Invalid URL: expected a sliver index of 16 bits, got {text[:32]!r}")
    return int(text)


def sliver_type(text: str) -> Axis:
    if text not in (Axis.PRIMARY.value, Axis.SECONDARY.value):
        raise HTTPException(400, f"Invalid URL: expected the sliver type primary or secondary, got {text[:32]!r}")
    return Axis(text)


def check_content_type(request: Request) -> None:
    content_type = request.headers.get("content-type")
    if content_type is not None and content_type.partition(";")[0].strip().lower() != BCS_CONTENT_TYPE:
        message = f"expected the content type {BCS_CONTENT_TYPE}, got {content_type!r:.100}"
        raise Refusal(Reason.INVALID_CONTENT_TYPE, message)


async def body(request: Request, limit: int) -> bytes | bytearray:
    """The request's body, as the server read it if it came in one piece.

    Answers 413 as soon as it is known to be longer than `limit` bytes.
    """
    stated = request.headers.get("content-length", "0")
    if not stated.isdecimal() or int(stated) > limit:
        raise _too_long(limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_long(limit)
        if chunk:
            chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _too_long(limit: int) -> HTTPException:
    return HTTPException(413, f"expected a body of at most {limit} bytes, got more")


def json_answer(data: Any, code: int = 200) -> Response:
    return JSONResponse(success(data, code), code)


def bcs_answer(body: bytes) -> Response:
    return Response(body, media_type=BCS_CONTENT_TYPE)


def upload_intent(request: Request) -> bool:
    """Whether the upload may come before the blob's registration. Unknown query keys are refused."""
    if not request.scope["query_string"]:
        return False
    check_query(request, {"pending"})
    return flag(request, "pending")


def check_query(request: Request, known: set[str]) -> None:
    unknown = request.query_params.keys() - known
    if unknown:
        shown, expected = ", ".join(sorted(unknown))[:64], ", ".join(sorted(known))
        raise HTTPException(400, f"Invalid query: expected {expected} only, got {shown!r}")


def flag(request: Request, name: str) -> bool:
    """A flag in the query: false unless it is there."""
    text = request.query_params.get(name, "false")
    if text not in ("true", "false"):
        raise HTTPException(400, f"Invalid query: expected {name}=true or {name}=false, got {text[:64]!r}")
    return text == "true"


def confirmation_wait(request: Request, longest: float) -> float:
    """How many seconds to wait for the blob's registration: none unless asked for."""
    if request.query_params.get("wait_for_registration") != "true":
        return 0.0
    return wait_seconds(request, longest)


def wait_seconds(request: Request, longest: float) -> float:
    """The wait in the query in seconds, `longest` if there is none."""
    millis = request.query_params.get("wait_millis")
    if millis is None:
        return longest
    if not (millis.isascii() and millis.isdecimal() and len(millis) <= 12):
        raise HTTPException(400, f"Invalid query: expected wait_millis as a number, got {millis[:32]!r}")
    return min(int(millis) / 1000, longest)


def upload_answer(what: str, outcome: Outcome) -> Response:
    return Response(_upload_body(what, outcome), outcome.value, media_type="application/json")


@functools.cache
def _upload_body(what: str, outcome: Outcome) -> bytes:
    messages = {
        Outcome.STORED: f"{what} successfully stored",
        Outcome.BUFFERED: f"{what} buffered pending registration",
        Outcome.EXISTED: f"{what} already stored",
    }
    return bytes(json_answer(messages[outcome], outcome.value).body)


def base64_bytes(text: str) -> bytes:
    """Raises `ValueError` for text that is not base64."""
    return base64.b64decode(text, validate=True)


def signed_json(signed: SignedMessage) -> dict[str, str]:
    message = base64.b64encode(signed.serialized_message).decode()
    return {"serializedMessage": message, "signature": base64.b64encode(signed.signature).decode()}
