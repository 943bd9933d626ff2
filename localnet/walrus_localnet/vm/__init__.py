"""A virtual machine for Move bytecode as Sui uses it (move_bytecode.md).

    bytecode      bytes to modules, every index and limit checked
    linker        packages joined: handles to types, datatypes and functions
    flow          operand types of every instruction; what both engines rely on
    verifier      everything else a package must keep before it is published
    layouts       copying, measuring, writing and reading values by type
    natives       the functions of the framework that are not bytecode
    interpreter   the reference engine
    generator     the fast engine: Move functions as generated Python functions
    machine       the face of it all; `runtime` is what it needs of the world, `packages` where code comes from

It knows nothing of transactions.
"""

from walrus_localnet.vm.bytecode.module import Visibility
from walrus_localnet.vm.declarations import DatatypeInfo, FieldInfo, FunctionInfo, VariantInfo
from walrus_localnet.vm.errors import (
    ExecutionError,
    InvalidValue,
    LimitExceeded,
    LinkError,
    Location,
    MalformedModule,
    MoveAbort,
    NativeAbort,
    OutOfGas,
    PrimitiveError,
    UnsupportedNative,
    VerificationError,
    VmError,
)
from walrus_localnet.vm.machine import Machine
from walrus_localnet.vm.packages import Package, PackageSource
from walrus_localnet.vm.runtime import Meter, ObjectRuntime
from walrus_localnet.vm.types import (
    ADDRESS,
    BOOL,
    BYTES,
    SIGNER,
    U8,
    U16,
    U32,
    U64,
    U128,
    U256,
    Ability,
    Cell,
    Datatype,
    Primitive,
    Reference,
    Type,
    TypeParameter,
    Value,
    Vector,
    from_struct_tag,
    from_tag,
    is_container,
    is_integer,
    substitute,
    to_struct_tag,
    to_tag,
)

__all__ = [
    "ADDRESS",
    "BOOL",
    "BYTES",
    "SIGNER",
    "U8",
    "U16",
    "U32",
    "U64",
    "U128",
    "U256",
    "Ability",
    "Cell",
    "Datatype",
    "DatatypeInfo",
    "ExecutionError",
    "FieldInfo",
    "FunctionInfo",
    "InvalidValue",
    "LimitExceeded",
    "LinkError",
    "Location",
    "Machine",
    "MalformedModule",
    "Meter",
    "MoveAbort",
    "NativeAbort",
    "ObjectRuntime",
    "OutOfGas",
    "Package",
    "PackageSource",
    "Primitive",
    "PrimitiveError",
    "Reference",
    "Type",
    "TypeParameter",
    "UnsupportedNative",
    "Value",
    "VariantInfo",
    "Vector",
    "VerificationError",
    "Visibility",
    "VmError",
    "from_struct_tag",
    "from_tag",
    "is_container",
    "is_integer",
    "substitute",
    "to_struct_tag",
    "to_tag",
]
