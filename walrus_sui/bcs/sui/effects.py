"""Effects and events of an executed transaction (source: sui_localnet.md §4.5, §4.8)."""

from __future__ import annotations

from walrus_sui.bcs.codec import U32, U64, Enum, KeepsBytes, Struct, encode
from walrus_sui.bcs.sui.failures import ExecutionFailure
from walrus_sui.bcs.sui.objects import Owner
from walrus_sui.bcs.sui.types import Address, Digest, Identifier, StructTag, blake2b256


class ExecutionStatus(Enum):
    pass


class Success(ExecutionStatus, tag=0):
    pass


class Failure(ExecutionStatus, tag=1):
    error: ExecutionFailure
    command: U64 | None


class GasCostSummary(Struct):
    """All in MIST."""

    computation_cost: U64
    storage_cost: U64
    storage_rebate: U64
    non_refundable_storage_fee: U64

    @property
    def net(self) -> int:
        """What the gas coin lost (negative when more was refunded than charged)."""
        return self.computation_cost + self.storage_cost - self.storage_rebate


class InputState(Enum):
    """An object as a transaction found it."""


class DidNotExist(InputState, tag=0):
    pass


class Existed(InputState, tag=1):
    version: U64
    digest: Digest
    owner: Owner


class OutputState(Enum):
    """An object as a transaction left it."""


class DoesNotExist(OutputState, tag=0):
    pass


class ObjectWrite(OutputState, tag=1):
    digest: Digest
    owner: Owner


class PackageWrite(OutputState, tag=2):
    version: U64
    digest: Digest


class IdOperation(Enum):
    """Whether the transaction created or deleted the id; wrapping does neither."""


class NoIdOperation(IdOperation, tag=0):
    pass


class Created(IdOperation, tag=1):
    pass


class Deleted(IdOperation, tag=2):
    pass


class ChangedObject(Struct):
    object_id: Address
    before: InputState
    after: OutputState
    id_operation: IdOperation


class UnchangedKind(Enum):
    """Why a shared object was used without being changed."""


class ReadOnlyRoot(UnchangedKind, tag=0):
    version: U64
    digest: Digest


class MutateDeleted(UnchangedKind, tag=1):
    version: U64


class ReadDeleted(UnchangedKind, tag=2):
    version: U64


class Cancelled(UnchangedKind, tag=3):
    version: U64


class PerEpochConfig(UnchangedKind, tag=4):
    pass


class TransactionEffects(KeepsBytes, Enum):
    """What a transaction did. V1 effects are of the past and not declared."""

    def digest(self) -> bytes:
        return blake2b256(b"TransactionEffects::", self.to_bytes())


class TransactionEffectsV2(TransactionEffects, tag=1):
    status: ExecutionStatus
    epoch: U64
    gas_used: GasCostSummary
    transaction_digest: Digest
    gas_object_index: U32 | None
    events_digest: Digest | None
    dependencies: tuple[Digest, ...]
    lamport_version: U64
    changed_objects: tuple[ChangedObject, ...]
    unchanged_consensus_objects: tuple[tuple[Address, UnchangedKind], ...]
    auxiliary_data_digest: Digest | None


class Event(Struct):
    """A Move event; `package` and `module` are those of the top-level call that led to it."""

    package: Address
    module: Identifier
    sender: Address
    type: StructTag
    contents: bytes


def events_digest(events: tuple[Event, ...]) -> bytes | None:
    """The digest that effects carry, None when there were no events."""
    return blake2b256(b"TransactionEvents::", encode(tuple[Event, ...], events)) if events else None
