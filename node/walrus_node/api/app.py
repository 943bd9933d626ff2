"""The node's HTTP application: routes to handlers, refusals to JSON, limits on bodies (protocol.md §1.2, §1.3)."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from walrus_node.api.admission import BodyBudget
from walrus_node.api.handlers import Handlers
from walrus_node.api.lane import ExceptionHandler, Lane
from walrus_node.api.page import api_routes
from walrus_node.api.repair_handlers import RepairHandlers
from walrus_node.refusal import Refusal
from walrus_sui.errors import NodeStoreError
from walrus_sui.storage import Reason, Status, routes
from walrus_sui.storage.envelope import failure

log = logging.getLogger(__name__)


def build_app(handlers: Handlers, repair: RepairHandlers, *others: Route) -> Starlette:
    """The ASGI application, with `others` behind the routes for clients and for rebuilding."""
    known = [
        Route(routes.METADATA, handlers.get_metadata, methods=["GET"]),
        Route(routes.METADATA, handlers.put_metadata, methods=["PUT"]),
        Route(routes.METADATA_STATUS, handlers.metadata_status, methods=["GET"]),
        Route(routes.SLIVER, handlers.get_sliver, methods=["GET"]),
        Route(routes.SLIVER, handlers.put_sliver, methods=["PUT"]),
        Route(routes.SLIVER_STATUS, handlers.sliver_status, methods=["GET"]),
        Route(routes.BUNDLE, handlers.bundles.store, methods=["PUT"]),
        Route(routes.BUNDLE, handlers.bundles.fetch, methods=["GET"]),
        Route(routes.PERMANENT_CONFIRMATION, handlers.permanent_confirmation, methods=["GET"]),
        Route(routes.DELETABLE_CONFIRMATION, handlers.deletable_confirmation, methods=["GET"]),
        Route(routes.RECOVERY_SYMBOLS, repair.recovery_symbols, methods=["GET"]),
        Route(routes.DECODING_SYMBOLS, repair.decoding_symbols, methods=["GET"]),
        Route(routes.INCONSISTENCY_PROOF, repair.inconsistency_proof, methods=["POST"]),
        Route(routes.BLOB_STATUS, handlers.blob_status, methods=["GET"]),
        Route(routes.HEALTH, handlers.health, methods=["GET"]),
        *api_routes(),
        *others,
    ]
    answers: dict[type[Exception], ExceptionHandler] = {
        Refusal: refuse,
        NodeStoreError: _cannot_store,
        ClientDisconnect: _gone,
    }
    app = Starlette(
        routes=known,
        middleware=[
            Middleware(BodyBudget),
            Middleware(Lane, routes=known, exception_handlers=answers),
            Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"]),
        ],
        exception_handlers={**answers, Exception: _fail},
    )
    app.router.redirect_slashes = False  # where to would be for the Host header to say, which anyone may send
    return app


async def refuse(_: Request, error: Exception) -> Response:
    """The answer to a request that was turned down."""
    assert isinstance(error, Refusal)
    return JSONResponse(failure(error.status, error.reason, error.message, error.metadata), error.status.http)


async def _cannot_store(request: Request, error: Exception) -> Response:
    assert isinstance(error, NodeStoreError)
    log.warning("%s %s was refused: %s", request.method, request.url.path, error.message)
    return await refuse(request, Refusal(Reason.STORAGE_UNAVAILABLE, error.message))


async def _gone(request: Request, _: Exception) -> Response:
    """The client left in the midst of its upload: nobody reads this."""
    log.debug("%s %s was given up by the client", request.method, request.url.path)
    return Response(status_code=400)


async def _fail(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return JSONResponse(failure(Status.INTERNAL, Reason.INTERNAL, "internal error"), Status.INTERNAL.http)
