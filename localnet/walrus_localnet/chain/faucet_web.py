"""The faucet over HTTP (source: sui_localnet.md §4.11)."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from walrus_localnet.chain.bodies import BAD_REQUEST, read_body
from walrus_localnet.chain.faucet import Faucet
from walrus_sui.bcs.sui import format_address, format_digest, parse_address
from walrus_sui.errors import BcsError, WalrusError

MAX_BODY = 4096


def faucet_routes(faucet: Faucet) -> list[Route]:
    """`POST /v2/gas` with `{"FixedAmountRequest": {"recipient": "0x…"}}`; `GET /health` says it is alive."""

    async def gas(request: Request) -> JSONResponse:
        try:
            recipient = await _recipient(request)
            sent = faucet.fund(recipient)
        except WalrusError as error:
            status = BAD_REQUEST if isinstance(error, BcsError) else 500
            return JSONResponse({"status": {"Failure": {"internal": error.message}}}, status)
        return JSONResponse({"status": "Success", "coins_sent": [_coin(*coin) for coin in sent]})

    async def alive(request: Request) -> JSONResponse:
        return JSONResponse({"status": "Success"})

    return [Route("/v2/gas", gas, methods=["POST"]), Route("/health", alive)]


def _coin(object_id: bytes, amount: int, digest: bytes) -> dict[str, str | int]:
    return {"id": format_address(object_id), "amount": amount, "transferTxDigest": format_digest(digest)}


async def _recipient(request: Request) -> bytes:
    body = await read_body(request, MAX_BODY)
    if body is None:
        raise BcsError(f"expected a request of at most {MAX_BODY} bytes, got more")
    return parse_recipient(body)


def parse_recipient(body: bytes) -> bytes:
    """Raises `BcsError` unless the body is a faucet request."""
    try:
        text = json.loads(body)["FixedAmountRequest"]["recipient"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BcsError('expected {"FixedAmountRequest": {"recipient": "0x…"}}, got something else') from error
    if not isinstance(text, str):
        raise BcsError(f"expected the recipient's address as text, got {type(text).__name__}")
    return parse_address(text)
