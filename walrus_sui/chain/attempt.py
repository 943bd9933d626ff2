"""One attempt at a transaction: objects named, gas found, signed, sent, from what is known of its account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from walrus_sui.bcs.sui import (
    ConsensusAddressOwner,
    GasCostSummary,
    GasData,
    ImmOrOwnedObject,
    NoExpiration,
    ObjectInput,
    ObjectRef,
    ProgrammableTransaction,
    Receiving,
    SharedOwner,
    Success,
    TransactionDataV1,
    TransactionEffectsV2,
)
from walrus_sui.chain.account import Account
from walrus_sui.chain.execution import ExecutedTransaction, check_success
from walrus_sui.chain.gas import GasPool, estimated_budget, familiar_budget, simulation_budget
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.signed import OnSigned, SignedTransaction
from walrus_sui.chain.submission import finalize, simulate, submit
from walrus_sui.chain.transaction import Shape, SharedVersion, TransactionBuilder
from walrus_sui.errors import ChainError, ObjectNotFound, OutOfGas, TransactionRejected

if TYPE_CHECKING:
    from walrus_sui.chain.client import SuiClient

Build = Callable[[], Awaitable[TransactionBuilder]]
"""Builds a transaction when it is its account's turn, so that the coins it chooses are still there."""

_PRICE_SECONDS = 60.0
"""How long a gas price is taken to be the current one; it changes once an epoch."""


class Market:
    """What holds for all accounts: how shared objects are named, what gas costs, what a transaction took of it."""

    def __init__(self, client: SuiClient) -> None:
        self._client = client
        self.shared: dict[bytes, SharedVersion] = {}
        self.costs: dict[Shape, GasCostSummary] = {}
        self._price = 0
        self._asked = float("-inf")

    async def price(self) -> int:
        """The reference gas price of the last minute."""
        now = asyncio.get_running_loop().time()
        if now - self._asked > _PRICE_SECONDS:
            self._price, self._asked = await self._client.reference_gas_price(), now
        return self._price

    @property
    def knows_price(self) -> bool:
        return self._asked > float("-inf")

    def forget_price(self) -> None:
        self._asked = float("-inf")


