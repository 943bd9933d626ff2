"""Starts storage nodes quickly: one process imports what a node needs, and every node is a copy of it.

Importing takes a second of processor time, a copy takes milliseconds, and the imported code lies in memory once.
Each copy is a process of its own in every other respect: session, log, title, signals.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from walrus_localnet.testbed.errors import StartFailed
from walrus_localnet.testbed.processes import ProcessRecord, open_private, record_of

RELEASE = b"release\n"


class Launcher:
    """The launcher's process, as the one who brings up a network sees it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._asking = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(cls, log: Path) -> AsyncIterator[Launcher]:
        """A launcher that begins at once to import; it logs to the end of `log`.

        What it started is killed if the block fails, or this process ends before the block does.
        """
        with open_private(log, "ab") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "walrus_localnet.testbed.launcher_process"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                umask=0o077,
            )
        assert process.stdin is not None
        try:
            yield cls(process)
            process.stdin.write(RELEASE)
        finally:
            process.stdin.close()
            await process.wait()

    async def start(self, title: str, configs: Sequence[Path], log: Path) -> ProcessRecord:
        """One process that runs the nodes of `configs`. Raises `StartFailed` if the launcher has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"title": title, "log": str(log), "configs": [str(config) for config in configs]}
        async with self._asking:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            answer = await self._process.stdout.readline()
        if not answer:
            raise StartFailed(
                f"expected {title} to start, but what starts nodes has ended", hint=f"see {log.parent}"
            )
        return record_of(int(answer))
