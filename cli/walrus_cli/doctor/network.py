"""Checks of the network: chain, contracts, balances, epoch."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from walrus_cli.amounts import amount_text
from walrus_cli.doctor.findings import Findings
from walrus_cli.doctor.nodes import CLOCK_SECONDS, check_nodes
from walrus_sui.chain import Contracts, SuiClient
from walrus_sui.chain.checkpoints import read_checkpoint
from walrus_sui.client import Network
from walrus_sui.client.network.snapshot import read_network
from walrus_sui.errors import WalrusError

if TYPE_CHECKING:
    from walrus_sui.chain import Keypair
    from walrus_sui.config import ClientConfig

_LITTLE_SUI = 100_000_000
"""MIST for about ten transactions."""
_LITTLE_WAL = 100_000_000
_OLD_CHECKPOINT_SECONDS = 120.0


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
            await check_nodes(findings, network, config.node_scheme)


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
    if age < -CLOCK_SECONDS:
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
