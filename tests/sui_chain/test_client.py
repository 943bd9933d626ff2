"""Reads, transactions and errors of the client against a local network."""

from __future__ import annotations

import asyncio
import time

import pytest

from walrus_localnet.chain.local import LocalSui
from walrus_sui import bcs
from walrus_sui.bcs import sui as wire
from walrus_sui.chain import CLOCK, SUI_TYPE, Keypair, SuiClient, TransactionBuilder, coin_balance, coin_type
from walrus_sui.errors import (
    ChainError,
    ChainUnreachable,
    ConfigError,
    ContractMismatch,
    InsufficientGas,
    MoveAborted,
    ObjectNotFound,
    TransactionFailed,
    TransactionRejected,
)

COIN = 200 * 10**9
NOBODY = bytes([0xEE]) * 32


async def test_the_network_names_itself(sui: SuiClient, network: LocalSui) -> None:
    assert await sui.chain_id() == network.chain_id
    assert await sui.reference_gas_price() == 1000


async def test_coins_and_balance(sui: SuiClient, alice: Keypair) -> None:
    coins = await sui.coins(alice.address)
    assert [coin_balance(coin) for coin in coins] == [COIN] * 5
    assert {coin.type for coin in coins} == {coin_type(SUI_TYPE)}
    assert {coin.owner for coin in coins} == {wire.AddressOwner(alice.address)}
    assert await sui.balance(alice.address) == 5 * COIN
    assert await sui.balance(NOBODY) == 0


async def test_many_coins_come_in_pages(sui: SuiClient, network: LocalSui) -> None:
    keypair = Keypair.generate()
    network.faucet.fund(keypair.address)
    tx = TransactionBuilder()
    tx.transfer_objects(list(tx.split_coins(tx.gas, range(1, 301))), NOBODY)
    await sui.execute(tx, keypair)
    assert [coin_balance(coin) for coin in await sui.coins(NOBODY)] == list(range(300, 0, -1))


async def test_a_transfer_is_final_when_execute_returns(sui: SuiClient, alice: Keypair) -> None:
    tx = TransactionBuilder()
    first, second = tx.split_coins(tx.gas, [5, 7])
    tx.transfer_objects([first, second], NOBODY)
    executed = await sui.execute(tx, alice)
    assert await sui.transaction_checkpoint(executed.digest) == executed.checkpoint
    created = await sui.get_objects(executed.created)
    assert sorted(map(coin_balance, created)) == [5, 7]
    assert await sui.balance(NOBODY) == 12
    assert await sui.balance(alice.address) == 5 * COIN - 12 - executed.effects.gas_used.net
    assert (await sui.transaction_effects(executed.digest)) == executed.effects


async def test_transactions_of_one_account_take_turns(sui: SuiClient, alice: Keypair) -> None:
    def transfer(amount: int) -> TransactionBuilder:
        tx = TransactionBuilder()
        tx.transfer_objects([tx.split_coins(tx.gas, [amount])[0]], NOBODY)
        return tx

    executed = await asyncio.gather(*(sui.execute(transfer(amount), alice) for amount in (1, 2, 3, 4)))
    assert len({item.digest for item in executed}) == 4
    assert await sui.balance(NOBODY) == 10


async def test_spending_nearly_everything(sui: SuiClient, alice: Keypair) -> None:
    tx = TransactionBuilder()
    tx.transfer_objects([tx.split_coins(tx.gas, [5 * COIN - 100_000_000_000])[0]], NOBODY)
    await sui.execute(tx, alice)
    assert await sui.balance(NOBODY) == 5 * COIN - 100_000_000_000


async def test_merging_all_coins_but_the_one_that_pays(sui: SuiClient, alice: Keypair) -> None:
    first, *others = (coin.object_id for coin in (await sui.coins(alice.address))[1:])
    tx = TransactionBuilder()
    tx.merge_coins(tx.object(first), [tx.object(other) for other in others])
    await sui.execute(tx, alice)
    assert max(map(coin_balance, await sui.coins(alice.address))) == 4 * COIN


async def test_the_clock_is_a_shared_object(sui: SuiClient) -> None:
    clock = await sui.get_object(CLOCK)
    assert clock.owner == wire.SharedOwner(1)
    assert str(clock.type) == "0x" + "0" * 63 + "2::clock::Clock"
    assert clock.contents[:32] == CLOCK


