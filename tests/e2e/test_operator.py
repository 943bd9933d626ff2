"""The commands of docs/storage-node.md, one after the other: from nothing to a node of the committee."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.waiting import SECONDS, until
from walrus_cli.main import run
from walrus_localnet.testbed.localnet import Localnet
from walrus_localnet.testbed.plan import Plan
from walrus_localnet.testbed.ports import free_ports

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]

EPOCH_MS = 6000


@pytest.fixture
def net(tmp_path):
    net = Localnet(tmp_path / "net")
    asyncio.run(net.up(Plan(nodes=4, shards=20, epoch_duration=EPOCH_MS, in_process=True)))
    yield net
    asyncio.run(net.discard())


@pytest.fixture
def walrus(capsys):
    """Runs a command; gives its exit code and its answer in JSON."""

    def ask(*words):
        code = run([*words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return ask


def test_from_nothing_to_a_node_of_the_committee(net, walrus, tmp_path, capsys):
    def done(*words):
        code, answer = walrus(*words)
        assert code == 0, answer
        return answer

    network, folder = str(net.layout.client_config), tmp_path / "walrus-node"
    words = ["--name", "sunrise", "--public-host", "127.0.0.1", "--public-port", str(free_ports(1)[0])]
    made = done("node", "setup", str(folder), *words, "--config", network)
    ask_faucet(net.manifest().faucet_url, made["suiAddress"])
    registered = done("node", "register", "--config", made["config"])
    with running(made["config"], tmp_path / "node.log") as node:
        done("stake", "--node-ids", registered["nodeId"], "--amounts", "1000WAL", "--config", network)
        until(lambda: has_joined(walrus, made["config"]), seconds=2 * SECONDS, pause=0.2)
        committee = done("health", "--config", network)["healthInfo"]
        assert "sunrise" in {entry["nodeName"] for entry in committee if "Ok" in entry["healthInfo"]}
        assert run(["node", "status", "--config", made["config"]]) == 0
        assert capsys.readouterr().out.startswith("sunrise  http://127.0.0.1:")
        node.send_signal(signal.SIGTERM)
        assert node.wait(SECONDS) == 0


def ask_faucet(url: str, address: str) -> None:
    body = {"FixedAmountRequest": {"recipient": address}}
    answer = httpx.post(f"{url}/v2/gas", json=body, trust_env=False, timeout=30)
    assert answer.json()["status"] == "Success"


@contextlib.contextmanager
def running(config: str, log: Path):
    """`walrus node run`, killed at the end if it still runs."""
    program = "from walrus_cli.main import main; main()"
    with log.open("wb") as file:
        command = [sys.executable, "-c", program, "node", "run", "--config", config]
        node = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        yield node
    finally:
        node.kill()
        node.wait()


def has_joined(walrus, config: str) -> bool:
    """Whether the node has shards, and all that belongs in them."""
    code, status = walrus("node", "status", "--config", config)
    if code != 0:
        return False
    shards = status["shardSummary"]
    return shards["owned"] > 0 and shards["ownedShardStatus"]["ready"] == shards["owned"]
