"""The `sui` binary as compiler and test runner, in the place of the WASM build.

It gets the very input the WASM build gets, laid out in a temporary folder: sources, the framework of this project
and the other dependencies as local packages at fixed addresses. So nothing is fetched, nothing is written into the
package's own folder, and what comes out links like the WASM build's output.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from walrus_localnet.move.errors import CompilerError, CompilerUnavailable
from walrus_localnet.move.wasm import Answer

_VERSION = re.compile(r"^sui (\d+)\.(\d+)\.(\d+)\S*$", re.MULTILINE)
_JSON_LINE = re.compile(r"^\{.*\}\s*$", re.MULTILINE)
_PROGRESS = re.compile(r"^(INCLUDING DEPENDENCY|BUILDING|UPDATING GIT|FETCHING GIT) .*\n", re.MULTILINE)
_VERSION_SECONDS = 30
_RUN_SECONDS = 900


@dataclass(frozen=True)
class SuiBinary:
    """A `sui` executable; `version` is (major, minor, patch)."""

    path: Path
    version: tuple[int, int, int]

    @classmethod
    def find(cls) -> SuiBinary:
        """The one on PATH.

        Raises `CompilerUnavailable` when there is none, `CompilerError` when it does not say what version it is.
        """
        found = shutil.which("sui")
        if found is None:
            raise CompilerUnavailable("there is no `sui` on PATH", hint="install it, or use --compiler wasm")
        path = Path(found).absolute()
        said = _run([str(path), "--version"], Path.cwd(), _VERSION_SECONDS)
        version = _VERSION.search(said.stdout)
        if said.returncode or version is None:
            came = (said.stdout or said.stderr).strip()
            raise CompilerError(f"expected `sui X.Y.Z` from `{path} --version`, got {came!r}")
        major, minor, patch = map(int, version.groups())
        return cls(path, (major, minor, patch))

    def __str__(self) -> str:
        return f"sui {'.'.join(map(str, self.version))} ({self.path})"

    def compile(
        self, files: Mapping[str, str], dependencies: Sequence[Mapping[str, Any]], **options: Any
    ) -> Answer:
        """Compiles as `MoveWasm.compile` does: on success the text is JSON, otherwise diagnostics."""
        silence = ["--silence-warnings"] if options.get("silenceWarnings") else []
        said = self._in_folder(files, dependencies, ["build", "--dump-bytecode-as-base64", *silence])
        document = _JSON_LINE.findall(said.stdout)
        if said.returncode:
            return Answer(False, said.stdout + said.stderr)
        if not document:
            raise CompilerError(f"expected modules as JSON from {self}, got:\n{said.stdout}{said.stderr}")
        return Answer(True, json.dumps({**json.loads(document[-1]), "warnings": said.stderr}))

    def test(self, files: Mapping[str, str], dependencies: Sequence[Mapping[str, Any]], **options: Any) -> Answer:
        """Runs tests as `MoveWasm.test` does: the text is the runner's report, or diagnostics."""
        said = self._in_folder(files, dependencies, ["test"])
        return Answer(said.returncode == 0, said.stdout + said.stderr)

    def _in_folder(
        self, files: Mapping[str, str], dependencies: Sequence[Mapping[str, Any]], words: list[str]
    ) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory(prefix="walrus-move-") as scratch:
            root = Path(scratch).resolve() / "root"
            lay_out(root, files, dependencies)
            said = _run([str(self.path), "move", *words], root, _RUN_SECONDS)
        return subprocess.CompletedProcess(
            said.args, said.returncode, _as_diagnostics(said.stdout, root), _as_diagnostics(said.stderr, root)
        )


def _as_diagnostics(text: str, root: Path) -> str:
    """Without lines that tell of progress, and with paths inside the package."""
    return _PROGRESS.sub("", text).replace(f"{root}/", "")


def lay_out(root: Path, files: Mapping[str, str], dependencies: Sequence[Mapping[str, Any]]) -> None:
    """Writes the compiler's input as packages: the root in `root`, dependencies in `dependencies` beside it."""
    names = [str(dependency["name"]) for dependency in dependencies]
    for path, text in files.items():
        _write(root / path, text + _local(names, "../dependencies") if path == "Move.toml" else text)
    for index, dependency in enumerate(dependencies):
        folder = root.parent / "dependencies" / names[index]
        _write(folder / "Move.toml", _manifest(dependency) + _local(names[:index], ".."))
        for path, text in dependency["files"].items():
            _write(root.parent / path, text)


def _manifest(dependency: Mapping[str, Any]) -> str:
    """The addresses are the package's own and those of all it needs: packages must agree on them."""
    lines = [
        "[package]",
        f'name = "{dependency["name"]}"',
        f'edition = "{dependency["edition"]}"',
        f'published-at = "{dependency["publishedIdForOutput"]}"',
        "[addresses]",
    ]
    lines += [f'{name} = "{address}"' for name, address in dependency["addressMapping"].items()]
    return "\n".join(lines) + "\n"


def _local(names: Sequence[str], folder: str) -> str:
    lines = [f'{name} = {{ local = "{folder}/{name}" }}' for name in names]
    return "\n".join(["[dependencies]", *lines, ""])


def _write(path: Path, text: str) -> None:
    if ".." in PurePosixPath(path).parts:
        raise CompilerError(f"expected a path inside the package, got {path}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _run(command: list[str], folder: Path, seconds: int) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CompilerError(f"`{' '.join(command)}` did not end within {seconds} seconds") from error
    except OSError as error:
        raise CompilerError(f"`{command[0]}` cannot be run: {error.strerror}") from error
