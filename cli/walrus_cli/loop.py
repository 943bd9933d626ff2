"""Running a command's asynchronous part so that Ctrl-C and SIGTERM both end it by way of its clean-up."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

# httpx does without its own command line where that cannot be imported; that draws on terminals and takes half as
# long to load as all the rest
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]


def run(main: Coroutine[Any, Any, T]) -> T:
    """The result of `main`. Raises `KeyboardInterrupt` after a signal, once `main` has unwound."""
    try:
        return asyncio.run(_terminable(main))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _terminable(main: Coroutine[Any, Any, T]) -> T:
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await main
