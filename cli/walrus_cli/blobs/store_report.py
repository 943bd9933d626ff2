"""What `walrus store` says of every file: stored, there already, planned, or failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from walrus_cli import exits, output
from walrus_cli.blobs import display

if TYPE_CHECKING:
    from walrus_cli.blobs.sharing import Shared
    from walrus_sui.client import StoreOutcome, StorePlan


class Entry(NamedTuple):
    """A file as it was named, what came of it, and of sharing it where that was asked for."""

    path: str
    outcome: StoreOutcome | StorePlan
    shared: Shared | None = None


def show(entries: Sequence[Entry]) -> int:
    """Print what came of every file; the exit code is that of the first that failed."""
    from walrus_sui.client import StoreFailure

    failures = [entry.outcome.error for entry in entries if isinstance(entry.outcome, StoreFailure)]
    if failures and len(entries) == 1:
        raise failures[0]
    failures += [entry.shared.error for entry in entries if entry.shared and entry.shared.error]
    texts = [_text(entry) for entry in entries]
    if len(entries) > 1:
        texts.append(_summary([entry.outcome for entry in entries]))
    output.result([_document(entry) for entry in entries], "\n".join(texts) or "nothing was broken off")
    return exits.exit_code(failures[0]) if failures else 0


def _document(entry: Entry) -> dict[str, Any]:
    from walrus_sui.client import StoreFailure, StorePlan

    if isinstance(entry.outcome, StorePlan):
        return {"path": entry.path, **display.plan_document(entry.outcome)}
    if isinstance(entry.outcome, StoreFailure):
        return {"blobStoreResult": display.store_failure_document(entry.outcome), "path": entry.path}
    found = display.store_document(entry.outcome)
    if entry.shared is not None:
        (inner,) = found.values()
        inner |= entry.shared.document()
    return {"blobStoreResult": found, "path": entry.path}


def _text(entry: Entry) -> str:
    from walrus_sui.client import StoreFailure, StorePlan

    if isinstance(entry.outcome, StorePlan):
        return display.plan_text(entry.path, entry.outcome)
    if isinstance(entry.outcome, StoreFailure):
        return display.store_failure_text(entry.path, entry.outcome)
    text = display.store_text(entry.path, entry.outcome)
    return text if entry.shared is None else f"{text}\n{entry.shared.line()}"


def _summary(outcomes: Sequence[StoreOutcome | StorePlan]) -> str:
    from walrus_sui.client import StoredBlob, StorePlan

    there = sum(isinstance(item, StoredBlob) and item.already_certified for item in outcomes)
    stored = sum(isinstance(item, StoredBlob) for item in outcomes) - there
    bills = {item.blob_id: item.cost for item in outcomes if isinstance(item, StoredBlob | StorePlan)}
    cost = display.cost_text(sum(bills.values()))
    plans = sum(isinstance(item, StorePlan) for item in outcomes)
    failed = len(outcomes) - plans - stored - there
    if plans:
        return f"{plans} files would cost {cost}" + (f", {failed} failed" if failed else "")
    return f"{stored} stored for {cost}, {there} there already, {failed} failed"
