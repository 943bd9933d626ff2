"""Living through a disk that takes no writes: parts of the node end one by one, and all begin anew later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from walrus_node.database.writes import Writes
from walrus_sui.errors import NodeStoreUnwritable

log = logging.getLogger(__name__)


async def unless_unwritable(part: Coroutine[Any, Any, None]) -> None:
    """Run a part of the node; one that cannot write any more leaves the others alone, and never returns."""
    try:
        await part
    except* NodeStoreUnwritable as errors:
        log.error("stopped until the database can be written again: %s", errors.exceptions[0])
    await asyncio.Event().wait()


async def reopening(writes: Writes, seconds: float) -> None:
    """Return once the database has failed, and looks as if it could be opened again; tried every `seconds`."""
    loop, failed = asyncio.get_running_loop(), asyncio.Event()

    def note() -> None:
        loop.call_soon_threadsafe(failed.set)

    writes.on_failure = note
    if writes.failure is None:
        await failed.wait()
    while True:
        await asyncio.sleep(seconds)
        if writes.can_reopen():
            log.warning("opening the database again after: %s", writes.failure)
            return
        log.error("waiting for room on the disk: %d bytes are free", writes.free_bytes)
