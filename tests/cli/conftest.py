"""The command line on a network: contracts in epoch 1 without storage nodes, lived by a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.finished import Done, run_here
from tests.sui_chain.world import World, bring_up, fresh_blob
from tests.waiting import SECONDS
from walrus_sui.chain import Keypair, Wallet
from walrus_sui.chain.types import Blob
from walrus_sui.config import ClientConfig, WalletConfig, write_config

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """A network, and the command line of its owner, who holds all WAL."""

    world: World
    loop: asyncio.AbstractEventLoop
    config: Path

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Something on the network that is not a command."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(SECONDS)

    def walrus(self, *words: object, wallet: Path | None = None) -> Done:
        """Run `walrus` as the owner, or with another wallet."""
        chosen = [] if wallet is None else ["--wallet", wallet]
        return run_here(*words, *chosen, WALRUS_CONFIG=str(self.config))

    def epoch(self) -> int:
        return self.do(self.world.epoch())

    def blob(self, *, deletable: bool = True, epochs: int = 3) -> Blob:
        """A certified blob of the owner."""

        async def make() -> Blob:
            blob = await self.world.register(fresh_blob(), deletable=deletable, epochs=epochs)
            await self.world.contracts.certify_blobs(self.world.owner, [await self.world.certification(blob)])
            return await self.world.contracts.blob(blob.object_id)

        return self.do(make())

    def wallet(self, path: Path, *, sui: bool = True) -> Path:
        """A new account's wallet, without WAL."""
        keypair = self.world.account() if sui else Keypair.generate()
        Wallet(keypair, self.world.network.url).save(path / "client.yaml")
        return path / "client.yaml"


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def do(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(SECONDS)

    opening = bring_up(exchange=True)
    try:
        world = do(opening.__aenter__())
        try:
            yield Stage(world, loop, _client_files(world, tmp_path_factory.mktemp("client")))
        finally:
            do(opening.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _client_files(world: World, directory: Path) -> Path:
    wallet = directory / "client.yaml"
    Wallet(world.owner, world.network.url).save(wallet)
    config = ClientConfig(
        system_object=world.deployment.system_object,
        staking_object=world.deployment.staking_object,
        rpc_urls=(world.network.url,),
        wallet=WalletConfig(wallet),
        exchange_objects=(world.deployment.exchange or b"",),
    )
    write_config(directory / "client_config.yaml", config)
    return directory / "client_config.yaml"
