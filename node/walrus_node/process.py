"""What a process is told before nodes run in it: they share its interpreter with nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import resource
import sys
from collections.abc import Coroutine
from typing import Any

import uvloop

_YOUNG_OBJECTS = 10_000
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's `mallopt`."""
_KEPT_BYTES = 128 << 20
_LARGEST_KEPT = 32 << 20
_SWITCH_SECONDS = 0.001
"""How long a thread that computes may keep others waiting: a read passes from thread to thread three times."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run `main` to its end, as fast as this interpreter can."""
    _allow_many_files()
    _keep_memory()
    _settle()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def _allow_many_files() -> None:
    """Connections and the database share what the process may open: take all that the system grants."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # some systems state more than they grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _keep_memory() -> None:
    """Keep some of the memory that bodies were in for those to come: fresh pages cost as much as hashing."""
    with contextlib.suppress(AttributeError):  # other C libraries do not have it
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_MMAP_THRESHOLD, _LARGEST_KEPT)


def _settle() -> None:
    """What is loaded is here to stay: looking through it for garbage would hold up requests for long."""
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 10, 10)
    sys.setswitchinterval(_SWITCH_SECONDS)
