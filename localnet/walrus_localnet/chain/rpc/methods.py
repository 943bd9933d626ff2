"""The table of all methods: path, messages, and the function that serves it, whatever the transport.

All 27 methods of `sui.rpc.v2` are there; one that is not offered answers UNIMPLEMENTED itself, because a client
makes nothing of a path the server does not know (sui_localnet.md §1.8).
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from grpclib.const import Status
from grpclib.exceptions import GRPCError

from walrus_localnet.chain.rpc import forking_messages
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.refusals import refusal_of
from walrus_sui.errors import WalrusError

log = logging.getLogger(__name__)

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
FORKING = ("AdvanceClock", "AdvanceCheckpoint", "GetStatus")
STREAMS = {
    "SubscribeCheckpoints",
    "SubscribeTransactions",
    "SubscribeEvents",
    "ListCheckpoints",
    "ListTransactions",
    "ListEvents",
}


@dataclass(frozen=True)
class Method:
    """One method. `answers` yields the messages of one call: exactly one unless `streaming`."""

    path: str
    request: type[Any]
    response: type[Any]
    streaming: bool
    serve: Callable[[Any], Any] | None

    async def answers(self, request: Any) -> AsyncIterator[Any]:
        """Raises `GRPCError` for whatever goes wrong."""
        if self.serve is None:
            name = self.path.rsplit("/", 1)[1]
            raise GRPCError(Status.UNIMPLEMENTED, f"{name} is not offered by the local network")
        try:
            if inspect.isasyncgenfunction(self.serve):
                async for answer in self.serve(request):
                    yield answer
            else:
                yield await self.serve(request)
        except WalrusError as error:
            raise refusal_of(error) from error


def method_table(services: dict[str, object]) -> dict[str, Method]:
    """Every method by path; `services` gives the objects whose coroutines serve them."""
    methods = [
        _method(f"sui.rpc.v2.{service}", name, rpc, services.get(service))
        for service, names in METHODS.items()
        for name in names.split()
    ]
    forking = services.get("ForkingService")
    methods += (_method("sui.forking.v1alpha.ForkingService", name, forking_messages, forking) for name in FORKING)
    return {method.path: method for method in methods}


def _method(service: str, name: str, messages: ModuleType, server: object) -> Method:
    return Method(
        path=f"/{service}/{name}",
        request=getattr(messages, f"{name}Request"),
        response=getattr(messages, f"{name}Response"),
        streaming=name in STREAMS,
        serve=getattr(server, _snake(name), None),
    )


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).removeprefix("_")
