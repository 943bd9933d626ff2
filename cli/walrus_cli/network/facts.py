"""What `walrus info` tells of a network: each section as JSON in Walrus' words (protocol.md §6.1), and as text."""

from __future__ import annotations

from typing import Any, NamedTuple

from walrus_cli.amounts import amount_text
from walrus_cli.expiry import date_text
from walrus_sui.chain import Prices
from walrus_sui.chain.types import StakingPool
from walrus_sui.client import Network
from walrus_sui.redstuff import Params

_UNIT = 1 << 20
_METADATA_FACTOR = 2
"""A blob's metadata holds two hashes a shard and is kept by every shard."""


class Facts(NamedTuple):
    """One reading of a network, the pools of its nodes by node id, and the type of its coin."""

    network: Network
    pools: dict[bytes, StakingPool]
    wal_type: str

    def document(self, section: str) -> dict[str, Any]:
        """One section as JSON; amounts are FROST, sizes bytes, times milliseconds."""
        documents = {
            "epoch": self._epoch,
            "storage": self._storage,
            "size": self._size,
            "price": self._price,
            "bft": self._bft,
            "coin": self._coin,
            "committee": self._committee,
        }
        return documents[section]()

    def text(self, section: str) -> str:
        """One section in a few lines."""
        facts = self.document(section)
        lines: list[str] = getattr(self, f"_{section}_lines")(facts)
        return "\n".join(lines)

    @property
    def _params(self) -> Params:
        return self.network.params

    @property
    def _prices(self) -> Prices:
        return Prices.of(self.network.system)

    def _epoch(self) -> dict[str, Any]:
        staking = self.network.staking
        return {
            "currentEpoch": self.network.epoch,
            "epochState": type(staking.epoch_state).__name__,
            "startOfCurrentEpoch": getattr(staking.epoch_state, "timestamp_ms", None),
            "epochDuration": staking.epoch_duration,
            "maxEpochsAhead": self.network.max_epochs_ahead,
        }

    def _epoch_lines(self, facts: dict[str, Any]) -> list[str]:
        next_epoch = date_text(self.network.start_of(self.network.epoch + 1))
        return [
            f"epoch       {facts['currentEpoch']} ({facts['epochState']}), "
            f"{facts['epochDuration'] / 1000:g} s each, storage sold for up to {facts['maxEpochsAhead']}",
            f"next epoch  {next_epoch.strip(' ()') or 'not known: an epoch change is under way'}",
        ]

    def _storage(self) -> dict[str, Any]:
        system = self.network.system
        return {
            "nShards": self.network.n_shards,
            "nNodes": len(self.network.committee.members),
            "totalCapacity": system.total_capacity_size,
            "usedCapacity": system.used_capacity_size,
        }

    def _storage_lines(self, facts: dict[str, Any]) -> list[str]:
        return [
            f"committee   {facts['nNodes']} storage nodes, {facts['nShards']} shards",
            f"capacity    {facts['usedCapacity']} of {facts['totalCapacity']} bytes used",
        ]

    def _size(self) -> dict[str, Any]:
        params = self._params
        # of a quilt's columns the first holds its index
        in_quilt = params.max_blob_size // params.columns * (params.columns - 1)
        return {"storageUnitSize": _UNIT, "maxBlobSize": params.max_blob_size, "maxBlobSizeInQuilt": in_quilt}

    def _size_lines(self, facts: dict[str, Any]) -> list[str]:
        return [f"blob size   up to {facts['maxBlobSize']} bytes, in units of {facts['storageUnitSize']}"]

    def _price(self) -> dict[str, Any]:
        prices, params = self._prices, self._params
        marginal = _UNIT
        while marginal > params.max_blob_size:
            marginal //= 4
        metadata = params.n_shards * (params.n_shards * _METADATA_FACTOR + 1) * 32
        slivers = params.encoded_size(marginal) - metadata
        return {
            "storagePricePerUnitSize": prices.storage,
            "writePricePerUnitSize": prices.write,
            "encodingDependentPriceInfo": [
                {
                    "marginalSize": marginal,
                    "metadataPrice": prices.storage_cost(metadata, 1),
                    "marginalPrice": prices.storage_cost(slivers, 1),
                    "exampleBlobs": [self._example(size) for size in _example_sizes(params.max_blob_size)],
                    "encodingType": "RS2",
                }
            ],
        }

    def _example(self, size: int) -> dict[str, int | str]:
        encoded = self._params.encoded_size(size)
        return {
            "unencodedSize": size,
            "encodedSize": encoded,
            "price": self._prices.storage_cost(encoded, 1),
            "encodingType": "RS2",
        }

    def _price_lines(self, facts: dict[str, Any]) -> list[str]:
        storage, write = facts["storagePricePerUnitSize"], facts["writePricePerUnitSize"]
        examples = facts["encodingDependentPriceInfo"][0]["exampleBlobs"]
        lines = [f"prices      {storage} FROST per MiB and epoch, {write} FROST per MiB written"]
        lines += [
            f"  {item['unencodedSize']:>14} bytes take {item['encodedSize']:>14} encoded, "
            f"{amount_text(item['price'], 'WAL')} an epoch"
            for item in examples
        ]
        return lines

    def _bft(self) -> dict[str, Any]:
        params = self._params
        return {
            "nShards": params.n_shards,
            "maxFaultyShards": params.f,
            "quorumThreshold": params.quorum,
            "minCorrectShards": params.columns,
        }

    def _bft_lines(self, facts: dict[str, Any]) -> list[str]:
        return [
            f"faults      up to {facts['maxFaultyShards']} of {facts['nShards']} shards may be faulty; "
            f"{facts['quorumThreshold']} certify a blob"
        ]

    def _coin(self) -> dict[str, Any]:
        return {"walCoinType": self.wal_type, "decimals": 9}

    def _coin_lines(self, facts: dict[str, Any]) -> list[str]:
        return [f"coin        {facts['walCoinType']}, 1 WAL = 1,000,000,000 FROST"]

    def _committee(self) -> dict[str, Any]:
        params = self._params
        return {
            "nPrimarySourceSymbols": params.rows,
            "nSecondarySourceSymbols": params.columns,
            "metadataStorageSize": params.n_shards * (params.n_shards * _METADATA_FACTOR + 1) * 32,
            "maxSliverSize": params.primary_size(params.max_blob_size),
            "maxEncodedBlobSize": params.encoded_size(params.max_blob_size),
            "storageNodes": [
                {
                    "name": self.pools[member.node_id].node_info.name,
                    "nodeId": "0x" + member.node_id.hex(),
                    "networkAddress": member.network_address,
                    "publicKey": member.public_key.hex(),
                    "nShards": member.weight,
                    "shardIds": list(member.shards),
                    "stake": self.pools[member.node_id].wal_balance,
                    "commissionRate": self.pools[member.node_id].commission_rate,
                }
                for member in self.network.committee.members
            ],
        }

    def _committee_lines(self, facts: dict[str, Any]) -> list[str]:
        nodes = facts["storageNodes"]
        return ["nodes"] + [
            f"  {node['nShards']:4} shards  {node['networkAddress']}  {node['name']}  {node['nodeId']}  "
            f"{amount_text(node['stake'], 'WAL')} staked, {node['commissionRate'] / 100:g} % commission"
            for node in nodes
        ]


def _example_sizes(longest: int) -> tuple[int, int, int]:
    """A small, a middling and the longest blob."""
    small = (1 << (longest - 1).bit_length()) // 1024
    return small, small * 32, longest
