"""A finished command of the command line, however it was run."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tests.waiting import SECONDS
from walrus_cli.main import run

WALRUS = (sys.executable, "-c", "from walrus_cli.main import main; main()")


@dataclass(frozen=True)
class Done:
    """Its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The code of the error that was printed as JSON."""
        return str(self.json["error"]["code"])


def run_here(*words: object, **environment: str) -> Done:
    """`walrus` with these words in this process, which saves the second that a process takes to begin."""
    out, err = io.TextIOWrapper(io.BytesIO(), write_through=True), io.StringIO()
    with (
        patch.dict(os.environ, environment),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run([*map(str, words)])
    return Done(code, out.buffer.getvalue().decode(), err.getvalue())  # type: ignore[attr-defined]


def run_apart(*words: object, **environment: str) -> Done:
    """`walrus` with these words as users run it: in a process of its own."""
    done = subprocess.run(
        [*WALRUS, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env={**os.environ, **environment},
    )
    return Done(done.returncode, done.stdout, done.stderr)
