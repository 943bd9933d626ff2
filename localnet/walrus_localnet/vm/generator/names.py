"""Names that generated code uses for things outside of it."""

from __future__ import annotations

from walrus_localnet.vm.errors import LimitExceeded, MoveAbort, OutOfGas, PrimitiveError
from walrus_localnet.vm.execution import MAX_CALL_DEPTH, location
from walrus_localnet.vm.linker import LinkedFunction
from walrus_localnet.vm.runtime import Meter


class Raiser:
    """Makes the errors of one function, placed at an instruction."""

    def __init__(self, function: LinkedFunction) -> None:
        self._function = function

    def primitive(self, offset: int, message: str) -> PrimitiveError:
        return PrimitiveError(message, location(self._function, offset))

    def abort(self, offset: int, code: int) -> MoveAbort:
        return MoveAbort(code, location(self._function, offset))

    def dry(self, meter: Meter, offset: int) -> OutOfGas:
        meter.left = 0
        return OutOfGas(meter.exhausted, location(self._function, offset))

    def too_deep(self, offset: int) -> LimitExceeded:
        return LimitExceeded(
            f"more than {MAX_CALL_DEPTH} calls inside each other", location(self._function, offset)
        )


class Names:
    """The globals of all generated functions, and fresh names inside one of them."""

    def __init__(self, namespace: dict[str, object], raiser: str) -> None:
        self.namespace = namespace
        self.raiser = raiser
        self._temporaries = 0

    def temporary(self) -> str:
        self._temporaries += 1
        return f"t{self._temporaries}"

    def bind(self, prefix: str, thing: object) -> str:
        """A global name for a thing; the same thing has the same name."""
        name = f"{prefix}{id(thing):x}"
        self.namespace.setdefault(name, thing)
        return name
