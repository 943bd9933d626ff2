"""The example of a package with its tests: it works as it stands, and is what the page shows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LOCALNET = Path(__file__).parents[2] / "localnet"
EXAMPLE = LOCALNET / "example"


@pytest.mark.e2e
def test_its_tests_pass_elsewhere(tmp_path: Path) -> None:
    """In a process and a folder of its own, as another project would run them."""
    copy = shutil.copytree(EXAMPLE, tmp_path / "guestbook", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(copy), str(copy)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.parametrize("file", ["sources/guestbook.move", "conftest.py", "test_guestbook.py"])
def test_the_page_shows_it_as_it_is(file: str) -> None:
    assert (EXAMPLE / file).read_text() in (LOCALNET / "README.md").read_text()
