"""A whole local Sui network in one process: ledger, gRPC, faucet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from walrus_localnet.chain.bootstrap import open_ledger
from walrus_localnet.chain.errors import LocalChainError
from walrus_localnet.chain.faucet import Faucet
from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.port import NativeServer, WebServer, serve
from walrus_localnet.chain.rpc.native import NativeServices
from walrus_localnet.chain.rpc.server import all_methods
from walrus_localnet.chain.rpc.wire import Codec
from walrus_localnet.chain.web import faucet_app, network_app
from walrus_sui.bcs.sui import format_digest

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class LocalSui:
    """A running network."""

    url: str
    faucet_url: str
    ledger: Ledger
    faucet: Faucet
    feed: CheckpointFeed

    @property
    def chain_id(self) -> str:
        """The digest of checkpoint 0, in base58."""
        return format_digest(self.ledger.chain_id)

    def describe(self) -> dict[str, str]:
        """What a program needs to know to use it."""
        return {"url": self.url, "faucetUrl": self.faucet_url, "chainId": self.chain_id}

    @staticmethod
    @asynccontextmanager
    async def start(
        directory: Path | None = None,
        *,
        port: int = 0,
        faucet_port: int = 0,
        host: str = LOOPBACK,
        lag: float = 0.0,
        epoch: float | None = None,
    ) -> AsyncIterator[LocalSui]:
        """Run a network until the context ends; state stays in `directory`, or in memory. Port 0 picks a free one.

        `lag` is how many seconds a checkpoint becomes known after its transaction was executed; `epoch` how many
        seconds a Sui epoch lasts, which otherwise ends at command only.
        Raises `ChainDataError` for an unusable directory, `OSError` for a port that is taken and `LocalChainError`
        for an epoch of no length.
        """
        if epoch is not None and epoch <= 0:
            raise LocalChainError(f"expected epochs longer than 0 s, got {epoch:g}")
        ledger, key = open_ledger(directory)
        try:
            async with contextlib.AsyncExitStack() as stack:
                faucet = Faucet(ledger, key)
                feed = CheckpointFeed(ledger, lag)
                methods = all_methods(ledger, feed)
                native, web = (
                    NativeServer([NativeServices(methods)], codec=Codec()),
                    WebServer(network_app(methods, ledger, faucet)),
                )
                url = await stack.enter_async_context(serve(native, web, host, port))
                tap = WebServer(faucet_app(faucet))
                faucet_url = await stack.enter_async_context(serve(None, tap, host, faucet_port))
                if epoch is not None:
                    ledger.epoch_duration_ms = round(epoch * 1000)
                    timer = asyncio.create_task(_end_epochs(ledger, epoch))
                    stack.callback(timer.cancel)
                yield LocalSui(url, faucet_url, ledger, faucet, feed)
        finally:
            ledger.close()


async def _end_epochs(ledger: Ledger, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        ledger.advance_epoch()
