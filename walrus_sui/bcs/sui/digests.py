"""The text of digests: base58 in the Bitcoin alphabet (source: sui_localnet.md §4)."""

from __future__ import annotations

from functools import lru_cache

from walrus_sui.errors import BcsError

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_GROUP_PAIRS = 5
_GROUP = len(_PAIRS) ** _GROUP_PAIRS
_MAX_TEXT = 44


@lru_cache(4096)  # the same few digests are written again and again
def format_digest(digest: bytes) -> str:
    """The base58 text of a digest; a leading zero byte is a leading `1`."""
    number = int.from_bytes(digest, "big")
    text = ""
    while number:
        number, group = divmod(number, _GROUP)  # few divisions of the long number, the others of short ones
        for _ in range(_GROUP_PAIRS):
            group, pair = divmod(group, len(_PAIRS))
            text = _PAIRS[pair] + text
    return "1" * (len(digest) - len(digest.lstrip(b"\0"))) + text.lstrip("1")


def parse_digest(text: str) -> bytes:
    """The 32 bytes of a digest in base58. Raises `BcsError` for any other text."""
    body = text.lstrip("1")
    if len(text) > _MAX_TEXT or any(char not in _VALUES for char in body):
        raise BcsError(f"expected a digest of 32 bytes in base58, got {text[:64]!r}")
    number = 0
    for char in body:
        number = number * 58 + _VALUES[char]
    digest = bytes(len(text) - len(body)) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(digest) != 32:
        raise BcsError(f"expected a digest of 32 bytes in base58, got {len(digest)} bytes in {text!r}")
    return digest
