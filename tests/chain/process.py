"""The network as a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def network(*arguments: str) -> AsyncIterator[tuple[Process, dict[str, str]]]:
    """The process, and what it says when it is ready: `url`, `faucetUrl`, `chainId`. Killed at the end."""
    ports = ["--port", "0", "--faucet-port", "0", "--json"]
    command = [sys.executable, "-m", "walrus_localnet.chain", *ports]
    process = await asyncio.create_subprocess_exec(*command, *arguments, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    try:
        yield process, json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
