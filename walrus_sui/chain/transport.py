"""gRPC to a Sui full node through pysui's stubs, and nothing else of it (source: sui_localnet.md §1).

Requests and answers are pysui's message classes; everything that is signed or hashed is encoded by
`walrus_sui.bcs`. The messages take a while to import, so they are loaded only when needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from walrus_sui.errors import ChainError, ChainRefused, ChainUnreachable, ConfigError, ObjectNotFound
from walrus_sui.grpc.protocol import sui_messages, well_known_messages

_UNREACHABLE = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "CANCELLED"})
"""Statuses that say nothing of the request: asked again later, it may well be answered."""
_FIRST_DELAY = 0.05
_LONGEST_DELAY = 1.0
_STUBS = {
    "LEDGER": "LedgerServiceStub",
    "STATE": "StateServiceStub",
    "TRANSACTION": "TransactionExecutionServiceStub",
    "MOVEPACKAGE": "MovePackageServiceStub",
    "SUBSCRIPTION": "SubscriptionServiceStub",
}


class Transport:
    """One connection to one full node. It reconnects by itself on the next call after it was lost."""

    def __init__(self, rpc_url: str, *, timeout: float = 30.0, patience: float = 3.0) -> None:
        """`rpc_url` is `http://host:port` (plaintext) or `https://host[:port]`.

        A call may take `timeout` seconds; for `patience` seconds it is repeated while no answer comes.
        """
        self.rpc_url = rpc_url
        self._patience = patience
        self._timeout = timeout
        self._channel: Any = None

    @property
    def messages(self) -> Any:
        """The module of message classes (`sui.rpc.v2`)."""
        return sui_messages()

    def open(self) -> None:
        """Prepare the connection; must run inside the event loop. Raises `ConfigError` for a bad URL."""
        if self._channel is None:
            self._channel = _channel(self.rpc_url)

    async def close(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def mask(self, paths: tuple[str, ...]) -> Any:
        """A read mask: which fields the answer should hold."""
        return well_known_messages().FieldMask(list(paths))

    async def repeat(self, service: str, method: str, request: Any) -> Any:
        """As `call`, for one that does no harm when it is made twice: repeated while no answer comes."""
        clock = asyncio.get_running_loop().time
        deadline, delay = clock() + self._patience, _FIRST_DELAY
        while True:
            try:
                return await self.call(service, method, request)
            except ChainUnreachable:
                if clock() + delay > deadline:
                    raise
            await asyncio.sleep(delay)
            delay = min(2 * delay, _LONGEST_DELAY)

    async def call(self, service: str, method: str, request: Any) -> Any:
        """One unary call, e.g. `call("LEDGER", "get_object", request)`. Raises `ChainError`s."""
        try:
            return await self._method(service, method)(request, timeout=self._timeout)
        except Exception as error:
            if (ours := self._translate(error)) is None:
                raise
            raise ours from error

    async def stream(self, service: str, method: str, request: Any) -> AsyncIterator[Any]:
        """The answers of one streaming call, until the full node or the connection ends it."""
        try:
            async for answer in self._method(service, method)(request):
                yield answer
        except Exception as error:
            if (ours := self._translate(error)) is None:
                raise
            raise ours from error

    def _method(self, service: str, method: str) -> Any:
        if self._channel is None:
            raise ChainError("expected an open connection to Sui, got one that is closed")
        return getattr(getattr(self.messages, _STUBS[service])(self._channel), method)

    def _translate(self, error: Exception) -> ChainError | None:
        """The one table from foreign exceptions to ours; None for any other, which is a bug."""
        from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError

        if isinstance(error, GRPCError):
            return self._status_error(error.status.name, error.message or "")
        if isinstance(error, (OSError, TimeoutError, asyncio.TimeoutError, StreamTerminatedError, ProtocolError)):
            return self._unreachable(str(error) or type(error).__name__)
        if isinstance(error, (ValueError, AssertionError)):  # from the message classes, and stubs without answer
            return self._status_error("UNKNOWN", f"an answer that is no message: {error}")
        return None

    def _status_error(self, status: str, message: str) -> ChainError:
        if status == "NOT_FOUND":
            return ObjectNotFound(message)
        if status in _UNREACHABLE:
            return self._unreachable(message)
        return ChainRefused(f"{self.rpc_url} refused with {status}: {message}", status=status)

    def _unreachable(self, detail: str) -> ChainUnreachable:
        return ChainUnreachable(
            f"no answer from the Sui full node at {self.rpc_url}: {detail}",
            hint="check that it runs and that the URL is right",
        )


def _channel(rpc_url: str) -> Any:
    """A connection for a URL, over plaintext if the URL says `http`."""
    scheme, host, port = _endpoint(rpc_url)
    from walrus_sui.grpc.reading import ReadingCodec
    from walrus_sui.grpc.writes import GatheringChannel

    return GatheringChannel(host=host, port=port, ssl=True if scheme == "https" else None, codec=ReadingCodec())


def preload() -> None:
    """Import now what the first call would, for processes that are copied before they connect."""
    import walrus_sui.grpc.reading
    import walrus_sui.grpc.writes  # noqa: F401

    sui_messages()


def _endpoint(rpc_url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(rpc_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port == 0 or parts.scheme not in ("http", "https") or parts.path.strip("/") or parts.query:
        raise ConfigError(
            f"expected the URL of a Sui full node, got {rpc_url!r}",
            hint="give it like http://127.0.0.1:9000 or https://fullnode.testnet.sui.io:443",
        )
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80)
