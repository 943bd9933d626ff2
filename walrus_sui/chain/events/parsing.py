"""From any Move event to the Walrus event it is, if it is one."""

from __future__ import annotations

from walrus_sui.bcs.sui import Event
from walrus_sui.chain.events.base import WalrusEvent
from walrus_sui.chain.events.staking import StakingEvent
from walrus_sui.chain.events.storage import AvailabilityCertificateIssued, StorageEvent
from walrus_sui.errors import BcsError, ContractMismatch

_ALL: tuple[type[WalrusEvent], ...] = (
    *StorageEvent.__subclasses__(),
    *StakingEvent.__subclasses__(),
    AvailabilityCertificateIssued,
)
_KINDS = {(kind.move_module, kind.move_name): kind for kind in _ALL}


def parse_event(event: Event, walrus_package_id: bytes) -> WalrusEvent | None:
    """The Walrus event in `event`, None if it is someone else's or of a kind this version does not know.

    `walrus_package_id` is the package that defines the event's type: the first version of the contracts, whatever
    version emitted it. Raises `ContractMismatch` if a known event has other fields.
    """
    tag = event.type
    layout = _KINDS.get((tag.module, tag.name)) if tag.address == walrus_package_id else None
    if layout is None:
        return None
    try:
        return layout.from_bytes(event.contents)
    except BcsError as error:
        raise ContractMismatch(f"expected the fields of {tag}, got others: {error.message}") from error
