"""What the client remembers between transactions, and what it does when that turns out to be outdated."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from walrus_localnet.chain.local import LocalSui
from walrus_sui import bcs
from walrus_sui.bcs import sui as wire
from walrus_sui.chain import SUI_TYPE, Keypair, SignedTransaction, SuiClient, TransactionBuilder, coin_balance
from walrus_sui.chain.transport import Transport
from walrus_sui.errors import ChainRefused, InsufficientGas, MoveAborted, TransactionRejected

COIN = 200 * 10**9
NOBODY = bytes([0xEE]) * 32
FRAMEWORK = wire.parse_address("0x2")


class Counting(Transport):
    """Counts what is called; may refuse to deliver transactions."""

    def __init__(self, rpc_url: str) -> None:
        super().__init__(rpc_url)
        self.calls: Counter[str] = Counter()
        self.refuse_after_delivery = 0

    async def call(self, service: str, method: str, request: Any) -> Any:
        self.calls[method] += 1
        answer = await super().call(service, method, request)
        if method == "execute_transaction" and self.refuse_after_delivery:
            self.refuse_after_delivery -= 1
            raise ChainRefused("a full node that does not know better", status="INVALID_ARGUMENT")
        return answer


def counting(network: LocalSui) -> tuple[SuiClient, Counting]:
    sui, transport = SuiClient(network.url), Counting(network.url)
    sui.transport = transport
    return sui, transport


def payment(coin: bytes, amount: int, *, routine: bool = True) -> TransactionBuilder:
    tx = TransactionBuilder(routine=routine)
    tx.transfer_objects([tx.split_coins(tx.object(coin), [amount])[0]], NOBODY)
    return tx


class Interrupted(Exception):
    """The program stopped here."""


async def smallest_coin(sui: SuiClient, owner: Keypair) -> bytes:
    return (await sui.coins(owner.address))[-1].object_id


async def test_a_routine_transaction_is_one_call_once_its_like_went_through(
    network: LocalSui, alice: Keypair
) -> None:
    sui, transport = counting(network)
    async with sui:
        coin = await smallest_coin(sui, alice)
        await sui.execute(payment(coin, 1), alice)
        transport.calls.clear()
        for amount in (2, 3, 4):
            await sui.execute(payment(coin, amount), alice)
        assert transport.calls == {"execute_transaction": 3}
        assert await sui.balance(NOBODY) == 10
        assert sorted(map(coin_balance, await sui.coins(NOBODY))) == [1, 2, 3, 4]


async def test_any_other_is_tried_out_every_time(network: LocalSui, alice: Keypair) -> None:
    sui, transport = counting(network)
    async with sui:
        coin = await smallest_coin(sui, alice)
        for amount in (1, 2):
            await sui.execute(payment(coin, amount, routine=False), alice)
        assert transport.calls["simulate_transaction"] == 2
        other = payment(coin, 3)
        other.pure(bytes, bytes(100))  # writes more than those before
        await sui.execute(other, alice)
        assert transport.calls["simulate_transaction"] == 3


async def test_what_gas_costs_is_known_from_the_effects(network: LocalSui, alice: Keypair) -> None:
    """The remembered balances are the chain's, after success and failure."""
    async with SuiClient(network.url) as sui:
        coin = await smallest_coin(sui, alice)
        for amount in (1, 2, 3):
            await sui.execute(payment(coin, amount), alice)
        fails = TransactionBuilder(gas_budget=50_000_000)
        arguments = (fails.object(coin),)
        fails.move_call(FRAMEWORK, "coin", "destroy_zero", type_args=(SUI_TYPE,), arguments=arguments)
        with pytest.raises(MoveAborted):
            await sui.execute(fails, alice)
        account = sui._sender._accounts[alice.address]
        known = dict(account.coins or {})
        held = {item.object_id: coin_balance(item) for item in await sui.coins(alice.address)}
        assert len(known) == 4  # all but the one that was spent from
        assert known.items() <= held.items()


async def test_another_program_that_uses_the_account(network: LocalSui, alice: Keypair) -> None:
    sui, transport = counting(network)
    async with sui, SuiClient(network.url) as other:
        coin = await smallest_coin(sui, alice)
        await sui.execute(payment(coin, 1), alice)
        await other.execute(payment(coin, 2), alice)
        transport.calls.clear()
        await sui.execute(payment(coin, 4), alice)
        assert transport.calls["execute_transaction"] == 2
        assert await sui.balance(NOBODY) == 7


async def test_programs_that_use_one_account_at_the_same_time_all_get_their_turn(
    network: LocalSui, alice: Keypair
) -> None:
    async def pay(sui: SuiClient, amounts: range) -> None:
        for amount in amounts:
            tx = TransactionBuilder(routine=True)
            tx.transfer_objects([tx.split_coins(tx.gas, [amount])[0]], NOBODY)
            await sui.execute(tx, alice)

    async with SuiClient(network.url) as one, SuiClient(network.url) as two, SuiClient(network.url) as three:
        before = await one.balance(NOBODY)
        await asyncio.gather(pay(one, range(1, 6)), pay(two, range(10, 60, 10)), pay(three, range(100, 600, 100)))
        assert await one.balance(NOBODY) - before == 1_665


