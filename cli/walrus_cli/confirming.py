"""Asking before what cannot be undone."""

from __future__ import annotations

import sys

import typer

from walrus_cli import output
from walrus_sui.errors import InputError


def confirm(question: str, *, yes: bool) -> None:
    """Go on only with `--yes` or a yes from the terminal. Raises `InputError` where nobody can be asked."""
    if yes:
        return
    if output.json_wanted() or sys.stdin is None or not sys.stdin.isatty():
        raise InputError(f"expected --yes, as nobody can be asked here: {question}")
    typer.confirm(question, abort=True, err=True)
