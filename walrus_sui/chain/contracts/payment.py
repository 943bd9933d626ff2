"""Paying in WAL: exact amounts, split from whatever coins an account has (contracts.md §2.7, §6.2)."""

from __future__ import annotations

from walrus_sui import bcs
from walrus_sui.bcs.sui import StructTag, format_address
from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI
from walrus_sui.chain.client import SuiClient
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder, Usable
from walrus_sui.errors import InsufficientFunds

_MAX_COINS = 500


async def split_payments(
    sui: SuiClient, tx: TransactionBuilder, owner: bytes, wal: StructTag, amounts: tuple[int, ...]
) -> tuple[Usable, ...]:
    """Coins of exactly `amounts` (FROST), in order; the rest stays with `owner`. Raises `InsufficientFunds`.

    An amount of 0 is a new empty coin. What is not used up must be handed on or given to `destroy_zero`.
    """
    paid = tuple(amount for amount in amounts if amount)
    split = iter(await _split(sui, tx, owner, wal, paid) if paid else ())
    return tuple(next(split) if amount else _zero(tx, wal) for amount in amounts)


def destroy_zero(tx: TransactionBuilder, wal: StructTag, coin: Usable) -> None:
    """End a coin that was paid in full. The transaction aborts if a contract charged less than expected."""
    tx.move_call(FRAMEWORK_SUI, "coin", "destroy_zero", type_args=(wal,), arguments=(coin,))


async def _split(
    sui: SuiClient, tx: TransactionBuilder, owner: bytes, wal: StructTag, amounts: tuple[int, ...]
) -> CommandResult:
    first, *others = await _choose_coins(sui, owner, wal, sum(amounts))
    source = tx.object(first)
    if others:
        tx.merge_coins(source, [tx.object(other) for other in others])
    return tx.split_coins(source, [tx.pure(bcs.U64, amount) for amount in amounts])


async def _choose_coins(sui: SuiClient, owner: bytes, wal: StructTag, amount: int) -> tuple[bytes, ...]:
    """The fewest coins that hold `amount`."""
    chosen, held = [], 0
    for coin_id, balance in (await sui.payment_coins(owner, wal, amount))[:_MAX_COINS]:
        chosen.append(coin_id)
        held += balance
        if held >= amount:
            return tuple(chosen)
    raise InsufficientFunds(format_address(owner), "FROST", held, amount)


def _zero(tx: TransactionBuilder, wal: StructTag) -> Usable:
    return tx.move_call(FRAMEWORK_SUI, "coin", "zero", type_args=(wal,))
