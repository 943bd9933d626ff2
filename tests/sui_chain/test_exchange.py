"""The exchange of a fresh deployment: anyone with SUI comes to WAL (contracts.md §1.22, §4)."""

from __future__ import annotations

from walrus_localnet.chain.local import LocalSui
from walrus_localnet.move.artifacts import built_package
from walrus_sui import bcs
from walrus_sui.chain import (
    FROST_PER_WAL,
    Contracts,
    Keypair,
    NetworkParameters,
    SuiClient,
    TransactionBuilder,
    deploy,
)

SUPPLY = 5_000_000_000 * FROST_PER_WAL
FUNDS = 10_000_000 * FROST_PER_WAL


class Exchange(bcs.Struct):
    object_id: bcs.Bytes32
    wal: bcs.U64
    sui: bcs.U64
    rate_wal: bcs.U64
    rate_sui: bcs.U64
    admin: bcs.Bytes32


async def test_sui_is_changed_into_wal_one_to_one(network: LocalSui, sui: SuiClient, alice: Keypair) -> None:
    wal, walrus, wal_exchange = map(built_package, ("wal", "walrus", "wal_exchange"))
    deployment = await deploy(sui, alice, wal, walrus, NetworkParameters(13, 1), wal_exchange=wal_exchange)
    contracts = await Contracts.discover(sui, deployment.system_object)
    assert deployment.exchange is not None
    opened = await sui.get_object(deployment.exchange)
    state = opened.parse(Exchange)
    assert (state.wal, state.sui, state.rate_wal, state.rate_sui) == (FUNDS, 0, 1, 1)
    assert await contracts.wal_balance(alice.address) == SUPPLY - FUNDS
    (admin_cap,) = [item for item in await sui.owned_objects(alice.address) if item.type.name == "AdminCap"]
    assert admin_cap.object_id == state.admin

    bob = Keypair.generate()
    network.faucet.fund(bob.address)
    tx = TransactionBuilder()
    (paid,) = tx.split_coins(tx.gas, [7_000])
    arguments = (tx.object(deployment.exchange), paid)
    bought = tx.move_call(opened.type.address, "wal_exchange", "exchange_all_for_wal", arguments=arguments)
    tx.transfer_objects([bought], bob.address)
    await sui.execute(tx, bob)
    assert await contracts.wal_balance(bob.address) == 7_000
    state = (await sui.get_object(deployment.exchange)).parse(Exchange)
    assert (state.wal, state.sui) == (FUNDS - 7_000, 7_000)
