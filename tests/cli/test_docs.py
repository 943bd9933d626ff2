"""docs/cli.md is what the commands say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from walrus_cli import exits
from walrus_cli.main import COMMANDS, EXIT_CODES
from walrus_cli.reference import MARKER, commands, markdown, write_page

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_page_is_up_to_date() -> None:
    _, marker, written = PAGE.read_text().partition(MARKER)
    assert marker
    assert written.lstrip("\n") == markdown(), f"write {PAGE.name} again: make docs"


def test_the_page_has_every_command() -> None:
    text = PAGE.read_text()
    assert all(f"### walrus {' '.join(command.path)}\n" in text for command in commands())
    assert {command.path[0] for command in commands()} == {
        name for name, entry in COMMANDS.items() if entry.alias_of is None
    }


def test_the_page_and_the_help_have_every_exit_code() -> None:
    codes = {0, exits.FAILED, exits.USAGE, exits.INTERRUPTED, *exits._BY_ERROR_CODE.values()}
    rows = {
        int(row.split("|")[1])
        for row in PAGE.read_text().splitlines()
        if row.startswith("| ") and row[2:3].isdigit()
    }
    assert rows == codes
    assert all(f" {code} " in EXIT_CODES for code in codes)


def test_only_what_is_below_the_marker_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"mine\n{MARKER}\nold\n")
    write_page(page)
    assert page.read_text() == f"mine\n{MARKER}\n\n{markdown()}"
    page.write_text("without")
    with pytest.raises(SystemExit, match="expected the line"):
        write_page(page)
    assert page.read_text() == "without"