class Attempt:
    """One transaction, from what is known of its account to its effects."""

    def __init__(self, client: SuiClient, account: Account, market: Market) -> None:
        self._client = client
        self._account = account
        self._market = market
        self._relies_on_memory = account.is_known or market.knows_price
        self._is_familiar = False
        self._sent: TransactionDataV1 | None = None

    async def run(
        self, build: TransactionBuilder | Build, keypair: Keypair, on_signed: OnSigned | None, finality: float
    ) -> ExecutedTransaction:
        builder = build if isinstance(build, TransactionBuilder) else await build()
        transaction = await self._prepare(builder)
        signed = SignedTransaction.of(transaction, keypair)
        if on_signed is not None:
            await on_signed(signed)
        self._sent = transaction
        try:
            effects, answer = await submit(self._client, signed)
        except BaseException:
            self._account.forget()
            raise
        self._account.executed(transaction, effects, spends_gas_coin=builder.uses_gas_coin)
        self._learn(builder, effects)
        self._check(effects, simulated=False)
        return await finalize(self._client, effects, answer, finality)

    async def is_void_after(self, error: ChainError) -> bool:
        """Whether the attempt changed nothing and never will, and failed by what it took for granted.

        Even what was read just now another program of the account can have changed by the next moment.
        """
        if self._sent is None:
            return self._relies_on_memory or isinstance(error, TransactionRejected | ObjectNotFound)
        if isinstance(error, OutOfGas):
            return self._is_familiar
        # one refused for its price takes the same coins as the next: no more than one of them can be executed
        return await self._client.reference_gas_price() > self._sent.gas.price or await self._is_outdated(
            self._sent
        )

    async def _is_outdated(self, transaction: TransactionDataV1) -> bool:
        """Whether an owned input has moved on by another transaction, so that this one can never be executed."""
        inputs = _owned_inputs(transaction)
        try:
            found = await self._client.get_objects(reference.object_id for reference in inputs)
            outdated = [now for now, then in zip(found, inputs, strict=True) if now.version != then.version]
        except ObjectNotFound:
            outdated = None
        if outdated is not None and (
            not outdated or any(now.previous_transaction == transaction.digest() for now in outdated)
        ):
            return False
        try:
            await self._client.transaction_effects(transaction.digest())
        except ObjectNotFound:
            return True
        return False

    async def _prepare(self, builder: TransactionBuilder) -> TransactionDataV1:
        """Name the objects, choose budget and coins. Raises `InsufficientGas`, or what a simulation fails with."""
        named, price, _ = await asyncio.gather(
            self._resolve(builder.object_ids),
            self._market.price(),
            self._read_coins(all_of_them=builder.uses_gas_coin),
        )
        pool = GasPool.of(self._account.address, self._account.spendable(), excluded=builder.object_ids)
        draft = _Draft(builder.kind(named), self._account.address, price)
        budget = builder.gas_budget or self._client.gas_budget or self._familiar_budget(builder, pool, price)
        if budget is None:
            trial = simulation_budget(pool, price, uses_gas_coin=builder.uses_gas_coin)
            effects = await simulate(self._client, draft.paid(pool.everything(), trial))
            self._check(effects, simulated=True)
            budget = estimated_budget(effects.gas_used, price)
        return draft.paid(pool.everything() if builder.uses_gas_coin else pool.covering(budget), budget)

    def _familiar_budget(self, builder: TransactionBuilder, pool: GasPool, price: int) -> int | None:
        """What will do for a routine transaction, None if it has to be tried out."""
        used = self._market.costs.get(builder.shape) if builder.routine else None
        if used is None or pool.total < (budget := familiar_budget(used, price)):
            return None
        self._is_familiar = True
        return budget

    def _learn(self, builder: TransactionBuilder, effects: TransactionEffectsV2) -> None:
        if builder.routine and isinstance(effects.status, Success):
            self._market.costs[builder.shape] = effects.gas_used
        elif builder.routine:
            self._market.costs.pop(builder.shape, None)

    async def _resolve(self, object_ids: tuple[bytes, ...]) -> Mapping[bytes, ObjectRef | SharedVersion]:
        """How each object is named as an input. How a shared one is never changes, so that is remembered."""
        shared = self._market.shared
        named: dict[bytes, ObjectRef | SharedVersion] = {}
        unknown = []
        for object_id in object_ids:
            known = shared.get(object_id) or self._account.reference(object_id)
            if known is None:
                unknown.append(object_id)
            else:
                named[object_id] = known
        for found in await self._client.get_objects(unknown):
            match found.owner:
                case SharedOwner(version):
                    named[found.object_id] = shared[found.object_id] = SharedVersion(version)
                case ConsensusAddressOwner(version):
                    named[found.object_id] = SharedVersion(version)
                case _:
                    named[found.object_id] = found.reference
        return named

    async def _read_coins(self, *, all_of_them: bool) -> None:
        if self._account.coins is None or all_of_them:
            self._account.saw_coins(await self._client.coins(self._account.address))

    def _check(self, effects: TransactionEffectsV2, *, simulated: bool) -> None:
        check_success(effects, simulated=simulated, walrus_packages=self._client.walrus_packages)


@dataclass(frozen=True)
class _Draft:
    """All of a transaction but how it is paid."""

    kind: ProgrammableTransaction
    sender: bytes
    price: int

    def paid(self, payment: tuple[ObjectRef, ...], budget: int) -> TransactionDataV1:
        gas = GasData(payment, self.sender, self.price, budget)
        return TransactionDataV1(self.kind, self.sender, gas, NoExpiration())


def _owned_inputs(transaction: TransactionDataV1) -> list[ObjectRef]:
    """Everything of which a transaction takes one version only."""
    assert isinstance(transaction.kind, ProgrammableTransaction)
    objects = [item.object for item in transaction.kind.inputs if isinstance(item, ObjectInput)]
    owned = [item.reference for item in objects if isinstance(item, ImmOrOwnedObject | Receiving)]
    return [*transaction.gas.payment, *owned]
