"""Every Python snippet of the README and the pages about storing, run from top to bottom on a real network."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = {"README.md": 2, "docs/python-api.md": 10, "docs/storing.md": 1}
"""How many snippets each has: one that is not found is not run."""
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


@pytest.mark.parametrize("name", PAGES)
async def test_every_snippet_runs(name, net, tmp_path, monkeypatch):
    """Later ones use the names of earlier ones, as a reader would."""
    monkeypatch.setenv("WALRUS_CONFIG", str(net.layout.client_config))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "holiday.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "notes.txt").write_bytes(b"notes")
    page = (ROOT / name).read_text()
    names: dict[str, object] = {"__name__": "page"}
    for found in SNIPPET.finditer(page):
        line = page[: found.start(1)].count("\n")
        source = "\n" * line + found[1]  # so that a traceback names the line of the page
        code = compile(source, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        result = eval(code, names)
        if inspect.isawaitable(result):
            await result


@pytest.mark.parametrize("name", PAGES)
def test_the_page_has_the_snippets_that_are_run(name):
    page = (ROOT / name).read_text()
    assert len(SNIPPET.findall(page)) == page.count("```python") == PAGES[name]
