"""What a full node says of an executed or simulated transaction, as values and typed errors."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from walrus_sui.bcs.sui import (
    Created,
    Event,
    ExecutionFailure,
    Failure,
    InsufficientGas,
    MoveAbort,
    ObjectWrite,
    PackageWrite,
    TransactionEffectsV2,
    format_digest,
)
from walrus_sui.chain.abort_codes import abort_name
from walrus_sui.errors import MoveAborted, OutOfGas, TransactionFailed


@dataclass(frozen=True)
class ExecutedTransaction:
    """A transaction that succeeded and is final: `checkpoint` holds it."""

    digest: bytes
    effects: TransactionEffectsV2
    events: tuple[Event, ...]
    checkpoint: int

    @property
    def created(self) -> tuple[bytes, ...]:
        """Ids of the objects it created, packages aside."""
        return tuple(
            change.object_id
            for change in self.effects.changed_objects
            if isinstance(change.id_operation, Created) and isinstance(change.after, ObjectWrite)
        )

    @property
    def published(self) -> tuple[bytes, ...]:
        """Ids of the packages it published or upgraded."""
        return tuple(
            change.object_id for change in self.effects.changed_objects if isinstance(change.after, PackageWrite)
        )

    def __str__(self) -> str:
        return format_digest(self.digest)


def check_success(
    effects: TransactionEffectsV2, *, simulated: bool, walrus_packages: Container[bytes] = ()
) -> None:
    """Raises the `TransactionFailed` that says why the effects are not a success.

    Aborts in one of `walrus_packages` are named by the constants of the Walrus contracts.
    """
    status = effects.status
    if isinstance(status, Failure):
        digest = None if simulated else format_digest(effects.transaction_digest)
        raise _failure(status.error, status.command, digest, walrus_packages)


def _failure(
    error: ExecutionFailure, command: int | None, digest: str | None, walrus_packages: Container[bytes]
) -> TransactionFailed:
    match error:
        case MoveAbort(location, code):
            package, module = location.module.address, location.module.name
            return MoveAborted(
                package=package,
                module=module,
                function=location.function_name,
                abort_code=code,
                name=abort_name(package, module, code, walrus_packages),
                digest=digest,
                command=command,
            )
        case InsufficientGas():
            return OutOfGas(
                "the gas budget ran out during execution",
                digest=digest,
                command=command,
                hint="raise the gas budget",
            )
    where = "" if command is None else f" in command {command}"
    return TransactionFailed(f"execution failed{where}: {error}", digest=digest, command=command)
