"""Whether the chain knows the node as it is: who differs from that is asked in vain, or not at all."""

from __future__ import annotations

import logging

from walrus_node.config import NodeConfig
from walrus_node.keys import load_network_public_key
from walrus_sui.chain.types import StorageNodeInfo
from walrus_sui.crypto.curve import compress_g1
from walrus_sui.errors import ConfigError

log = logging.getLogger(__name__)


def compare_registration(config: NodeConfig, info: StorageNodeInfo, protocol_key: bytes) -> None:
    """Warn of what clients would stumble over.

    Raises `ConfigError` if the node's signatures would be of a key that the chain does not expect of it, in this
    epoch or the next.
    """
    expected = {info.compressed_public_key}
    if info.next_epoch_public_key is not None:
        expected.add(compress_g1(info.next_epoch_public_key))
    if protocol_key not in expected:
        raise ConfigError(
            f"expected the protocol key {info.compressed_public_key.hex()} that node {info.name} is registered "
            f"with, got {protocol_key.hex()}",
            hint="check protocol_key_pair and storage_node_cap: they belong to one node",
        )
    if info.network_address != config.network_address:
        log.warning(
            "clients look for this node at %s, as registered on chain; its configuration says %s",
            info.network_address,
            config.network_address,
        )
    if config.speaks_tls and info.network_public_key != load_network_public_key(config.network_key_pair.path):
        log.warning("clients will break off: the network key registered on chain is another one")
