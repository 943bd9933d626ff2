"""Simulating transactions that do not say yet how they pay (source: sui_localnet.md §2, §4.7)."""

from __future__ import annotations

import dataclasses

from walrus_localnet.chain import limits
from walrus_localnet.chain.errors import TransactionRejected
from walrus_localnet.chain.gas import MIST_PER_BYTE
from walrus_localnet.chain.ledger import Ledger, Simulated
from walrus_localnet.chain.objects import coin_balance, coin_object, id_of, reference_of, storage_size
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    AddressOwner,
    DatatypeTag,
    GasData,
    Object,
    ProgrammableTransaction,
    TransactionDataV1,
)
from walrus_sui.bcs.sui.framework import SUI_COIN, SUI_TYPE

BUDGET_MARGIN_UNITS = 1000
_MOCK_ID = b"\xff" * 32
_MOCK_BALANCE = 10**18


def simulate(
    ledger: Ledger,
    data: TransactionDataV1,
    *,
    select_gas: bool,
    keep_outputs: bool = False,
    checks: bool = True,
) -> Simulated:
    """What `data` would do now. Budget 0 and no payment mean: not decided.

    With `select_gas` both are chosen, and the outcome is that of the completed transaction. Without, or without
    `checks` (see `Ledger.simulate`), an imagined coin pays. Raises `TransactionRejected` for one that may not
    enter, or when there are not enough coins.
    """
    if data.gas.price == 0:
        data = _with_gas(data, price=limits.REFERENCE_GAS_PRICE)
    if select_gas and checks:
        if data.gas.budget == 0:
            data = _with_gas(data, budget=estimated_budget(ledger, data))
        if not data.gas.payment:
            data = _with_gas(data, payment=_payment(ledger, data))
        return ledger.simulate(data, keep_outputs=keep_outputs)
    if data.gas.budget == 0:
        data = _with_gas(data, budget=limits.MAX_BUDGET)
    mock = None if data.gas.payment else (_mock_coin(data.gas.owner),)
    return ledger.simulate(data, mock, keep_outputs=keep_outputs, checks=checks)


def estimated_budget(ledger: Ledger, data: TransactionDataV1) -> int:
    """MIST that should suffice, found by running with more than enough."""
    generous = _with_gas(data, budget=limits.MAX_BUDGET, payment=())
    mock = _mock_coin(data.gas.owner)
    used = ledger.simulate(generous, (mock,)).executed.effects.gas_used
    storage = used.storage_cost - storage_size(mock) * MIST_PER_BYTE
    needed = max(used.computation_cost, used.computation_cost + storage - used.storage_rebate)
    return min(needed + _gas_coin_cost(ledger, data) + BUDGET_MARGIN_UNITS * data.gas.price, limits.MAX_BUDGET)


def _gas_coin_cost(ledger: Ledger, data: TransactionDataV1) -> int:
    """The deposit a coin carries after the transaction, as far as it carries none yet: coins of genesis do not."""
    coins = _spendable(ledger, data)
    return 0 if coins and coins[0].storage_rebate else 130 * MIST_PER_BYTE


def _payment(ledger: Ledger, data: TransactionDataV1) -> tuple[sui.ObjectRef, ...]:
    """All the owner's SUI coins that the transaction does not use otherwise, largest first, as many as may pay."""
    coins = _spendable(ledger, data)[: limits.MAX_GAS_COINS]
    balance = sum(coin_balance(coin) or 0 for coin in coins)
    if balance < data.gas.budget:
        raise TransactionRejected(
            f"expected SUI coins of {sui.format_address(data.gas.owner)} worth the budget of {data.gas.budget} "
            f"MIST, got {balance}: unable to perform gas selection due to insufficient SUI balance",
            hint="ask the faucet for SUI",
        )
    return tuple(map(reference_of, coins))


def _spendable(ledger: Ledger, data: TransactionDataV1) -> list[Object]:
    used = _input_ids(data)
    owned = ledger.store.owned(data.gas.owner, SUI_COIN)
    coins = [coin for coin in owned if id_of(coin) not in used and isinstance(coin.owner, AddressOwner)]
    return sorted(coins, key=lambda coin: coin_balance(coin) or 0, reverse=True)


def _input_ids(data: TransactionDataV1) -> set[bytes]:
    assert isinstance(data.kind, ProgrammableTransaction)
    objects = [argument.object for argument in data.kind.inputs if isinstance(argument, sui.ObjectInput)]
    named = [item for item in objects if isinstance(item, sui.ImmOrOwnedObject | sui.Receiving)]
    return {item.reference.object_id for item in named}


def _mock_coin(owner: bytes) -> Object:
    coin = coin_object(DatatypeTag(SUI_TYPE), _MOCK_ID, _MOCK_BALANCE, 1)
    return Object(coin, AddressOwner(owner), bytes(32), 0)


def _with_gas(
    data: TransactionDataV1,
    *,
    payment: tuple[sui.ObjectRef, ...] | None = None,
    price: int | None = None,
    budget: int | None = None,
) -> TransactionDataV1:
    gas = GasData(
        data.gas.payment if payment is None else payment,
        data.gas.owner,
        data.gas.price if price is None else price,
        data.gas.budget if budget is None else budget,
    )
    return dataclasses.replace(data, gas=gas)
