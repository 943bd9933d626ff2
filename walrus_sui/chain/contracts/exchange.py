"""Calls on an exchange of SUI for WAL: how test networks hand out WAL (contracts.md §1.22)."""

from __future__ import annotations

from walrus_sui.bcs.sui import format_address
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.objects import ChainObject
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.chain.types import Exchange
from walrus_sui.errors import ContractMismatch, InsufficientFunds

_GAS_RESERVE = 10_000_000
"""MIST that must be left for gas when SUI is changed."""


class ExchangeCalls(ContractReads):
    """`exchange` is the id of a shared `Exchange`, a package of its own that knows the deployment's WAL."""

    async def exchange(self, exchange: bytes) -> Exchange:
        """What an exchange holds, and at which rate."""
        return (await self._desk(exchange)).parse(Exchange)

    async def exchange_for_wal(self, keypair: Keypair, exchange: bytes, amount: int) -> int:
        """Change `amount` MIST into WAL; gives the FROST that came.

        Raises `InsufficientFunds` if the account lacks the SUI, `MoveAborted` (`EInsufficientFunds`) if the
        exchange lacks the WAL.
        """
        desk = await self._desk(exchange)
        self.sui.walrus_packages.add(desk.type.address)
        has = await self.sui.balance(keypair.address)
        if has < amount + _GAS_RESERVE:
            raise InsufficientFunds(format_address(keypair.address), "MIST", has, amount + _GAS_RESERVE)
        tx = TransactionBuilder()
        (paid,) = tx.split_coins(tx.gas, [amount])
        arguments = (tx.object(exchange), paid)
        bought = tx.move_call(desk.type.address, "wal_exchange", "exchange_all_for_wal", arguments=arguments)
        tx.transfer_objects([bought], keypair.address)
        return await self.received_wal(await self.sui.execute(tx, keypair))

    async def _desk(self, exchange: bytes) -> ChainObject:
        found = await self.sui.get_object(exchange)
        if (found.type.module, found.type.name) != ("wal_exchange", "Exchange"):
            raise ContractMismatch(
                f"expected a wal_exchange::Exchange at {format_address(exchange)}, got a {found.type}"
            )
        return found
