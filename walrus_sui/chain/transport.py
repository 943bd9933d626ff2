"""gRPC to a Sui full node: pysui's client as transport, and nothing else of it (source: sui_localnet.md §1).

Requests and answers are pysui's message classes, passed through its raw request path; everything that is signed
or hashed is encoded by `walrus_sui.bcs`. pysui takes half a second to import, so it is loaded only when needed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from walrus_sui.errors import ChainError, ChainRefused, ChainUnreachable, ObjectNotFound

_UNREACHABLE = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "CANCELLED"})
"""Statuses that say nothing of the request: asked again later, it may well be answered."""
_FIRST_DELAY = 0.05
_LONGEST_DELAY = 1.0


class Transport:
    """One connection to one full node. It reconnects by itself on the next call after it was lost."""

    def __init__(self, rpc_url: str, *, timeout: float = 30.0, patience: float = 3.0) -> None:
        """`rpc_url` is `http://host:port` (plaintext) or `https://host[:port]`.

        A call may take `timeout` seconds; for `patience` seconds it is repeated while no answer comes.
        """
        self.rpc_url = rpc_url
        self._patience = patience
        self._timeout = timeout
        self._client: Any = None

    @property
    def messages(self) -> Any:
        """The module of message classes (`sui.rpc.v2`)."""
        import pysui.sui.sui_grpc.suimsgs.sui.rpc.v2 as messages

        return messages

    def open(self) -> None:
        """Prepare the connection; must run inside the event loop. Raises `ChainError` for a bad URL."""
        if self._client is None:
            self._client = _pysui_client(self.rpc_url)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def mask(self, paths: tuple[str, ...]) -> Any:
        """A read mask: which fields the answer should hold."""
        from pysui.sui.sui_grpc.suimsgs.google.protobuf import FieldMask

        return FieldMask(list(paths))

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
            result = await self._open_client().execute_grpc_request(
                request=_raw_request_class()(service, method, request), timeout=self._timeout
            )
        except Exception as error:
            if (ours := self._translate(error)) is None:
                raise
            raise ours from error
        if result.is_err():
            raise self._status_error(result.result_string)
        return result.result_data

    async def stream(self, service: str, method: str, request: Any) -> AsyncIterator[Any]:
        """The answers of one streaming call, until the full node or the connection ends it."""
        try:
            result = await self._open_client().execute_grpc_request(
                request=_raw_request_class()(service, method, request)
            )
            async for answer in result.result_data:
                yield answer
        except Exception as error:
            if (ours := self._translate(error)) is None:
                raise
            raise ours from error

    def _open_client(self) -> Any:
        if self._client is None:
            raise ChainError("expected an open connection to Sui, got one that is closed")
        return self._client

    def _translate(self, error: Exception) -> ChainError | None:
        """The one table from foreign exceptions to ours; None for any other, which is a bug."""
        from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError

        if isinstance(error, GRPCError):
            return self._status_error((error.status, error.message))
        if isinstance(error, (OSError, TimeoutError, asyncio.TimeoutError, StreamTerminatedError, ProtocolError)):
            return self._unreachable(str(error) or type(error).__name__)
        return None

    def _status_error(self, details: Any) -> ChainError:
        """From what pysui keeps of a failed call: the gRPC status and the full node's message."""
        fields = details if isinstance(details, tuple) else (None, details)
        status = getattr(fields[0], "name", "UNKNOWN")
        message = str(fields[1] if len(fields) > 1 else fields[0])
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


def _pysui_client(rpc_url: str) -> Any:
    """pysui's gRPC client for a URL, over plaintext if the URL says `http`.

    As shipped it always speaks TLS, misreads some URLs, and finds them only in a configuration of files and keys.
    Of that it reads no more than the active profile, and its channel can be replaced before the first call.
    """
    scheme, host, port = _endpoint(rpc_url)
    from pysui.sui.sui_grpc.pgrpc_clients import GrpcProtocolClient

    from walrus_sui.grpc.writes import GatheringChannel

    # every failure it logs (with a traceback) is raised to our caller too
    logging.getLogger("pgrpc_client").setLevel(logging.CRITICAL)
    profile = SimpleNamespace(url="https://replaced.invalid:443")
    client: Any = GrpcProtocolClient(
        pysui_config=SimpleNamespace(active_group=SimpleNamespace(active_profile=profile))
    )
    client._channel.close()
    client._channel = GatheringChannel(host=host, port=port, ssl=True if scheme == "https" else None)
    return client


def preload() -> None:
    """Import now what the first call would, for processes that are copied before they connect."""
    import pysui.sui.sui_grpc.pgrpc_clients  # noqa: F401

    import walrus_sui.grpc.writes  # noqa: F401

    _raw_request_class()


def _endpoint(rpc_url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(rpc_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port == 0 or parts.scheme not in ("http", "https") or parts.path.strip("/") or parts.query:
        raise ChainError(
            f"expected the URL of a Sui full node, got {rpc_url!r}",
            hint="give it like http://127.0.0.1:9000 or https://fullnode.testnet.sui.io:443",
        )
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80)


@cache
def _raw_request_class() -> Any:
    """pysui's requests only pair a stub's method with its argument; this one pairs any with any."""
    from pysui.sui.sui_grpc.pgrpc_absreq import PGRPC_Request, Service

    class RawRequest(PGRPC_Request):
        def __init__(self, service: str, method: str, message: Any) -> None:
            super().__init__(Service[service])
            self.method = method
            self.message = message

        def to_request(self, *, stub: Any, field_mask: Any = None) -> tuple[Any, Any]:
            return getattr(stub, self.method), self.message

    return RawRequest
