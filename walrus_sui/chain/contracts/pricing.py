"""What storage costs, to the FROST as the contracts charge it (source: contracts.md §2.4, §2.7)."""

from __future__ import annotations

from dataclasses import dataclass

from walrus_sui.chain.types import SystemStateInnerV1
from walrus_sui.redstuff import Params

UNIT_BYTES = 1 << 20
FROST_PER_WAL = 10**9


def units(size: int) -> int:
    """Started MiB of `size` bytes."""
    return -(-size // UNIT_BYTES)


@dataclass(frozen=True)
class Prices:
    """FROST per unit (MiB) and epoch for storage, and per unit for writing."""

    storage: int
    write: int

    @classmethod
    def of(cls, system: SystemStateInnerV1) -> Prices:
        return cls(system.storage_price_per_unit_size, system.write_price_per_unit_size)

    def storage_cost(self, encoded_size: int, epochs: int) -> int:
        """For holding `encoded_size` bytes for `epochs` epochs."""
        return units(encoded_size) * self.storage * epochs

    def write_cost(self, encoded_size: int) -> int:
        """For registering a blob of `encoded_size` bytes."""
        return units(encoded_size) * self.write


def encoded_size(system: SystemStateInnerV1, unencoded_size: int) -> int:
    """Bytes billed for a blob. Raises `ShardCountError` before the first committee, `BlobTooLarge`."""
    return Params(system.committee.n_shards).encoded_size(unencoded_size)