async def test_a_package_is_not_a_move_object(sui: SuiClient) -> None:
    framework = wire.parse_address("0x2")
    assert "coin" in (await sui.get_package(framework)).package.modules
    with pytest.raises(ContractMismatch):
        await sui.get_object(framework)
    with pytest.raises(ContractMismatch):
        await sui.get_package(CLOCK)


async def test_what_is_not_there(sui: SuiClient, alice: Keypair) -> None:
    with pytest.raises(ObjectNotFound, match="ee" * 32):
        await sui.get_object(NOBODY)
    with pytest.raises(ObjectNotFound):
        await sui.get_objects([CLOCK, NOBODY])
    with pytest.raises(ObjectNotFound):
        await sui.transaction_effects(NOBODY)
    with pytest.raises(ObjectNotFound):
        await sui.function_parameters(wire.parse_address("0x2"), "coin", "mint_for_everyone")
    tx = TransactionBuilder()
    tx.transfer_objects([tx.object(NOBODY)], alice.address)
    with pytest.raises(ObjectNotFound):
        await sui.execute(tx, alice)


async def test_an_account_without_gas(sui: SuiClient) -> None:
    poor = Keypair.generate()
    with pytest.raises(InsufficientGas, match=poor.address.hex()):
        await sui.execute(TransactionBuilder(), poor)


async def test_a_failure_shows_in_simulation_and_costs_nothing(sui: SuiClient, alice: Keypair) -> None:
    tx = TransactionBuilder()
    tx.transfer_objects([tx.split_coins(tx.gas, [6 * COIN])[0]], NOBODY)
    with pytest.raises(TransactionFailed) as caught:
        await sui.execute(tx, alice)
    assert (caught.value.digest, caught.value.command) == (None, 0)
    assert await sui.balance(alice.address) == 5 * COIN


async def test_a_failure_on_chain_costs_gas_and_has_a_digest(sui: SuiClient, alice: Keypair) -> None:
    coin = (await sui.coins(alice.address))[-1].object_id
    tx = TransactionBuilder(gas_budget=50_000_000)
    framework = wire.parse_address("0x2")
    tx.move_call(framework, "coin", "destroy_zero", type_args=(SUI_TYPE,), arguments=(tx.object(coin),))
    with pytest.raises(MoveAborted) as caught:
        await sui.execute(tx, alice)
    error = caught.value
    assert (error.package, error.module, error.abort_code, error.name) == (framework, "balance", 0, "ENonZero")
    assert error.digest is not None
    assert error.command == 0
    assert 0 < 5 * COIN - await sui.balance(alice.address) <= 50_000_000


async def test_a_function_that_does_not_exist(sui: SuiClient, alice: Keypair) -> None:
    tx = TransactionBuilder()
    tx.move_call(wire.parse_address("0x2"), "coin", "mint_for_everyone")
    with pytest.raises((TransactionFailed, TransactionRejected)):
        await sui.execute(tx, alice)


async def test_an_object_of_another_account(sui: SuiClient, network: LocalSui, alice: Keypair) -> None:
    bob = Keypair.generate()
    network.faucet.fund(bob.address)
    coin = (await sui.coins(bob.address))[0].object_id
    tx = TransactionBuilder()
    tx.transfer_objects([tx.object(coin)], alice.address)
    with pytest.raises(TransactionRejected):
        await sui.execute(tx, alice)


async def test_a_pure_argument_of_the_wrong_size(sui: SuiClient, alice: Keypair) -> None:
    coin = (await sui.coins(alice.address))[-1].object_id
    tx = TransactionBuilder()
    tx.split_coins(tx.object(coin), [tx.pure(bcs.U32, 5)])
    with pytest.raises((TransactionFailed, TransactionRejected)):
        await sui.execute(tx, alice)


async def test_nobody_listens() -> None:
    started = time.monotonic()
    async with SuiClient("http://127.0.0.1:1") as sui:
        with pytest.raises(ChainUnreachable) as caught:
            await sui.chain_id()
    assert "http://127.0.0.1:1" in str(caught.value)
    assert caught.value.hint is not None
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:9000", "ftp://host:1", "http://", "http://host:99999", "http://[::1", "https://host/path"],
)
async def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(ConfigError, match="expected the URL"):
        async with SuiClient(url):
            pass


async def test_a_closed_client(network: LocalSui) -> None:
    async with SuiClient(network.url) as sui:
        pass
    with pytest.raises(ChainError, match="closed"):
        await sui.chain_id()
