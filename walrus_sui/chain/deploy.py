"""Bringing up the Walrus contracts: from built packages to a network in epoch 0 (contracts.md §4)."""

from __future__ import annotations

from dataclasses import dataclass

from walrus_sui import bcs
from walrus_sui.bcs.sui.framework import CLOCK_ID
from walrus_sui.chain.client import SuiClient
from walrus_sui.chain.contracts.pricing import FROST_PER_WAL
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.objects import ChainObject
from walrus_sui.chain.publishing import BuiltPackage, Publication, one_of, publish
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder

EXCHANGE_FUNDS = 10_000_000 * FROST_PER_WAL
"""What a new exchange has to give, in FROST, at one to one for MIST."""


@dataclass(frozen=True)
class NetworkParameters:
    """Of a new Walrus network; durations are milliseconds, storage is sold for up to `max_epochs_ahead`.

    `sync_timeout_ms` is how long reports of an epoch change may take, an epoch's duration unless given;
    `min_bond_per_shard` is what an operator must put up for every shard, in FROST.
    """

    n_shards: int
    epoch_duration_ms: int
    epoch_zero_duration_ms: int = 0
    max_epochs_ahead: int = 53
    sync_timeout_ms: int | None = None
    min_bond_per_shard: int = 0


@dataclass(frozen=True)
class Deployment:
    """Every id of a fresh deployment. The deployer owns the caps, and in `wal_coin` the supply.

    `exchange` is where anyone changes SUI into WAL, None if the network has none; what it holds is of the supply.
    """

    wal_package: bytes
    walrus_package: bytes
    system_object: bytes
    staking_object: bytes
    treasury: bytes
    upgrade_manager: bytes
    slashing_manager: bytes
    emergency_upgrade_cap: bytes
    wal_coin: bytes
    wal_upgrade_cap: bytes
    exchange: bytes | None = None


async def deploy(
    sui: SuiClient,
    keypair: Keypair,
    wal: BuiltPackage,
    walrus: BuiltPackage,
    parameters: NetworkParameters,
    *,
    wal_exchange: BuiltPackage | None = None,
) -> Deployment:
    """Publish the currency and the contracts, and create a network in epoch 0.

    With `wal_exchange` there is also an exchange, which holds `EXCHANGE_FUNDS`.
    """
    currency = await publish(sui, keypair, wal, {})
    exchange = None if wal_exchange is None else await _open_exchange(sui, keypair, wal_exchange, currency)
    contracts = await publish(sui, keypair, walrus, {wal.name: currency.package})
    sui.walrus_packages.add(contracts.package)
    created = await _initialize(sui, keypair, contracts, parameters)
    return Deployment(
        wal_package=currency.package,
        walrus_package=contracts.package,
        system_object=one_of(created, "system", "System").object_id,
        staking_object=one_of(created, "staking", "Staking").object_id,
        treasury=currency.one("wal", "ProtectedTreasury").object_id,
        upgrade_manager=one_of(created, "upgrade", "UpgradeManager").object_id,
        slashing_manager=one_of(created, "slashing", "SlashingManager").object_id,
        emergency_upgrade_cap=one_of(created, "upgrade", "EmergencyUpgradeCap").object_id,
        wal_coin=currency.one("coin", "Coin").object_id,
        wal_upgrade_cap=currency.upgrade_cap,
        exchange=exchange,
    )


async def _open_exchange(
    sui: SuiClient, keypair: Keypair, wal_exchange: BuiltPackage, currency: Publication
) -> bytes:
    desk = await publish(sui, keypair, wal_exchange, {"wal": currency.package})
    tx = TransactionBuilder()
    arguments = (tx.object(currency.one("coin", "Coin").object_id), tx.pure(bcs.U64, EXCHANGE_FUNDS))
    admin_cap = tx.move_call(desk.package, "wal_exchange", "new_funded", arguments=arguments)
    tx.transfer_objects([admin_cap], keypair.address)
    executed = await sui.execute(tx, keypair)
    return one_of(await sui.get_objects(executed.created), "wal_exchange", "Exchange").object_id


async def _initialize(
    sui: SuiClient, keypair: Keypair, contracts: Publication, parameters: NetworkParameters
) -> tuple[ChainObject, ...]:
    tx = TransactionBuilder()
    arguments = (
        tx.object(contracts.one("init", "InitCap").object_id),
        tx.object(contracts.upgrade_cap),
        tx.pure(bcs.U64, parameters.epoch_zero_duration_ms),
        tx.pure(bcs.U64, parameters.epoch_duration_ms),
        tx.pure(bcs.U16, parameters.n_shards),
        tx.pure(bcs.U32, parameters.max_epochs_ahead),
        _settings(tx, contracts.package, parameters),
        tx.object(CLOCK_ID),
    )
    emergency_cap = tx.move_call(contracts.package, "init", "initialize_with_parameters", arguments=arguments)
    tx.transfer_objects([emergency_cap], keypair.address)
    executed = await sui.execute(tx, keypair)
    return await sui.get_objects(executed.created)


def _settings(tx: TransactionBuilder, package: bytes, parameters: NetworkParameters) -> CommandResult:
    timeout = parameters.sync_timeout_ms
    limits = (
        tx.pure(bcs.U64, parameters.epoch_duration_ms if timeout is None else timeout),
        tx.pure(bcs.U64, parameters.min_bond_per_shard),
    )
    return tx.move_call(package, "network_parameters", "new", arguments=limits)
