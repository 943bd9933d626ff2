"""Where the client learns which network it talks to: `client_config.yaml` (protocol.md §6.3).

Looked for, in this order: the path given, `$WALRUS_CONFIG`, then `client_config.yaml` (or `.yml`) in the current
directory, `$XDG_CONFIG_HOME`, `~/.config/walrus` and `~/.walrus`, and last the local network of this machine if it
has been brought up. Keys this client has no use for are ignored, so the official client's file can be used as is.

A file describes one network, or several by name:

    default_context: testnet
    contexts:
      testnet: {system_object: 0x…, staking_object: 0x…, rpc_urls: [https://…]}
      mine: {system_object: 0x…, staking_object: 0x…, wallet_config: {active_env: local}}

The context given is taken, or that of `$WALRUS_CONTEXT`, or `default_context`. Without `rpc_urls` the full node is
that of the wallet's environment; a wallet without `path` is the one of the `sui` tool.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from walrus_sui.errors import ConfigError

CONFIG_VARIABLE = "WALRUS_CONFIG"
CONTEXT_VARIABLE = "WALRUS_CONTEXT"
CONFIG_NAMES = ("client_config.yaml", "client_config.yml")


@dataclass(frozen=True, slots=True)
class WalletConfig:
    """A Sui wallet: its `client.yaml`, which of its addresses signs, and which of its environments names the full
    node (default: the ones active there)."""

    path: Path
    active_address: bytes | None = None
    active_env: str | None = None


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """One network as a client sees it.

    `system_object` and `staking_object` are 32-byte ids; `n_shards` is what the network is expected to have, or
    `None` to take the chain's word; `node_scheme` is how storage nodes are reached (`https`, or `http` for
    networks without certificates); `exchange_objects` are the ids of exchanges of SUI for WAL; `source` is the
    file all this came from, `context` the name it has there if the file has several; `gas_budget` is what a
    transaction may cost in MIST, `None` what a simulation says.
    """

    system_object: bytes
    staking_object: bytes
    rpc_urls: tuple[str, ...]
    n_shards: int | None = None
    wallet: WalletConfig | None = None
    node_scheme: str = "https"
    exchange_objects: tuple[bytes, ...] = ()
    source: Path | None = None
    context: str | None = None
    gas_budget: int | None = None

    @property
    def rpc_url(self) -> str:
        return self.rpc_urls[0]


def default_localnet_directory() -> Path:
    """Where the local network of this machine lives unless told otherwise. Raises `ConfigError` as `home` does."""
    data_home = os.environ.get("XDG_DATA_HOME")
    return (Path(data_home) if data_home else home() / ".local" / "share") / "walrus-sui" / "localnet"


def default_wallet_path() -> Path:
    """The wallet of the `sui` tool. Raises `ConfigError` as `home` does."""
    return home() / ".sui" / "sui_config" / "client.yaml"


def home() -> Path:
    """The user's directory. Raises `ConfigError` where there is none, as for nameless users in containers."""
    try:
        return Path.home()
    except RuntimeError as error:
        raise ConfigError(
            "expected this user to have a home directory, got none", hint="set HOME, or name every file and --dir"
        ) from error


def _expanded(name: str) -> Path:
    """With a leading `~` or `~user` as that user's directory. Raises `ConfigError` where there is none."""
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise ConfigError(
            f"expected a home directory for {name}, got none", hint="set HOME, or write the path out"
        ) from error


def find_config(path: Path | None = None, context: str | None = None) -> ClientConfig:
    """The configuration to use. Raises `ConfigError` when none exists or the one found cannot be used."""
    context = context or os.environ.get(CONTEXT_VARIABLE) or None
    chosen = path or _from_environment()
    if chosen is not None:
        return load_config(chosen, context)
    searched = tuple(_candidates())
    for candidate in searched:
        if candidate.is_file():
            return load_config(candidate, context)
    raise ConfigError(
        "expected a client_config.yaml, found none in " + ", ".join(sorted({str(c.parent) for c in searched})),
        hint=f"start a network here with `walrus localnet up`, pass --config, or set {CONFIG_VARIABLE}",
    )


