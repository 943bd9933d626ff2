"""`WalrusClient` without `await`: the same methods, which wait for what they return.

with WalrusClient.from_config() as walrus:
    stored = walrus.store(b"...", epochs=2)
    assert walrus.read(stored.blob_id) == b"..."

Every method here is one of the asynchronous client, run on an event loop in a thread of its own; so it also works
where a loop runs already, as in notebooks. `with` may be left out, as in a shell: the client then opens when it is
first used and closes with `close()`, or when nobody has it any more. Ctrl-C ends what is under way as cancelling
does. Listeners of progress are called in that thread.
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar, assert_type

from walrus_sui.chain import Keypair
from walrus_sui.chain.types import Blob
from walrus_sui.client import client as asynchronous
from walrus_sui.client.limits import Limits
from walrus_sui.client.portal import Portal
from walrus_sui.client.storing.stored import StoredBlob
from walrus_sui.config import ClientConfig, find_config
from walrus_sui.errors import InputError

P = ParamSpec("P")
T = TypeVar("T")
AsyncClient = asynchronous.WalrusClient


def _waiting(
    flow: Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[WalrusClient, P], T]:
    """A method that runs `flow` to its end."""

    @functools.wraps(flow)
    def call(self: WalrusClient, /, *args: P.args, **kwargs: P.kwargs) -> T:
        client = self._opened()
        return self._portal.call(lambda: flow(client, *args, **kwargs))

    return call


def _iterating(
    flow: Callable[Concatenate[AsyncClient, P], AsyncIterator[T]],
) -> Callable[Concatenate[WalrusClient, P], Iterator[T]]:
    """A method that gives what `flow` gives, one after the other."""

    @functools.wraps(flow)
    def call(self: WalrusClient, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        items = flow(self._opened(), *args, **kwargs)

        async def advance() -> tuple[T] | None:
            async for item in items:
                return (item,)
            return None

        while found := self._portal.call(advance):
            yield found[0]

    return call


class WalrusClient:
    """A Walrus network behind one object, for programs that wait. See `walrus_sui.client.WalrusClient`.

    May be used from several threads at once.
    """

    def __init__(
        self, config: ClientConfig, *, keypair: Keypair | None = None, limits: Limits | None = None
    ) -> None:
        """`keypair` signs instead of the configured wallet."""
        self._client = AsyncClient(config, keypair=keypair, limits=limits)
        self._portal = Portal("walrus client")
        self._opening = threading.Lock()
        self._is_open = False
        self._closing = weakref.finalize(self, _close, self._portal, self._client)

    @classmethod
    def from_config(
        cls, path: Path | None = None, *, context: str | None = None, keypair: Keypair | None = None
    ) -> Self:
        """A client of the network in the configuration at `path`, or the one `find_config` finds.

        If it has several contexts, of the one named or its default. Raises `ConfigError`.
        """
        return cls(find_config(path, context), keypair=keypair)

    def __enter__(self) -> Self:
        self._opened()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; what is under way in other threads is cancelled. Does nothing the second time."""
        self._is_open = False
        self._closing()

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__} {'open' if self._is_open else 'closed'}>"

    network = _waiting(AsyncClient.network)
    blob_id = _waiting(AsyncClient.blob_id)
    store = _waiting(AsyncClient.store)
    store_many = _waiting(AsyncClient.store_many)
    plan_stores = _waiting(AsyncClient.plan_stores)
    resume_stores = _waiting(AsyncClient.resume_stores)
    read = _waiting(AsyncClient.read)
    read_into = _waiting(AsyncClient.read_into)
    status = _waiting(AsyncClient.status)
    store_quilt = _waiting(AsyncClient.store_quilt)
    quilt_patches = _waiting(AsyncClient.quilt_patches)
    read_quilt = _waiting(AsyncClient.read_quilt)
    read_quilt_patch = _waiting(AsyncClient.read_quilt_patch)
    blobs = _iterating(AsyncClient.blobs)
    owned_blobs = _waiting(AsyncClient.owned_blobs)
    extend = _waiting(AsyncClient.extend)
    delete = _waiting(AsyncClient.delete)

    @property
    def signer(self) -> Keypair:
        """The account that pays. Raises `ConfigError` if none is configured, `WalletError` if it is unusable."""
        return self._opened().signer

    def _opened(self) -> AsyncClient:
        with self._opening:
            if not self._closing.alive:
                raise InputError("expected an open client, got one that was closed")
            if not self._is_open:
                self._portal.call(self._client.__aenter__)
                self._is_open = True
        return self._client


def _close(portal: Portal, client: AsyncClient) -> None:
    if portal.running:
        portal.call(client.aclose)
        portal.stop()


if TYPE_CHECKING:

    def _types_are_kept(walrus: WalrusClient) -> None:
        assert_type(walrus.store(b"", epochs=2), StoredBlob)
        assert_type(walrus.read("", consistency="strict"), bytes)
        assert_type(walrus.blobs(), Iterator[Blob])
