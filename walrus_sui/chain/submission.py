"""A transaction on its way through a full node: tried out, sent, awaited.

Only the sending of bytes that are already signed is ever repeated: the chain executes them at most once.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from walrus_sui.bcs.sui import TransactionDataV1, TransactionEffectsV2, format_digest
from walrus_sui.chain.answers import effects_of, events_of
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.signed import SignedTransaction
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

_POLL_DELAYS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


async def simulate(client: SuiClient, transaction: TransactionDataV1) -> TransactionEffectsV2:
    """What a transaction would do now, whether it succeeds or not. Raises `TransactionRejected`."""
    messages, transport = client.transport.messages, client.transport
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
    return effects_of(answer.transaction)


async def submit(client: SuiClient, signed: SignedTransaction) -> tuple[TransactionEffectsV2, Any]:
    """Send a signed transaction, again if no answer came.

    Its effects, successful or not, and the message they came in. Raises `TransactionRejected`, `FinalityTimeout`.
    """
    messages, transport = client.transport.messages, client.transport
    request = messages.ExecuteTransactionRequest(
        transaction=_message(messages, signed.data),
        signatures=[messages.UserSignature(bcs=messages.Bcs(value=signed.signature))],
        read_mask=transport.mask(("digest", "effects.bcs", "events.bcs", "checkpoint")),
    )
    try:
        answer = (await transport.repeat("TRANSACTION", "execute_transaction", request)).transaction
    except ChainUnreachable as error:
        digest = format_digest(signed.digest)
        raise FinalityTimeout(f"{error.message} while sending {digest}", digest=digest) from error
    except (ChainRefused, ObjectNotFound) as error:
        raise TransactionRejected(
            f"the transaction was refused: {error.message}",
            hint="if another program uses the same account, try again",
        ) from error
    effects = effects_of(answer)
    if effects.transaction_digest != signed.digest:
        raise ContractMismatch(
            f"expected the effects of transaction {format_digest(signed.digest)}, "
            f"got those of {format_digest(effects.transaction_digest)}"
        )
    return effects, answer


async def finalize(
    client: SuiClient, effects: TransactionEffectsV2, answer: Any, patience: float
) -> ExecutedTransaction:
    """Wait for the checkpoint that holds the transaction: from then on every read shows what it did."""
    digest = effects.transaction_digest
    checkpoint = answer.checkpoint
    try:
        async with asyncio.timeout(patience):
            attempt = 0
            while checkpoint is None:
                await asyncio.sleep(_POLL_DELAYS[min(attempt, len(_POLL_DELAYS) - 1)])
                checkpoint = await _checkpoint_of(client, digest)
                attempt += 1
    except TimeoutError:
        text = format_digest(digest)
        raise FinalityTimeout(
            f"expected {text} in a checkpoint within {patience:g} s, got none", digest=text
        ) from None
    return ExecutedTransaction(digest, effects, events_of(answer), int(checkpoint))


async def _checkpoint_of(client: SuiClient, digest: bytes) -> int | None:
    try:
        return await client.transaction_checkpoint(digest)
    except (ObjectNotFound, ChainUnreachable):
        return None  # not indexed yet, or the full node is away: both pass


def _message(messages: Any, transaction: bytes) -> Any:
    return messages.Transaction(bcs=messages.Bcs(name="TransactionData", value=transaction))
