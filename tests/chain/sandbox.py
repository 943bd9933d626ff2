"""The playground package, published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from walrus_localnet.chain.records import TransactionRecord
from walrus_localnet.chain.sandbox import Account, Program, Sandbox
from walrus_sui.bcs.sui import parse_address

PLAYGROUND = Path(__file__).parent / "playground"
STD, SUI, CLOCK = parse_address("0x1"), parse_address("0x2"), parse_address("0x6")


@dataclass
class Playground:
    """The published package of `playground/` and what its publication made."""

    package: bytes
    cap: bytes
    counter: bytes
    badge: bytes
    record: TransactionRecord


def modules(folder: Path = PLAYGROUND) -> tuple[bytes, ...]:
    return tuple((folder / f"{name}.mv").read_bytes() for name in ("toys", "uses"))


def publish(box: Sandbox) -> Playground:
    made = box.publish(PLAYGROUND)
    counter, badge = box.created(made.record, "Counter")[0], box.created(made.record, "Badge")[0]
    return Playground(made.package, made.cap, counter, badge, made.record)


__all__ = [
    "CLOCK",
    "PLAYGROUND",
    "STD",
    "SUI",
    "Account",
    "Playground",
    "Program",
    "Sandbox",
    "modules",
    "publish",
]
