"""`TransactionExecutionService`: simulate and execute (source: sui_localnet.md §1.4, §2, §4.11)."""

from __future__ import annotations

from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.limits import REFERENCE_GAS_PRICE
from walrus_localnet.chain.ptb.commands import CommandOutput
from walrus_localnet.chain.rpc.json import json_message
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.programs import argument_message
from walrus_localnet.chain.rpc.resolve import draft_data
from walrus_localnet.chain.rpc.signed import all_signatures, signed_data
from walrus_localnet.chain.rpc.source import simulated_source
from walrus_localnet.chain.rpc.transactions import executed_message, record_message
from walrus_localnet.chain.simulation import simulate
from walrus_localnet.chain.turns import Turns
from walrus_localnet.vm import Machine, Type, to_tag
from walrus_sui.bcs.sui import Argument


class ExecutionService:
    def __init__(self, ledger: Ledger, feed: CheckpointFeed) -> None:
        self.ledger = ledger
        self.feed = feed
        self.turns = Turns(ledger)

    async def execute_transaction(self, request: rpc.ExecuteTransactionRequest) -> rpc.ExecuteTransactionResponse:
        mask = Mask.of(request, rpc.ExecutedTransaction, "effects.status,checkpoint")
        data = signed_data(request.transaction)
        record = await self.turns.execute(data, all_signatures(request.signatures))
        message = record_message(record, self.ledger, mask, final=self.feed.knows(record.checkpoint))
        return rpc.ExecuteTransactionResponse(transaction=message)

    async def simulate_transaction(
        self, request: rpc.SimulateTransactionRequest
    ) -> rpc.SimulateTransactionResponse:
        mask = Mask.of(request, rpc.SimulateTransactionResponse, "*")
        data = draft_data(request.transaction, self.ledger)
        select, keep = bool(request.do_gas_selection), "command_outputs" in mask
        checks = request.checks != rpc.SimulateTransactionRequestTransactionChecks.DISABLED
        outcome = await self.turns.run(
            lambda: simulate(self.ledger, data, select_gas=select, keep_outputs=keep, checks=checks)
        )
        executed, source = outcome.executed, simulated_source(self.ledger, outcome)
        inner, outputs = mask.below("transaction"), mask.below("command_outputs")
        message = executed_message(outcome.data, (), executed.effects, executed.events, source, inner)
        answer = rpc.SimulateTransactionResponse(
            transaction=message,
            command_outputs=[_output_message(output, source.machine, outputs) for output in executed.outputs],
            suggested_gas_price=REFERENCE_GAS_PRICE,
        )
        return mask.cut(answer)


def _output_message(output: CommandOutput, machine: Machine, mask: Mask) -> rpc.CommandResult:
    returned, changed = mask.below("return_values"), mask.below("mutated_by_ref")
    return rpc.CommandResult(
        return_values=[_value_message(None, type_, data, machine, returned) for type_, data in output.returned],
        mutated_by_ref=[
            _value_message(argument, type_, data, machine, changed) for argument, type_, data in output.changed
        ],
    )


def _value_message(
    argument: Argument | None, type_: Type, data: bytes, machine: Machine, mask: Mask
) -> rpc.CommandOutput:
    return rpc.CommandOutput(
        argument=None if argument is None else argument_message(argument),
        value=rpc.Bcs(name=str(to_tag(type_)), value=data),
        json=json_message(machine, type_, data) if mask.names("json") else None,
    )
