"""A network as one client reaches it: its chain, its storage nodes, and the account that pays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Self
from weakref import WeakValueDictionary

import httpx

from walrus_sui.chain import Contracts, Keypair, SuiClient, Wallet
from walrus_sui.client.journal import DIRECTORY, Journal
from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNodes
from walrus_sui.client.network.snapshot import Network, read_network
from walrus_sui.client.network.transport import http_client
from walrus_sui.client.network.view import NetworkView
from walrus_sui.config import ClientConfig
from walrus_sui.errors import ConfigError
from walrus_sui.redstuff import BlobId
from walrus_sui.storage import Committee


class Session:
    """What every flow needs. `limits` say how hard storage nodes are leaned on.

    `storage_turn` is for whoever registers blobs on unused storage of the account: no two take the same.
    """

    def __init__(
        self,
        config: ClientConfig,
        contracts: Contracts,
        http: httpx.AsyncClient,
        keypair: Keypair | None,
        limits: Limits,
    ) -> None:
        self.contracts = contracts
        self.limits = limits
        self._config = config
        self._http = http
        self._keypair = keypair
        self._view = NetworkView(self._read_network)
        self._nodes: CommitteeNodes | None = None
        self._chores: set[asyncio.Future[None]] = set()
        self.storage_turn = asyncio.Lock()
        self._blob_turns: WeakValueDictionary[BlobId, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    @asynccontextmanager
    async def open(cls, config: ClientConfig, keypair: Keypair | None, limits: Limits) -> AsyncIterator[Self]:
        """Raises `ChainUnreachable`, or `ContractMismatch` if the configured ids are not those of Walrus."""
        async with http_client(limits) as http, SuiClient(config.rpc_url, gas_budget=config.gas_budget) as sui:
            contracts = await Contracts.discover(sui, config.system_object, config.staking_object)
            session = cls(config, contracts, http, keypair, limits)
            try:
                yield session
            finally:
                await session.chores_done()

    @property
    def signer(self) -> Keypair:
        """The account that pays. Raises `ConfigError` if none is configured, `WalletError` if it is unusable."""
        if self._keypair is None:
            wallet = self._config.wallet
            if wallet is None:
                source = self._config.source
                raise ConfigError(f"expected a wallet to pay with (wallet_config in {source}), got none")
            self._keypair = Wallet.load(wallet.path, wallet.active_address).keypair
        return self._keypair

    async def network(self) -> Network:
        """The network as its chain describes it now. Raises `ConfigError` if it is not the configured one."""
        return await self._view.latest()

    async def known_network(self) -> Network:
        """The network as it was when last read, while that is likely to hold. Raises as `network`."""
        return await self._view.known()

    async def newer_network(self, seen: Network) -> Network:
        """A reading later than `seen`, with which something failed. Raises as `network`."""
        return await self._view.newer(seen)

    async def _read_network(self) -> Network:
        network = await read_network(self.contracts)
        expected = self._config.n_shards
        if expected is not None and network.n_shards != expected:
            raise ConfigError(
                f"expected a network of {expected} shards (n_shards), but it has {network.n_shards}",
                hint=f"correct {self._config.source}",
            )
        return network

    def nodes(self, committee: Committee) -> CommitteeNodes:
        """The nodes of `committee`; the last ones asked for are kept with what has been learned of them."""
        if self._nodes is None or self._nodes.committee is not committee:
            self._nodes = CommitteeNodes(committee, self._http, self._config.node_scheme, self.limits)
        return self._nodes

    @asynccontextmanager
    async def turn_of(self, blob_ids: Iterable[BlobId]) -> AsyncIterator[None]:
        """Store these blobs alone: whoever stores one of them next finds what was done, and need not pay again."""
        async with AsyncExitStack() as stack:
            for blob_id in sorted(blob_ids, key=bytes):  # in one order for all, so that nobody waits in a circle
                await stack.enter_async_context(self._blob_turns.setdefault(blob_id, asyncio.Lock()))
            yield

    def later(self, chore: Callable[[], None]) -> None:
        """Do what nobody waits for, on another thread, and be done with it when the session ends."""
        task = asyncio.ensure_future(asyncio.to_thread(chore))
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def chores_done(self) -> None:
        """Wait for what was put off until `later`."""
        await asyncio.gather(*map(asyncio.shield, self._chores))  # others may wait for them too

    def journal(self) -> Journal | None:
        """Where payments under way are written down: beside the configuration, if that came from a file."""
        source = self._config.source
        if source is None:
            return None
        return Journal(source.parent / DIRECTORY, self._config.system_object, self.signer.address)
