"""What all events of the contracts have in common."""

from __future__ import annotations

from typing import ClassVar

from walrus_sui.bcs import Struct


class WalrusEvent(Struct):
    """Base of all; `epoch` is the Walrus epoch it speaks of."""

    move_module: ClassVar[str]
    move_name: ClassVar[str]
