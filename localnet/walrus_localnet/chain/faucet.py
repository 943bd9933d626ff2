"""The faucet: SUI for anyone who asks, over HTTP (source: sui_localnet.md §4.11)."""

from __future__ import annotations

import json

from nacl.signing import SigningKey
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from walrus_localnet.chain.errors import LocalChainError
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.limits import REFERENCE_GAS_PRICE
from walrus_localnet.chain.objects import SUI_COIN, coin_balance, reference_of
from walrus_localnet.chain.records import TransactionRecord
from walrus_localnet.chain.signatures import ED25519
from walrus_sui.bcs import U64, encode, sui
from walrus_sui.bcs.sui import (
    Created,
    GasData,
    NoExpiration,
    ProgrammableTransaction,
    TransactionDataV1,
    blake2b256,
    format_address,
    format_digest,
    parse_address,
)
from walrus_sui.errors import BcsError, WalrusError

COINS = 5
MIST_PER_COIN = 200 * 10**9
BUDGET = 100_000_000
MAX_BODY = 4096


class Faucet:
    """Sends coins from the network's own account."""

    def __init__(self, ledger: Ledger, key: SigningKey) -> None:
        self.ledger = ledger
        self.key = key
        self.address = faucet_address(key)

    def fund(self, recipient: bytes) -> list[tuple[bytes, int, bytes]]:
        """Send `COINS` new coins; their (id, amount in MIST, transaction digest). Raises `LocalChainError`."""
        record = self._execute(self._program(recipient))
        if not isinstance(record.outcome.status, sui.Success):
            raise LocalChainError(f"expected the faucet's transaction to succeed, got {record.outcome.status}")
        return [
            (change.object_id, MIST_PER_COIN, record.digest)
            for change in record.outcome.changed_objects
            if isinstance(change.id_operation, Created)
        ]

    def _program(self, recipient: bytes) -> ProgrammableTransaction:
        inputs = (sui.Pure(recipient), *[sui.Pure(encode(U64, MIST_PER_COIN))] * COINS)
        amounts = tuple(sui.Input(1 + i) for i in range(COINS))
        coins = tuple(sui.NestedResult(0, i) for i in range(COINS))
        commands = (sui.SplitCoins(sui.GasCoin(), amounts), sui.TransferObjects(coins, sui.Input(0)))
        return ProgrammableTransaction(inputs, commands)

    def _execute(self, program: ProgrammableTransaction) -> TransactionRecord:
        coins = self.ledger.store.owned(self.address, SUI_COIN)
        purse = max(coins, key=lambda coin: coin_balance(coin) or 0)
        gas = GasData((reference_of(purse),), self.address, REFERENCE_GAS_PRICE, BUDGET)
        data = TransactionDataV1(program, self.address, gas, NoExpiration())
        signature = self.key.sign(data.signing_digest()).signature
        return self.ledger.execute(data, (bytes([ED25519]) + signature + bytes(self.key.verify_key),))


def faucet_address(key: SigningKey) -> bytes:
    return blake2b256(bytes([ED25519]), bytes(key.verify_key))


def faucet_routes(faucet: Faucet) -> list[Route]:
    """`POST /v2/gas` with `{"FixedAmountRequest": {"recipient": "0x…"}}`; `GET /health` says it is alive."""

    async def gas(request: Request) -> JSONResponse:
        try:
            recipient = await _recipient(request)
            sent = faucet.fund(recipient)
        except WalrusError as error:
            status = 400 if isinstance(error, BcsError) else 500
            return JSONResponse({"status": {"Failure": {"internal": error.message}}}, status)
        return JSONResponse({"status": "Success", "coins_sent": [_coin(*coin) for coin in sent]})

    async def alive(request: Request) -> JSONResponse:
        return JSONResponse({"status": "Success"})

    return [Route("/v2/gas", gas, methods=["POST"]), Route("/health", alive)]


def _coin(object_id: bytes, amount: int, digest: bytes) -> dict[str, str | int]:
    return {"id": format_address(object_id), "amount": amount, "transferTxDigest": format_digest(digest)}


async def _recipient(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise BcsError(f"expected a request of at most {MAX_BODY} bytes, got more")
    return parse_recipient(body)


def parse_recipient(body: bytes) -> bytes:
    """Raises `BcsError` unless the body is a faucet request."""
    try:
        text = json.loads(body)["FixedAmountRequest"]["recipient"]
    except (ValueError, KeyError, TypeError) as error:
        raise BcsError('expected {"FixedAmountRequest": {"recipient": "0x…"}}, got something else') from error
    if not isinstance(text, str):
        raise BcsError(f"expected the recipient's address as text, got {type(text).__name__}")
    return parse_address(text)
