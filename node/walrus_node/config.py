"""`walrus-node.yaml` in Walrus' own names (protocol.md §6.4).

Paths are taken relative to the folder of the file. Keys that official nodes know and this one has no use for yet
are accepted and reported; any other unknown key is an error, for it is most likely a misspelt one.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from walrus_sui.bcs.sui import format_address, parse_address
from walrus_sui.chain.wallet import write_private
from walrus_sui.errors import BcsError, ConfigError

log = logging.getLogger(__name__)

_MAX_FILE = 1 << 20
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Where to reach what listens on all addresses."""
_UNUSED_KEYS = frozenset(
    {
        "admin_socket_path",
        "balance_check",
        "blob_recovery",
        "checkpoint_config",
        "consistency_check",
        "db_config",
        "event_processor_config",
        "garbage_collection",
        "live_upload_deferral",
        "metrics_push",
        "next_protocol_key_pair",
        "pending_metadata_cache",
        "shard_sync_config",
    }
)


def _address(value: Any) -> bytes:
    if isinstance(value, bytes) and len(value) == 32:
        return value
    if not isinstance(value, str):
        raise ValueError(f"expected an address as quoted text (0x…), got {type(value).__name__}")
    try:
        return parse_address(value)
    except BcsError as error:
        raise ValueError(error.message) from error


