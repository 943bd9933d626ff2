"""A Walrus network without storage nodes: contracts at work, and the keys of those who would run the nodes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from walrus_localnet.chain.local import LocalSui
from walrus_localnet.move.artifacts import built_package
from walrus_sui.chain import (
    FROST_PER_WAL,
    BlobCertification,
    BlobRegistration,
    Contracts,
    Deployment,
    Keypair,
    NetworkParameters,
    NodeRegistration,
    SuiClient,
    deploy,
)
from walrus_sui.chain.types import Blob, StorageNodeCap
from walrus_sui.crypto import (
    Deletable,
    Message,
    Permanent,
    Persistence,
    SecretKey,
    StorageConfirmation,
    aggregate_signatures,
)
from walrus_sui.redstuff import EncodedBlob, encode

N_SHARDS = 13
N_NODES = 4
STORAGE_PRICE = 1_000
WRITE_PRICE = 2_000


@dataclass(frozen=True)
class Operator:
    """Who runs a node: the account, its BLS key and the right to act for the node."""

    keypair: Keypair
    secret_key: SecretKey
    cap: StorageNodeCap


@dataclass(frozen=True)
class World:
    network: LocalSui
    sui: SuiClient
    contracts: Contracts
    deployment: Deployment
    owner: Keypair
    """The deployer, who holds all WAL."""
    operators: tuple[Operator, ...]
    """In the order of the committee."""

    def account(self) -> Keypair:
        """A new account with SUI."""
        keypair = Keypair.generate()
        self.network.faucet.fund(keypair.address)
        return keypair

    async def register(self, encoded: EncodedBlob, *, deletable: bool = True, epochs: int = 3) -> Blob:
        registration = BlobRegistration(
            bytes(encoded.blob_id), encoded.root_hash, encoded.metadata.unencoded_length, epochs, deletable
        )
        (blob,) = await self.contracts.register_blobs(self.owner, [registration])
        return blob

    async def epoch(self) -> int:
        return (await self.contracts.staking()).epoch

    def signed(self, message: bytes, signers: Iterable[int]) -> tuple[bytes, bytes]:
        """The aggregate signature of these members, and the bitmap that names them."""
        chosen = tuple(signers)
        signature = aggregate_signatures([self.operators[i].secret_key.sign(message) for i in chosen])
        return signature, sum(1 << i for i in chosen).to_bytes(-(-len(self.operators) // 8), "little")

    async def certification(self, blob: Blob, signers: Iterable[int] = range(N_NODES)) -> BlobCertification:
        """A certificate that is in order."""
        message = confirmation(blob).signed_bytes(await self.epoch())
        return BlobCertification(blob.object_id, *self.signed(message, signers), message)

    async def next_epoch(self) -> int:
        await self.contracts.voting_end(self.owner)
        return await self.finish_epoch()

    async def finish_epoch(self) -> int:
        """From a committee chosen to one in place."""
        await self.contracts.initiate_epoch_change(self.owner)
        epoch = await self.epoch()
        for operator in self.operators:
            await self.contracts.epoch_sync_done(operator.keypair, operator.cap.object_id, epoch)
        return epoch


def confirmation(blob: Blob) -> Message:
    persistence: Persistence = Deletable(blob.object_id) if blob.deletable else Permanent()
    return StorageConfirmation(blob.blob_id, persistence)


def fresh_blob(n_shards: int = N_SHARDS) -> EncodedBlob:
    return encode(os.urandom(100), n_shards=n_shards)


def registration_of(number: int) -> NodeRegistration:
    return NodeRegistration(
        name=f"node {number}",
        network_address=f"127.0.0.1:{9000 + number}",
        network_public_key=b"\x02" + bytes(32),
        commission_rate=100,
        storage_price=STORAGE_PRICE,
        write_price=WRITE_PRICE,
        node_capacity=10**12,
    )


@asynccontextmanager
async def bring_up(*, sync_timeout_ms: int | None = None, exchange: bool = False) -> AsyncIterator[World]:
    """A network in epoch 1 whose epochs may change at once."""
    async with candidates(N_NODES, N_SHARDS, sync_timeout_ms=sync_timeout_ms, exchange=exchange) as world:
        await world.next_epoch()
        yield world


@asynccontextmanager
async def candidates(
    n_nodes: int, n_shards: int, *, sync_timeout_ms: int | None = None, exchange: bool = False
) -> AsyncIterator[World]:
    """A network in epoch 0, with equal stakes on all its candidates, whose epochs may change at once."""
    async with LocalSui.start() as network, SuiClient(network.url) as sui:
        owner = Keypair.generate()
        network.faucet.fund(owner.address)
        parameters = NetworkParameters(n_shards, epoch_duration_ms=1, sync_timeout_ms=sync_timeout_ms)
        desk = built_package("wal_exchange") if exchange else None
        wal, walrus = built_package("wal"), built_package("walrus")
        deployment = await deploy(sui, owner, wal, walrus, parameters, wal_exchange=desk)
        contracts = await Contracts.discover(sui, deployment.system_object, deployment.staking_object)
        operators = [await _operator(network, contracts, number) for number in range(n_nodes)]
        if operators:
            stake = {operator.cap.node_id: 1000 * FROST_PER_WAL for operator in operators}
            await contracts.stake_with_pools(owner, stake)
        operators.sort(key=lambda operator: int.from_bytes(operator.cap.node_id, "big"))
        yield World(network, sui, contracts, deployment, owner, tuple(operators))


async def _operator(network: LocalSui, contracts: Contracts, number: int) -> Operator:
    keypair, secret_key = Keypair.generate(), SecretKey.generate(os.urandom(32))
    network.faucet.fund(keypair.address)
    cap = await contracts.register_candidate(keypair, registration_of(number), secret_key)
    return Operator(keypair, secret_key, cap)
