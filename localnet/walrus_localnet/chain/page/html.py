"""HTML out of values. Everything is escaped except what was built here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #222 }
a { color: #06c; text-decoration: none } a:hover { text-decoration: underline }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #eee }
th { font-weight: 600; white-space: nowrap }
code, pre { font: 13px ui-monospace, monospace; overflow-wrap: anywhere }
pre { background: #f6f6f6; padding: .75rem; white-space: pre-wrap }
.failed { color: #b00 } h1 { font-size: 1.3rem } h2 { font-size: 1.05rem; margin-top: 2rem }
"""


class Safe(str):
    """HTML that may go into a page as it is."""

    __slots__ = ()


def text(value: object) -> Safe:
    return value if isinstance(value, Safe) else Safe(escape(str(value)))


def link(kind: str, name: str, shown: str | None = None) -> Safe:
    """A link to the page of a thing, e.g. `link("object", "0x6")`."""
    return Safe(f'<a href="/{kind}/{escape(name, quote=True)}"><code>{escape(shown or short(name))}</code></a>')


def short(name: str) -> str:
    """Long ids by their beginning and end."""
    return name if len(name) <= 24 else f"{name[:12]}…{name[-8:]}"


def facts(rows: Iterable[tuple[str, object]]) -> Safe:
    """A table of names and values."""
    body = "".join(f"<tr><th>{escape(name)}</th><td>{text(value)}</td></tr>" for name, value in rows)
    return Safe(f"<table>{body}</table>")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Safe:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return Safe(f"<table><tr>{head}</tr>{body}</table>")


def code(value: Any) -> Safe:
    """Anything JSON can say, indented."""
    return Safe(f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>")


def heading(title: str) -> Safe:
    return Safe(f"<h2>{escape(title)}</h2>")


def page(title: str, *parts: Safe) -> str:
    """A whole document."""
    body = "\n".join(parts)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<style>{_STYLE}</style><p><a href="/">local Sui network</a></p><h1>{escape(title)}</h1>{body}</html>'
    )
