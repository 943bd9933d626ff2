"""The command line as a whole: help, errors, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.waiting import SECONDS
from walrus_cli import output
from walrus_cli.durations import parse_duration
from walrus_cli.main import COMMANDS, build_command, run
from walrus_sui.errors import ConfigError


@pytest.fixture(autouse=True)
def text_output(monkeypatch):
    monkeypatch.setattr(output, "_json_wanted", False)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A user without any Walrus configuration."""
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("WALRUS_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_help_names_every_command_and_imports_nothing_heavy(capsys):
    program = (
        "import sys; sys.argv = ['walrus', '--help']\n"
        "from walrus_cli.main import run\n"
        "assert run(['--help']) == 0\n"
        "heavy = {'numpy', 'httpx', 'pysui', 'rich', 'yaml', 'pydantic', 'starlette'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in ("store", "read", "blob-status", "info", "localnet", "demo"))


@pytest.mark.parametrize(
    "words", [["read", "A" * 43, "--out", "x"], ["store", "a", "b", "--epochs", "5"]], ids=str
)
def test_plain_values_are_converted_without_what_takes_long_to_load(words, nowhere):
    program = (
        "import sys\n"
        "from walrus_cli.main import run\n"
        f"assert run({words!r}) == 3\n"  # there is no configuration
        "assert 'pydantic' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["store", "a", "./b"], {"files": [Path("a"), Path("b")], "epochs": None, "end_epoch": None}),
        (["store", "--end-epoch", "7"], {"files": (), "end_epoch": 7, "attribute": ()}),
        (["store", "--attribute", "a=1", "--attribute", "b=2"], {"attribute": ["a=1", "b=2"], "dry_run": False}),
        (["read", "id", "--out", "-"], {"blob_id": "id", "out": Path("-"), "strict": False, "config": None}),
        (["localnet", "kill-node", "3", "5"], {"names": ["3", "5"], "directory": None}),
    ],
    ids=str,
)
def test_values_are_of_the_types_that_commands_expect(words, expected):
    command, arguments = build_command(words), list(words)
    while getattr(command, "commands", None):
        command = command.commands[arguments.pop(0)]
    with command.make_context("walrus", arguments) as context:
        found = {name: context.params[name] for name in expected}
    assert found == expected


def test_every_command_has_its_own_help(capsys):
    for name in COMMANDS:
        assert run([name, "--help"]) == 0, name
        assert f"walrus {name}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["no-such-command"], ["store"], ["read", "--no-such-option"]])
def test_a_command_line_that_cannot_be_understood_exits_with_2(arguments, capsys):
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert captured.out == ""


def test_errors_are_one_json_document_with_json(nowhere, capsys):
    assert run(["info", "--json"]) == 3
    captured = capsys.readouterr()
    error = json.loads(captured.out)["error"]
    assert error["code"] == "config"
    assert "client_config.yaml" in error["message"]
    assert "walrus localnet up" in error["hint"]
    assert captured.err == ""


def test_usage_errors_are_json_too(capsys):
    assert run(["read", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


def test_without_a_network_the_user_is_told_how_to_get_one(nowhere, capsys):
    assert run(["store", "x"]) == 3
    assert "hint: start a network here with `walrus localnet up`" in capsys.readouterr().err


def test_an_unreachable_network_is_one_clear_error(nowhere, capsys):
    config = nowhere / "client_config.yaml"
    ids = "system_object: '0x1'\nstaking_object: '0x2'\n"
    config.write_text(ids + "rpc_urls: ['http://127.0.0.1:1']\n")
    assert run(["info"]) == 4
    assert "127.0.0.1:1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "got an empty file"),
        (b"a: [\n", "got expected the node content, but found '<stream end>' in line 2, column 1"),
        (b"\xff\xfe", "got bytes that are no text"),
        (b"- a\n", "to hold named values, got list"),
        (b"rpc_urls: [http://127.0.0.1:1]\n", "expected system_object"),
    ],
)
def test_a_broken_configuration_is_one_line(content, message, nowhere, capsys):
    (nowhere / "client_config.yaml").write_bytes(content)
    assert run(["info"]) == 3
    error, *rest = capsys.readouterr().err.splitlines()
    assert message in error
    assert not rest


def test_a_url_of_no_full_node_is_a_fault_of_the_configuration(nowhere, capsys):
    ids = "system_object: '0x1'\nstaking_object: '0x2'\nrpc_urls: [http://127.0.0.1:1]\n"
    (nowhere / "client_config.yaml").write_text(ids)
    assert run(["info", "--rpc-url", "nonsense", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "config"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["info"], "found none in"),
        (["doctor"], "found none in"),
        (["info", "--config", "tilde.yaml"], "expected a home directory for ~/client.yaml"),
        (["localnet", "status"], "expected this user to have a home directory"),
        (["localnet", "up"], "expected this user to have a home directory"),
        (["generate-sui-wallet"], "expected this user to have a home directory"),
    ],
    ids=str,
)
def test_a_user_without_a_home_is_told_so(words, message, nowhere, monkeypatch, capsys):
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable)

    def nobody(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr("pwd.getpwuid", nobody)
    ids = "system_object: '0x1'\nstaking_object: '0x2'\nrpc_urls: [http://127.0.0.1:1]\n"
    (nowhere / "tilde.yaml").write_text(ids + "wallet_config: ~/client.yaml\n")
    assert run(words) == (1 if words == ["doctor"] else 3)
    captured = capsys.readouterr()
    assert message in captured.out + captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("command", ["read", "blob-status"])
def test_a_blob_id_may_begin_with_a_dash(command, nowhere, capsys):
    # past the parser it is the missing configuration that stops it
    assert run([command, "-BAkfHdxSlW28J80lFhA0ADtfMTTxEHGj9QnUDxeVR4", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "config"


def test_something_that_is_no_blob_id_is_refused_before_anything_else(nowhere, capsys):
    assert run(["read", "not-a-blob-id"]) == 8
    assert "expected a blob id of 43" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("1500ms", 1500), ("90s", 90_000), ("10m", 600_000), ("1h", 3_600_000), ("2d", 172_800_000)],
)
def test_durations(text, milliseconds):
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize("text", ["", "1", "h", "-1h", "1.5h", "1 h", "1w"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ConfigError, match="expected a duration"):
        parse_duration(text)


def test_a_sui_network_alone_says_where_it_is_and_stops_cleanly():
    arguments = ["localnet", "chain", "--port", "0", "--faucet-port", "0", "--epoch-ms", "50", "--json"]
    command = [sys.executable, "-c", "from walrus_cli.main import main; main()", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        ready = json.loads(process.stdout.readline())
        body = {"FixedAmountRequest": {"recipient": "0x12"}}
        answer = httpx.post(ready["faucetUrl"] + "/v2/gas", json=body, timeout=SECONDS)
        process.terminate()
        _, errors = process.communicate(timeout=SECONDS)
    assert set(ready) == {"url", "faucetUrl", "chainId"}
    assert answer.json()["status"] == "Success"
    assert (process.returncode, errors) == (0, "")
