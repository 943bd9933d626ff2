"""Blocks of work shared out among threads; kernels run outside the interpreter's lock."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def cores() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def for_each(items: Iterable[T], prepare: Callable[[], Callable[[T], None]], threads: int) -> None:
    """Run what `prepare` returns on every item; each thread prepares its own. The first exception is raised."""
    queue, lock = iter(items), threading.Lock()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work = prepare()
            while not failures:
                with lock:
                    item = next(queue, queue)
                if item is queue:
                    return
                work(item)  # type: ignore[arg-type]  # the iterator itself marks the end
        except BaseException as error:
            failures.append(error)

    others = [threading.Thread(target=run, name="redstuff") for _ in range(threads - 1)]
    for other in others:
        other.start()
    run()
    for other in others:
        other.join()
    if failures:
        raise failures[0]
