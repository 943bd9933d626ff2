"""`TransactionExecutionService`: simulate and execute (source: sui_localnet.md §1.4, §2, §4.11)."""

from __future__ import annotations

from collections.abc import Callable

from walrus_localnet.chain.ledger import Ledger, Simulated
from walrus_localnet.chain.limits import REFERENCE_GAS_PRICE
from walrus_localnet.chain.objects import id_of, version_of
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.refusals import invalid
from walrus_localnet.chain.rpc.resolve import draft_data, signed_data
from walrus_localnet.chain.rpc.transactions import executed_message, record_message
from walrus_localnet.chain.simulation import simulate
from walrus_sui.bcs.sui import Object

MAX_SIGNATURES = 2


class ExecutionService:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def execute_transaction(self, request: rpc.ExecuteTransactionRequest) -> rpc.ExecuteTransactionResponse:
        data = signed_data(request.transaction)
        record = self.ledger.execute(data, _signatures(request))
        mask = Mask.of(request, "effects.status,checkpoint")
        return rpc.ExecuteTransactionResponse(transaction=record_message(record, self.ledger.store, mask))

    async def simulate_transaction(
        self, request: rpc.SimulateTransactionRequest
    ) -> rpc.SimulateTransactionResponse:
        data = draft_data(request.transaction, self.ledger)
        outcome = simulate(self.ledger, data, select_gas=bool(request.do_gas_selection))
        mask = Mask.of(request, "*")
        executed = outcome.executed
        find, inner = _finder(self.ledger, outcome), mask.below("transaction")
        message = executed_message(outcome.data, (), executed.effects, executed.events, find, inner)
        answer = rpc.SimulateTransactionResponse(transaction=message, suggested_gas_price=REFERENCE_GAS_PRICE)
        return mask.cut(answer)


def _signatures(request: rpc.ExecuteTransactionRequest) -> tuple[bytes, ...]:
    if not 1 <= len(request.signatures) <= MAX_SIGNATURES:
        raise invalid(f"expected 1 to {MAX_SIGNATURES} signatures, got {len(request.signatures)}")
    return tuple(
        signature.bcs.value if signature.bcs is not None and signature.bcs.value else _simple(signature)
        for signature in request.signatures
    )


def _simple(signature: rpc.UserSignature) -> bytes:
    """A signature given in parts."""
    simple = signature.simple
    if simple is None:
        raise invalid("expected the bytes of a signature, got none")
    scheme = int(simple.scheme or 0)
    return bytes([scheme & 0xFF]) + (simple.signature or b"") + (simple.public_key or b"")


def _finder(ledger: Ledger, outcome: Simulated) -> Callable[[bytes, int], Object | None]:
    """Objects as the simulated transaction would leave them, before those of the ledger."""
    written = {(id_of(obj), version_of(obj)): obj for obj in outcome.objects}
    return lambda object_id, version: (
        written.get((object_id, version)) or ledger.store.at_version(object_id, version)
    )
