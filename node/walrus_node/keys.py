"""The node's keys on disk, each one line of text that only the owner may read (encoding.md §8).

The protocol key (BLS12-381) signs confirmations; the network key (P-256) is the one others pin for TLS.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from walrus_sui.chain.wallet import write_private
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.crypto.keys import SECP256R1_FLAG, format_bls_key, format_key, parse_bls_key, parse_key
from walrus_sui.errors import ConfigError, KeyFormatError

_MAX_KEY_FILE = 1024
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def generate_protocol_key(path: Path) -> SecretKey:
    """Make a new BLS key at `path`. Raises `ConfigError` rather than replace one."""
    key = SecretKey.generate(secrets.token_bytes(32))
    _write_new(path, format_bls_key(key))
    return key


def generate_network_key(path: Path) -> bytes:
    """Make a new P-256 key at `path`; returns its public key. Raises `ConfigError` rather than replace one."""
    scalar = (1 + secrets.randbelow(_P256_ORDER - 1)).to_bytes(32, "big")
    _write_new(path, format_key(SECP256R1_FLAG, scalar))
    return _p256_public_key(scalar)


def load_protocol_key(path: Path) -> SecretKey:
    """Read the BLS key at `path`. Raises `ConfigError` if it cannot be used or others may read it."""
    text = _read_private(path)
    try:
        return parse_bls_key(text)
    except KeyFormatError as error:
        raise ConfigError(f"{path}: expected a BLS12-381 key: {error.message}") from error


def load_network_public_key(path: Path) -> bytes:
    """The public part, 33 bytes compressed, of the P-256 key at `path`. Raises `ConfigError`."""
    text = _read_private(path)
    try:
        return _p256_public_key(parse_key(SECP256R1_FLAG, text))
    except (KeyFormatError, ValueError) as error:
        raise ConfigError(f"{path}: expected a P-256 key: {error}") from error


def _p256_public_key(scalar: bytes) -> bytes:
    # imported here: a running node does not need it to start
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def _write_new(path: Path, text: str) -> None:
    if path.exists():
        raise ConfigError(f"expected no key at {path} yet, got one", hint="move it away if it is not needed")
    write_private(path, text + "\n")


def _read_private(path: Path) -> str:
    try:
        with path.open("rb") as file:
            readable_by_others = path.stat().st_mode & 0o077
            raw = file.read(_MAX_KEY_FILE)
    except OSError as error:
        raise ConfigError(f"cannot read the key {path}: {error.strerror}") from error
    if readable_by_others:
        raise ConfigError(f"expected {path} to be readable by its owner only", hint=f"chmod 600 {path}")
    return raw.decode(errors="replace")
