"""What becomes of a command whose input or output is closed, full, or gone, and of one that is stopped."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import SECONDS
from walrus_cli import output
from walrus_cli.__main__ import main
from walrus_cli.blobs import store
from walrus_cli.files import standard_input
from walrus_cli.main import run
from walrus_sui.errors import InputError

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
@pytest.mark.parametrize("words", [["--help"], ["convert-blob-id", "123", "--json"]], ids=str)
def test_an_answer_that_cannot_be_written_is_one_error(words: list[str]) -> None:
    with FULL.open("w") as full:
        command = [sys.executable, "-m", "walrus_cli", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "error: could not write to standard output: No space left on device\n"


def test_nobody_listening_is_no_reason_to_speak() -> None:
    command = [sys.executable, "-m", "walrus_cli", "completion", "fish"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, errors) == (1, b"")


def test_closed_standard_input_is_one_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(InputError, match="standard input, but it is closed"):
        store._items([store.STDIN], 1)
    assert run(["json"]) == 8
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "input"
    with pytest.raises(InputError):
        standard_input()


def test_closed_standard_output_is_one_error_where_data_would_go_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout", None)
    assert run(["read", "A" * 43]) == 8
    assert "it is closed" in capsys.readouterr().err


def test_ctrl_c_in_a_store_is_one_document_that_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(store, "open_client", _interrupted)
    assert run(["store", "file", "--json"]) == 130
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "interrupted"
    assert "--resume" in error["hint"]


def test_ctrl_c_before_anything_is_loaded_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Loading:
        def find_spec(self, name: str, *rest: object) -> None:
            if name == "walrus_cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "walrus_cli.main")
    monkeypatch.setattr("sys.meta_path", [Loading(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "")


def test_a_usage_error_names_the_help_that_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["certificate", "verify"]) == 2
    assert "hint: see `walrus certificate verify --help`" in capsys.readouterr().err
    assert run(["no-such-command"]) == 2
    assert "hint: see `walrus --help`" in capsys.readouterr().err


def test_a_terminal_without_the_characters_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", terminal)
    output.accept_any_text()
    output.result({}, "47\u2026 of \udcff.jpg")
    assert terminal.buffer.getvalue() == b"47\\u2026 of \\udcff.jpg\n"  # type: ignore[attr-defined]


def _interrupted(*given: Any) -> None:
    raise KeyboardInterrupt
