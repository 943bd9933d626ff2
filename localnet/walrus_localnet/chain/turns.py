"""Executions one after the other, without anyone else waiting for a long one.

Nearly all transactions are done within the time a change of threads takes, and run where they arrive. One that is
not is given up, and begun anew in a thread: reads are answered and checkpoints told meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from walrus_localnet.chain.execution import TakesLong
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.records import TransactionRecord
from walrus_sui.bcs.sui import TransactionDataV1

SOON = 50_000
"""Instructions that are executed in a few milliseconds."""

T = TypeVar("T")


class Turns:
    """The queue before a ledger's machine."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._turn = asyncio.Lock()

    async def execute(self, data: TransactionDataV1, signatures: tuple[bytes, ...]) -> TransactionRecord:
        """As `Ledger.execute`."""
        async with self._turn:
            return self.ledger.commit(await self._run(lambda: self.ledger.prepare(data, signatures)))

    async def run(self, work: Callable[[], T]) -> T:
        """The outcome of something that executes and changes nothing."""
        async with self._turn:
            return await self._run(work)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            with self.ledger.executor.hurried(SOON):
                return work()
        except TakesLong:
            return await self._run_aside(work)

    async def _run_aside(self, work: Callable[[], T]) -> T:
        """Again if the ledger has changed meanwhile, as by the faucet or at command."""
        while True:
            head = self.ledger.head
            try:
                outcome = await _to_the_end(asyncio.to_thread(work))
            except Exception:
                if self.ledger.head is head:
                    raise
            else:
                if self.ledger.head is head:
                    return outcome


async def _to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Wait even if nobody wants the outcome any more: a thread cannot be stopped, and no other may begin."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
