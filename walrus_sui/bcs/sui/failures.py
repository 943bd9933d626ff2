"""Why an execution failed, variant by variant (source: sui_localnet.md §4.5)."""

from __future__ import annotations

from walrus_sui.bcs.codec import U8, U16, U64, Enum, Struct
from walrus_sui.bcs.sui.types import Address, Identifier


class ModuleId(Struct):
    address: Address
    name: Identifier


class MoveLocation(Struct):
    """Where Move code stopped: indices into the module's function table and that function's code."""

    module: ModuleId
    function: U16
    instruction: U16
    function_name: str | None


class ArgumentErrorKind(Enum):
    """What is wrong with one argument of a command."""


class TypeMismatch(ArgumentErrorKind, tag=0):
    pass


class InvalidBcsBytes(ArgumentErrorKind, tag=1):
    pass


class InvalidUsageOfPureArgument(ArgumentErrorKind, tag=2):
    pass


class InvalidArgumentToPrivateEntryFunction(ArgumentErrorKind, tag=3):
    pass


class IndexOutOfBounds(ArgumentErrorKind, tag=4):
    index: U16


class SecondaryIndexOutOfBounds(ArgumentErrorKind, tag=5):
    result: U16
    secondary: U16


class InvalidResultArity(ArgumentErrorKind, tag=6):
    result: U16


class InvalidGasCoinUsage(ArgumentErrorKind, tag=7):
    pass


class InvalidValueUsage(ArgumentErrorKind, tag=8):
    pass


class InvalidObjectByValue(ArgumentErrorKind, tag=9):
    pass


class InvalidObjectByMutRef(ArgumentErrorKind, tag=10):
    pass


class SharedObjectArgumentNotAllowed(ArgumentErrorKind, tag=11):
    pass


class InvalidArgumentArity(ArgumentErrorKind, tag=12):
    pass


class InvalidTransferArgument(ArgumentErrorKind, tag=13):
    pass


class InvalidMakeMoveVecNonObjectArgument(ArgumentErrorKind, tag=14):
    pass


class ArgumentWithoutValue(ArgumentErrorKind, tag=15):
    pass


class CannotMoveBorrowedValue(ArgumentErrorKind, tag=16):
    pass


class CannotWriteToExtendedReference(ArgumentErrorKind, tag=17):
    pass


class InvalidReferenceArgument(ArgumentErrorKind, tag=18):
    pass


class InvalidTxContext(ArgumentErrorKind, tag=19):
    pass


class TypeArgumentErrorKind(Enum):
    """What is wrong with a type argument."""


class TypeNotFound(TypeArgumentErrorKind, tag=0):
    pass


class ConstraintNotSatisfied(TypeArgumentErrorKind, tag=1):
    pass


class UpgradeErrorKind(Enum):
    """Why a package upgrade was refused."""


class UnableToFetchPackage(UpgradeErrorKind, tag=0):
    package: Address


class NotAPackage(UpgradeErrorKind, tag=1):
    object_id: Address


class IncompatibleUpgrade(UpgradeErrorKind, tag=2):
    pass


class DigestDoesNotMatch(UpgradeErrorKind, tag=3):
    digest: bytes


class UnknownUpgradePolicy(UpgradeErrorKind, tag=4):
    policy: U8


class PackageIdDoesNotMatch(UpgradeErrorKind, tag=5):
    package: Address
    ticket: Address


class ExecutionFailure(Enum):
    """Why a transaction that was sequenced did not succeed."""


class InsufficientGas(ExecutionFailure, tag=0):
    pass


class InvalidGasObject(ExecutionFailure, tag=1):
    pass


class InvariantViolation(ExecutionFailure, tag=2):
    pass


class FeatureNotYetSupported(ExecutionFailure, tag=3):
    pass


class MoveObjectTooBig(ExecutionFailure, tag=4):
    size: U64
    limit: U64


class MovePackageTooBig(ExecutionFailure, tag=5):
    size: U64
    limit: U64


class CircularObjectOwnership(ExecutionFailure, tag=6):
    object_id: Address


class InsufficientCoinBalance(ExecutionFailure, tag=7):
    pass


class CoinBalanceOverflow(ExecutionFailure, tag=8):
    pass


class PublishErrorNonZeroAddress(ExecutionFailure, tag=9):
    pass


class SuiMoveVerificationError(ExecutionFailure, tag=10):
    pass


class MovePrimitiveRuntimeError(ExecutionFailure, tag=11):
    location: MoveLocation | None


class MoveAbort(ExecutionFailure, tag=12):
    location: MoveLocation
    code: U64


class VmVerificationOrDeserializationError(ExecutionFailure, tag=13):
    pass


class VmInvariantViolation(ExecutionFailure, tag=14):
    pass


class FunctionNotFound(ExecutionFailure, tag=15):
    pass


class ArityMismatch(ExecutionFailure, tag=16):
    pass


class TypeArityMismatch(ExecutionFailure, tag=17):
    pass


class NonEntryFunctionInvoked(ExecutionFailure, tag=18):
    pass


class CommandArgumentError(ExecutionFailure, tag=19):
    argument: U16
    kind: ArgumentErrorKind


class TypeArgumentError(ExecutionFailure, tag=20):
    argument: U16
    kind: TypeArgumentErrorKind


class UnusedValueWithoutDrop(ExecutionFailure, tag=21):
    command: U16
    value: U16


class InvalidPublicFunctionReturnType(ExecutionFailure, tag=22):
    index: U16


class InvalidTransferObject(ExecutionFailure, tag=23):
    pass


class EffectsTooLarge(ExecutionFailure, tag=24):
    size: U64
    limit: U64


class PublishUpgradeMissingDependency(ExecutionFailure, tag=25):
    pass


class PublishUpgradeDependencyDowngrade(ExecutionFailure, tag=26):
    pass


class PackageUpgradeError(ExecutionFailure, tag=27):
    kind: UpgradeErrorKind


class WrittenObjectsTooLarge(ExecutionFailure, tag=28):
    size: U64
    limit: U64


class CertificateDenied(ExecutionFailure, tag=29):
    pass


class SuiMoveVerificationTimedOut(ExecutionFailure, tag=30):
    pass


class SharedObjectOperationNotAllowed(ExecutionFailure, tag=31):
    pass


class InputObjectDeleted(ExecutionFailure, tag=32):
    pass


class CongestedObjects(ExecutionFailure, tag=33):
    objects: tuple[Address, ...]


class AddressDeniedForCoin(ExecutionFailure, tag=34):
    address: Address
    coin: str


class CoinTypeGlobalPause(ExecutionFailure, tag=35):
    coin: str


class RandomnessUnavailable(ExecutionFailure, tag=36):
    pass


class MoveVectorElementTooBig(ExecutionFailure, tag=37):
    size: U64
    limit: U64


class MoveRawValueTooBig(ExecutionFailure, tag=38):
    size: U64
    limit: U64


class InvalidLinkage(ExecutionFailure, tag=39):
    pass


class InsufficientFundsForWithdraw(ExecutionFailure, tag=40):
    pass


class NonExclusiveWriteInputObjectModified(ExecutionFailure, tag=41):
    object_id: Address
