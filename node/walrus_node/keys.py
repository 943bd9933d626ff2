"""The node's keys on disk, each one line of text that only the owner may read (encoding.md §8).

The protocol key (BLS12-381) signs confirmations; the network key (P-256) is the one others pin for TLS. It may
also come as PEM, which is what certificate authorities' tools work with.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from walrus_sui.chain.wallet import write_private
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.crypto.keys import SECP256R1_FLAG, format_bls_key, format_key, parse_bls_key, parse_key
from walrus_sui.errors import ConfigError, KeyFormatError

_MAX_KEY_FILE = 1024
_PEM_MARK = "-----BEGIN"
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def generate_protocol_key(path: Path) -> SecretKey:
    """Make a new BLS key at `path`. Raises `ConfigError` rather than replace one."""
    key = SecretKey.generate(secrets.token_bytes(32))
    _write_new(path, format_bls_key(key))
    return key


def generate_network_key(path: Path, *, pem: bool = False) -> bytes:
    """Make a new P-256 key at `path`, in base64 or as PEM (PKCS #8); returns its public key.

    Raises `ConfigError` rather than replace one.
    """
    scalar = (1 + secrets.randbelow(_P256_ORDER - 1)).to_bytes(32, "big")
    key = _p256_key(scalar)
    _write_new(path, _to_pem(key) if pem else format_key(SECP256R1_FLAG, scalar))
    return compressed(key.public_key())


def load_protocol_key(path: Path) -> SecretKey:
    """Read the BLS key at `path`. Raises `ConfigError` if it cannot be used or others may read it."""
    text = _read_private(path)
    try:
        return parse_bls_key(text)
    except KeyFormatError as error:
        raise ConfigError(f"{path}: expected a BLS12-381 key: {error.message}") from error


def load_network_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read the P-256 key at `path`, in base64 or PEM. Raises `ConfigError`."""
    text = _read_private(path)
    try:
        if _PEM_MARK in text:
            return _from_pem(text)
        return _p256_key(parse_key(SECP256R1_FLAG, text))
    except (KeyFormatError, TypeError, ValueError) as error:
        raise ConfigError(f"{path}: expected a P-256 key: {error}") from error


def load_network_public_key(path: Path) -> bytes:
    """The public part, 33 bytes compressed, of the P-256 key at `path`. Raises `ConfigError`."""
    return compressed(load_network_key(path).public_key())


def compressed(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as it stands on chain: 33 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def _p256_key(scalar: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())


def _to_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().rstrip()


def _from_pem(text: str) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(text.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("got a key of another kind")
    return key


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
