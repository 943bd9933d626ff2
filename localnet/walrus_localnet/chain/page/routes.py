"""Paths of the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.page import views
from walrus_localnet.chain.page.html import page, text
from walrus_sui.bcs.sui import parse_address, parse_digest
from walrus_sui.errors import WalrusError


def page_routes(ledger: Ledger) -> list[Route]:
    """Everything is read at the moment it is asked for; nothing can be changed."""
    pages: dict[str, Callable[[str], str | None]] = {
        "/": lambda _: views.front(ledger),
        "/checkpoint/{name:int}": lambda name: views.checkpoint(ledger, int(name)),
        "/transaction/{name}": lambda name: views.transaction(ledger, parse_digest(name)),
        "/object/{name}": lambda name: views.thing(ledger, parse_address(name)),
        "/address/{name}": lambda name: views.account(ledger, parse_address(name)),
    }
    return [Route(path, _endpoint(show)) for path, show in pages.items()]


def _endpoint(show: Callable[[str], str | None]) -> Callable[[Request], Awaitable[HTMLResponse]]:
    async def answer(request: Request) -> HTMLResponse:
        try:
            found = show(str(request.path_params.get("name", "")))
        except WalrusError as error:
            return HTMLResponse(page("Not understood", text(error.message)), 400)
        return (
            HTMLResponse(page("Not found", text(request.url.path)), 404) if found is None else HTMLResponse(found)
        )

    return answer
