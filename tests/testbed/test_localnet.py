"""The directory of a local network, without starting one."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
from pathlib import Path

import pytest

from walrus_cli.local.localnet import _stopped
from walrus_cli.main import run
from walrus_localnet.testbed.errors import (
    LocalnetError,
    LocalnetNotRunning,
    LocalnetRunning,
    NodeUnknown,
)
from walrus_localnet.testbed.localnet import Localnet, no_steps
from walrus_localnet.testbed.manifest import Manifest, NodeRecord
from walrus_localnet.testbed.plan import Plan
from walrus_localnet.testbed.ports import free_ports
from walrus_localnet.testbed.processes import ProcessRecord, _start_mark, spawn
from walrus_localnet.testbed.starting import Starting

GONE = ProcessRecord(2**22 - 1, "0")


@pytest.fixture
def localnet(tmp_path):
    return Localnet(tmp_path / "net")


def this_process() -> ProcessRecord:
    return ProcessRecord(os.getpid(), _start_mark(os.getpid()) or "")


def manifest(localnet, *, chain=GONE, process=GONE, in_process=False, owns_chain=True) -> Manifest:
    nodes = tuple(
        NodeRecord(
            f"node-{i}",
            f"http://127.0.0.1:{9000 + i}",
            bytes([i]) * 32,
            localnet.layout.node("n"),
            localnet.layout.log("nodes" if in_process else f"node-{i}"),
            process,
        )
        for i in range(4)
    )
    return Manifest(
        rpc_url="http://127.0.0.1:1",
        faucet_url="http://127.0.0.1:2",
        owns_chain=owns_chain,
        n_shards=10,
        system_object=b"\x01" * 32,
        staking_object=b"\x02" * 32,
        wallet_address=b"\x03" * 32,
        wallet_key="suiprivkey1secret",
        client_config=localnet.layout.client_config,
        chain=chain,
        nodes=nodes,
    )


def save(localnet, saved: Manifest) -> None:
    localnet.layout.make()
    saved.save(localnet.layout.manifest)


def test_a_manifest_is_read_as_it_was_written_and_for_its_owner_only(localnet):
    written = manifest(localnet)
    save(localnet, written)
    assert localnet.manifest() == written
    assert localnet.layout.manifest.stat().st_mode & 0o777 == 0o600
    assert localnet.layout.root.stat().st_mode & 0o777 == 0o700


def test_the_wallet_key_is_not_in_the_repr(localnet):
    assert "secret" not in repr(manifest(localnet))


async def test_without_a_network_every_command_says_so(localnet):
    for attempt in (localnet.down(), localnet.kill_nodes(["node-0"]), localnet.restart_nodes(["node-0"])):
        with pytest.raises(LocalnetNotRunning, match="found none"):
            await attempt
    with pytest.raises(LocalnetNotRunning):
        localnet.manifest()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}', '{"version": 99}', "\x00"])
def test_a_manifest_that_is_none_is_one_clear_error(localnet, text):
    localnet.layout.make()
    localnet.layout.manifest.write_text(text)
    with pytest.raises(LocalnetError, match="expected a network manifest"):
        localnet.manifest()


async def test_a_network_that_is_up_is_not_started_again(localnet):
    save(localnet, manifest(localnet, chain=this_process()))
    with pytest.raises(LocalnetRunning, match=r"one is up at http://127\.0\.0\.1:1"):
        await localnet.up(Plan())


async def test_nodes_are_killed_only_when_they_run_and_started_only_when_they_do_not(localnet):
    save(localnet, manifest(localnet, chain=this_process()))
    with pytest.raises(LocalnetError, match="expected node-1 to be running"):
        await localnet.kill_nodes(["node-1"])
    save(localnet, manifest(localnet, chain=this_process(), process=this_process()))
    with pytest.raises(LocalnetError, match="expected node-1 to be down"):
        await localnet.restart_nodes(["node-1"])
    with pytest.raises(NodeUnknown, match=r"expected one of node-0 to node-3, got 'node-9'"):
        await localnet.kill_nodes(["node-9"])


async def test_a_network_whose_chain_is_gone_is_not_running(localnet):
    save(localnet, manifest(localnet))
    with pytest.raises(LocalnetNotRunning, match="its chain is not running"):
        await localnet.kill_nodes(["node-0"])


async def test_a_network_on_a_chain_of_others_runs_while_its_nodes_do(localnet):
    save(localnet, manifest(localnet, chain=None, owns_chain=False))
    with pytest.raises(LocalnetNotRunning, match="its nodes are not running"):
        await localnet.kill_nodes(["node-0"])
    save(localnet, manifest(localnet, chain=None, process=this_process(), owns_chain=False))
    assert localnet.running()


async def test_nodes_of_one_process_are_not_killed_one_by_one(localnet):
    save(localnet, manifest(localnet, chain=this_process(), process=this_process(), in_process=True))
    with pytest.raises(LocalnetError, match="expected a process for each node"):
        await localnet.kill_nodes(["node-0"])


async def test_down_forgets_processes_that_are_gone_already(localnet):
    save(localnet, manifest(localnet))
    await localnet.down()
    stored = json.loads(localnet.layout.manifest.read_text())
    assert stored["chain"] is None
    assert all(node["process"] is None for node in stored["nodes"])


async def test_a_full_disk_does_not_keep_a_network_up(localnet, left_behind, monkeypatch):
    save(localnet, manifest(localnet, chain=left_behind))

    def full(path, text) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("walrus_localnet.testbed.manifest.replace_private", full)
    await localnet.down()
    assert not left_behind.alive
    with pytest.raises(LocalnetNotRunning, match="its chain is not running"):
        localnet.running()


class Up(Localnet):
    """A network that is up as soon as it is wanted."""

    async def up(self, plan, on_step=no_steps):
        return self.manifest()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
def test_a_network_in_the_foreground_ends_with_its_command(number, localnet, left_behind, monkeypatch, capsys):
    save(localnet, manifest(localnet, chain=left_behind))
    monkeypatch.setattr("walrus_cli.local.localnet._open", lambda directory: Up(localnet.layout.root))
    monkeypatch.setattr("walrus_cli.local.localnet._stopped", lambda: _killed_by(number, real=_stopped))
    assert run(["localnet", "up", "--foreground", "--json"]) == 0
    assert not left_behind.alive
    assert json.loads(capsys.readouterr().out)["rpcUrl"] == "http://127.0.0.1:1"


async def _killed_by(number, *, real) -> None:
    asyncio.get_running_loop().call_soon(os.kill, os.getpid(), number)
    await real()


async def test_other_peoples_files_are_not_touched(localnet):
    localnet.layout.root.mkdir()
    (localnet.layout.root / "thesis.tex").write_text("")
    with pytest.raises(LocalnetError, match="holds files that are not a network's"):
        await localnet.up(Plan())


@pytest.mark.parametrize(
    "plan", [Plan(nodes=3, shards=10), Plan(nodes=13, shards=12), Plan(shards=1001), Plan(epoch_duration=999)]
)
async def test_a_plan_no_network_can_follow_is_refused(localnet, plan):
    with pytest.raises(LocalnetError, match="expected"):
        await localnet.up(plan)
    assert not localnet.layout.root.exists()


def test_free_ports_are_all_different_and_not_those_the_system_gives_to_anybody():
    found = free_ports(50)
    assert len(set(found)) == 50
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    assert not [port for port in found if first <= port <= last]


@pytest.mark.parametrize("name", ["file", "file/below", "circle"])
async def test_a_directory_that_cannot_be_is_one_error(tmp_path, name):
    (tmp_path / "file").write_text("")
    (tmp_path / "circle").symlink_to("circle")
    for attempt in (Localnet(tmp_path / name).up(Plan()), Localnet(tmp_path / name).down()):
        with pytest.raises(LocalnetError, match=r"expected .*(to keep the network in|a local network in)"):
            await attempt
    assert sorted(item.name for item in tmp_path.iterdir()) == ["circle", "file"]


@pytest.fixture
def left_behind(tmp_path):
    """A process of a start that was killed; it ends when it is told to, at the latest with the test."""
    process = spawn("http.server", ["--bind", "127.0.0.1", "0"], tmp_path / "log")
    yield process
    process.signal(signal.SIGKILL)


async def test_what_a_killed_start_left_behind_is_ended_and_forgotten(localnet, left_behind):
    localnet.layout.make()
    starting = Starting(localnet.layout.starting)
    starting.begin()
    starting.add(left_behind)
    with localnet.layout.starting.open("a") as file:
        file.write('{"pid": 1, "sta')  # killed while it wrote
    (localnet.layout.chain / "ledger.sqlite").write_text("half")
    await localnet.down()
    assert not left_behind.alive
    assert {item.name for item in localnet.layout.root.iterdir()} == {"logs", "lock"}
    with pytest.raises(LocalnetNotRunning, match="found none"):
        await localnet.down()


async def test_what_is_in_the_manifest_already_outlives_a_killed_start(localnet, left_behind):
    save(localnet, manifest(localnet, chain=left_behind))
    starting = Starting(localnet.layout.starting)
    starting.begin()
    starting.add(left_behind)
    with pytest.raises(LocalnetRunning):
        await localnet.up(Plan())
    assert left_behind.alive
    assert not localnet.layout.starting.exists()


async def test_a_node_named_twice_is_one_node(localnet):
    save(localnet, manifest(localnet, chain=this_process()))
    with pytest.raises(LocalnetError, match="expected node-1 to be running"):
        await localnet.kill_nodes(["node-1", "node-1"])
    assert [node.name for node in localnet._chosen(localnet.manifest(), ["node-1", "node-2", "node-1"])] == [
        "node-1",
        "node-2",
    ]


@pytest.mark.parametrize(
    ("option", "there"),
    [("--nodes=5", "4"), ("--shards=130", "10"), ("--epoch-duration=1h", "30000"), ("--tls", "False")],
)
def test_a_network_that_is_there_is_not_taken_for_one_of_another_kind(localnet, option, there, capsys):
    save(localnet, dataclasses.replace(manifest(localnet), epoch_duration=30_000))
    assert run(["localnet", "up", "--dir", str(localnet.layout.root), option]) == 9
    name = option.partition("=")[0]
    assert capsys.readouterr().err.endswith(
        f", but the one there has {there}\nhint: leave {name} out to go on with it, or choose another --dir\n"
    )


def test_logs_are_the_last_lines(localnet, capsys):
    save(localnet, manifest(localnet))
    localnet.layout.log("node-1").write_text("one\ntwo\nthree\n")
    logs = ["localnet", "logs", "--dir", str(localnet.layout.root), "1", "--lines"]
    assert (run([*logs, "2"]), capsys.readouterr().out) == (0, "two\nthree\n")
    assert run([*logs, "0"]) == 2
