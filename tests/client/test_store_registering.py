"""Registering when the epoch turns between choosing and paying; chain and journal are played by the tests."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

from walrus_sui.chain.types import Storage
from walrus_sui.client.network.snapshot import Network
from walrus_sui.client.session import Session
from walrus_sui.client.storing.early import EarlyUploads
from walrus_sui.client.storing.job import Job
from walrus_sui.client.storing.ledger import Ledger
from walrus_sui.client.storing.registering import Registering
from walrus_sui.client.storing.resources import Resources
from walrus_sui.client.storing.source import Source
from walrus_sui.client.storing.stored import StoreRequest
from walrus_sui.errors import MoveAborted
from walrus_sui.redstuff import encode

EPOCH = 7


class Turning:
    """A session whose account has storage, and whose chain is an epoch further than the first reading says."""

    def __init__(self, *storages: Storage) -> None:
        self.contracts = self
        self.signer = SimpleNamespace(address=bytes(32))
        self.storage_turn = asyncio.Lock()
        self.storages = storages
        self.registered: list[tuple[int, list[Any]]] = []

    async def newer_network(self, seen: Network) -> Network:
        return network(EPOCH + 1)

    async def owned_storage(self, owner: bytes) -> tuple[Storage, ...]:
        return self.storages

    async def register_blobs(self, signer: object, registrations: list[Any], **others: Any) -> tuple[object, ...]:
        epoch = others["system"]
        self.registered.append((epoch, registrations))
        if epoch == EPOCH:
            raise MoveAborted(package=bytes(32), module="blob", function="new", abort_code=2, name=None)
        return tuple(object() for _ in registrations)

    @asynccontextmanager
    async def payment(self, jobs: object) -> Any:
        yield None

    async def close(self) -> None:
        """No upload began."""


def network(epoch: int) -> Network:
    return cast(Network, SimpleNamespace(epoch=epoch, terms=(epoch, 1), system=epoch))


def storage(number: int, end: int) -> Storage:
    return Storage(bytes([number]) * 32, 1, end, 1 << 30)


def job_until(end_epoch: int, *storages: Storage) -> Job:
    job = Job(cast(Source, None), StoreRequest(), encode(b"x", n_shards=13), end_epoch)
    job.plan = Resources(EPOCH, storages=storages).plan(job.wanted)
    return job


async def registered(session: Turning, job: Job) -> Any:
    parts = (cast(Session, session), network(EPOCH), cast(Ledger, session), cast(EarlyUploads, session))
    await Registering(*parts).run([job])
    assert job.outcome is None
    ((first, _), (second, (registration,))) = session.registered
    assert (first, second) == (EPOCH, EPOCH + 1)
    return registration


async def test_storage_that_ended_meanwhile_gives_way_to_what_still_lasts():
    ending, lasting = storage(1, EPOCH + 1), storage(2, EPOCH + 5)
    session = Turning(ending, lasting)
    registration = await registered(session, job_until(EPOCH + 1, ending))
    assert (registration.storage, registration.epochs) == (lasting.object_id, 1)


async def test_where_none_lasts_storage_is_bought():
    ending = storage(1, EPOCH + 1)
    registration = await registered(Turning(ending), job_until(EPOCH + 1, ending))
    assert (registration.storage, registration.epochs) == (None, 1)


async def test_what_was_to_be_bought_is_bought_until_the_same_end():
    registration = await registered(Turning(), job_until(EPOCH + 3))
    assert (registration.storage, registration.epochs) == (None, 2)
