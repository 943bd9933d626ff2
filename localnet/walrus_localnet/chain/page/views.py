"""What the pages show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.objects import coin_balance, id_of, reference_of, type_of, version_of
from walrus_localnet.chain.page.html import Safe, code, facts, heading, link, page, table, text
from walrus_localnet.chain.ptb.failure import describe
from walrus_localnet.chain.records import CheckpointRecord, TransactionRecord
from walrus_localnet.chain.rpc.json import render
from walrus_localnet.vm import from_struct_tag
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    AddressOwner,
    ConsensusAddressOwner,
    MoveObject,
    MovePackage,
    Object,
    ObjectOwner,
    Owner,
    ProgrammableTransaction,
    SharedOwner,
    StructTag,
    TransactionDataV1,
    format_address,
    format_digest,
)

RECENT = 25
OWNED = 500


def front(ledger: Ledger) -> str:
    head = ledger.head.summary
    newest = range(head.sequence_number, max(-1, head.sequence_number - RECENT), -1)
    records = [record for number in newest if (record := ledger.store.checkpoint(number)) is not None]
    return page(
        "Local Sui network",
        facts(
            [
                ("chain", format_digest(ledger.chain_id)),
                ("height", head.sequence_number),
                ("time", _time(head.timestamp_ms)),
                ("transactions", head.total_transactions),
                ("clock", link("object", "0x6", "0x6")),
                ("packages", Safe(f"{link('object', '0x1', '0x1')} {link('object', '0x2', '0x2')}")),
            ]
        ),
        heading("Checkpoints"),
        table(["number", "time", "transactions"], [_checkpoint_row(ledger, record) for record in records]),
    )


def _checkpoint_row(ledger: Ledger, record: CheckpointRecord) -> list[object]:
    number = str(record.summary.sequence_number)
    shown = " ".join(_transaction_link(entry) for entry in ledger.store.transactions_of(int(number)))
    return [link("checkpoint", number), _time(record.summary.timestamp_ms), Safe(shown)]


def _transaction_link(record: TransactionRecord) -> Safe:
    return Safe(f"{link('transaction', format_digest(record.digest))} <small>{text(_kind(record))}</small><br>")


def checkpoint(ledger: Ledger, number: int) -> str | None:
    record = ledger.store.checkpoint(number)
    if record is None:
        return None
    summary = record.summary
    return page(
        f"Checkpoint {number}",
        facts([("digest", format_digest(summary.digest())), ("time", _time(summary.timestamp_ms))]),
        Safe("".join(map(_transaction_link, ledger.store.transactions_of(number)))),
    )


def transaction(ledger: Ledger, digest: bytes) -> str | None:
    record = ledger.store.transaction(digest)
    if record is None:
        return None
    assert isinstance(record.data, TransactionDataV1)
    effects = record.outcome
    rows = [_change_row(change) for change in effects.changed_objects]
    return page(
        f"Transaction {format_digest(digest)}",
        facts(
            [
                ("status", _status(effects.status)),
                ("sender", link("address", format_address(record.data.sender))),
                ("checkpoint", link("checkpoint", str(record.checkpoint))),
                ("time", _time(record.timestamp_ms)),
                ("gas", f"{effects.gas_used.net} MIST ({effects.gas_used})"),
            ]
        ),
        heading("Commands"),
        code(_commands(record.data)),
        heading("Objects"),
        table(["object", "before", "after", "id"], rows),
        heading("Events"),
        *(Safe(f"<code>{text(e.type)}</code>{code(_json(ledger, e.type, e.contents))}") for e in record.events),
    )


def thing(ledger: Ledger, object_id: bytes) -> str | None:
    """An object or a package."""
    found = ledger.store.latest(object_id)
    if found is None:
        return None
    return _package(ledger, found) if isinstance(found.data, MovePackage) else _object(ledger, found)


def _object(ledger: Ledger, found: Object) -> str:
    assert isinstance(found.data, MoveObject)
    struct = type_of(found)
    assert struct is not None
    return page(
        f"Object {format_address(id_of(found))}",
        facts([("type", struct), *_common(found)]),
        code(_json(ledger, struct, found.data.contents)),
        heading("Fields"),
        _owned_table(ledger, id_of(found)),
    )


def _package(ledger: Ledger, found: Object) -> str:
    assert isinstance(found.data, MovePackage)
    package = found.data
    sections = []
    for module in package.modules:
        functions = ledger.machine.functions(package.object_id, module)
        rows = [
            (info.name, info.visibility, ", ".join(map(str, info.parameters)), ", ".join(map(str, info.returns)))
            for info in functions
        ]
        sections += [heading(module), table(["function", "visibility", "parameters", "returns"], rows)]
    return page(f"Package {format_address(package.object_id)}", facts(_common(found)), *sections)


def account(ledger: Ledger, address: bytes) -> str:
    return page(f"Address {format_address(address)}", _owned_table(ledger, address))


def _owned_table(ledger: Ledger, owner: bytes) -> Safe:
    rows = [_owned_row(obj) for obj in ledger.store.owned(owner, limit=OWNED)]
    return table(["object", "type", "balance"], rows)


def _owned_row(obj: Object) -> list[object]:
    balance = coin_balance(obj)
    return [link("object", format_address(id_of(obj))), type_of(obj), "" if balance is None else balance]


def _change_row(change: sui.ChangedObject) -> list[object]:
    operation = type(change.id_operation).__name__
    return [link("object", format_address(change.object_id)), _before(change), _after(change), operation]


def _json(ledger: Ledger, struct: StructTag, contents: bytes) -> Any:
    type_ = from_struct_tag(struct)
    return render(ledger.machine, type_, ledger.machine.from_bytes(type_, contents))


def _common(found: Object) -> list[tuple[str, object]]:
    return [
        ("owner", _owner(found.owner)),
        ("version", version_of(found)),
        ("digest", format_digest(reference_of(found).digest)),
        ("written by", link("transaction", format_digest(found.previous_transaction))),
        ("deposit", f"{found.storage_rebate} MIST"),
    ]


def _owner(owner: Owner) -> Safe:
    match owner:
        case AddressOwner(address):
            return link("address", format_address(address))
        case ObjectOwner(address):
            return Safe(f"object {link('object', format_address(address))}")
        case SharedOwner(version):
            return text(f"shared since version {version}")
        case ConsensusAddressOwner(version, address):
            since = text(f" as a party since version {version}")
            return Safe(f"{link('address', format_address(address))}{since}")
        case _:
            return text("immutable")


def _kind(record: TransactionRecord) -> str:
    assert isinstance(record.data, TransactionDataV1)
    kind = record.data.kind
    if not isinstance(kind, ProgrammableTransaction):
        return type(kind).__name__
    calls = [f"{c.module}::{c.function}" for c in kind.commands if isinstance(c, sui.MoveCall)]
    return ", ".join(calls or [type(command).__name__ for command in kind.commands])


def _commands(data: TransactionDataV1) -> list[str]:
    kind = data.kind
    return [str(command)[:2000] for command in kind.commands] if isinstance(kind, ProgrammableTransaction) else []


def _status(status: sui.ExecutionStatus) -> Safe:
    if isinstance(status, sui.Failure):
        return Safe(
            f'<span class="failed">{text(describe(status.error))} in command {text(status.command)}</span>'
        )
    return text("success")


def _before(change: sui.ChangedObject) -> object:
    return f"version {change.before.version}" if isinstance(change.before, sui.Existed) else ""


def _after(change: sui.ChangedObject) -> object:
    return _owner(change.after.owner) if isinstance(change.after, sui.ObjectWrite) else type(change.after).__name__


def _time(timestamp_ms: int) -> str:
    return datetime.fromtimestamp(timestamp_ms / 1000, UTC).isoformat(sep=" ", timespec="milliseconds")
