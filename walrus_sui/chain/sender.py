"""From a built transaction to a final one: objects resolved, gas found, signed, sent, awaited.

Only the sending of bytes that are already signed is ever repeated: the chain executes them at most once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from walrus_sui.bcs.sui import (
    ConsensusAddressOwner,
    GasData,
    NoExpiration,
    ObjectRef,
    ProgrammableTransaction,
    SharedOwner,
    TransactionDataV1,
    TransactionEffectsV2,
    format_digest,
)
from walrus_sui.chain.answers import effects_of, events_of
from walrus_sui.chain.execution import ExecutedTransaction, check_success
from walrus_sui.chain.gas import GasPool, estimated_budget, simulation_budget
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.signed import OnSigned, SignedTransaction
from walrus_sui.chain.transaction import SharedVersion, TransactionBuilder
from walrus_sui.errors import (
    ChainRefused,
    ChainUnreachable,
    ContractMismatch,
    FinalityTimeout,
    ObjectNotFound,
    TransactionRejected,
)

if TYPE_CHECKING:
    from walrus_sui.chain.client import SuiClient

Build = Callable[[], Awaitable[TransactionBuilder]]
"""Builds a transaction when it is its account's turn, so that the coins it chooses are still there."""

_POLL_DELAYS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


class Sender:
    """Sends transactions for one client; those of one account take turns, as they pay from the same coins."""

    def __init__(self, client: SuiClient, finality: float) -> None:
        self._client = client
        self._finality = finality
        self._turns: dict[bytes, asyncio.Lock] = {}
        self._shared: dict[bytes, SharedVersion] = {}

    async def execute(
        self, build: TransactionBuilder | Build, keypair: Keypair, on_signed: OnSigned | None = None
    ) -> ExecutedTransaction:
        async with self._turns.setdefault(keypair.address, asyncio.Lock()):
            builder = build if isinstance(build, TransactionBuilder) else await build()
            kind = builder.kind(await self._resolve(builder.object_ids))
            signed = SignedTransaction.of(await self._fund(builder, kind, keypair.address), keypair)
            if on_signed is not None:
                await on_signed(signed)
            return await self.send(signed)

    async def send(self, signed: SignedTransaction) -> ExecutedTransaction:
        answer = await self._send(signed)
        effects = effects_of(answer)
        if effects.transaction_digest != signed.digest:
            raise ContractMismatch(
                f"expected the effects of transaction {format_digest(signed.digest)}, "
                f"got those of {format_digest(effects.transaction_digest)}"
            )
        self._check(effects, simulated=False)
        return await self._finalize(effects, answer)

    async def _resolve(self, object_ids: tuple[bytes, ...]) -> Mapping[bytes, ObjectRef | SharedVersion]:
        """How each object is named as an input. How a shared one is never changes, so that is remembered."""
        wanted = [object_id for object_id in object_ids if object_id not in self._shared]
        named: dict[bytes, ObjectRef | SharedVersion] = {}
        for found in await self._client.get_objects(wanted):
            match found.owner:
                case SharedOwner(version):
                    self._shared[found.object_id] = SharedVersion(version)
                case ConsensusAddressOwner(version):
                    named[found.object_id] = SharedVersion(version)
                case _:
                    named[found.object_id] = found.reference
        return {**self._shared, **named}

    async def _fund(
        self, builder: TransactionBuilder, kind: ProgrammableTransaction, sender: bytes
    ) -> TransactionDataV1:
        """Choose budget and coins. Raises `InsufficientGas`, or what a simulation fails with."""
        coins = await self._client.coins(sender)
        pool = GasPool.of(sender, coins, excluded=builder.object_ids)
        price = await self._client.reference_gas_price()
        budget = builder.gas_budget
        if budget is None:
            trial = simulation_budget(pool, price, uses_gas_coin=builder.uses_gas_coin)
            payment = pool.everything()
            effects = await self._simulate(_transaction(kind, sender, payment, price, trial))
            budget = estimated_budget(effects.gas_used, price)
        payment = pool.everything() if builder.uses_gas_coin else pool.covering(budget)
        return _transaction(kind, sender, payment, price, budget)

    async def _simulate(self, transaction: TransactionDataV1) -> TransactionEffectsV2:
        messages, transport = self._client.transport.messages, self._client.transport
        request = messages.SimulateTransactionRequest(
            transaction=_message(messages, transaction.to_bytes()),
            checks=messages.SimulateTransactionRequestTransactionChecks.ENABLED,
            do_gas_selection=False,
            read_mask=transport.mask(("transaction.effects.bcs",)),
        )
        try:
            answer = await transport.repeat("TRANSACTION", "simulate_transaction", request)
        except (ChainRefused, ObjectNotFound) as error:
            raise TransactionRejected(f"the transaction cannot be executed: {error.message}") from error
        effects = effects_of(answer.transaction)
        self._check(effects, simulated=True)
        return effects

    async def _send(self, signed: SignedTransaction) -> Any:
        """The `ExecutedTransaction` message of a signed transaction, sent again if no answer came."""
        messages, transport = self._client.transport.messages, self._client.transport
        request = messages.ExecuteTransactionRequest(
            transaction=_message(messages, signed.data),
            signatures=[messages.UserSignature(bcs=messages.Bcs(value=signed.signature))],
            read_mask=transport.mask(("digest", "effects.bcs", "events.bcs", "checkpoint")),
        )
        try:
            return (await transport.repeat("TRANSACTION", "execute_transaction", request)).transaction
        except ChainUnreachable as error:
            digest = format_digest(signed.digest)
            raise FinalityTimeout(f"{error.message} while sending {digest}", digest=digest) from error
        except (ChainRefused, ObjectNotFound) as error:
            raise TransactionRejected(
                f"the transaction was refused: {error.message}",
                hint="if another program uses the same account, try again",
            ) from error

    def _check(self, effects: TransactionEffectsV2, *, simulated: bool) -> None:
        check_success(effects, simulated=simulated, walrus_packages=self._client.walrus_packages)

    async def _finalize(self, effects: TransactionEffectsV2, answer: Any) -> ExecutedTransaction:
        """Wait for the checkpoint that holds the transaction: from then on every read shows what it did."""
        digest = effects.transaction_digest
        checkpoint = answer.checkpoint
        try:
            async with asyncio.timeout(self._finality):
                attempt = 0
                while checkpoint is None:
                    await asyncio.sleep(_POLL_DELAYS[min(attempt, len(_POLL_DELAYS) - 1)])
                    checkpoint = await self._checkpoint_of(digest)
                    attempt += 1
        except TimeoutError:
            text = format_digest(digest)
            raise FinalityTimeout(
                f"expected {text} in a checkpoint within {self._finality:g} s, got none", digest=text
            ) from None
        return ExecutedTransaction(digest, effects, events_of(answer), int(checkpoint))

    async def _checkpoint_of(self, digest: bytes) -> int | None:
        try:
            return await self._client.transaction_checkpoint(digest)
        except (ObjectNotFound, ChainUnreachable):
            return None  # not indexed yet, or the full node is away: both pass


def _transaction(
    kind: ProgrammableTransaction, sender: bytes, payment: tuple[ObjectRef, ...], price: int, budget: int
) -> TransactionDataV1:
    return TransactionDataV1(kind, sender, GasData(payment, sender, price, budget), NoExpiration())


def _message(messages: Any, transaction: bytes) -> Any:
    return messages.Transaction(bcs=messages.Bcs(name="TransactionData", value=transaction))
