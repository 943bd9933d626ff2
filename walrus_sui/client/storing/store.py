"""Storing blobs: encode, see what is there, register, bring to the nodes, certify (protocol.md §4.1).

Many blobs go through together and share one transaction that registers and one that certifies, as far as
transactions and memory reach. A blob that fails drops out with its reason; the others go on.

Memory: a blob and its parity, 2.5 times the blob, are held while it is stored; slivers go to nodes from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from walrus_sui.chain import Prices
from walrus_sui.client.network.snapshot import Network
from walrus_sui.client.progress import Phase, Progress, ProgressListener
from walrus_sui.client.session import Session
from walrus_sui.client.storing.attributes import complete_attributes
from walrus_sui.client.storing.certifying import Certifying
from walrus_sui.client.storing.early import EarlyUploads
from walrus_sui.client.storing.finding import Finding
from walrus_sui.client.storing.job import Job
from walrus_sui.client.storing.ledger import Ledger
from walrus_sui.client.storing.registering import Registering
from walrus_sui.client.storing.source import Data, Source, Storable
from walrus_sui.client.storing.stored import (
    StoredBlob,
    StoreFailure,
    StoreOutcome,
    StorePlan,
    StoreRequest,
)
from walrus_sui.client.storing.tally import Tally
from walrus_sui.errors import InputError, WalrusError
from walrus_sui.redstuff import BlobId, EncodedBlob, encode

_BLOBS_TOGETHER = 100
"""Most blobs of one transaction, which then has a third of the inputs Sui takes (2,048)."""
_TRANSACTION_BYTES = 120_000
"""Of one registration; Sui takes 128 KiB. A blob takes up to 400 bytes, an attribute 200 beside its text."""
_COMMANDS_TOGETHER = 800
"""Two commands a blob and one an attribute; Sui takes 1,024."""
_BYTES_TOGETHER = 128 << 20
"""Most unencoded bytes that are held encoded at once, unless one blob alone is larger."""


async def store_blob(
    session: Session, data: Storable, request: StoreRequest, on_progress: ProgressListener
) -> StoredBlob:
    """Store and certify `data`.

    Raises `BlobTooLarge` and `InputError` before anything is paid, `InsufficientFunds`, `NotEnoughConfirmations`,
    `MoveAborted`.
    """
    (outcome,) = await store_blobs(session, [data], request, on_progress)
    if isinstance(outcome, StoreFailure):
        raise outcome.error
    return outcome


async def store_blobs(
    session: Session, items: Iterable[Storable], request: StoreRequest, on_progress: ProgressListener
) -> tuple[StoreOutcome, ...]:
    """Store and certify every one of `items`, or say why not.

    Raises `InputError` for a request that no blob can be stored by, and `ChainUnreachable`.
    """
    network = await session.known_network()
    check_request(network, request)
    chosen = list(items)
    return await _Flow(session, network, request, on_progress, len(chosen)).store(chosen)


async def plan_blobs(
    session: Session, items: Iterable[Storable], request: StoreRequest, on_progress: ProgressListener
) -> tuple[StorePlan | StoreFailure, ...]:
    """What storing would take, without paying for anything. Raises as `store_blobs`."""
    network = await session.known_network()
    check_request(network, request)
    chosen = list(items)
    return await _Flow(session, network, request, on_progress, len(chosen)).plan(chosen)


def check_request(network: Network, request: StoreRequest) -> None:
    """Raises `InputError` unless storage is sold for that long."""
    most = network.max_epochs_ahead
    if not 1 <= request.epochs <= most:
        raise InputError(f"expected 1 to {most} epochs, as far ahead as storage is sold, got {request.epochs}")


async def encode_blob(network: Network, data: Data, on_progress: ProgressListener) -> EncodedBlob:
    """`data` as this network stores it. Raises `BlobTooLarge`."""
    Source.of(data).check_size(network.params)
    on_progress(Progress(Phase.ENCODE, 0, 1))
    encoded = await asyncio.to_thread(encode, data, n_shards=network.n_shards)
    on_progress(Progress(Phase.ENCODE, 1, 1))
    return encoded


class _Flow:
    """One call to store. What occurs twice among its blobs is stored once."""

    def __init__(
        self, session: Session, network: Network, request: StoreRequest, on_progress: ProgressListener, blobs: int
    ) -> None:
        self._session = session
        self._network = network
        self._request = request
        self._tally = Tally(on_progress, blobs, network.n_shards)

    async def store(self, items: Iterable[Storable]) -> tuple[StoreOutcome, ...]:
        return tuple([_outcome(entry) async for entry in self._through(items, self._store_in_turn)])

    async def plan(self, items: Iterable[Storable]) -> tuple[StorePlan | StoreFailure, ...]:
        return tuple([self._planned(entry) async for entry in self._through(items, self._find)])

    async def _through(
        self, items: Iterable[Storable], step: Callable[[Sequence[Job]], Awaitable[None]]
    ) -> AsyncIterator[Job | StoreFailure]:
        """Every item after `step`, which is given as many at once as go together."""
        for group in self._groups(items):
            entries = await asyncio.to_thread(self._encode, group)
            jobs = list(dict.fromkeys(entry for entry in entries if isinstance(entry, Job)))
            self._tally.add(Phase.ENCODE, len(entries))
            try:
                if jobs:
                    await step(jobs)
            except WalrusError as error:
                for job in jobs:
                    if job.outcome is None:
                        job.fail(Phase.REGISTER, error)
            for entry in entries:
                yield entry
            del jobs, entries, entry  # they hold the blobs and their parity while the next ones are encoded

    def _groups(self, items: Iterable[Storable]) -> Iterator[list[Source | StoreFailure]]:
        most = _blobs_together(self._request.attributes)
        group: list[Source | StoreFailure] = []
        size = 0
        for item in items:
            source = self._source(item)
            length = source.size if isinstance(source, Source) else 0
            if group and (len(group) == most or size + length > _BYTES_TOGETHER):
                yield group
                group, size = [], 0
            group.append(source)
            size += length
        if group:
            yield group

    def _source(self, item: Storable) -> Source | StoreFailure:
        source = Source(0, item if isinstance(item, Path) else None)
        try:
            source = Source.of(item)
            source.check_size(self._network.params)
        except WalrusError as error:
            return StoreFailure(source, None, Phase.ENCODE, error)
        return source

    def _encode(self, group: Sequence[Source | StoreFailure]) -> list[Job | StoreFailure]:
        end_epoch = self._network.epoch + self._request.epochs
        entries: list[Job | StoreFailure] = []
        by_id: dict[BlobId, Job] = {}
        for source in group:
            if isinstance(source, StoreFailure):
                entries.append(source)
                continue
            try:
                encoded = encode(source.open(), n_shards=self._network.n_shards)
            except WalrusError as error:
                entries.append(StoreFailure(source, None, Phase.ENCODE, error))
                continue
            entries.append(by_id.setdefault(encoded.blob_id, Job(source, self._request, encoded, end_epoch)))
        return entries

    async def _find(self, jobs: Sequence[Job]) -> None:
        await Finding(self._session, self._network, self._request, None).plan(jobs)

    async def _store_in_turn(self, jobs: Sequence[Job]) -> None:
        async with self._session.turn_of(job.blob_id for job in jobs):
            await self._store(jobs)

    async def _store(self, jobs: Sequence[Job]) -> None:
        journal = self._session.journal()
        ledger = Ledger(journal)
        nodes = self._session.nodes(self._network.committee)
        early = EarlyUploads(nodes, self._session.limits, self._tally)
        try:
            finding = Finding(self._session, self._network, self._request, journal)
            ledger.adopt(await finding.plan(jobs))
            self._tally.start(Phase.REGISTER)
            new = [job for job in jobs if job.outcome is None and job.plan is not None and job.plan.registers]
            if new:
                await Registering(self._session, self._network, ledger, early).run(new)
            self._tally.add(Phase.REGISTER, len(jobs))
            left = [job for job in jobs if job.outcome is None]
            network = await self._network_by_now()
            await Certifying(self._session, network, ledger, early, self._tally).run(left)
            await complete_attributes(self._session, jobs)
        finally:
            await early.close()
            self._session.later(lambda: ledger.settle(jobs))

    async def _network_by_now(self) -> Network:
        """Another one only if its epoch is: what is under way to the nodes is for the committee that was read."""
        known = await self._session.known_network()
        return known if known.epoch != self._network.epoch else self._network

    def _planned(self, entry: Job | StoreFailure) -> StorePlan | StoreFailure:
        if isinstance(entry, StoreFailure):
            return entry
        if isinstance(entry.outcome, StoreFailure):
            return entry.outcome
        plan = entry.plan
        end_epoch = entry.outcome.end_epoch if isinstance(entry.outcome, StoredBlob) else entry.end_epoch
        return StorePlan(
            entry.blob_id,
            entry.source.size,
            entry.encoded_length,
            end_epoch,
            self._network.start_of(end_epoch),
            0 if plan is None or entry.outcome is not None else plan.cost(Prices.of(self._network.system)),
            None if plan is None or entry.outcome is not None else plan.operation,
        )


def _blobs_together(attributes: Mapping[str, str]) -> int:
    """How many blobs with these attributes fit into one transaction."""
    text = sum(200 + len(key.encode()) + len(value.encode()) for key, value in attributes.items())
    fitting = min(_COMMANDS_TOGETHER // (2 + len(attributes)), _TRANSACTION_BYTES // (400 + text))
    return max(1, min(_BLOBS_TOGETHER, fitting))


def _outcome(entry: Job | StoreFailure) -> StoreOutcome:
    if isinstance(entry, StoreFailure):
        return entry
    if entry.outcome is None:
        raise AssertionError(f"blob {entry.blob_id} went through without an outcome")
    return entry.outcome
