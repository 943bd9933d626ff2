"""Processes that outlive the command that started them: started, recognised again later, and stopped.

A process id alone is not enough to stop a process by: ids are used again. So what is remembered is the id together
with the moment the process started, and nothing is ever signalled unless both still agree.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

STOP_SECONDS = 10.0
"""How long a process may take to end by itself before it is killed."""
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """A process as it can be recognised later: its id and when it started (the system's own text for it)."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        _reap(self.pid)
        return _start_mark(self.pid) == self.started

    def signal(self, number: signal.Signals) -> None:
        """Send `number` if this process still lives."""
        if self.alive:
            os.kill(self.pid, number)


def spawn(module: str, arguments: Sequence[str], log: Path, *, out: Path | None = None) -> ProcessRecord:
    """Start `python -m module arguments` on its own, away from this terminal, logging to the end of `log`.

    Standard output goes to `out` (written anew) where given, else to `log` as well.
    """
    with open_private(log, "ab") as errors, open_private(out or log, "wb" if out else "ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
            umask=0o077,
        )
    process.returncode = 0  # it is meant to outlive this object; `alive` collects it when it ends before us
    return record_of(process.pid)


def record_of(pid: int) -> ProcessRecord:
    """The record of a process that was just started; it is not alive if the process has ended already."""
    return ProcessRecord(pid, _start_mark(pid) or "")


def open_private(path: Path, mode: str) -> IO[bytes]:
    """Open `path`, creating it for its owner only."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))


async def stop(processes: Iterable[ProcessRecord]) -> None:
    """Ask all of them to end, wait, and kill those that will not."""
    waiting = [process for process in processes if process.alive]
    for process in waiting:
        process.signal(signal.SIGTERM)
    if not await _ended(waiting, STOP_SECONDS):
        await kill(waiting)


async def kill(processes: Iterable[ProcessRecord]) -> None:
    """End all of them at once, without giving them a chance to tidy up."""
    waiting = list(processes)
    for process in waiting:
        process.signal(signal.SIGKILL)
    await _ended(waiting, STOP_SECONDS)


async def _ended(processes: Sequence[ProcessRecord], seconds: float) -> bool:
    deadline = asyncio.get_running_loop().time() + seconds
    while any(process.alive for process in processes):
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(_POLL_SECONDS)
    return True


def _reap(pid: int) -> None:
    """Collect `pid` if it is a child of ours that ended, so that it does not look alive."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return  # started by an earlier command: its parent is someone else by now


def _start_mark(pid: int) -> str | None:
    """When `pid` started, or `None` if there is no such process any more."""
    if not sys.platform.startswith("linux"):
        found = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return found.stdout.strip() or None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, threads, started = fields[0], fields[17], fields[19]
    # the first thread is a zombie as soon as it ends, but the process holds its files until the last one has
    return None if state == "Z" and threads == "1" else started
