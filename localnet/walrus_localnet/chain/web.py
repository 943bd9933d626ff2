"""What the network's port answers over HTTP/1.1."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Route

from walrus_localnet.chain.bodies import nobody_left
from walrus_localnet.chain.control import control_routes
from walrus_localnet.chain.faucet import Faucet
from walrus_localnet.chain.faucet_web import faucet_routes
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.page import page_routes
from walrus_localnet.chain.rpc.methods import Method
from walrus_localnet.chain.rpc.web import GrpcWeb


def network_app(methods: dict[str, Method], ledger: Ledger, faucet: Faucet) -> Starlette:
    """gRPC-Web on every method's path, the faucet, control, and the page."""
    endpoint = GrpcWeb(methods).answer
    routes: list[BaseRoute] = [Route(path, endpoint, methods=["POST", "OPTIONS"]) for path in methods]
    return _app([*routes, *faucet_routes(faucet), *control_routes(ledger), *page_routes(ledger)])


def faucet_app(faucet: Faucet) -> Starlette:
    """The faucet alone."""
    return _app(faucet_routes(faucet))


def _app(routes: Sequence[BaseRoute]) -> Starlette:
    return Starlette(routes=routes, exception_handlers={ClientDisconnect: nobody_left})
