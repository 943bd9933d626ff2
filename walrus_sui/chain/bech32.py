"""Bech32 of private keys, as in `suiprivkey1…` (source: BIP-173)."""

from __future__ import annotations

from walrus_sui.errors import WalletError

_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_WORDS = 6
_MAX_TEXT = 90


def encode(prefix: str, payload: bytes) -> str:
    """The bech32 text of `payload` under a lower-case human-readable `prefix`."""
    words = _regroup(payload, 8, 5)
    checksum = _polymod([*_expand(prefix), *words, *(0,) * _CHECKSUM_WORDS]) ^ 1
    words += [checksum >> 5 * (5 - i) & 31 for i in range(_CHECKSUM_WORDS)]
    return f"{prefix}1" + "".join(_CHARSET[word] for word in words)


def decode(prefix: str, text: str) -> bytes:
    """The payload of `text`. Raises `WalletError`, which never repeats the text: it may be a private key."""
    body = text.removeprefix(f"{prefix}1")
    if body == text or len(text) > _MAX_TEXT or any(char not in _CHARSET for char in body):
        raise WalletError(f"expected bech32 text that starts with {prefix}1, got {len(text)} other characters")
    words = [_CHARSET.index(char) for char in body]
    if len(words) < _CHECKSUM_WORDS or _polymod([*_expand(prefix), *words]) != 1:
        raise WalletError(f"expected {prefix}1… with its checksum, got one with a typing error")
    return bytes(_regroup(words[:-_CHECKSUM_WORDS], 5, 8))


def _expand(prefix: str) -> list[int]:
    return [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]


def _polymod(words: list[int]) -> int:
    value = 1
    for word in words:
        top = value >> 25
        value = (value & 0x1FFFFFF) << 5 ^ word
        for i, generator in enumerate(_GENERATOR):
            value ^= generator if top >> i & 1 else 0
    return value


def _regroup(words: bytes | list[int], from_bits: int, to_bits: int) -> list[int]:
    """Words of `from_bits` bits as words of `to_bits`; the last one is padded only when widening text."""
    value = bits = 0
    out = []
    for word in words:
        value = value << from_bits | word
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            out.append(value >> bits & (1 << to_bits) - 1)
    rest = value & (1 << bits) - 1
    if to_bits < from_bits:
        return [*out, rest << to_bits - bits] if bits else out
    if bits >= from_bits or rest:
        raise WalletError("expected bech32 text padded with fewer than 5 zero bits, got other padding")
    return out