def load_config(path: Path, context: str | None = None) -> ClientConfig:
    """Read `path`; with `contexts`, take `context` or its `default_context`.

    Raises `ConfigError`, or `WalletError` if the full node has to be that of a wallet which cannot be read.
    """
    name, document = _select_context(_read(path), context, path)
    return _parse(document, path, name)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(path.read_text())
    except OSError as error:
        raise ConfigError(f"expected a readable client configuration at {path}, got: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"expected YAML in {path}, got bytes that are no text") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"expected YAML in {path}, got {_complaint(error)}") from error
    if document is None:
        raise ConfigError(f"expected system_object, staking_object and more in {path}, got an empty file")
    return _mapping(document, "the file", path)


def _complaint(error: yaml.YAMLError) -> str:
    """Where YAML ends and why, in one line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"{error.problem} in line {mark.line + 1}, column {mark.column + 1}"
    return " ".join(str(error).split())


def write_config(path: Path, config: ClientConfig) -> None:
    """Write `config` in the official client's form."""
    document: dict[str, Any] = {
        "system_object": "0x" + config.system_object.hex(),
        "staking_object": "0x" + config.staking_object.hex(),
        "rpc_urls": list(config.rpc_urls),
    }
    if config.n_shards is not None:
        document["n_shards"] = config.n_shards
    if config.node_scheme != "https":
        document["storage_node_url_scheme"] = config.node_scheme
    if config.exchange_objects:
        document["exchange_objects"] = ["0x" + item.hex() for item in config.exchange_objects]
    if config.wallet is not None:
        document["wallet_config"] = _wallet_document(config.wallet)
    path.write_text(yaml.safe_dump(document, sort_keys=False))


def _wallet_document(wallet: WalletConfig) -> dict[str, str]:
    document = {"path": str(wallet.path)}
    if wallet.active_address is not None:
        document["active_address"] = "0x" + wallet.active_address.hex()
    if wallet.active_env is not None:
        document["active_env"] = wallet.active_env
    return document


def _from_environment() -> Path | None:
    value = os.environ.get(CONFIG_VARIABLE)
    return _expanded(value) if value else None


def _candidates() -> Iterator[Path]:
    config_home = os.environ.get("XDG_CONFIG_HOME")
    directories = [Path.cwd()]
    if config_home:
        directories.append(Path(config_home))
    with contextlib.suppress(ConfigError):  # without a home directory there is less to search
        directories += [home() / ".config" / "walrus", home() / ".walrus"]
    for directory in directories:
        for name in CONFIG_NAMES:
            yield directory / name
    with contextlib.suppress(ConfigError):
        yield default_localnet_directory() / CONFIG_NAMES[0]


def _select_context(
    document: Mapping[str, Any], context: str | None, path: Path
) -> tuple[str | None, Mapping[str, Any]]:
    if "contexts" not in document:
        if context is not None:
            raise ConfigError(
                f"expected the context {context!r} in {path}, but the file has no contexts",
                hint=f"leave --context and {CONTEXT_VARIABLE} out, or name another file with --config",
            )
        return None, document
    contexts = _contexts(document, path)
    name = context or document.get("default_context")
    if not isinstance(name, str) or name not in contexts:
        known = ", ".join(sorted(map(str, contexts)))
        raise ConfigError(
            f"expected one of the contexts {known} in {path}, got {name!r}",
            hint=f"choose with --context, {CONTEXT_VARIABLE}, or default_context in the file",
        )
    return name, _mapping(contexts[name], f"contexts.{name}", path)


def _contexts(document: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    return _mapping(document["contexts"], "contexts", path)


def _parse(document: Mapping[str, Any], path: Path, context: str | None) -> ClientConfig:
    wallet = _parse_wallet(document.get("wallet_config"), path)
    n_shards = document.get("n_shards")
    if n_shards is not None and (not isinstance(n_shards, int) or isinstance(n_shards, bool)):
        raise ConfigError(f"expected n_shards in {path} to be a number, got {n_shards!r}")
    scheme = document.get("storage_node_url_scheme", "https")
    if scheme not in ("http", "https"):
        raise ConfigError(f"expected storage_node_url_scheme in {path} to be http or https, got {scheme!r}")
    return ClientConfig(
        system_object=_object_id(document, "system_object", path),
        staking_object=_object_id(document, "staking_object", path),
        rpc_urls=_parse_urls(document, wallet, path),
        n_shards=n_shards,
        wallet=wallet,
        node_scheme=scheme,
        exchange_objects=_parse_exchanges(document.get("exchange_objects"), path),
        source=path,
        context=context,
    )


def _parse_urls(document: Mapping[str, Any], wallet: WalletConfig | None, path: Path) -> tuple[str, ...]:
    if document.get("rpc_urls") is None and wallet is not None:
        from walrus_sui.chain.wallet import read_rpc_url

        return (read_rpc_url(wallet.path, wallet.active_env),)
    urls = document.get("rpc_urls", ())
    if isinstance(urls, str) or not urls or not all(isinstance(url, str) for url in urls):
        raise ConfigError(f"expected rpc_urls in {path} to be a list of URLs, got {urls!r}")
    return tuple(urls)


def _parse_exchanges(value: object, path: Path) -> tuple[bytes, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ConfigError(f"expected exchange_objects in {path} to be a list of object ids, got {value!r}")
    return tuple(_parse_id(item, f"exchange_objects[{i}]", path) for i, item in enumerate(value))


def _parse_wallet(value: object, path: Path) -> WalletConfig | None:
    if value is None:
        return None
    if isinstance(value, str):
        return WalletConfig(_beside(path, value))
    wallet = _mapping(value, "wallet_config", path)
    for key in ("path", "active_env"):
        if wallet.get(key) is not None and not isinstance(wallet[key], str):
            raise ConfigError(f"expected wallet_config.{key} in {path} to be text, got {wallet[key]!r}")
    file = default_wallet_path() if wallet.get("path") is None else _beside(path, wallet["path"])
    active = _object_id(wallet, "active_address", path) if wallet.get("active_address") else None
    return WalletConfig(file, active, wallet.get("active_env"))


def _beside(config_path: Path, name: str) -> Path:
    """A file named in a configuration: relative names start at the configuration's own directory."""
    return config_path.parent / _expanded(name)


def _object_id(document: Mapping[str, Any], key: str, path: Path) -> bytes:
    return _parse_id(document.get(key), key, path)


def _parse_id(value: object, what: str, path: Path) -> bytes:
    # YAML reads an unquoted 0x… as a number
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 256:
        return value.to_bytes(32, "big")
    if isinstance(value, str) and value.startswith("0x") and 2 < len(value) <= 66:
        try:
            return bytes.fromhex(value[2:].rjust(64, "0"))
        except ValueError:
            pass  # falls through to the one error below
    raise ConfigError(f"expected {what} in {path} to be 0x followed by 64 hex digits, got {value!r}")


def _mapping(value: object, what: str, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"expected {what} of {path} to hold named values, got {type(value).__name__}")
    return value
