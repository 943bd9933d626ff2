"""The storage nodes of one committee, ready to be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import httpx

from walrus_sui.client.limits import Limits
from walrus_sui.crypto.certificate import BlsCommittee
from walrus_sui.errors import NodeError, WalrusError
from walrus_sui.redstuff import Params
from walrus_sui.storage import Committee, Member, StorageNodeClient


@dataclass(slots=True, eq=False)
class CommitteeNode:
    """One member of a committee and the client that talks to it; `index` is its bit in a certificate.

    `slots` keeps the requests to it that are under way to a few, so that connections are used again. A node
    `takes_bundles` until it says that it does not know that route, and `takes_early` uploads, before it has seen
    their blob registered, until it refuses one.
    """

    index: int
    member: Member
    client: StorageNodeClient
    slots: asyncio.Semaphore
    takes_bundles: bool = True
    takes_early: bool = True

    @property
    def weight(self) -> int:
        return self.member.weight

    @property
    def name(self) -> str:
        return self.member.network_address


class CommitteeNodes:
    """All members of `committee`, reached over one shared connection pool."""

    def __init__(
        self, committee: Committee, http: httpx.AsyncClient, scheme: str, limits: Limits | None = None
    ) -> None:
        self.committee = committee
        slots = (limits or Limits()).requests_per_node
        self._params = Params(committee.n_shards)
        self._nodes = tuple(
            CommitteeNode(
                index,
                member,
                StorageNodeClient(f"{scheme}://{member.network_address}", http, member.network_public_key),
                asyncio.Semaphore(slots),
            )
            for index, member in enumerate(committee.members)
        )

    def __iter__(self) -> Iterator[CommitteeNode]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    @property
    def n_shards(self) -> int:
        return self.committee.n_shards

    @cached_property
    def bls(self) -> BlsCommittee:
        """The keys and weights that certificates are checked against."""
        return self.committee.bls()

    @property
    def quorum(self) -> int:
        """The fewest shards whose holders can make a certificate."""
        return self._params.quorum

    @property
    def one_correct(self) -> int:
        """The fewest shards behind which at least one correct node stands."""
        return self._params.one_correct

    def quorum_still_possible(self, failures: Mapping[str, str]) -> bool:
        return sum(node.weight for node in self._nodes if node.name not in failures) >= self.quorum


def reason(error: WalrusError) -> str:
    """What `error` says beside naming the node, for lists that name it already."""
    return str(error).removeprefix(f"{error.node}: ") if isinstance(error, NodeError) else str(error)
