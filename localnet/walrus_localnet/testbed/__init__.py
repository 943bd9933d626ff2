"""A whole Walrus network on one machine: chain, contracts, storage nodes, a funded wallet, one command.

localnet = Localnet(directory)
manifest = await localnet.up(Plan(nodes=13, shards=130))
await localnet.kill_nodes(["node-3"])
await localnet.down()
"""

from walrus_localnet.testbed.localnet import Localnet
from walrus_localnet.testbed.manifest import Manifest, NodeRecord
from walrus_localnet.testbed.plan import Plan

__all__ = ["Localnet", "Manifest", "NodeRecord", "Plan"]
