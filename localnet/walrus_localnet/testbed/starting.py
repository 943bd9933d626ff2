"""What a start has started so far, noted in a file: should the command be killed, the next one ends what is left.

One line of JSON a process. The file is there for as long as a start is under way, and after one that was killed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from walrus_localnet.testbed.processes import ProcessRecord, kill, open_private


class Starting:
    """The processes of a start that goes on, or of one that was broken off."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def begin(self) -> None:
        """From now on, whatever is in the network's directory was put there by this start."""
        open_private(self._file, "wb").close()

    def add(self, process: ProcessRecord) -> None:
        line = json.dumps({"pid": process.pid, "started": process.started}) + "\n"
        with open_private(self._file, "ab") as file:
            file.write(line.encode())

    def done(self) -> None:
        """What was started is remembered elsewhere by now, or has ended."""
        self._file.unlink(missing_ok=True)

    @property
    def broken_off(self) -> bool:
        """Whether a start did not get to its end. Only whoever holds the network's lock may ask."""
        return self._file.exists()

    async def end(self, spared: Collection[ProcessRecord] = ()) -> None:
        """Kill every process of the start but those `spared`."""
        await kill([process for process in self._processes() if process not in spared])

    def _processes(self) -> Iterator[ProcessRecord]:
        if not self._file.exists():
            return
        for line in self._file.read_text(errors="replace").splitlines():
            try:
                found = json.loads(line)
                yield ProcessRecord(int(found["pid"]), str(found["started"]))
            except (ValueError, KeyError, TypeError):
                continue  # a line of which only a part was written
