"""What the virtual machine raises.

    WalrusError
    └── VmError
        ├── MalformedModule        bytes that are not a Move module of a supported version
        ├── VerificationError      a module that breaks a rule every module must keep
        ├── LinkError              a package, module, function or datatype that is missing or has another shape
        ├── InvalidValue           bytes or a value that do not fit their Move type
        └── ExecutionError         execution ended before the function returned; `location` says where
            ├── MoveAbort              the program's own `abort` (or a native's), with its code
            ├── PrimitiveError         arithmetic, shift, cast, vector or variant failure of an instruction
            ├── OutOfGas               the meter ran dry
            ├── LimitExceeded          call depth, value size or type size
            └── UnsupportedNative      a native function this machine does not offer

`NativeAbort` is not an error of the machine: natives and object runtimes raise it to abort the running Move
program with a code; the machine turns it into `MoveAbort` with the native's location.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from walrus_sui.bcs.sui import format_address
from walrus_sui.errors import WalrusError


@dataclass(frozen=True, slots=True)
class Location:
    """Where execution stood: `function` is the index in the module's function definitions, `instruction` the
    offset in its code (0 in a native). `package` is the storage id, `original_id` the id of its first version."""

    package: bytes
    original_id: bytes
    module: str
    function: int
    function_name: str
    instruction: int

    def __str__(self) -> str:
        where = f"{format_address(self.package)}::{self.module}::{self.function_name}"
        return f"{where} (function {self.function}, instruction {self.instruction})"


class VmError(WalrusError):
    """Base of the machine's errors."""

    code: ClassVar[str] = "vm"


class MalformedModule(VmError):
    """Bytes that are not a Move module of a supported version."""

    code = "vm_malformed_module"


class VerificationError(VmError):
    """A module that breaks a rule every module must keep."""

    code = "vm_verification"


class LinkError(VmError):
    """A package, module, function or datatype that is missing or has another shape than its user expects."""

    code = "vm_link"


class InvalidValue(VmError):
    """Bytes or a value that do not fit their Move type."""

    code = "vm_invalid_value"


class ExecutionError(VmError):
    """Execution ended before the function returned. `location` is None only outside of any function."""

    code = "vm_execution"

    def __init__(self, message: str, location: Location | None = None) -> None:
        super().__init__(message)
        self.location = location

    def __str__(self) -> str:
        return self.message if self.location is None else f"{self.message} in {self.location}"


class MoveAbort(ExecutionError):
    """The program's own abort."""

    code = "vm_abort"

    def __init__(self, abort_code: int, location: Location | None = None) -> None:
        super().__init__(f"aborted with code {abort_code}", location)
        self.abort_code = abort_code


class PrimitiveError(ExecutionError):
    """An instruction that has no result: overflow, division by zero, index out of bounds, wrong variant."""

    code = "vm_primitive"


class OutOfGas(ExecutionError):
    """The meter ran dry."""

    code = "vm_out_of_gas"


class LimitExceeded(ExecutionError):
    """Call depth, value size or type size passed the machine's limit."""

    code = "vm_limit"


class UnsupportedNative(ExecutionError):
    """A native function this machine does not offer."""

    code = "vm_unsupported_native"


class NativeAbort(Exception):
    """Raised by natives and object runtimes to abort the running program with `abort_code`."""

    def __init__(self, abort_code: int) -> None:
        super().__init__(abort_code)
        self.abort_code = abort_code
