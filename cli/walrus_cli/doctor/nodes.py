"""Checks of the storage nodes of a committee."""

from __future__ import annotations

import asyncio
import json
import time
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx

from walrus_cli.doctor.findings import Findings
from walrus_sui.client import Limits, Network
from walrus_sui.client.network.transport import http_client
from walrus_sui.errors import WalrusError
from walrus_sui.redstuff import Params
from walrus_sui.storage import StorageNodeClient
from walrus_sui.storage.client import NETWORK_KEY
from walrus_sui.storage.committee import Member

CLOCK_SECONDS = 30.0
"""How far clocks may be apart."""
_NODE_SECONDS = 10.0
_API = "/v1/api"
_MAX_API = 1 << 20
_MAX_VERSION = 40
_START_NODES = "a local network's nodes are started with `walrus localnet restart-node`; elsewhere wait"


class _Answer(NamedTuple):
    """What became of asking a node: what is wrong with it, if anything, and what it says it runs."""

    member: Member
    answers: bool
    trouble: str | None
    software: str | None


async def check_nodes(findings: Findings, network: Network, scheme: str) -> None:
    """Every node of the committee: whether it answers, its clock, its epoch, its version; and their weight."""
    limits = Limits(connect_timeout=_NODE_SECONDS, request_timeout=_NODE_SECONDS)
    members = network.committee.members
    async with http_client(limits) as http:
        asked = (_ask(http, scheme, member, network.epoch) for member in members)
        answers = await asyncio.gather(*asked)
    for answer in answers:
        if answer.trouble is not None:
            findings.warn("node", f"{answer.member.network_address}: {answer.trouble}", _remedy(answer))
    _weigh(findings, answers, network.params)


def _remedy(answer: _Answer) -> str:
    return "it does not count below" if not answer.answers else "its operator should look at it"


def _weigh(findings: Findings, answers: list[_Answer], params: Params) -> None:
    weight = sum(answer.member.weight for answer in answers if answer.answers)
    count = sum(answer.answers for answer in answers)
    message = f"{count} of {len(answers)} answer, with {weight} of {params.n_shards} shards"
    versions = sorted({answer.software for answer in answers if answer.software})
    if versions:
        message += f" (version {', '.join(versions)})"
    if weight >= params.quorum:
        findings.ok("nodes", f"{message}; storing takes {params.quorum}, reading {params.rows}")
    elif weight >= params.rows:
        findings.fail("nodes", f"{message}: enough to read, {params.quorum} are needed to store", _START_NODES)
    else:
        findings.fail(
            "nodes", f"{message}: {params.rows} are needed to read, {params.quorum} to store", _START_NODES
        )


async def _ask(http: httpx.AsyncClient, scheme: str, member: Member, epoch: int) -> _Answer:
    url = f"{scheme}://{member.network_address}"
    try:
        health = await StorageNodeClient(url, http, member.network_public_key).health()
        software, skew = await _described(http, url, member.network_public_key)
    except WalrusError as error:
        return _Answer(member, False, error.message.removeprefix(f"{url}: "), None)
    except httpx.HTTPError as error:
        return _Answer(member, False, repr(error), None)
    return _Answer(member, True, _trouble(health, epoch, skew), software)


async def _described(http: httpx.AsyncClient, url: str, key: bytes) -> tuple[str | None, float]:
    """The version a node says it is of, and how far its clock is from ours, in seconds (0 if it does not tell)."""
    accept, extensions = {"accept": "application/json"}, {NETWORK_KEY: key}
    async with http.stream("GET", url + _API, headers=accept, extensions=extensions) as response:
        date, body = response.headers.get("date"), b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _MAX_API:
                break
    return _version(body), 0.0 if date is None else _skew(date)


def _version(description: bytes) -> str | None:
    """From the OpenAPI description of a node's interface; official nodes show a page for browsers instead."""
    try:
        found = json.loads(description)["info"]["version"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return str(found)[:_MAX_VERSION]


def _skew(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except ValueError:
        return 0.0


def _trouble(health: dict[str, object], epoch: int, skew: float) -> str | None:
    if abs(skew) > CLOCK_SECONDS:
        return f"its clock is {skew:+.0f} s from ours"
    if health.get("epoch") != epoch:
        return f"it is in epoch {health.get('epoch')}, the chain in {epoch}"
    if health.get("nodeStatus") != "Active":
        return f"it is {health.get('nodeStatus')}"
    return None
