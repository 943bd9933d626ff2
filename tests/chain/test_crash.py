"""Killed at any moment under load, a network keeps all that it answered and nothing by halves."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import httpx
import pytest

from tests.chain.chain_check import Audit, check_money
from tests.chain.customers import Customer, Shop
from tests.chain.process import network
from tests.chain.sandbox import Account
from tests.scale import cases
from tests.waiting import SECONDS
from walrus_localnet.chain.bootstrap import open_ledger
from walrus_sui.bcs.sui import format_address

LIVES = 4
"""How often the network of one directory is killed."""


@pytest.mark.e2e
@pytest.mark.crash
@pytest.mark.parametrize("seed", range(cases(1, 25)))
async def test_what_was_answered_survives_the_death_of_the_process(tmp_path: Path, seed: int) -> None:
    chance, audit = random.Random(seed), Audit()
    customers = [Customer(Account(name)) for name in ("ann", "ben", "cid")]
    shop = await _open_shop(tmp_path, customers)
    for _ in range(LIVES):
        async with network("--dir", str(tmp_path)) as (process, ready):
            await _check_answers(customers, ready["url"])
            begun = asyncio.Event()
            shopping = [
                asyncio.create_task(customer.shop(shop, friend.account.address, random.Random(i), begun))
                for i, (customer, friend) in enumerate(zip(customers, customers[1:] + customers[:1], strict=True))
            ]
            await begun.wait()
            await asyncio.wait(shopping, timeout=chance.uniform(0, 0.7))
            process.kill()
            await process.wait()
            await asyncio.gather(*shopping)
            for customer in customers:
                customer.channel.close()
        _check_ledger(tmp_path, audit)
    async with network("--dir", str(tmp_path)) as (_, ready):
        await _check_answers(customers, ready["url"])
        for customer in customers:
            assert customer.answered
            customer.channel.close()


async def _open_shop(directory: Path, customers: list[Customer]) -> Shop:
    async with network("--dir", str(directory)) as (_, ready), httpx.AsyncClient(timeout=SECONDS) as http:
        for customer in customers:
            recipient = {"recipient": format_address(customer.account.address)}
            answer = await http.post(f"{ready['faucetUrl']}/v2/gas", json={"FixedAmountRequest": recipient})
            assert answer.json()["status"] == "Success"
        customers[0].connect(ready["url"])
        shop = await customers[0].publish()
        customers[0].channel.close()
    return shop


async def _check_answers(customers: list[Customer], url: str) -> None:
    """Every transaction that was answered is there, with the same effects."""
    for customer in customers:
        customer.connect(url)
        assert await customer.found() == customer.answered


def _check_ledger(directory: Path, audit: Audit) -> None:
    ledger, _ = open_ledger(directory)
    try:
        audit.follow(ledger)
        check_money(ledger)
    finally:
        ledger.close()
