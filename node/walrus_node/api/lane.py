"""A short way to the handlers: from path to handler by one look-up.

Middleware and the matching of one route after another take longer than storing a small sliver. Requests for known
routes go to their handlers from here, with the same answers; all others (unknown paths, preflights, HEAD) go the
long way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]
ExceptionHandler = Callable[[Request, Exception], Awaitable[Response]]

_ALLOW_ANY_ORIGIN = (b"access-control-allow-origin", b"*")


@dataclass(frozen=True, slots=True)
class _Template:
    """A path's parts: what stands there, or the name of what may stand there."""

    literals: tuple[tuple[int, str], ...]
    names: tuple[tuple[int, str], ...]
    endpoint: Endpoint

    @classmethod
    def of(cls, route: Route) -> _Template:
        parts = list(enumerate(route.path.split("/")))
        names = tuple((at, part[1:-1]) for at, part in parts if part.startswith("{"))
        return cls(tuple(part for part in parts if not part[1].startswith("{")), names, route.endpoint)

    def parameters(self, parts: Sequence[str]) -> dict[str, str] | None:
        """What stands for the names in a path of as many parts; None if it is another path."""
        for at, literal in self.literals:
            if parts[at] != literal:
                return None
        found = {name: parts[at] for at, name in self.names}
        return found if all(found.values()) else None


class Lane:
    """ASGI middleware that answers `routes` itself."""

    def __init__(
        self, app: ASGIApp, routes: Sequence[Route], exception_handlers: Mapping[type[Exception], ExceptionHandler]
    ) -> None:
        self._app = app
        self._exception_handlers = exception_handlers
        self._templates: dict[tuple[str, int], list[_Template]] = {}
        for route in routes:
            for method in (route.methods or set()) - {"HEAD"}:
                place = method, route.path.count("/")
                self._templates.setdefault(place, []).append(_Template.of(route))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope)
        if found is None:
            await self._app(scope, receive, send)
            return
        endpoint, scope["path_params"] = found
        response = await self._answer(endpoint, Request(scope, receive, send))
        if any(name == b"origin" for name, _ in scope["headers"]):
            response.raw_headers.append(_ALLOW_ANY_ORIGIN)
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[Endpoint, dict[str, str]] | None:
        if scope["type"] != "http":
            return None
        path: str = scope["path"]
        parts = path.split("/")
        for template in self._templates.get((scope["method"], len(parts) - 1), ()):
            parameters = template.parameters(parts)
            if parameters is not None:
                return template.endpoint, parameters
        return None

    async def _answer(self, endpoint: Endpoint, request: Request) -> Response:
        try:
            return await endpoint(request)
        except HTTPException as error:
            return PlainTextResponse(error.detail, error.status_code, error.headers)
        except Exception as error:
            for kind, handler in self._exception_handlers.items():
                if isinstance(error, kind):
                    return await handler(request, error)
            raise
