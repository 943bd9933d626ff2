"""What an operator does before a node can run: make its folder, then register it on chain (protocol.md §6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from walrus_node.config import KeyPath, NodeConfig, SuiConfig, Tls, note_setting
from walrus_node.keys import (
    generate_network_key,
    generate_protocol_key,
    load_network_public_key,
    load_protocol_key,
)
from walrus_sui.bcs.sui import format_address
from walrus_sui.chain import Contracts, Keypair, NodeMetadata, NodeRegistration, SuiClient, Wallet
from walrus_sui.chain.types import StorageNodeCap
from walrus_sui.crypto.bls import SecretKey
from walrus_sui.errors import ConfigError

CONFIG_FILE = "walrus-node.yaml"
PROTOCOL_KEY_FILE = "protocol.key"
NETWORK_KEY_FILE = "network.key"
WALLET_FILE = "sui_config.yaml"
STORAGE_FOLDER = "db"


@dataclass(frozen=True, slots=True)
class Setup:
    """A node's folder: where its configuration is, and the Sui account that needs SUI to register."""

    config_path: Path
    config: NodeConfig
    keypair: Keypair


def setup(
    folder: Path,
    *,
    name: str,
    public_host: str,
    public_port: int,
    rpc: str,
    system_object: bytes,
    staking_object: bytes,
    rest_api_address: str | None = None,
    voting_params: Mapping[str, int] | None = None,
    commission_rate: int = 6000,
    metrics_address: str | None = None,
    tls: bool = False,
) -> Setup:
    """Make fresh keys, a wallet and `walrus-node.yaml` in `folder`.

    With `tls` the node speaks HTTPS and expects it of others. Raises `ConfigError` rather than replace what is
    there, and for wrong settings before anything is written.
    """
    config_path = folder / CONFIG_FILE
    if config_path.exists():
        raise ConfigError(f"expected no node in {folder} yet, got {CONFIG_FILE}", hint="choose another folder")
    config = NodeConfig.made_of(
        name=name,
        storage_path=Path(STORAGE_FOLDER),
        protocol_key_pair=KeyPath(path=Path(PROTOCOL_KEY_FILE)),
        network_key_pair=KeyPath(path=Path(NETWORK_KEY_FILE)),
        public_host=public_host,
        public_port=public_port,
        rest_api_address=rest_api_address or f"127.0.0.1:{public_port}",
        sui=SuiConfig(
            rpc=rpc,
            system_object=system_object,
            staking_object=staking_object,
            wallet_config=Path(WALLET_FILE),
        ),
        voting_params=dict(voting_params or {}),
        commission_rate=commission_rate,
        metrics_address=metrics_address,
        tls=Tls(disable_tls=not tls),
        peer_url_scheme="https" if tls else "http",
    )
    generate_protocol_key(folder / PROTOCOL_KEY_FILE)
    generate_network_key(folder / NETWORK_KEY_FILE)
    keypair = Keypair.generate()
    Wallet(keypair, rpc).save(folder / WALLET_FILE)
    config.save(config_path)
    return Setup(config_path, NodeConfig.load(config_path), keypair)


async def register(sui: SuiClient, config_path: Path) -> StorageNodeCap:
    """Register the node on chain from its own account, and note its cap in the configuration.

    A registration of this key that the account made before, and that was not noted, is taken up instead of made
    twice. Raises `ConfigError` if a cap is noted already, and whatever `register_candidate` raises.
    """
    config = NodeConfig.load(config_path)
    if config.storage_node_cap is not None:
        raise ConfigError(
            f"expected a node that is not registered yet, got one with a storage_node_cap in {config_path}"
        )
    contracts = await Contracts.discover(sui, config.sui.system_object, config.sui.staking_object)
    keypair = Wallet.load(config.sui.wallet_config).keypair
    key = load_protocol_key(config.protocol_key_pair.path)
    cap = await _found_cap(contracts, keypair, key)
    if cap is None:
        cap = await contracts.register_candidate(keypair, _registration(config), key)
    note_setting(config_path, "storage_node_cap", format_address(cap.object_id))
    return cap


async def _found_cap(contracts: Contracts, keypair: Keypair, key: SecretKey) -> StorageNodeCap | None:
    """The cap of the account under which this very key is registered."""
    caps = await contracts.owned_storage_node_caps(keypair.address)
    pools = await contracts.pools(cap.node_id for cap in caps)
    own = bytes(key.public_key)
    matching = (cap for cap, pool in zip(caps, pools, strict=True) if pool.node_info.compressed_public_key == own)
    return next(matching, None)


def _registration(config: NodeConfig) -> NodeRegistration:
    return NodeRegistration(
        name=config.name,
        network_address=config.network_address,
        network_public_key=load_network_public_key(config.network_key_pair.path),
        commission_rate=config.commission_rate,
        storage_price=config.voting_params.storage_price,
        write_price=config.voting_params.write_price,
        node_capacity=config.voting_params.node_capacity,
        metadata=NodeMetadata(**config.metadata.model_dump()),
    )
