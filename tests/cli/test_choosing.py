"""Which network a command line means: contexts, full nodes, and files that are missing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Stage
from walrus_cli.main import run


@pytest.fixture
def contexts(stage: Stage, tmp_path: Path) -> Path:
    """The stage's network as `mine`, and one that is nowhere as the default."""
    mine = yaml.safe_load(stage.config.read_text())
    nowhere = {**mine, "rpc_urls": ["http://127.0.0.1:1"]}
    path = tmp_path / "contexts.yaml"
    path.write_text(yaml.safe_dump({"default_context": "nowhere", "contexts": {"nowhere": nowhere, "mine": mine}}))
    return path


def test_a_context_is_chosen_before_or_after_the_command_or_by_variable(
    stage: Stage, contexts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ("--config", contexts)
    unreachable = stage.walrus("info", *config, "--json")
    assert (unreachable.code, unreachable.error) == (4, "chain_unreachable")
    assert stage.walrus("info", *config, "--context", "mine").code == 0
    assert stage.walrus(*config, "--context", "mine", "info").code == 0
    assert stage.walrus("--context", "nowhere", *config, "info", "--context", "mine").code == 0
    unknown = stage.walrus("info", *config, "--context", "yours")
    assert (unknown.code, "expected one of the contexts mine, nowhere" in unknown.err) == (3, True)
    monkeypatch.setenv("WALRUS_CONTEXT", "mine")
    assert stage.walrus("info", *config).code == 0
    assert f"ok    config        {contexts}, context mine" in stage.walrus("doctor", *config).out


def test_a_full_node_takes_the_place_of_those_configured(stage: Stage, contexts: Path) -> None:
    words = ("list-blobs", "--config", contexts)
    assert stage.walrus(*words, "--rpc-url", stage.world.network.url).code == 0
    assert stage.walrus("--rpc-url", stage.world.network.url, *words).code == 0
    assert stage.walrus(*words).code == 4


def test_the_shards_of_the_configuration_are_those_of_blob_ids(
    stage: Stage,
    contexts: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, config = tmp_path / "file", tmp_path / "config"
    file.write_bytes(b"something")
    config.write_text(stage.config.read_text() + "n_shards: 77\n")

    def blob_id(*words: object) -> str:
        return str(stage.walrus("blob-id", file, *words, "--json").json["blobId"])

    assert blob_id("--config", config) == blob_id("--n-shards", 77) != blob_id("--n-shards", 1000)
    assert stage.walrus("blob-id", file, "--config", tmp_path / "absent").code == 3
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("WALRUS_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    assert run(["blob-id", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["blobId"] == blob_id("--n-shards", 1000)


def test_a_trace_tells_what_was_done_and_no_secrets(stage: Stage, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    program = "from walrus_cli.main import main; main()"
    words = ["get-wal", "--config", str(stage.config), "--trace-cli", f"file={trace}", "--json"]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    text = trace.read_text()
    assert re.search(r"DEBUG", text)
    keypair = stage.world.owner
    assert keypair.suiprivkey not in text
    assert keypair.keystore_entry not in text
    for wrong in ("otlp", "file=", f"file={tmp_path / 'no' / 'where'}"):
        refused = stage.walrus("info", "--trace-cli", wrong, "--json")
        assert (refused.code, refused.error) == (8, "input")


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert re.fullmatch(r"walrus-sui \d+\.\d+\.\d+\n", capsys.readouterr().out)
