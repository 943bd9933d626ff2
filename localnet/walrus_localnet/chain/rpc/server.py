"""All 27 methods of Sui's gRPC API on one plaintext port; those we do not offer say so (source: sui_localnet.md
§1.8)."""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from grpclib.const import Cardinality, Handler, Status
from grpclib.exceptions import GRPCError
from grpclib.server import Server, Stream

from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.rpc.execution_service import ExecutionService
from walrus_localnet.chain.rpc.ledger_service import LedgerService
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.package_service import PackageService
from walrus_localnet.chain.rpc.refusals import refusal_of
from walrus_localnet.chain.rpc.state_service import StateService
from walrus_localnet.chain.rpc.subscription_service import SubscriptionService
from walrus_sui.errors import WalrusError

log = logging.getLogger(__name__)

Unary = Callable[[Any], Awaitable[Any]]
Streaming = Callable[[Any], AsyncIterator[Any]]

METHODS = {
    "LedgerService": (
        "GetServiceInfo GetObject BatchGetObjects GetTransaction BatchGetTransactions GetCheckpoint GetEpoch "
        "ListCheckpoints ListTransactions ListEvents"
    ),
    "StateService": "ListDynamicFields ListOwnedObjects GetCoinInfo GetBalance ListBalances",
    "MovePackageService": "GetPackage GetDatatype GetFunction ListPackageVersions",
    "TransactionExecutionService": "ExecuteTransaction SimulateTransaction",
    "SubscriptionService": "SubscribeCheckpoints SubscribeTransactions SubscribeEvents",
    "NameService": "LookupName ReverseLookupName",
    "SignatureVerificationService": "VerifySignature",
}
STREAMS = {
    "SubscribeCheckpoints",
    "SubscribeTransactions",
    "SubscribeEvents",
    "ListCheckpoints",
    "ListTransactions",
    "ListEvents",
}


def grpc_server(ledger: Ledger, feed: CheckpointFeed) -> Server:
    """A server over the ledger, not listening yet."""
    return Server([Services(ledger, feed)])


class Services:
    """The mapping of paths to handlers that grpclib asks for."""

    def __init__(self, ledger: Ledger, feed: CheckpointFeed) -> None:
        self._services: dict[str, object] = {
            "LedgerService": LedgerService(ledger),
            "StateService": StateService(ledger),
            "MovePackageService": PackageService(ledger),
            "TransactionExecutionService": ExecutionService(ledger),
            "SubscriptionService": SubscriptionService(feed),
        }

    def __mapping__(self) -> dict[str, Handler]:
        return {
            f"/sui.rpc.v2.{service}/{method}": self._handler(service, method)
            for service, methods in METHODS.items()
            for method in methods.split()
        }

    def _handler(self, service: str, method: str) -> Handler:
        found = getattr(self._services.get(service), _snake(method), None)
        request, response = getattr(rpc, f"{method}Request"), getattr(rpc, f"{method}Response")
        cardinality = Cardinality.UNARY_STREAM if method in STREAMS else Cardinality.UNARY_UNARY
        if found is None:
            return Handler(_unimplemented(method), cardinality, request, response)
        serve = _streaming(found) if inspect.isasyncgenfunction(found) else _unary(found)
        return Handler(serve, cardinality, request, response)


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).removeprefix("_")


def _unimplemented(method: str) -> Callable[[Stream[Any, Any]], Awaitable[None]]:
    async def handle(stream: Stream[Any, Any]) -> None:
        raise GRPCError(Status.UNIMPLEMENTED, f"{method} is not offered by the local network")

    return handle


def _unary(method: Unary) -> Callable[[Stream[Any, Any]], Awaitable[None]]:
    async def handle(stream: Stream[Any, Any]) -> None:
        request = await stream.recv_message()
        try:
            answer = await method(request)
        except WalrusError as error:
            raise refusal_of(error) from error
        await stream.send_message(answer)

    return handle


def _streaming(method: Streaming) -> Callable[[Stream[Any, Any]], Awaitable[None]]:
    async def handle(stream: Stream[Any, Any]) -> None:
        request = await stream.recv_message()
        try:
            async for answer in method(request):
                await stream.send_message(answer)
        except WalrusError as error:
            raise refusal_of(error) from error

    return handle
