"""Free TCP ports on the loopback interface."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

_PORTS = range(20_000, 32_000)
"""Below those that systems hand out by themselves (Linux from 32768 on, others from 49152 on): between now and the
moment a process listens on its port, and while it is down, nobody gets it by chance."""
_dice = random.SystemRandom()


def free_ports(count: int) -> list[int]:
    """`count` different ports nobody listens on; all are held until the last is known, so none comes twice.

    Raises `OSError` if so many are not free.
    """
    found: list[int] = []
    with ExitStack() as held:
        for port in _dice.sample(_PORTS, len(_PORTS)):
            if len(found) == count:
                return found
            listener = held.enter_context(socket.socket())
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    raise OSError(f"expected {count} free ports among {_PORTS.start} to {_PORTS.stop - 1}, found {len(found)}")
