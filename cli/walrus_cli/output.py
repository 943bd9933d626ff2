"""The only place that prints: results to standard output, everything else to standard error.

With `--json`, a command prints exactly one JSON document: its result, or `{"error": {"code", "message", "hint"}}`.
"""

from __future__ import annotations

import errno
import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from walrus_cli import exits
from walrus_cli.hints import hint_of
from walrus_sui.errors import InputError, WalrusError
from walrus_sui.files import write_pieces

if TYPE_CHECKING:
    from rich.progress import TaskID

    from walrus_sui.client.progress import Phase, Progress, ProgressListener

_json_wanted = False

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""What writing to standard output fails with; whoever writes elsewhere turns them into errors of ours."""


def accept_any_text() -> None:
    """Show as `\\xff` or `\\u2026` what the terminal has no characters for: names of files need not be text."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def begin(wanted: bool) -> None:
    """A new command line, whose answer is to be JSON or not."""
    global _json_wanted
    _json_wanted = wanted


def choose_json(wanted: bool) -> bool:
    """Answer in JSON from now on (the callback of every command's `--json`)."""
    global _json_wanted
    _json_wanted = _json_wanted or wanted
    return wanted


def json_wanted() -> bool:
    return _json_wanted


def result(document: Mapping[str, object] | Sequence[object], text: str) -> None:
    """A command's result: `document` with `--json`, `text` for people."""
    print(json.dumps(document) if _json_wanted else text, flush=True)


def raw(data: bytes) -> None:
    """Bytes to standard output, unchanged."""
    write_pieces(stream(), data)


def stream() -> BinaryIO:
    """Standard output, for bytes that go there unchanged. Raises `InputError` if it is closed."""
    if sys.stdout is None:
        raise InputError("expected standard output to be open, but it is closed", hint="name a file with --out")
    return sys.stdout.buffer


def note(text: str) -> None:
    """Something a person may want to know while it happens; silent with `--json`."""
    if not _json_wanted:
        print(text, file=sys.stderr, flush=True)


def failure(error: WalrusError) -> int:
    """Print `error` and give the exit code that goes with it."""
    _print_error(error.code, error.message, hint_of(error))
    return exits.exit_code(error)


def usage_failure(message: str, hint: str) -> int:
    _print_error("usage", message, hint)
    return exits.USAGE


class Interrupted(KeyboardInterrupt):
    """Ctrl-C or SIGTERM in a command that can say how to go on."""

    def __init__(self, hint: str) -> None:
        super().__init__()
        self.hint = hint


def interrupted(error: BaseException) -> int:
    _print_error(
        "interrupted", "stopped before it was done", error.hint if isinstance(error, Interrupted) else None
    )
    return exits.INTERRUPTED


def nobody_listens() -> int:
    """Whoever read our output has gone: what is still buffered goes nowhere, quietly."""
    _forget_output()
    return exits.FAILED


def not_written(error: OSError) -> int:
    """The answer is lost, so that this can be said to standard error only."""
    _forget_output()
    print(f"error: could not write to standard output: {error.strerror}", file=sys.stderr)
    return exits.FAILED


def _forget_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def crashed(error: Exception) -> int:
    """A fault of this program, not of its input: the traceback for those who mend it."""
    traceback.print_exception(error, file=sys.stderr)
    _print_error("internal", f"{type(error).__name__}: {error}", "this is a fault of walrus-sui itself")
    return exits.FAILED


def _print_error(code: str, message: str, hint: str | None) -> None:
    if _json_wanted:
        print(json.dumps({"error": {"code": code, "message": message, "hint": hint}}), flush=True)
        return
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr, flush=True)


@contextmanager
def progress() -> Iterator[ProgressListener]:
    """A listener that draws the phases of a flow on a terminal, and is quiet anywhere else."""
    from walrus_sui.client.progress import ignore_progress

    if _json_wanted or not sys.stderr.isatty():
        yield ignore_progress
        return
    with _bars() as listener:
        yield listener


@contextmanager
def _bars() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    tasks: dict[Phase, TaskID] = {}
    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:

        def draw(progress: Progress) -> None:
            if progress.phase not in tasks:
                tasks[progress.phase] = bars.add_task(progress.phase.value, total=progress.total)
            bars.update(tasks[progress.phase], completed=progress.done, total=progress.total)

        yield draw
