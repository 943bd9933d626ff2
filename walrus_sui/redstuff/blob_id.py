"""The name of a blob: the hash of its encoding (encoding.md §5, §10)."""

from __future__ import annotations

import base64
import binascii

from walrus_sui import bcs
from walrus_sui.errors import BlobIdError

BLOB_ID_SIZE = 32


class BlobId(bcs.Struct):
    """32 bytes. `str()` is URL-safe base64 without padding, 43 characters; `bytes()` the raw form."""

    raw: bcs.Bytes32

    def __post_init__(self) -> None:
        if len(self.raw) != BLOB_ID_SIZE:
            raise BlobIdError(f"expected a blob id of {BLOB_ID_SIZE} bytes, got {len(self.raw)}")

    @classmethod
    def parse(cls, text: str) -> BlobId:
        """The inverse of `str()`. Raises `BlobIdError` for any other spelling, also of the same bytes."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise _not_a_blob_id(text) from error
        if len(raw) != BLOB_ID_SIZE or str(blob_id := cls(raw)) != text:
            raise _not_a_blob_id(text)
        return blob_id

    @classmethod
    def from_u256(cls, number: int) -> BlobId:
        """From the number that Move and explorers show (little-endian). Raises `BlobIdError` out of range."""
        if not 0 <= number < 1 << 256:
            raise BlobIdError(f"expected a number of 256 bits, got {number}")
        return cls(number.to_bytes(BLOB_ID_SIZE, "little"))

    @property
    def u256(self) -> int:
        """The number that Move and explorers show (little-endian)."""
        return int.from_bytes(self.raw, "little")

    def __bytes__(self) -> bytes:
        return self.raw

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(self.raw).rstrip(b"=").decode()


def _not_a_blob_id(text: str) -> BlobIdError:
    shown = text if len(text) <= 64 else text[:61] + "..."
    return BlobIdError(
        f"expected a blob id of 43 URL-safe base64 characters, got {shown!r}",
        hint="blob ids are shown when a blob is stored; a decimal number is the id as Move writes it",
    )
