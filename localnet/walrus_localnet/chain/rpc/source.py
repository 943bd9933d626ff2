"""Where rendering looks things up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from walrus_localnet.chain.ledger import Ledger, Simulated
from walrus_localnet.chain.objects import id_of, version_of
from walrus_localnet.vm import Machine
from walrus_sui.bcs.sui import Object

FindObject = Callable[[bytes, int], Object | None]
"""An object by id and version."""


@dataclass(frozen=True)
class Source:
    """Objects by version, and the machine that knows their types."""

    machine: Machine
    find: FindObject


def ledger_source(ledger: Ledger) -> Source:
    return Source(ledger.machine, ledger.store.at_version)


def simulated_source(ledger: Ledger, outcome: Simulated) -> Source:
    """Objects as a simulated transaction would leave them, before those of the ledger."""
    written = {(id_of(obj), version_of(obj)): obj for obj in outcome.objects}

    def find(object_id: bytes, version: int) -> Object | None:
        return written.get((object_id, version)) or ledger.store.at_version(object_id, version)

    return Source(ledger.machine, find)
