"""A transaction between execution and checkpoint, and answers that get lost."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.waiting import SECONDS
from walrus_localnet.chain.local import LocalSui
from walrus_sui.bcs.sui import parse_digest
from walrus_sui.chain import Keypair, SuiClient, TransactionBuilder
from walrus_sui.chain.transport import Transport
from walrus_sui.errors import ChainUnreachable, FinalityTimeout

NOBODY = bytes([0xEE]) * 32
LAG = 0.4


@pytest.fixture
async def slow() -> AsyncIterator[LocalSui]:
    """A network whose checkpoints become known a while after execution, as on a real one."""
    async with LocalSui.start(lag=LAG) as running:
        yield running


def account(network: LocalSui) -> Keypair:
    keypair = Keypair.generate()
    network.faucet.fund(keypair.address)
    return keypair


def payment() -> TransactionBuilder:
    tx = TransactionBuilder(gas_budget=10_000_000)
    tx.transfer_objects([tx.split_coins(tx.gas, [1])[0]], NOBODY)
    return tx


async def test_execute_returns_when_a_checkpoint_holds_the_transaction(slow: LocalSui) -> None:
    payer = account(slow)
    async with SuiClient(slow.url) as sui:
        started = time.monotonic()
        executed = await sui.execute(payment(), payer)
        assert time.monotonic() - started >= LAG
        assert await sui.transaction_checkpoint(executed.digest) == executed.checkpoint
        assert await sui.latest_checkpoint() >= executed.checkpoint


async def test_a_checkpoint_that_does_not_come_in_time(network: LocalSui) -> None:
    payer = account(network)
    network.feed.lag = 3600.0
    async with SuiClient(network.url, finality=0.05) as sui:
        with pytest.raises(FinalityTimeout) as caught:
            await sui.execute(payment(), payer)
        digest = parse_digest(caught.value.digest)
        network.feed.lag = 0.0
        async with SuiClient(network.url) as patient:
            await patient.execute(payment(), payer)
        assert (await sui.transaction_effects(digest)).transaction_digest == digest
        assert caught.value.hint is not None
        assert caught.value.digest in caught.value.hint


class LosesAnswers(Transport):
    """A connection that breaks after a transaction was delivered, as often as told."""

    losses = 0

    async def call(self, service: str, method: str, request: Any) -> Any:
        answer = await super().call(service, method, request)
        if method == "execute_transaction" and self.losses:
            self.losses -= 1
            raise ChainUnreachable("the answer got lost")
        return answer


def losing(network: LocalSui, losses: int, patience: float) -> SuiClient:
    sui = SuiClient(network.url)
    sui.transport = LosesAnswers(network.url, patience=patience)
    sui.transport.losses = losses
    return sui


async def test_a_lost_answer_is_asked_for_again_and_the_transaction_executed_once(network: LocalSui) -> None:
    payer = account(network)
    async with losing(network, 2, SECONDS) as sui:
        executed = await sui.execute(payment(), payer)
        assert await sui.balance(NOBODY) == 1
        assert await sui.transaction_checkpoint(executed.digest) == executed.checkpoint


async def test_answers_that_never_come_leave_the_digest_to_look_for(network: LocalSui) -> None:
    payer = account(network)
    async with losing(network, 1000, 0.5) as sui:
        with pytest.raises(FinalityTimeout, match="the answer got lost") as caught:
            await sui.execute(payment(), payer)
        assert await sui.transaction_checkpoint(parse_digest(caught.value.digest)) is not None
        assert await sui.balance(NOBODY) == 1
