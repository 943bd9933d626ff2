"""Which transactions and events a query wants: an OR of terms, each an AND of literals that may be negated."""

from __future__ import annotations

from walrus_localnet.chain.objects import owner_address
from walrus_localnet.chain.records import TransactionRecord
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.refusals import address_field, invalid
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import Event, ProgrammableTransaction, StructTag, TransactionDataV1, parse_address

MAX_TERMS = 10
MAX_LITERALS = 10


def transaction_matches(wanted: rpc.TransactionFilter | None, record: TransactionRecord) -> bool:
    """Whether a filter takes a transaction; no filter takes all."""
    if wanted is None:
        return True
    return any(all(_literal(literal, record) for literal in term.literals) for term in wanted.terms)


def event_matches(wanted: rpc.EventFilter | None, event: Event) -> bool:
    if wanted is None:
        return True
    return any(all(_event_literal(literal, event) for literal in term.literals) for term in wanted.terms)


def check_filter(wanted: rpc.TransactionFilter | rpc.EventFilter | None) -> None:
    """Refuse what would be too much work, or say nothing. Raises `GRPCError`."""
    if wanted is None:
        return
    if not 1 <= len(wanted.terms) <= MAX_TERMS:
        raise invalid(f"expected a filter of 1 to {MAX_TERMS} terms, got {len(wanted.terms)}")
    for term in wanted.terms:
        if not 1 <= len(term.literals) <= MAX_LITERALS:
            raise invalid(f"expected terms of 1 to {MAX_LITERALS} literals, got {len(term.literals)}")


def _literal(literal: rpc.TransactionLiteral, record: TransactionRecord) -> bool:
    return _predicate(literal, record) != literal.negated


def _predicate(literal: rpc.TransactionLiteral, record: TransactionRecord) -> bool:
    assert isinstance(record.data, TransactionDataV1)
    if literal.sender is not None:
        return record.data.sender == address_field(literal.sender.address, "sender")
    if literal.affected_address is not None:
        return address_field(literal.affected_address.address, "affected_address") in _affected(record)
    if literal.affected_object is not None:
        wanted = address_field(literal.affected_object.object_id, "affected_object")
        return any(change.object_id == wanted for change in record.outcome.changed_objects)
    if literal.move_call is not None:
        return _calls(record.data, _path(literal.move_call.function))
    if literal.package_write is not None:
        return any(isinstance(change.after, sui.PackageWrite) for change in record.outcome.changed_objects)
    if literal.emit_module is not None or literal.event_type is not None:
        return any(_event_predicate(literal, event) for event in record.events)
    raise invalid("expected a filter the local network offers, got an empty or unknown one")


def _event_literal(literal: rpc.EventLiteral, event: Event) -> bool:
    return _event_predicate(literal, event) != literal.negated


def _event_predicate(literal: rpc.EventLiteral | rpc.TransactionLiteral, event: Event) -> bool:
    if literal.sender is not None:
        return event.sender == address_field(literal.sender.address, "sender")
    if literal.emit_module is not None:
        wanted = _path(literal.emit_module.module)
        return _starts((event.package, event.module), wanted)
    if literal.event_type is not None:
        return _has_type(event.type, literal.event_type.event_type or "")
    raise invalid("expected a filter the local network offers, got an empty or unknown one")


def _has_type(struct: StructTag, text: str) -> bool:
    if "<" in text:
        return struct == StructTag.parse(text)
    return _starts((struct.address, struct.module, struct.name), _path(text))


def _path(text: str | None) -> tuple[bytes | str, ...]:
    """`0x2::coin` as (address, module)."""
    first, *names = (text or "").split("::")
    return (parse_address(first), *names)


def _starts(path: tuple[bytes | str, ...], wanted: tuple[bytes | str, ...]) -> bool:
    return path[: len(wanted)] == wanted


def _calls(data: TransactionDataV1, wanted: tuple[bytes | str, ...]) -> bool:
    if not isinstance(data.kind, ProgrammableTransaction):
        return False
    calls = (command for command in data.kind.commands if isinstance(command, sui.MoveCall))
    return any(_starts((call.package, call.module, call.function), wanted) for call in calls)


def _affected(record: TransactionRecord) -> set[bytes | None]:
    owners = set()
    for change in record.outcome.changed_objects:
        if isinstance(change.before, sui.Existed):
            owners.add(owner_address(change.before.owner))
        if isinstance(change.after, sui.ObjectWrite):
            owners.add(owner_address(change.after.owner))
    return owners
