"""Checks of the network: chain, contracts, balances, storage nodes."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

import httpx

from walrus_cli.amounts import amount_text
from walrus_cli.findings import Findings
from walrus_sui.chain import Contracts, SuiClient
from walrus_sui.chain.checkpoints import read_checkpoint
from walrus_sui.client import Limits, Network
from walrus_sui.client.network import read_network
from walrus_sui.client.transport import http_client
from walrus_sui.errors import WalrusError
from walrus_sui.redstuff import Params
from walrus_sui.storage import StorageNodeClient
from walrus_sui.storage.client import NETWORK_KEY
from walrus_sui.storage.committee import Member

if TYPE_CHECKING:
    from walrus_sui.chain import Keypair
    from walrus_sui.config import ClientConfig

_LITTLE_SUI = 100_000_000
"""MIST for about ten transactions."""
_LITTLE_WAL = 100_000_000
_CLOCK_SECONDS = 30.0
_OLD_CHECKPOINT_SECONDS = 120.0
_NODE_SECONDS = 10.0
_API = "/v1/api"
_MAX_API = 1 << 20
_MAX_VERSION = 40
_START_NODES = "a local network's nodes are started with `walrus localnet restart-node`; elsewhere wait"


async def check_network(findings: Findings, config: ClientConfig, account: Keypair | None) -> None:
    """Each check only where the one before it lets it."""
    async with SuiClient(config.rpc_url) as sui:
        if not await _check_chain(findings, sui):
            return
        contracts = await _check_contracts(findings, sui, config)
        if contracts is None:
            return
        if account is not None:
            await _check_balances(findings, contracts, account.address, config)
        network = await _check_epoch(findings, contracts, config)
        if network is not None:
            await _check_nodes(findings, network, config.node_scheme)


async def _check_chain(findings: Findings, sui: SuiClient) -> bool:
    started = time.monotonic()
    try:
        chain_id = await sui.chain_id()
        seconds = time.monotonic() - started
        stamp = (await read_checkpoint(sui.transport, None)).timestamp_ms / 1000
    except WalrusError as error:
        findings.error("chain", error, "is the network up? `walrus localnet status`")
        return False
    message = f"{sui.rpc_url}, chain {chain_id}, answers in {seconds * 1000:.0f} ms"
    age = time.time() - stamp
    if age < -_CLOCK_SECONDS:
        findings.warn("chain", f"{message}; its clock is {-age:.0f} s ahead of ours", "set this machine's clock")
    elif age > _OLD_CHECKPOINT_SECONDS and not _is_local(sui.rpc_url):
        findings.warn(
            "chain", f"{message}; its last checkpoint is {age:.0f} s old", "take another full node in rpc_urls"
        )
    else:
        findings.ok("chain", message)
    return True


def _is_local(url: str) -> bool:
    """A network of this machine may make checkpoints for transactions only."""
    return httpx.URL(url).host in ("127.0.0.1", "localhost", "::1")


async def _check_contracts(findings: Findings, sui: SuiClient, config: ClientConfig) -> Contracts | None:
    try:
        contracts = await Contracts.discover(sui, config.system_object, config.staking_object)
    except WalrusError as error:
        findings.error(
            "contracts",
            error,
            f"is {sui.rpc_url} the network of {config.source}? correct rpc_urls or the object ids",
        )
        return None
    findings.ok("contracts", f"version {contracts.version}, package 0x{contracts.package.hex()}")
    return contracts


async def _check_balances(findings: Findings, contracts: Contracts, address: bytes, config: ClientConfig) -> None:
    try:
        mist = await contracts.sui.balance(address)
        frost = await contracts.wal_balance(address)
    except WalrusError as error:
        findings.error("balances", error, "try again")
        return
    account = f"0x{address.hex()}"
    if mist == 0:
        findings.fail("SUI", "none: no transaction can be paid", f"send SUI to {account}, or ask a faucet")
    elif mist < _LITTLE_SUI:
        findings.warn("SUI", f"only {amount_text(mist, 'SUI')}", f"send SUI to {account}")
    else:
        findings.ok("SUI", amount_text(mist, "SUI"))
    source = "`walrus get-wal` changes SUI into it" if config.exchange_objects else f"send WAL to {account}"
    if frost < _LITTLE_WAL:
        findings.warn("WAL", f"{amount_text(frost, 'WAL')}: storing takes WAL", source)
    else:
        findings.ok("WAL", amount_text(frost, "WAL"))


async def _check_epoch(findings: Findings, contracts: Contracts, config: ClientConfig) -> Network | None:
    try:
        network = await read_network(contracts)
    except WalrusError as error:
        findings.error("epoch", error, "wait for the first epoch")
        return None
    if config.n_shards is not None and config.n_shards != network.n_shards:
        findings.fail(
            "epoch",
            f"the network has {network.n_shards} shards, the configuration says {config.n_shards}",
            f"correct n_shards in {config.source}",
        )
        return None
    message = f"epoch {network.epoch}, {network.n_shards} shards on {len(network.committee.members)} nodes"
    end = network.start_of(network.epoch + 1)
    if end is not None and datetime.now(UTC) - end > _overdue(network):
        findings.warn("epoch", f"{message}; it should have ended at {end:%Y-%m-%d %H:%M} UTC", "are the nodes up?")
    else:
        findings.ok("epoch", message)
    return network


def _overdue(network: Network) -> timedelta:
    """How late an epoch may be before it is worth a word: as long as it should have lasted."""
    return timedelta(milliseconds=network.staking.epoch_duration)


class _Answer(NamedTuple):
    """What became of asking a node: what is wrong with it, if anything, and what it says it runs."""

    member: Member
    answers: bool
    trouble: str | None
    software: str | None


async def _check_nodes(findings: Findings, network: Network, scheme: str) -> None:
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
    if abs(skew) > _CLOCK_SECONDS:
        return f"its clock is {skew:+.0f} s from ours"
    if health.get("epoch") != epoch:
        return f"it is in epoch {health.get('epoch')}, the chain in {epoch}"
    if health.get("nodeStatus") != "Active":
        return f"it is {health.get('nodeStatus')}"
    return None
