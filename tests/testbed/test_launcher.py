"""Storage nodes as copies of one process: on their own once released, gone with a start that failed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.testbed.logs import wait_for
from walrus_localnet.testbed.errors import StartFailed
from walrus_localnet.testbed.launcher import Launcher
from walrus_localnet.testbed.processes import ProcessRecord, stop
from walrus_node import operator


def node(folder: Path) -> Path:
    """A node that waits for a chain which never answers."""
    setup = operator.setup(
        folder,
        name=folder.name,
        public_host="127.0.0.1",
        public_port=1,
        rest_api_address="127.0.0.1:0",
        rpc="http://127.0.0.1:1",
        system_object=b"\1" * 32,
        staking_object=b"\2" * 32,
    )
    setup.config.model_copy(update={"storage_node_cap": b"\3" * 32}).save(setup.config_path)
    return setup.config_path


def title_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


async def test_each_copy_is_a_process_of_its_own(tmp_path: Path) -> None:
    async with Launcher.open(tmp_path / "launcher.log") as launcher:
        logs = [tmp_path / name for name in ("one.log", "two.log")]
        records = [
            await launcher.start(f"walrus-node {log.stem}", [node(tmp_path / log.stem)], log) for log in logs
        ]
        assert len({os.getsid(record.pid) for record in records}) == 2
    assert all(record.alive for record in records)
    for record, log in zip(records, logs, strict=True):
        await wait_for(log, "waiting for the chain")
        assert f"walrus-node {log.stem}" in title_of(record.pid)
        assert log.stat().st_mode & 0o077 == 0
    await stop(records)
    assert not any(record.alive for record in records)
    assert (tmp_path / "launcher.log").read_text() == ""


async def test_what_a_failed_start_began_is_ended(tmp_path: Path) -> None:
    records: list[ProcessRecord] = []

    async def broken_off() -> None:
        async with Launcher.open(tmp_path / "launcher.log") as launcher:
            records.append(await launcher.start("walrus-node", [node(tmp_path / "node")], tmp_path / "log"))
            assert records[0].alive
            raise StartFailed("the chain did not answer")

    with pytest.raises(StartFailed, match="the chain did not answer"):
        await broken_off()
    assert not records[0].alive
