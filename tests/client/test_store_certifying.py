"""Certifying when the epoch turns under it; chain and nodes are played by the test."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from walrus_sui.client.network.snapshot import Network
from walrus_sui.client.progress import Phase
from walrus_sui.client.storing.certifying import Certifying
from walrus_sui.client.storing.job import Job
from walrus_sui.client.storing.stored import StoreFailure, StoreRequest
from walrus_sui.errors import InputError, NotEnoughConfirmations
from walrus_sui.redstuff import encode

EPOCH = 7


def network(epoch: int) -> Network:
    return cast(Network, SimpleNamespace(epoch=epoch, terms=(epoch, 1)))


class Session:
    async def newer_network(self, seen: Network) -> Network:
        return network(EPOCH + 1)


class Unlucky(Certifying):
    """Whose uploads find no node of the committee that still counts."""

    rounds = 0

    async def _bring(self, job: Job) -> Any:
        self.rounds += 1
        raise NotEnoughConfirmations("too few", got=0, needed=9, failures={})


async def test_a_blob_that_ended_before_it_was_certified_is_given_up_with_the_reason():
    ending, lasting = (Job(cast(Any, SimpleNamespace(size=1)), StoreRequest(), encode(data, n_shards=13), end)
                       for data, end in ((b"ending", EPOCH + 1), (b"lasting", EPOCH + 3)))  # fmt: skip
    for job in (ending, lasting):
        job.blob = cast(Any, SimpleNamespace(storage=SimpleNamespace(end_epoch=job.end_epoch)))
        job.plan = cast(Any, SimpleNamespace(certifies=True, extends=False))
    certifying = Unlucky(cast(Any, Session()), network(EPOCH), *cast(Any, (None, None, None)))
    await certifying.run([ending, lasting])
    assert isinstance(ending.outcome, StoreFailure)
    assert ending.outcome.phase is Phase.CERTIFY
    assert isinstance(ending.outcome.error, InputError)
    assert isinstance(lasting.outcome, StoreFailure)
    assert isinstance(lasting.outcome.error, NotEnoughConfirmations)
    assert certifying.rounds == 3, "two in the first epoch, one in the second"
