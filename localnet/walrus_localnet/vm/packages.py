"""Where modules come from: packages and the source that hands them out (sui_localnet.md §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Package:
    """One published version of a package.

    `modules` are module bytes by name, whose self address is `original_id`. `linkage` maps the original id of
    every package it depends on, directly or not, to the storage id to use. `type_origins` maps (module,
    datatype) to the storage id of the version that first defined it; a datatype it does not name originates in
    `original_id`.
    """

    storage_id: bytes
    original_id: bytes
    version: int
    modules: Mapping[str, bytes]
    linkage: Mapping[bytes, bytes]
    type_origins: Mapping[tuple[str, str], bytes] = field(default_factory=dict)


class PackageSource(Protocol):
    """The published packages. One storage id always means the same bytes: the machine keeps what it has loaded."""

    def package(self, storage_id: bytes) -> Package | None:
        """The package stored under an id, or None."""
        ...