Address = Annotated[bytes, BeforeValidator(_address)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KeyPath(_Section):
    """A key file: base64 of the scheme's flag and the key."""

    path: Path


class SuiConfig(_Section):
    """The chain, the Walrus deployment on it and the node's own account there."""

    rpc: str
    system_object: Address
    staking_object: Address
    wallet_config: Path
    gas_budget: int | None = Field(default=None, gt=0)


class VotingParams(_Section):
    """What the node votes for: prices in FROST per MiB (and epoch), its capacity in bytes."""

    storage_price: int = Field(default=100_000, ge=0)
    write_price: int = Field(default=20_000, ge=0)
    node_capacity: int = Field(default=1_000_000_000_000, ge=0)


class RestServer(BaseModel):
    """How requests are answered. Official nodes have more to set here, about HTTP/2."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    confirmation_long_poll_max_millis: int = Field(default=5000, ge=0)


class Tls(_Section):
    """How the node speaks HTTPS: under its network key, with a certificate of its own unless one is given."""

    disable_tls: bool = False
    certificate_path: Path | None = None


class PendingCache(_Section):
    """Uploads before their registration: kept for `ttl_secs`, not at all if that is 0."""

    ttl_secs: float = Field(default=20, ge=0)
    max_cached_slivers: int = Field(default=4096, ge=0)
    max_cached_bytes: int = Field(default=256 << 20, ge=0)
    max_cached_sliver_bytes: int = Field(default=4 << 20, ge=0)


class ConfigSynchronizer(BaseModel):
    """Whether and how often the chain is told of settings that it has otherwise."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    enabled: bool = True
    interval_secs: float = Field(default=900, gt=0)


class NodeMetadata(_Section):
    """What the node says of itself on chain."""

    image_url: str = ""
    project_url: str = ""
    description: str = ""


class NodeConfig(_Section):
    """Everything a node is told. `storage_node_cap` is known once it has registered."""

    name: str = Field(min_length=1, max_length=100)
    storage_path: Path
    blocklist_path: Path | None = None
    protocol_key_pair: KeyPath
    network_key_pair: KeyPath
    public_host: str = Field(min_length=1)
    public_port: int = Field(ge=1, le=65535)
    rest_api_address: str = "127.0.0.1:9185"
    metrics_address: str | None = None
    rest_server: RestServer = RestServer()
    rest_graceful_shutdown_period_secs: int = Field(default=10, ge=0)
    tls: Tls | None = None
    pending_sliver_cache: PendingCache = PendingCache()
    sui: SuiConfig
    commission_rate: int = Field(default=6000, ge=0, le=10_000)
    voting_params: VotingParams = VotingParams()
    metadata: NodeMetadata = NodeMetadata()
    config_synchronizer: ConfigSynchronizer = ConfigSynchronizer()
    storage_node_cap: Address | None = None
    peer_url_scheme: Literal["http", "https"] = "http"
    reserved_disk_bytes: int = Field(default=512 << 20, ge=0)
    thread_pool: int | None = Field(default=None, ge=1)

    @field_validator("rest_api_address", "metrics_address")
    @classmethod
    def _names_host_and_port(cls, value: str | None) -> str | None:
        if value is not None:
            _host_and_port(value)
        return value

    @property
    def network_address(self) -> str:
        """How others reach the node: `host:port`, as registered on chain."""
        return f"{self.public_host}:{self.public_port}"

    @property
    def speaks_tls(self) -> bool:
        """Whether the node answers HTTPS. Without a `tls` section it speaks plain HTTP."""
        return self.tls is not None and not self.tls.disable_tls

    @property
    def url(self) -> str:
        """How others reach the node, scheme included."""
        return f"{'https' if self.speaks_tls else 'http'}://{self.network_address}"

    @property
    def listen(self) -> tuple[str, int]:
        """Where the node listens."""
        return _host_and_port(self.rest_api_address)

    @property
    def local_url(self) -> str:
        """How this machine reaches the node."""
        host, port = self.listen
        host = _LOOPBACK.get(host, host)
        return f"{'https' if self.speaks_tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def metrics_listen(self) -> tuple[str, int] | None:
        """Where the node shows its metrics, if anywhere."""
        return None if self.metrics_address is None else _host_and_port(self.metrics_address)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises `ConfigError` that names each wrong key."""
        values = _read_yaml(path)
        unused = sorted(_UNUSED_KEYS & values.keys())
        if unused:
            log.warning("%s: these settings have no effect in this node: %s", path, ", ".join(unused))
        try:
            config = cls.model_validate({key: value for key, value in values.items() if key not in _UNUSED_KEYS})
        except ValidationError as error:
            raise ConfigError(f"{path}: {_describe(error)}") from None
        return config._relative_to(path.parent)

    @classmethod
    def made_of(cls, **values: Any) -> Self:
        """A configuration from settings by name. Raises `ConfigError` that names each wrong one."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ConfigError(_describe(error)) from None

    def save(self, path: Path) -> None:
        """Write the file, readable by the owner only."""
        values = self.model_dump(exclude_none=True)
        write_private(path, yaml.safe_dump(_plain(values), sort_keys=False))

    def _relative_to(self, folder: Path) -> Self:
        def place(path: Path) -> Path:
            return folder / path.expanduser()

        certificate = self.tls.certificate_path if self.tls else None
        return self.model_copy(
            update={
                "storage_path": place(self.storage_path),
                "blocklist_path": self.blocklist_path and place(self.blocklist_path),
                "protocol_key_pair": KeyPath(path=place(self.protocol_key_pair.path)),
                "network_key_pair": KeyPath(path=place(self.network_key_pair.path)),
                "tls": self.tls
                and self.tls.model_copy(update={"certificate_path": certificate and place(certificate)}),
                "sui": self.sui.model_copy(update={"wallet_config": place(self.sui.wallet_config)}),
            }
        )


def note_setting(path: Path, key: str, value: str) -> None:
    """Add a setting to the end of a file, and leave everything else in it as its owner wrote it."""
    text = path.read_text()
    end = "" if text.endswith("\n") else "\n"
    write_private(path, f"{text}{end}{key}: '{value}'\n")


def _host_and_port(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isascii() and port.isdecimal() and len(port) <= 5 and int(port) <= 65535):
        raise ValueError(f"expected host:port, got {text!r}")
    return host.strip("[]"), int(port)


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_FILE + 1)
    except OSError as error:
        raise ConfigError(f"cannot read the node's configuration {path}: {error.strerror}") from error
    if len(raw) > _MAX_FILE:
        raise ConfigError(f"{path}: expected at most {_MAX_FILE} bytes, got more")
    try:
        values = yaml.safe_load(raw)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected YAML, got: {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected settings by name, got {type(values).__name__}")
    return values


def _describe(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {_problem(item)}" for item in error.errors())


def _problem(item: ErrorDetails) -> str:
    if item["type"] == "extra_forbidden":
        return "no such setting"
    return item["msg"].removeprefix("Value error, ")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return format_address(value)
    return str(value) if isinstance(value, Path) else value
