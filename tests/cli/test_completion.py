"""Completion scripts, run in the shells they are for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from walrus_cli.main import run

ASK = """
source {script}
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_walrus
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("completion") / "walrus.bash"
    program = "from walrus_cli.main import main; main()"
    command = [sys.executable, "-c", program, "completion", "bash"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    path.write_text(done.stdout)
    return path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("walrus st", ["store", "store-quilt", "stake"]),
        ("walrus --wallet w list-s", ["list-staked-wal"]),
        ("walrus resolve", ["resolve-quilt"]),
        ("walrus node re", ["register"]),
        ("walrus extend --ep", ["--epochs-extended"]),
        ("walrus extend --blob-obj-id 0x1 --sh", ["--shared"]),
        ("walrus certificate verify file --on", ["--on-chain"]),
        ("walrus write --dry", ["--dry-run"]),
        ("walrus store fi", [""]),
        ("walrus no-such-command --fo", [""]),
    ],
)
def test_bash_completes_commands_and_options(words: str, expected: list[str], script: Path) -> None:
    asked = ASK.format(script=script, words=words)
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:-1] == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script_it_can_read(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["completion", shell, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["shell"] == shell
    assert "blob-status" in document["script"]
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    path = tmp_path / "script"
    path.write_text(document["script"])
    subprocess.run([shell, "-n", str(path)], check=True)


def test_an_unknown_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "tcsh", "--json"]) == 2
    assert "'bash', 'zsh', 'fish'" in json.loads(capsys.readouterr().out)["error"]["message"]
