"""What tests of processes share."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path


async def wait_for(path: Path, text: str) -> None:
    """Follow the file through `tail` until it holds `text`."""
    command = ("tail", "-n", "+1", "--retry", "-f", str(path))
    tail = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert tail.stdout is not None
    while text.encode() not in await tail.stdout.readline():
        pass
    tail.terminate()
    await tail.communicate()
