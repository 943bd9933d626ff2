"""The storage committee: who holds which shards in an epoch, and so which sliver pairs of a blob."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from walrus_sui.crypto.certificate import BlsCommittee, BlsMember
from walrus_sui.redstuff import BlobId, pair_of_shard, shard_of_pair


@dataclass(frozen=True, slots=True)
class Member:
    """One node of a committee. `shards` ascend as on chain; `network_address` is `host:port`.

    `network_public_key` (compressed P-256) is what the node proves itself by over TLS; empty if it is not known.
    """

    node_id: bytes
    network_address: str
    public_key: bytes
    shards: tuple[int, ...]
    network_public_key: bytes = b""

    @property
    def weight(self) -> int:
        return len(self.shards)

    def pairs(self, blob_id: BlobId, n_shards: int) -> tuple[int, ...]:
        """The sliver pairs of a blob that this member holds (encoding.md §4)."""
        return tuple(pair_of_shard(blob_id, shard, n_shards) for shard in self.shards)


@dataclass(frozen=True)
class Committee:
    """Members in on-chain order, which is the order of a certificate's bitmap (contracts.md §3.8)."""

    epoch: int
    n_shards: int
    members: tuple[Member, ...]

    @cached_property
    def _holder_by_shard(self) -> dict[int, Member]:
        return {shard: member for member in self.members for shard in member.shards}

    @cached_property
    def _member_by_id(self) -> dict[bytes, Member]:
        return {member.node_id: member for member in self.members}

    def member(self, node_id: bytes) -> Member | None:
        return self._member_by_id.get(node_id)

    def member_by_key(self, public_key: bytes) -> Member | None:
        """The member with this BLS key (48 bytes)."""
        return next((member for member in self.members if member.public_key == public_key), None)

    def holder_of_shard(self, shard: int) -> Member | None:
        return self._holder_by_shard.get(shard)

    def holder_of_pair(self, blob_id: BlobId, pair_index: int) -> Member | None:
        """Who stores one sliver pair of a blob."""
        return self.holder_of_shard(shard_of_pair(blob_id, pair_index, self.n_shards))

    def bls(self) -> BlsCommittee:
        """The keys and weights that certificates are checked against."""
        members = tuple(BlsMember(member.public_key, member.weight) for member in self.members)
        return BlsCommittee(epoch=self.epoch, n_shards=self.n_shards, members=members)
