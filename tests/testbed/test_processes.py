"""Processes that outlive their command are recognised, and nothing else is ever signalled."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from tests.testbed.logs import wait_for
from walrus_localnet.testbed import processes
from walrus_localnet.testbed.processes import ProcessRecord, kill, spawn, stop


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Makes `source` runnable as the module `pretender`."""

    def write(source: str) -> str:
        (tmp_path / "pretender.py").write_text(source)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        return "pretender"

    return write


async def test_a_process_runs_until_it_is_asked_to_stop(tmp_path, module):
    log = tmp_path / "log"
    name = module("import signal, sys\nprint('up', sys.argv[1], flush=True)\nsignal.pause()\n")
    process = spawn(name, ["with-this"], log)
    await wait_for(log, "up with-this")
    assert process.alive
    await stop([process])
    assert not process.alive
    await stop([process])


async def test_output_can_go_to_a_file_of_its_own_that_only_the_owner_reads(tmp_path, module, monkeypatch):
    log, out = tmp_path / "log", tmp_path / "out"
    name = module(
        "import sys, os\nopen('made', 'w')\nprint('result', flush=True)\nprint('aside', file=sys.stderr)"
    )
    monkeypatch.chdir(tmp_path)
    process = spawn(name, [], log, out=out)
    await asyncio.to_thread(os.waitpid, process.pid, 0)
    assert (out.read_text(), log.read_text()) == ("result\n", "aside\n")
    assert (tmp_path / "made").stat().st_mode & 0o077 == 0


async def test_one_that_will_not_stop_is_killed(tmp_path, module, monkeypatch):
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    log = tmp_path / "log"
    name = module(
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\n"
        "while True: signal.pause()\n"
    )
    process = spawn(name, [], log)
    await wait_for(log, "deaf")
    await stop([process])
    assert not process.alive


async def test_killing_is_at_once(tmp_path, module):
    log = tmp_path / "log"
    process = spawn(module("import signal\nprint('up', flush=True)\nsignal.pause()\n"), [], log)
    await wait_for(log, "up")
    await kill([process])
    assert not process.alive


def test_another_process_under_the_same_id_is_left_alone():
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as other:
        record = ProcessRecord(other.pid, "started at another time")
        assert not record.alive
        record.signal(signal.SIGKILL)
        assert other.poll() is None
        other.kill()


def test_an_id_nobody_has_is_not_alive():
    assert not ProcessRecord(2**22 - 1, "0").alive
