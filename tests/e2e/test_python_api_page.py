"""docs/python-api.md, run from top to bottom on a real network."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "python-api.md"
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


async def test_every_snippet_runs(net, tmp_path, monkeypatch):
    """Later ones use the names of earlier ones, as a reader would."""
    monkeypatch.setenv("WALRUS_CONFIG", str(net.layout.client_config))
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text()
    names: dict[str, object] = {"__name__": "page"}
    for found in SNIPPET.finditer(page):
        line = page[: found.start(1)].count("\n")
        source = "\n" * line + found[1]  # so that a traceback names the line of the page
        code = compile(source, str(PAGE), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        result = eval(code, names)
        if inspect.isawaitable(result):
            await result
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.jpg", "holiday.jpg"]


def test_the_page_has_the_snippets_that_are_run():
    assert len(SNIPPET.findall(PAGE.read_text())) == PAGE.read_text().count("```python") == 10
