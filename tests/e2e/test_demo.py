"""`walrus demo`: what it shows, and that nothing is left of it however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.finished import WALRUS
from tests.waiting import SECONDS

pytestmark = pytest.mark.e2e


def processes_about(directory: Path) -> list[str]:
    """Command lines of running processes that name `directory`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if str(directory) in line:
            found.append(line)
    return found


def test_it_stores_loses_and_reads_and_leaves_nothing(walrus_process, tmp_path):
    done = walrus_process("demo", "--size", 2, "--json", TMPDIR=str(tmp_path))
    assert done.code == 0, done.err
    report = done.json
    assert (report["nodes"], report["shards"], report["killed"], report["size"]) == (13, 130, 4, 2 << 20)
    assert report["blob"]["newlyCreated"]["blobObject"]["certifiedEpoch"] == 1
    assert report["blob"]["newlyCreated"]["certificate"]["weight"] >= 87
    assert report["folder"]["newlyCreated"]["blobObject"]["certifiedEpoch"] == 1
    before, after = report["balances"]["before"], report["balances"]["after"]
    paid = sum(report[stored]["newlyCreated"]["cost"] for stored in ("blob", "folder"))
    assert before["frost"] - after["frost"] == paid > 0
    assert before["mist"] > after["mist"]
    assert list(tmp_path.iterdir()) == []
    assert processes_about(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "step", "processes"),
    [(signal.SIGTERM, "publishing the contracts", 1), (signal.SIGINT, "beginning the first epoch", 14)],
)
def test_interrupted_it_takes_everything_down(number, step, processes, tmp_path):
    with subprocess.Popen(
        [*WALRUS, "demo"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as demo:
        assert demo.stderr is not None
        for line in demo.stderr:
            if step in line:
                assert len(processes_about(tmp_path)) >= processes
                demo.send_signal(number)
                break
        assert "Traceback" not in demo.stderr.read()
        assert demo.wait(SECONDS) == 130
    assert list(tmp_path.iterdir()) == []
    assert processes_about(tmp_path) == []