async def test_a_transaction_that_was_executed_is_never_made_again(network: LocalSui, alice: Keypair) -> None:
    sui, transport = counting(network)
    async with sui:
        coin = await smallest_coin(sui, alice)
        await sui.execute(payment(coin, 1), alice)
        transport.refuse_after_delivery = 1
        with pytest.raises(TransactionRejected):
            await sui.execute(payment(coin, 2), alice)
        assert await sui.balance(NOBODY) == 3
        await sui.execute(payment(coin, 4), alice)
        assert await sui.balance(NOBODY) == 7


async def test_coins_that_came_meanwhile_are_found_when_they_are_needed(network: LocalSui, alice: Keypair) -> None:
    poor = Keypair.generate()

    async def give(sui: SuiClient, amount: int) -> None:
        tx = TransactionBuilder()
        tx.transfer_objects([tx.split_coins(tx.gas, [amount])[0]], poor.address)
        await sui.execute(tx, alice)

    def nothing(budget: int) -> TransactionBuilder:
        tx = TransactionBuilder(gas_budget=budget)
        tx.make_move_vec(wire.U64Tag(), [])
        return tx

    async with SuiClient(network.url) as sui:
        await give(sui, 5_000_000)
        await sui.execute(nothing(4_000_000), poor)
        await give(sui, 50_000_000)
        await sui.execute(nothing(40_000_000), poor)
        with pytest.raises(InsufficientGas):
            await sui.execute(nothing(60_000_000), poor)


async def test_what_is_refused_for_itself_is_not_tried_again(network: LocalSui, alice: Keypair) -> None:
    sui, transport = counting(network)
    bob = Keypair.generate()
    network.faucet.fund(bob.address)
    async with sui:
        coin = await smallest_coin(sui, alice)
        await sui.execute(payment(coin, 1), alice)
        transport.calls.clear()
        foreign = TransactionBuilder(gas_budget=10_000_000)
        foreign.transfer_objects([foreign.object(await smallest_coin(sui, bob))], NOBODY)
        with pytest.raises(TransactionRejected, match="owned by"):
            await sui.execute(foreign, alice)
        assert transport.calls["execute_transaction"] == 1


async def test_a_budget_that_no_longer_does_is_estimated_anew(network: LocalSui, alice: Keypair) -> None:
    """Many coins at once cost far more storage than the one before, of the same shape."""

    def shower(coin: bytes, count: int) -> TransactionBuilder:
        tx = TransactionBuilder(routine=True)
        (part,) = tx.split_coins(tx.object(coin), [count])
        tx.move_call(
            FRAMEWORK,
            "pay",
            "divide_and_keep",
            type_args=(SUI_TYPE,),
            arguments=(part, tx.pure(bcs.U64, count)),
        )
        tx.transfer_objects([part], NOBODY)
        return tx

    sui, transport = counting(network)
    async with sui:
        coin = await smallest_coin(sui, alice)
        await sui.execute(shower(coin, 2), alice)
        before = await sui.coins(alice.address)
        transport.calls.clear()
        await sui.execute(shower(coin, 60), alice)
        assert transport.calls["execute_transaction"] == 2
        assert transport.calls["simulate_transaction"] == 1
        assert len(await sui.coins(alice.address)) == len(before) + 59


async def test_a_routine_transaction_that_fails_is_tried_out_the_next_time(
    network: LocalSui, alice: Keypair
) -> None:
    async with SuiClient(network.url) as sui:
        coin = await smallest_coin(sui, alice)
        await sui.execute(payment(coin, 1), alice)
        for paid in (True, False):
            with pytest.raises(Exception, match="command 0") as caught:
                await sui.execute(payment(coin, 2 * COIN), alice)
            assert (getattr(caught.value, "digest", None) is not None) == paid


async def test_resending_leaves_nothing_outdated_in_mind(network: LocalSui, alice: Keypair) -> None:
    kept: list[SignedTransaction] = []

    async def keep(signed: SignedTransaction) -> None:
        kept.append(signed)
        raise Interrupted

    async with SuiClient(network.url) as sui:
        coin = await smallest_coin(sui, alice)
        await sui.execute(payment(coin, 1), alice)
        with pytest.raises(Interrupted):
            await sui.execute(payment(coin, 2), alice, on_signed=keep)
        (signed,) = kept
        executed = await sui.resend(SignedTransaction.restored(signed.data, signed.signature))
        assert executed.digest == signed.digest
        await sui.execute(payment(coin, 4), alice)
        assert await sui.resend(signed) == executed
        assert await sui.balance(NOBODY) == 7
