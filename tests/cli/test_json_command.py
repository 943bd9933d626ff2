"""`walrus json`: the same commands, given as objects."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from tests.cli.conftest import Stage
from tests.finished import Done
from walrus_cli.json_command import words_of
from walrus_cli.main import run


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (
            {"command": {"store": {"files": ["a", "-b"], "epochs": 5, "permanent": True, "force": False}}},
            ["store", "--epochs=5", "--permanent", "--json", "--", "a", "-b"],
        ),
        (
            {"command": {"write": {"files": ["a"], "deletable": False, "dryRun": True, "endEpoch": None}}},
            ["store", "--permanent", "--dry-run", "--json", "--", "a"],
        ),
        (
            {"config": "c.yaml", "wallet": "w", "gasBudget": 7, "context": None, "command": {"info": {}}},
            ["--config=c.yaml", "--wallet=w", "--gas-budget=7", "info", "--json"],
        ),
        (
            {"command": {"stake": {"nodeIds": ["0x1", "0x2"], "amounts": [1, 2]}}},
            ["stake", "--node-ids=0x1", "--node-ids=0x2", "--amounts=1", "--amounts=2", "--json"],
        ),
        (
            {"command": {"setBlobAttribute": {"blobObjId": "0x1", "attr": ["k", "--v"]}}},
            ["set-blob-attribute", "--attr=k", "--attr=--v", "--json", "--", "0x1"],
        ),
        (
            {"command": {"setBlobAttribute": {"blobObjId": "0x1", "attributes": {"k": "v", "l": "w"}}}},
            ["set-blob-attribute", "--attr=k", "--attr=v", "--attr=l", "--attr=w", "--json", "--", "0x1"],
        ),
        (
            {"rpcUrl": "http://x", "command": {"resolveQuilt": {"quiltId": "-q"}}},
            ["--rpc-url=http://x", "list-patches-in-quilt", "--json", "--", "-q"],
        ),
        (
            {"command": {"certificate": {"verify": {"path": "c.json", "onChain": True}}}},
            ["certificate", "verify", "--on-chain", "--json", "--", "c.json"],
        ),
    ],
)
def test_an_object_is_a_command_line(document: dict[str, Any], words: list[str]) -> None:
    assert words_of(document) == words


def ask(stage: Stage, document: dict[str, Any]) -> Done:
    return stage.walrus("json", json.dumps(document))


def test_it_answers_as_the_command_does(stage: Stage) -> None:
    blob = "0x" + stage.blob().object_id.hex()
    made = stage.walrus(
        "json", json.dumps({"command": {"setBlobAttribute": {"blobObjId": blob, "attr": ["k", "-v"]}}})
    )
    assert (made.code, made.json) == (0, {"attribute": {"k": "-v"}})
    same = ask(stage, {"command": {"getBlobAttribute": {"blobObjId": blob}}})
    assert same.json == stage.walrus("get-blob-attribute", blob, "--json").json
    info = stage.walrus(
        "json", json.dumps({"config": str(stage.config), "command": {"info": {"section": "epoch"}}})
    )
    assert info.json == stage.walrus("info", "epoch", "--json").json
    missing = ask(stage, {"command": {"getBlobAttribute": {"blobObjId": "0x1234"}}})
    assert (missing.code, missing.error) == (5, "object_not_found")


def test_the_object_may_come_on_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    number = str(int.from_bytes(bytes(range(32)), "little"))
    monkeypatch.setattr(
        "sys.stdin", io.StringIO(json.dumps({"command": {"convertBlobId": {"blobIdDecimal": number}}}))
    )
    assert run(["json"]) == 0
    assert json.loads(capsys.readouterr().out)["blobId"] == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected a JSON object"),
        ("{", "expected a JSON object"),
        ("[" * 100_000, "expected a JSON object"),
        ("[]", "expected the input to be an object"),
        ("{}", "expected command"),
        ('{"command": {}}', "expected one name in command, got 0"),
        ('{"command": {"store": {}, "read": {}}}', "got 2"),
        ('{"command": {"steal": {}}}', "got 'steal'"),
        ('{"command": {"certificate": {"forge": {}}}}', "got 'certificate.forge'"),
        ('{"command": {"store": []}}', "expected store to be an object"),
        ('{"comand": {"store": {}}}', "expected command and"),
        ('{"command": {"info": {"color": 1}}}', "got 'color'"),
        ('{"command": {"store": {"force": 1}}}', "expected true or false for force"),
        ('{"command": {"store": {"epochs": [1, 2]}}}', "expected one value for epochs, got 2"),
        ('{"command": {"store": {"files": [["a"]]}}}', "expected text or a number for files"),
        ('{"gasBudget": true, "command": {"info": {}}}', "expected text or a number for gasBudget"),
    ],
)
def test_what_is_no_command_is_one_clear_error(
    text: str, complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert run(["json"]) == 8
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "input"
    assert complaint in error["message"]


def test_usage_is_checked_as_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["json", '{"command": {"extend": {}}}']) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"
