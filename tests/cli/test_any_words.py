"""Whatever words a command is given, it ends with a documented exit code and, with --json, one document."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from walrus_cli import exits
from walrus_cli.main import run
from walrus_cli.reference import Command, commands_of

NAMES = (
    "store read blob-status store-quilt read-quilt list-patches-in-quilt list-blobs extend delete "
    "burn-blobs share fund-shared-blob get-blob-attribute set-blob-attribute "
    "remove-blob-attribute-fields remove-blob-attribute certificate doctor get-wal stake request-withdraw-stake "
    "withdraw-stake list-staked-wal info health blob-id convert-blob-id decode json completion node-admin"
)
CODES = {0, exits.FAILED, exits.USAGE, *exits._BY_ERROR_CODE.values()}
VALUES = (
    "", "0", "1", "-1", "5", "max", "1.5WAL", "99999999999999999999999", "1e9", "0x6", "0x", "0xzz",
    "0x" + "ab" * 32, "A" * 43, "-" + "A" * 42, "é", "\udc80", "a=b", "=", "{}", '{"command": {"info": {}}}',
    "file", "folder", "absent", "http://127.0.0.1:1", "all", "bash", "5s", "2030-01-01", "-", "--", "-x",
    "--no-such-option", "x" * 5000,
)  # fmt: skip
LINES = 12


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without any configuration, in a folder with a file, a folder and a configuration of no network."""
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("WALRUS_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{\xff")))
    (tmp_path / "file").write_bytes(b"contents")
    (tmp_path / "folder").mkdir()
    return tmp_path


def lines(command: Command, chance: random.Random) -> Iterator[list[str]]:
    """Command lines of this command that a hurried, mistaken or malicious user might type."""
    for _ in range(LINES):
        words = [*command.path]
        for item in chance.sample(command.options, chance.randint(0, len(command.options))):
            if "--trace-cli" in item.flags or "--help" in item.flags:
                continue
            words.append(chance.choice((*item.flags, *item.off_flags)))
            if item.kind:
                words += chance.choices(VALUES, k=chance.choice((1, 1, 1, 0, 2)))
        words += chance.choices(VALUES, k=chance.randint(0, 1 + len(command.arguments)))
        yield words


@pytest.mark.parametrize("name", NAMES.split())
@pytest.mark.usefixtures("nowhere")
def test_no_words_bring_a_command_down(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(name)
    for command in commands_of(name):
        for words in lines(command, chance):
            code = run([*words[: len(command.path)], "--json", *words[len(command.path) :]])
            captured = capsys.readouterr()
            assert code in CODES, (words, captured)
            document = json.loads(captured.out) if captured.out else None
            if code != 0 and name != "doctor":
                assert isinstance(document, dict), (words, captured)
                assert document["error"]["code"] != "internal", (words, captured)
