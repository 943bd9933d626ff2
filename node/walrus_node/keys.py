"""The node's protocol key on disk: one line of text, readable by the owner only (encoding.md §8)."""

from __future__ import annotations

import secrets
from pathlib import Path

from walrus_sui.chain.wallet import write_private
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.crypto.keys import format_bls_key, parse_bls_key
from walrus_sui.errors import ConfigError, KeyFormatError

_MAX_KEY_FILE = 1024


def generate_protocol_key(path: Path) -> SecretKey:
    """Make a new BLS key at `path`. Raises `ConfigError` rather than replace one."""
    if path.exists():
        raise ConfigError(f"expected no key at {path} yet, got one", hint="move it away if it is not needed")
    key = SecretKey.generate(secrets.token_bytes(32))
    write_private(path, format_bls_key(key) + "\n")
    return key


def load_protocol_key(path: Path) -> SecretKey:
    """Read the BLS key at `path`. Raises `ConfigError` if it cannot be used or others may read it."""
    try:
        with path.open("rb") as file:
            mode = path.stat().st_mode & 0o077
            raw = file.read(_MAX_KEY_FILE)
        key = parse_bls_key(raw.decode())
    except OSError as error:
        raise ConfigError(f"cannot read the protocol key {path}: {error.strerror}") from error
    except (KeyFormatError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected a BLS12-381 key as base64, flag 0x04 first") from error
    if mode:
        raise ConfigError(f"expected {path} to be readable by its owner only", hint=f"chmod 600 {path}")
    return key
