"""When stored things end, as dates: epochs mean little to people."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from walrus_sui.client import Network


def timestamp(network: Network, end_epoch: int) -> str | None:
    """About when `end_epoch` begins, in ISO 8601 (UTC); `None` while an epoch change leaves it open."""
    date = network.start_of(end_epoch)
    return None if date is None else date.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def end_text(network: Network, end_epoch: int) -> str:
    """`epoch 5 (about 2026-01-31 14:05 UTC)`."""
    return f"epoch {end_epoch}{date_text(network.start_of(end_epoch))}"


def date_text(date: datetime.datetime | None) -> str:
    """` (about 2026-01-31 14:05 UTC)`, or nothing if it is not known."""
    return "" if date is None else f" (about {date:%Y-%m-%d %H:%M} UTC)"
