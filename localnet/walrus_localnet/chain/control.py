"""What no real network offers: taking the state back, moving the time, ending an epoch, over HTTP.

    POST /control/snapshot        -> {"checkpoint": n}
    POST /control/revert          {"checkpoint": n} -> {"checkpoint": n}
    POST /control/advance-clock   {"durationMs": n} -> {"checkpoint": n, "timestampMs": t}
    POST /control/advance-epoch   -> {"epoch": n}

Requests must be `application/json`: a web page elsewhere cannot send that without asking first, and is refused.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from walrus_localnet.chain.bodies import BAD_REQUEST, read_body
from walrus_localnet.chain.errors import LocalChainError
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.rpc.forking_service import MAX_ADVANCE_MS
from walrus_sui.errors import WalrusError

MAX_BODY = 4096

Command = Callable[[Ledger, dict[str, Any]], dict[str, int]]


def control_routes(ledger: Ledger) -> list[Route]:
    commands: dict[str, Command] = {
        "snapshot": _snapshot,
        "revert": _revert,
        "advance-clock": _advance_clock,
        "advance-epoch": _advance_epoch,
    }
    return [
        Route(f"/control/{name}", _endpoint(ledger, command), methods=["POST"])
        for name, command in commands.items()
    ]


def _endpoint(ledger: Ledger, command: Command) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def answer(request: Request) -> JSONResponse:
        try:
            return JSONResponse(command(ledger, await _arguments(request)))
        except WalrusError as error:
            return JSONResponse({"error": {"code": error.code, "message": error.message}}, BAD_REQUEST)

    return answer


async def _arguments(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise LocalChainError("expected a request of type application/json")
    body = await read_body(request, MAX_BODY)
    if body is None:
        raise LocalChainError(f"expected at most {MAX_BODY} bytes, got more")
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise LocalChainError(f"expected JSON, got: {error}") from error
    if not isinstance(found, dict):
        raise LocalChainError(f"expected a JSON object, got {type(found).__name__}")
    return found


def _number(arguments: dict[str, Any], name: str, limit: int) -> int:
    value = arguments.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= limit:
        raise LocalChainError(f"expected {name} of 0 to {limit}, got {value!r}")
    return value


def _height(ledger: Ledger) -> int:
    return ledger.head.summary.sequence_number


def _snapshot(ledger: Ledger, _: dict[str, Any]) -> dict[str, int]:
    return {"checkpoint": _height(ledger)}


def _revert(ledger: Ledger, arguments: dict[str, Any]) -> dict[str, int]:
    ledger.revert(_number(arguments, "checkpoint", _height(ledger)))
    return {"checkpoint": _height(ledger)}


def _advance_clock(ledger: Ledger, arguments: dict[str, Any]) -> dict[str, int]:
    checkpoint, _ = ledger.advance(_number(arguments, "durationMs", MAX_ADVANCE_MS))
    return {"checkpoint": _height(ledger), "timestampMs": checkpoint.summary.timestamp_ms}


def _advance_epoch(ledger: Ledger, _: dict[str, Any]) -> dict[str, int]:
    return {"epoch": ledger.advance_epoch()}
