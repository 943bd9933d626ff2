"""`0x2::vec_map::VecMap` in BCS: a vector of entries, in the order they were inserted."""

from __future__ import annotations

from typing import Any

from walrus_sui.bcs import Codec, Reader, codec_for, uleb
from walrus_sui.errors import BcsError


class VecMap(Codec[dict[Any, Any]]):
    """Annotation: a dict that keeps the order on chain, unlike a BCS map, whose keys ascend."""

    def __init__(self, key: Any, value: Any) -> None:
        self.key: Codec[Any] = codec_for(key)
        self.value: Codec[Any] = codec_for(value)

    def write(self, value: dict[Any, Any], out: bytearray) -> None:
        out += uleb(len(value))
        for key, item in value.items():
            self.key.write(key, out)
            self.value.write(item, out)

    def read(self, reader: Reader) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for _ in range(reader.length(reader.remaining)):
            key = self.key.read(reader)
            if key in found:
                raise BcsError(f"expected every key once, got {key!r} again at offset {reader.position}")
            found[key] = self.value.read(reader)
        return found
