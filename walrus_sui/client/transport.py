"""Connections to many storage nodes at once."""

from __future__ import annotations

import ssl

import httpx

from walrus_sui.client.limits import Limits


class PerNodeTransport(httpx.AsyncBaseTransport):
    """A connection pool for each node instead of one for all.

    httpx looks through every connection of a pool whenever a request begins or ends; with one pool for a whole
    committee that costs more than the requests.
    """

    def __init__(self) -> None:
        self._pools: dict[tuple[str, str, int | None], httpx.AsyncHTTPTransport] = {}
        self._tls: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        place = (url.scheme, url.host, url.port)
        pool = self._pools.get(place)
        if pool is None:
            pool = self._pools[place] = self._open(url.scheme)
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()

    def _open(self, scheme: str) -> httpx.AsyncHTTPTransport:
        if scheme != "https":
            return httpx.AsyncHTTPTransport(verify=False, trust_env=False)
        if self._tls is None:
            self._tls = httpx.create_ssl_context()  # loads the certificates of all authorities: once is enough
        return httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False)


def http_client(limits: Limits) -> httpx.AsyncClient:
    """The HTTP client for every node of every committee."""
    timeout = httpx.Timeout(limits.request_timeout, connect=limits.connect_timeout)
    return httpx.AsyncClient(transport=PerNodeTransport(), timeout=timeout, trust_env=False)
