"""Many flows of one account at the same time: nothing is paid for twice, and none spoils another."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.e2e.accounts import new_account
from walrus_sui.client import WalrusClient
from walrus_sui.client.journal import Journal, Payment
from walrus_sui.client.storing.stored import ResourceUse
from walrus_sui.config import load_config

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

WRITING = 2 * 20_000
"""What writing a small blob costs at 130 shards: two started MiB."""


@pytest.fixture
async def client(net):
    async with new_account(net) as opened:
        yield opened


async def balance(client):
    return await client.contracts.wal_balance(client.signer.address)


async def test_the_same_bytes_stored_at_once_are_paid_for_once(client):
    data, before = os.urandom(700), await balance(client)
    stored = await asyncio.gather(*(client.store(data, epochs=1 + number % 2) for number in range(6)))
    assert len({item.object_id for item in stored}) == 1
    assert stored[-1].end_epoch == 3
    assert before - await balance(client) == sum(item.cost for item in stored) == 2 * 2 * 100_000 + WRITING


async def test_free_storage_is_shared_out_among_stores_at_once(client):
    large = await client.store(os.urandom(1_000_000), epochs=2)
    await client.delete(large.blob)
    before = await balance(client)
    stored = await asyncio.gather(*(client.store(os.urandom(300), epochs=1) for _ in range(4)))
    assert {item.operation.use for item in stored} == {ResourceUse.STORAGE}
    assert before - await balance(client) == 4 * WRITING


async def test_free_storage_that_another_program_takes_first_is_bought_instead(net, client, monkeypatch):
    large = await client.store(os.urandom(1_000_000), epochs=2)
    await client.delete(large.blob)
    outdated = await client.contracts.owned_storage(client.signer.address)
    async with WalrusClient(load_config(net.layout.client_config), keypair=client.signer) as other:
        for _ in outdated:
            await other.store(os.urandom(300), epochs=1)
    found = [outdated, outdated]
    real = client.contracts.owned_storage

    async def late(owner):
        return found.pop() if found else await real(owner)

    monkeypatch.setattr(client.contracts, "owned_storage", late)
    stored = await client.store(os.urandom(300), epochs=1)
    assert not found
    assert stored.operation.use in (ResourceUse.STORAGE, ResourceUse.NEW)


async def test_a_store_that_is_cancelled_takes_no_other_with_it(client):
    for step in range(8):
        doomed = asyncio.create_task(client.store(data := os.urandom(400)))
        others = [asyncio.create_task(client.store(os.urandom(400))) for _ in range(2)]
        await asyncio.wait([doomed], timeout=step * 0.02)
        doomed.cancel()
        await asyncio.gather(doomed, return_exceptions=True)
        await asyncio.gather(*others)
        before = await balance(client)
        stored = await client.store(data)
        assert before - await balance(client) <= stored.cost or stored.already_certified


async def test_what_another_program_finishes_first_is_finished(client, tmp_path, monkeypatch):
    """Both are told to resume; one sees the payment in the journal, and when it looks again it is settled."""
    file = tmp_path / "file"
    file.write_bytes(data := os.urandom(300))
    with monkeypatch.context() as patched:
        patched.setattr(Journal, "settle", lambda journal, payment, done: payment)
        await client.store(file, epochs=2)
        await client._session.chores_done()
    payments, before = Journal.payments, await balance(client)
    seen: list[tuple[Payment, ...]] = []

    def once(journal):
        found = payments(journal)
        seen.append(found)
        if len(seen) == 2:
            for payment in found:
                journal.forget(payment)
        return found

    monkeypatch.setattr(Journal, "payments", once)
    (outcome,) = await client.resume_stores()
    assert (outcome.already_certified, outcome.blob_id) == (True, await client.blob_id(data))
    assert await balance(client) == before
