"""Node keys as text: base64 of one flag byte and 32 secret bytes (encoding.md §8)."""

from __future__ import annotations

import base64
import binascii

from walrus_sui.crypto.bls import SECRET_KEY_SIZE, SecretKey
from walrus_sui.errors import KeyFormatError

BLS_FLAG = 0x04
SECP256R1_FLAG = 0x02
"""A node's network key, for TLS."""


def format_bls_key(key: SecretKey) -> str:
    """The text that a node's key file holds. Secret: write it only to files of mode 0600."""
    return format_key(BLS_FLAG, key.to_bytes())


def parse_bls_key(text: str) -> SecretKey:
    """The inverse of `format_bls_key`; surrounding white space is ignored. Raises `KeyFormatError`."""
    return SecretKey.from_bytes(parse_key(BLS_FLAG, text))


def format_key(flag: int, secret: bytes) -> str:
    if len(secret) != SECRET_KEY_SIZE:
        raise KeyFormatError(f"expected a secret of {SECRET_KEY_SIZE} bytes, got {len(secret)}")
    return base64.b64encode(bytes([flag]) + secret).decode()


def parse_key(flag: int, text: str) -> bytes:
    """The 32 secret bytes behind `flag`. The error never repeats the text, which is secret."""
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise KeyFormatError("expected a key in base64, got other text") from None
    if len(raw) != 1 + SECRET_KEY_SIZE:
        raise KeyFormatError(f"expected a key of {1 + SECRET_KEY_SIZE} bytes, flag included, got {len(raw)}")
    if raw[0] != flag:
        raise KeyFormatError(f"expected a key with flag {flag:#04x}, got {raw[0]:#04x}")
    return raw[1:]
