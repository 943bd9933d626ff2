"""Official tools from npm as live peers: Node.js processes that answer one JSON line to each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self


class PeerUnavailable(Exception):
    """Why an official tool cannot be run here."""


class Peer:
    """A running script of this folder; `ask` sends it a command. Use it as a context manager."""

    def __init__(self, script: str, folder: Path) -> None:
        """`folder` is handed to the script, which finds its packages there."""
        self._process = subprocess.Popen(
            ["node", str(Path(__file__).parent / script), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """The answer; one with a key `error` if the tool refused."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"command": command, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            return {"error": "the tool ended"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def installed(name: str, packages: Iterable[str]) -> Path:
    """The folder `name` of the user's cache with these pinned packages, put there on first use.

    Raises `PeerUnavailable` where there is no Node.js or npm, or npm cannot fetch them.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise PeerUnavailable("node and npm are not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "walrus-sui" / "peers" / name
    complete = folder / "complete"
    if not complete.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", f"--prefix={folder}"]
        done = subprocess.run([*command, *packages], capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerUnavailable(f"npm cannot install {', '.join(packages)}: {done.stderr.strip()[-300:]}")
        complete.touch()
    return folder
