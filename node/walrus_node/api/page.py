"""`GET /v1/api`: the API's description, as a page for browsers and as OpenAPI for everyone else."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from walrus_node.api.openapi import document
from walrus_node.api.operations import OPERATIONS, Operation

PATH = "/v1/api"

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222 }
h2 { font: 600 15px ui-monospace, monospace; margin: 2rem 0 .25rem } h2 span { color: #06c }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid #eee }
th { font-weight: 600; white-space: nowrap; width: 12rem } p { margin: .25rem 0 }
"""


def api_routes() -> list[Route]:
    """The route that shows the description."""
    described, page = document(), _page()

    async def show(request: Request) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        answer: Response = HTMLResponse(page) if wants_page else JSONResponse(described)
        answer.headers["vary"] = "accept"
        return answer

    return [Route(PATH, show, methods=["GET"])]


def _page() -> str:
    info = document()["info"]
    body = "".join(map(_section, OPERATIONS))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])}</title>'
        f"<style>{_STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info['description'])}</p>"
        f'<p>The same in OpenAPI: <code>curl -H "accept: application/json" …{PATH}</code></p>{body}</html>'
    )


def _section(operation: Operation) -> str:
    rows = [(query.name, query.about) for query in (*operation.query, *operation.headers)]
    if operation.body is not None:
        rows.append(("body", operation.body))
    answer = operation.answer if isinstance(operation.answer, str) else "JSON"
    rows.append(("/".join(map(str, operation.codes)), answer))
    rows += [(str(code), ", ".join(reasons)) for code, reasons in sorted(operation.refusals.items())]
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(about)}</td></tr>" for name, about in rows)
    head = f"<h2><span>{operation.method}</span> {escape(operation.path)}</h2>"
    return f"{head}<p>{escape(operation.about)}</p><table>{cells}</table>"
