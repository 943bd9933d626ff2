"""The official encoder as a live peer: `@mysten/walrus-wasm` in a Node.js process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

PACKAGE = "@mysten/walrus-wasm"
VERSION = "0.3.0"


class PeerUnavailable(Exception):
    """Why the official encoder cannot be run here."""


class WalrusWasm:
    """A running encoder; `ask` sends a command of walrus_wasm.cjs. Use it as a context manager."""

    def __init__(self) -> None:
        """Raises `PeerUnavailable`."""
        folder = _installed()
        script = Path(__file__).with_suffix(".cjs")
        self._process = subprocess.Popen(
            ["node", str(script), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """The answer; one with a key `error` if the encoder refused."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"command": command, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            return {"error": "the encoder ended"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> WalrusWasm:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def _installed() -> Path:
    """The folder with the package, put into the user's cache on first use."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise PeerUnavailable("node and npm are not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "walrus-sui" / "peers" / f"walrus-wasm-{VERSION}"
    if not (folder / "node_modules" / PACKAGE / "package.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", f"--prefix={folder}"]
        done = subprocess.run([*command, f"{PACKAGE}@{VERSION}"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerUnavailable(f"npm cannot install {PACKAGE} {VERSION}: {done.stderr.strip()[-300:]}")
    return folder
