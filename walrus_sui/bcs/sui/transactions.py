"""Transactions as they are signed (source: sui_localnet.md §4.2)."""

from __future__ import annotations

from walrus_sui.bcs.codec import U8, U16, U32, U64, Enum, KeepsBytes, Struct
from walrus_sui.bcs.sui.objects import ObjectData, ObjectRef, Owner
from walrus_sui.bcs.sui.types import Address, Digest, Identifier, TypeTag, blake2b256


class ObjectArg(Enum):
    pass


class ImmOrOwnedObject(ObjectArg, tag=0):
    reference: ObjectRef


class SharedObject(ObjectArg, tag=1):
    object_id: Address
    initial_version: U64
    mutability: U8  # 0 read-only, 1 mutable, 2 non-exclusive write


class Receiving(ObjectArg, tag=2):
    reference: ObjectRef


class WithdrawalSource(Enum):
    pass


class FromSender(WithdrawalSource, tag=0):
    pass


class FromSponsor(WithdrawalSource, tag=1):
    pass


class FromSenderAllowance(WithdrawalSource, tag=2):
    funder: Address
    allowance: Address


class Reservation(Enum):
    pass


class MaxAmount(Reservation, tag=0):
    amount: U64


class WithdrawalType(Enum):
    pass


class BalanceWithdrawal(WithdrawalType, tag=0):
    coin: TypeTag


class CallArg(Enum):
    pass


class Pure(CallArg, tag=0):
    value: bytes


class ObjectInput(CallArg, tag=1):
    object: ObjectArg


class FundsWithdrawal(CallArg, tag=2):
    reservation: Reservation
    type: WithdrawalType
    source: WithdrawalSource


class Argument(Enum):
    pass


class GasCoin(Argument, tag=0):
    pass


class Input(Argument, tag=1):
    index: U16


class Result(Argument, tag=2):
    command: U16


class NestedResult(Argument, tag=3):
    command: U16
    index: U16


class Command(Enum):
    pass


class MoveCall(Command, tag=0):
    package: Address
    module: Identifier
    function: Identifier
    type_args: tuple[TypeTag, ...]
    arguments: tuple[Argument, ...]


class TransferObjects(Command, tag=1):
    objects: tuple[Argument, ...]
    recipient: Argument


class SplitCoins(Command, tag=2):
    coin: Argument
    amounts: tuple[Argument, ...]


class MergeCoins(Command, tag=3):
    target: Argument
    sources: tuple[Argument, ...]


class Publish(Command, tag=4):
    modules: tuple[bytes, ...]
    dependencies: tuple[Address, ...]


class MakeMoveVec(Command, tag=5):
    element: TypeTag | None
    elements: tuple[Argument, ...]


class Upgrade(Command, tag=6):
    modules: tuple[bytes, ...]
    dependencies: tuple[Address, ...]
    package: Address
    ticket: Argument


class GenesisObject(Enum):
    pass


class RawObject(GenesisObject, tag=0):
    data: ObjectData
    owner: Owner


class TransactionKind(Enum):
    """What a transaction does. Of the system kinds only those the local network issues are declared."""


class ProgrammableTransaction(TransactionKind, tag=0):
    inputs: tuple[CallArg, ...]
    commands: tuple[Command, ...]


class ChangeEpoch(TransactionKind, tag=1):
    """The last transaction of an epoch; `epoch` is the one that begins."""

    epoch: U64
    protocol_version: U64
    storage_charge: U64
    computation_charge: U64
    storage_rebate: U64
    non_refundable_storage_fee: U64
    epoch_start_timestamp_ms: U64
    system_packages: tuple[tuple[U64, tuple[bytes, ...], tuple[Address, ...]], ...]


class Genesis(TransactionKind, tag=2):
    objects: tuple[GenesisObject, ...]


class ConsensusCommitPrologue(TransactionKind, tag=3):
    epoch: U64
    round: U64
    timestamp_ms: U64


class RandomnessStateUpdate(TransactionKind, tag=6):
    epoch: U64
    round: U64
    random_bytes: bytes
    initial_shared_version: U64


class GasData(Struct):
    payment: tuple[ObjectRef, ...]
    owner: Address
    price: U64
    budget: U64


class Expiration(Enum):
    pass


class NoExpiration(Expiration, tag=0):
    pass


class ExpiresAfterEpoch(Expiration, tag=1):
    epoch: U64


class ValidDuring(Expiration, tag=2):
    min_epoch: U64 | None
    max_epoch: U64 | None
    min_timestamp_ms: U64 | None
    max_timestamp_ms: U64 | None
    chain: Digest
    nonce: U32


class TransactionData(KeepsBytes, Enum):
    """A whole transaction as it is signed."""

    def digest(self) -> bytes:
        return blake2b256(b"TransactionData::", self.to_bytes())

    def signing_digest(self) -> bytes:
        """What a user key signs: the hash of the intent (transaction, V0, Sui) and these bytes."""
        return blake2b256(b"\0\0\0", self.to_bytes())


class TransactionDataV1(TransactionData, tag=0):
    kind: TransactionKind
    sender: Address
    gas: GasData
    expiration: Expiration
