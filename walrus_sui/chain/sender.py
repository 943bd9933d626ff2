"""From a built transaction to a final one: objects resolved, gas found, signed, sent, awaited.

What an account owns is remembered between its transactions. One that was built on outdated knowledge is refused,
and built anew only if it is certain that the first can never be executed. Where several programs use one account,
that may take a few turns.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from typing import TYPE_CHECKING

from walrus_sui.bcs.sui import StructTag, TransactionData, TransactionDataV1
from walrus_sui.chain.account import Account
from walrus_sui.chain.attempt import Attempt, Build, Market
from walrus_sui.chain.execution import ExecutedTransaction, check_success
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.objects import ChainObject
from walrus_sui.chain.signed import OnSigned, SignedTransaction
from walrus_sui.chain.submission import finalize, submit
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.errors import InsufficientGas, ObjectNotFound, OutOfGas, TransactionRejected

if TYPE_CHECKING:
    from walrus_sui.chain.client import SuiClient

_ATTEMPTS = 10
_LONGEST_PAUSE = 0.3
"""Seconds at most until the next attempt, drawn by lot: programs that collide are not to collide again."""


class Sender:
    """Sends transactions for one client; those of one account take turns, as they pay from the same coins."""

    def __init__(self, client: SuiClient, finality: float) -> None:
        self._client = client
        self._finality = finality
        self._turns: dict[bytes, asyncio.Lock] = {}
        self._accounts: dict[bytes, Account] = {}
        self._market = Market(client)
        self.latest: int | None = None
        """The latest checkpoint that holds a transaction that was sent here."""

    def saw(self, objects: Iterable[ChainObject]) -> None:
        """Objects were read: those of accounts that send are remembered."""
        for account in self._accounts.values():
            for found in objects:
                account.saw(found)

    def purse(self, owner: bytes, coin: StructTag) -> list[tuple[bytes, int]]:
        """Coins of an account that sends, as far as they are known: ids and balances, largest first."""
        account = self._accounts.get(owner)
        return [] if account is None else account.purse(coin)

    async def execute(
        self, build: TransactionBuilder | Build, keypair: Keypair, on_signed: OnSigned | None = None
    ) -> ExecutedTransaction:
        async with self._turn(keypair.address):
            account = self._accounts.setdefault(keypair.address, Account(keypair.address))
            said = ""
            for attempts_left in reversed(range(_ATTEMPTS)):
                attempt = Attempt(self._client, account, self._market)
                try:
                    return self._final(await attempt.run(build, keypair, on_signed, self._finality))
                except (TransactionRejected, ObjectNotFound, OutOfGas, InsufficientGas) as error:
                    # what is said twice of the same objects, read anew, is not because of others
                    if not attempts_left or error.message == said or not await attempt.is_void_after(error):
                        raise
                    said = error.message
                account.forget()
                self._market.forget_price()
                await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE) if attempts_left < _ATTEMPTS - 1 else 0)
            raise AssertionError("the last attempt returns or raises")

    async def resend(self, signed: SignedTransaction) -> ExecutedTransaction:
        """What the account owns afterwards has to be read: the transaction may have been executed long ago."""
        transaction = TransactionData.from_bytes(signed.data)
        assert isinstance(transaction, TransactionDataV1)
        async with self._turn(transaction.sender):
            self._accounts.pop(transaction.sender, None)
            effects, answer = await submit(self._client, signed)
            check_success(effects, simulated=False, walrus_packages=self._client.walrus_packages)
            return self._final(await finalize(self._client, effects, answer, self._finality))

    def _final(self, executed: ExecutedTransaction) -> ExecutedTransaction:
        self.latest = max(executed.checkpoint, self.latest or 0)
        return executed

    def _turn(self, address: bytes) -> asyncio.Lock:
        return self._turns.setdefault(address, asyncio.Lock())
