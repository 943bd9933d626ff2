"""Our errors as gRPC statuses, in one table."""

from __future__ import annotations

from grpclib.const import Status
from grpclib.exceptions import GRPCError

from walrus_localnet.chain.errors import NotOffered, TransactionRejected
from walrus_localnet.vm import LinkError
from walrus_sui.bcs.sui import parse_address, parse_digest
from walrus_sui.errors import BcsError, WalrusError

_STATUS: tuple[tuple[type[WalrusError], Status], ...] = (
    (BcsError, Status.INVALID_ARGUMENT),
    (NotOffered, Status.UNIMPLEMENTED),
    (TransactionRejected, Status.INVALID_ARGUMENT),
    (LinkError, Status.NOT_FOUND),
)


def refusal_of(error: WalrusError) -> GRPCError:
    """The status a caller sees."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return GRPCError(status, error.message)
    return GRPCError(Status.INTERNAL, error.message)


def not_found(what: str) -> GRPCError:
    return GRPCError(Status.NOT_FOUND, f"{what} not found")


def invalid(message: str) -> GRPCError:
    return GRPCError(Status.INVALID_ARGUMENT, message)


def address_field(text: str | None, name: str) -> bytes:
    """An id or address of a request, which must be there."""
    if not text:
        raise invalid(f"expected {name}, got none")
    return parse_address(text)


def digest_field(text: str | None, name: str) -> bytes:
    if not text:
        raise invalid(f"expected {name}, got none")
    return parse_digest(text)
