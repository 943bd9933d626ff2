"""What a flow tells whoever watches it: which phase it is in and how far that has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """The phases of the flows, in the order they happen."""

    COMMITTEE = "committee"
    ENCODE = "encode"
    REGISTER = "register"
    UPLOAD = "upload"
    CERTIFY = "certify"
    METADATA = "metadata"
    SLIVERS = "slivers"
    DECODE = "decode"


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` units of `phase`: slivers accepted by nodes, slivers received and verified, or steps."""

    phase: Phase
    done: int
    total: int

    @property
    def finished(self) -> bool:
        return self.done >= self.total


ProgressListener = Callable[[Progress], None]


def ignore_progress(progress: Progress) -> None:
    """The listener of those who do not watch."""
