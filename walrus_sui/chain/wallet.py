"""Wallet files as the Sui tools lay them out: `client.yaml` and `sui.keystore`.

A keystore is a JSON array of base64 entries; `client.yaml` names the keystore, the environments and the active
ones. A wallet written here can be used with the `sui` tool and the other way round. Files are 0600.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from walrus_sui.bcs.sui import format_address, parse_address
from walrus_sui.chain.keys import Keypair
from walrus_sui.errors import BcsError, WalletError
from walrus_sui.files import replace_private

_MAX_FILE = 1 << 20


def read_keystore(path: Path) -> tuple[Keypair, ...]:
    """Every key of a `sui.keystore`. Raises `WalletError`."""
    try:
        entries = json.loads(_read(path))
    except (json.JSONDecodeError, RecursionError):
        raise WalletError(f"expected a JSON array of keys in {path}, got something else") from None
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise WalletError(f"expected a JSON array of base64 keys in {path}, got something else")
    return tuple(Keypair.from_keystore_entry(entry) for entry in entries)


def write_keystore(path: Path, keypairs: Sequence[Keypair]) -> None:
    """Write all keys at once, readable by the owner only."""
    write_private(path, json.dumps([keypair.keystore_entry for keypair in keypairs], indent=2))


@dataclass(frozen=True)
class Wallet:
    """The active account and network of a `client.yaml`."""

    keypair: Keypair
    rpc_url: str

    @classmethod
    def load(cls, path: Path, address: bytes | None = None) -> Wallet:
        """From a `client.yaml`, with the key of `address` or of the active address there.

        Raises `WalletError` if it, its keystore or the address cannot be used.
        """
        config = _parse_config(path)
        keystore = (path.parent / _text(config.get("keystore", {}), "File", path)).expanduser()
        return cls(
            _keypair_of(address or _active_address(config, path), path, read_keystore(keystore)),
            _url_of(config, _text(config, "active_env", path), path),
        )

    def save(self, path: Path, *, environment: str = "local") -> None:
        """Write `path` and a `sui.keystore` beside it."""
        keystore = path.parent / "sui.keystore"
        write_keystore(keystore, (self.keypair,))
        config = {
            "keystore": {"File": str(keystore.resolve())},
            "envs": [{"alias": environment, "rpc": self.rpc_url, "ws": None, "basic_auth": None}],
            "active_env": environment,
            "active_address": format_address(self.keypair.address),
        }
        write_private(path, yaml.safe_dump(config, sort_keys=False))


def read_rpc_url(path: Path, environment: str | None = None) -> str:
    """The full node of an environment of a `client.yaml`, or of the active one. Raises `WalletError`."""
    config = _parse_config(path)
    return _url_of(config, environment or _text(config, "active_env", path), path)


def write_private(path: Path, text: str) -> None:
    """Replace `path` as a whole by `text`; nobody but the owner can ever read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        replace_private(path, text)
    except OSError as error:
        raise WalletError(f"could not write {path}: {error.strerror}") from error


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_FILE + 1)
        if len(raw) > _MAX_FILE:
            raise WalletError(f"expected at most {_MAX_FILE} bytes in {path}, got more")
        return raw.decode()
    except OSError as error:
        raise WalletError(f"could not read {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise WalletError(f"expected text in {path}, got other bytes") from None


def _parse_config(path: Path) -> dict[str, object]:
    try:
        config = yaml.safe_load(_read(path))
    except (yaml.YAMLError, RecursionError):
        raise WalletError(f"expected YAML in {path}, got text that is not") from None
    if not isinstance(config, dict):
        raise WalletError(f"expected a wallet configuration in {path}, got something else")
    return config


def _text(config: object, key: str, path: Path) -> str:
    value = config.get(key) if isinstance(config, dict) else None
    if not isinstance(value, str):
        raise WalletError(f"expected text under {key!r} in {path}, got {type(value).__name__}")
    return value


def _active_address(config: dict[str, object], path: Path) -> bytes:
    try:
        return parse_address(_text(config, "active_address", path))
    except BcsError as error:
        raise WalletError(f"{path}: {error.message}") from None


def _keypair_of(address: bytes, path: Path, keypairs: tuple[Keypair, ...]) -> Keypair:
    for keypair in keypairs:
        if keypair.address == address:
            return keypair
    raise WalletError(f"expected the key of {format_address(address)} in the keystore of {path}, got other keys")


def _url_of(config: dict[str, object], alias: str, path: Path) -> str:
    environments = config.get("envs")
    for environment in environments if isinstance(environments, list) else ():
        if isinstance(environment, dict) and environment.get("alias") == alias:
            return _text(environment, "rpc", path)
    raise WalletError(f"expected an environment {alias!r} in {path}, got none of that name")
