"""`LedgerService`: objects, transactions, checkpoints, the epoch (source: sui_localnet.md §1.4)."""

from __future__ import annotations

from walrus_localnet.chain.epochs import EpochSpan
from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.limits import (
    ARGUMENTS_END,
    MAX_BUDGET,
    MAX_COMMANDS,
    MAX_GAS_COINS,
    MAX_INPUT_OBJECTS,
    MAX_OBJECT_BYTES,
    MAX_TRANSACTION_BYTES,
    PROTOCOL_VERSION,
    PURE_BYTES_END,
    REFERENCE_GAS_PRICE,
    TYPE_ARGUMENTS_END,
)
from walrus_localnet.chain.object_runtime import MAX_EVENTS
from walrus_localnet.chain.records import CheckpointRecord, TransactionRecord
from walrus_localnet.chain.rpc.display import Displays
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import Status, rpc
from walrus_localnet.chain.rpc.objects import DEFAULT_OBJECT, object_message
from walrus_localnet.chain.rpc.queries import ListMethods
from walrus_localnet.chain.rpc.refusals import address_field, digest_field, invalid, not_found
from walrus_localnet.chain.rpc.transactions import (
    DEFAULT_CHECKPOINT,
    checkpoint_message,
    record_message,
    time_of,
)
from walrus_sui.bcs.sui import Object, format_address, format_digest

SERVER = "walrus-sui/local"
CHAIN = "local"
MAX_BATCH = 1000
_NOT_FOUND = 5


class LedgerService(ListMethods):
    """Reads by id, and the lists of `ListMethods`."""

    def __init__(self, ledger: Ledger, feed: CheckpointFeed) -> None:
        self.ledger = ledger
        super().__init__(feed)
        self.store = ledger.store

    async def get_service_info(self, request: rpc.GetServiceInfoRequest) -> rpc.GetServiceInfoResponse:
        head = self.feed.head.summary
        return rpc.GetServiceInfoResponse(
            chain_id=format_digest(self.ledger.chain_id),
            chain=CHAIN,
            epoch=self.ledger.epoch,
            checkpoint_height=head.sequence_number,
            timestamp=time_of(head.timestamp_ms),
            lowest_available_checkpoint=0,
            lowest_available_checkpoint_objects=0,
            server=SERVER,
        )

    # objects ------------------------------------------------------------------------------------------------
    async def get_object(self, request: rpc.GetObjectRequest) -> rpc.GetObjectResponse:
        mask = Mask.of(request, rpc.Object, DEFAULT_OBJECT)
        found = self._object(request)
        if found is None:
            raise not_found(_named(request))
        return rpc.GetObjectResponse(object=self._shown(found, mask, Displays(self.ledger)))

    async def batch_get_objects(self, request: rpc.BatchGetObjectsRequest) -> rpc.BatchGetObjectsResponse:
        _check_batch(len(request.requests))
        mask, displays = Mask.of(request, rpc.Object, DEFAULT_OBJECT), Displays(self.ledger)
        found = [self._result(item, mask, displays) for item in request.requests]
        return rpc.BatchGetObjectsResponse(objects=found)

    def _result(self, request: rpc.GetObjectRequest, mask: Mask, displays: Displays) -> rpc.GetObjectResult:
        found = self._object(request)
        if found is None:
            return rpc.GetObjectResult(error=Status(code=_NOT_FOUND, message=f"{_named(request)} not found"))
        return rpc.GetObjectResult(object=self._shown(found, mask, displays))

    def _shown(self, obj: Object, mask: Mask, displays: Displays) -> rpc.Object:
        return displays.show(object_message(obj, mask, self.ledger.machine, lavish=True), obj, mask)

    def _object(self, request: rpc.GetObjectRequest) -> Object | None:
        object_id = address_field(request.object_id, "object_id")
        if request.version is not None:
            return self.store.at_version(object_id, request.version)
        return self.store.latest(object_id)

    # transactions -------------------------------------------------------------------------------------------
    async def get_transaction(self, request: rpc.GetTransactionRequest) -> rpc.GetTransactionResponse:
        mask = Mask.of(request, rpc.ExecutedTransaction, "digest")
        record = self._transaction(request.digest)
        if record is None:
            raise not_found(f"transaction {request.digest}")
        message = record_message(record, self.ledger, mask)
        return rpc.GetTransactionResponse(transaction=message)

    async def batch_get_transactions(
        self, request: rpc.BatchGetTransactionsRequest
    ) -> rpc.BatchGetTransactionsResponse:
        _check_batch(len(request.digests))
        mask = Mask.of(request, rpc.ExecutedTransaction, "digest")
        results = [self._transaction_result(digest, mask) for digest in request.digests]
        return rpc.BatchGetTransactionsResponse(transactions=results)

    def _transaction_result(self, digest: str, mask: Mask) -> rpc.GetTransactionResult:
        record = self._transaction(digest)
        if record is None:
            return rpc.GetTransactionResult(
                error=Status(code=_NOT_FOUND, message=f"transaction {digest} not found")
            )
        return rpc.GetTransactionResult(transaction=record_message(record, self.ledger, mask))

    def _transaction(self, digest: str | None) -> TransactionRecord | None:
        """None also for one whose checkpoint is not known yet."""
        record = self.store.transaction(digest_field(digest, "digest"))
        return record if record is not None and self.feed.knows(record.checkpoint) else None

    # checkpoints and epoch ----------------------------------------------------------------------------------
    async def get_checkpoint(self, request: rpc.GetCheckpointRequest) -> rpc.GetCheckpointResponse:
        mask = Mask.of(request, rpc.Checkpoint, DEFAULT_CHECKPOINT)
        record = self._checkpoint(request)
        if record is None:
            raise not_found(f"checkpoint {request.digest or request.sequence_number}")
        message = checkpoint_message(record, self.ledger, mask)
        return rpc.GetCheckpointResponse(checkpoint=message)

    def _checkpoint(self, request: rpc.GetCheckpointRequest) -> CheckpointRecord | None:
        if request.digest is not None:
            found = self.store.checkpoint_by_digest(digest_field(request.digest, "digest"))
        elif request.sequence_number is None:
            found = self.feed.head
        else:
            found = self.store.checkpoint(request.sequence_number)
        known = found is not None and self.feed.knows(found.summary.sequence_number)
        return found if known else None

    async def get_epoch(self, request: rpc.GetEpochRequest) -> rpc.GetEpochResponse:
        mask = Mask.of(request, rpc.Epoch, "epoch")
        wanted = self.ledger.epoch if request.epoch is None else request.epoch
        span = self.ledger.span_of(wanted)
        if span is None:
            raise not_found(f"epoch {wanted}")
        return rpc.GetEpochResponse(epoch=mask.cut(_epoch_message(span, self.ledger.epoch_duration_ms)))


