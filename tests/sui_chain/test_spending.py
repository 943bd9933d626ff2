"""Coins that payments are split from: their balances are known without being read again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.sui_chain.test_sender import Counting
from tests.sui_chain.world import World, fresh_blob
from walrus_sui.bcs import U64
from walrus_sui.bcs.sui import ObjectRef, StructTag, parse_address
from walrus_sui.chain import BlobRegistration, Contracts, SuiClient, TransactionBuilder, coin_balance
from walrus_sui.chain.contracts.payment import split_payments
from walrus_sui.chain.spending import split_off
from walrus_sui.errors import InsufficientFunds, MoveAborted

COIN, OTHER = bytes([1]) * 32, bytes([2]) * 32
WAL = StructTag(bytes([9]) * 32, "wal", "WAL", ())
FRAMEWORK = parse_address("0x2")


def left(tx: TransactionBuilder) -> dict[bytes, int]:
    return split_off(tx.kind({coin: ObjectRef(coin, 1, bytes(32)) for coin in (COIN, OTHER)}))


def test_what_is_split_off_adds_up_over_commands() -> None:
    tx = TransactionBuilder()
    parts = tx.split_coins(tx.object(COIN), [5, 7])
    tx.split_coins(tx.object(COIN), [tx.pure(U64, 1 << 40)])
    tx.split_coins(tx.object(OTHER), [])
    tx.transfer_objects(list(parts), bytes(32))
    assert left(tx) == {COIN: 12 + (1 << 40), OTHER: 0}


def test_a_coin_that_more_happens_to_is_not_told_of() -> None:
    merged, called, given, counted = (TransactionBuilder() for _ in range(4))
    for tx in (merged, called, given, counted):
        tx.split_coins(tx.object(COIN), [5])
    merged.merge_coins(merged.object(COIN), [merged.object(OTHER)])
    called.move_call(FRAMEWORK, "coin", "join", type_args=(WAL,), arguments=(called.object(COIN),))
    given.transfer_objects([given.object(COIN)], bytes(32))
    amount = counted.move_call(FRAMEWORK, "coin", "value", type_args=(WAL,), arguments=(counted.object(OTHER),))
    counted.split_coins(counted.object(COIN), [amount])
    assert [left(tx) for tx in (merged, called, given, counted)] == [{}] * 4


def test_the_gas_coin_is_none_of_them() -> None:
    tx = TransactionBuilder()
    tx.split_coins(tx.gas, [5])
    assert left(tx) == {}


class Payer:
    """The deployer's account, used by a program of its own."""

    def __init__(self, world: World, contracts: Contracts, calls: Counting) -> None:
        self.world = world
        self.contracts = contracts
        self.calls = calls.calls

    async def register(self, *, epochs: int = 3) -> None:
        encoded = fresh_blob()
        size = encoded.metadata.unencoded_length
        item = BlobRegistration(bytes(encoded.blob_id), encoded.root_hash, size, epochs)
        await self.contracts.register_blobs(self.world.owner, [item])

    async def pay(self, amount: int) -> None:
        async def build() -> TransactionBuilder:
            tx = TransactionBuilder()
            owner, wal = self.world.owner.address, self.contracts.wal_type
            (coin,) = await split_payments(self.contracts.sui, tx, owner, wal, (amount,))
            tx.transfer_objects([coin], owner)
            return tx

        await self.contracts.sui.execute(build, self.world.owner)

    async def remembers_what_there_is(self) -> bool:
        owner, wal = self.world.owner.address, self.contracts.wal_type
        known = dict(self.contracts.sui._sender.purse(owner, wal))
        async with SuiClient(self.contracts.sui.rpc_url) as other:
            held = {coin.object_id: coin_balance(coin) for coin in await other.coins(owner, wal)}
        return bool(known) and known == held


@pytest_asyncio.fixture(loop_scope="module")
async def payer(world: World) -> AsyncIterator[Payer]:
    sui = SuiClient(world.network.url)
    calls = Counting(world.network.url)
    sui.transport = calls
    async with sui:
        known = world.contracts
        yield Payer(world, await Contracts.discover(sui, known.system_object, known.staking_object), calls)


@pytest.mark.asyncio(loop_scope="module")
async def test_coins_are_read_once(payer: Payer) -> None:
    await payer.register()
    payer.calls.clear()
    for epochs in (1, 2, 3):
        await payer.register(epochs=epochs)
        assert await payer.remembers_what_there_is()
    assert payer.calls["list_owned_objects"] == 0


@pytest.mark.asyncio(loop_scope="module")
async def test_another_program_that_pays_from_them(payer: Payer, world: World) -> None:
    await payer.register()
    await world.register(fresh_blob())
    payer.calls.clear()
    await payer.register()
    assert payer.calls["execute_transaction"] == 2
    assert await payer.remembers_what_there_is()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_payment_that_failed(payer: Payer) -> None:
    await payer.register()
    with pytest.raises(MoveAborted):
        await payer.register(epochs=1_000)
    await payer.register()
    assert await payer.remembers_what_there_is()


@pytest.mark.asyncio(loop_scope="module")
async def test_too_little_is_said_of_all_there_is(payer: Payer, world: World) -> None:
    await payer.register()
    with pytest.raises(InsufficientFunds) as caught:
        await payer.pay(1 << 63)
    held = await payer.contracts.sui.balance(world.owner.address, payer.contracts.wal_type)
    assert caught.value.has == held