def _epoch_message(span: EpochSpan, duration_ms: int) -> rpc.Epoch:
    return rpc.Epoch(
        epoch=span.epoch,
        first_checkpoint=span.first,
        last_checkpoint=span.last,
        start=time_of(span.start_ms),
        end=None if span.end_ms is None else time_of(span.end_ms),
        reference_gas_price=REFERENCE_GAS_PRICE,
        system_state=rpc.SystemState(
            version=2,
            epoch=span.epoch,
            protocol_version=PROTOCOL_VERSION,
            reference_gas_price=REFERENCE_GAS_PRICE,
            epoch_start_timestamp_ms=span.start_ms,
            validators=rpc.ValidatorSet(total_stake=0),
            parameters=rpc.SystemParameters(epoch_duration_ms=duration_ms),
        ),
        protocol_config=rpc.ProtocolConfig(
            protocol_version=PROTOCOL_VERSION, feature_flags={}, attributes=_ATTRIBUTES
        ),
    )


_ATTRIBUTES = {
    "max_arguments": str(ARGUMENTS_END),
    "max_gas_payment_objects": str(MAX_GAS_COINS),
    "max_input_objects": str(MAX_INPUT_OBJECTS),
    "max_move_object_size": str(MAX_OBJECT_BYTES),
    "max_num_event_emit": str(MAX_EVENTS),
    "max_programmable_tx_commands": str(MAX_COMMANDS),
    "max_pure_argument_size": str(PURE_BYTES_END),
    "max_tx_gas": str(MAX_BUDGET),
    "max_tx_size_bytes": str(MAX_TRANSACTION_BYTES),
    "max_type_arguments": str(TYPE_ARGUMENTS_END),
}
"""The protocol's limits under the names that clients ask for."""


def _named(request: rpc.GetObjectRequest) -> str:
    address = format_address(address_field(request.object_id, "object_id"))
    return f"object {address}" if request.version is None else f"object {address} with version {request.version}"


def _check_batch(size: int) -> None:
    if size > MAX_BATCH:
        raise invalid(f"expected at most {MAX_BATCH} in one batch, got {size}")
