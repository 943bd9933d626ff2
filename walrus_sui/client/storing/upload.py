"""Bringing one blob to its storage nodes and coming back with a certificate (protocol.md §4.1).

Every node is served at once and by itself: metadata, its sliver pairs, then its confirmation; all of it in few
requests where the node takes bundles. A node that is dead, refuses or lies costs only its own weight. As soon as a
quorum has confirmed there is a certificate; the others get a short while to finish, in which it can be used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from walrus_sui.client.limits import Limits
from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes, reason
from walrus_sui.client.parallel import running
from walrus_sui.client.progress import Phase, Progress, ProgressListener
from walrus_sui.client.storing.confirmation import check_confirmation
from walrus_sui.client.storing.delivery import Delivery
from walrus_sui.crypto.certificate import Certificate, all_signed, certify, invalid_signers
from walrus_sui.crypto.curve import parse_g2
from walrus_sui.crypto.messages import Deletable, Permanent, SignedMessage
from walrus_sui.errors import CryptoError, NotEnoughConfirmations, PointError, WalrusError
from walrus_sui.redstuff import EncodedBlob

_FALSE = "its confirmation does not hold: the signature is not its own"


@dataclass(frozen=True, slots=True)
class Confirmations:
    """Who confirmed (member index to signed message), the certificate of the first of them to make a quorum, and
    why the others did not.

    `failures` goes by the nodes' names; `requests` is how many were made to storage nodes.
    """

    certificate: Certificate
    signed: Mapping[int, SignedMessage] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    requests: int = 0


async def upload(
    nodes: CommitteeNodes,
    encoded: EncodedBlob,
    persistence: Permanent | Deletable,
    *,
    limits: Limits,
    on_progress: ProgressListener,
    pending: bool = False,
) -> Confirmations:
    """Store `encoded` on all nodes, with `pending` perhaps before they see it registered.

    Raises `NotEnoughConfirmations` once a quorum can no longer confirm.
    """
    total, stored = 2 * nodes.n_shards, 0

    def count(slivers: int) -> None:
        nonlocal stored
        stored += slivers
        on_progress(Progress(Phase.UPLOAD, stored, total))

    return await Upload(Delivery(nodes, encoded, persistence, limits, count, pending=pending)).run()


class Upload:
    """One blob on its way to all nodes, each served by `delivery`."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._nodes = delivery.nodes
        self._limits = delivery.limits
        self._expected = delivery.expected
        self._message = self._expected.signed_bytes(self._nodes.committee.epoch)
        self._certified: asyncio.Future[Certificate] = asyncio.get_running_loop().create_future()
        self._signed: dict[int, SignedMessage] = {}
        self._failures: dict[str, str] = {}

    @property
    def requests(self) -> int:
        """How many were made to storage nodes so far."""
        return self._delivery.requests

    async def run(self) -> Confirmations:
        """Serve all nodes, until the slower ones have had their while. Raises `NotEnoughConfirmations`."""
        async with running({node: self._serve(node) for node in self._nodes}) as tasks:
            certificate = await self._collect(tasks)
        return Confirmations(certificate, self._signed, self._failures, self._delivery.requests)

    async def certificate(self, run: asyncio.Task[Confirmations]) -> Certificate:
        """As soon as there is one, while `run` goes on. Raises what that does."""
        either: list[asyncio.Future[Any]] = [run, self._certified]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return self._certified.result() if self._certified.done() else (await run).certificate

    async def _serve(self, node: CommitteeNode) -> SignedMessage:
        signed = await self._delivery.serve(node)
        if signed.serialized_message != self._message:
            epoch = self._nodes.committee.epoch
            await asyncio.to_thread(check_confirmation, signed, node.member, self._expected, epoch)
        return signed

    async def _collect(self, tasks: dict[asyncio.Task[SignedMessage], CommitteeNode]) -> Certificate:
        """The certificate of those who confirm first, once the others have had their while."""
        clock = asyncio.get_running_loop().time
        started, pending, certificate = clock(), set(tasks), None
        while certificate is None:
            self._check_quorum_possible()
            if self._weight < self._nodes.quorum:
                pending = await self._wait(tasks, pending)
            else:  # if somebody lied, the others are needed after all
                certificate = await asyncio.to_thread(self._certify)
        self._certified.set_result(certificate)
        deadline = clock() + self._limits.tail_factor * (clock() - started) + self._limits.tail_seconds
        while self._is_hopeful(tasks[task] for task in pending) and clock() < deadline:
            pending = await self._wait(tasks, pending, deadline - clock())
        self._give_up(tasks[task] for task in pending)
        await asyncio.to_thread(self._check_late, certificate)
        return certificate

    async def _wait(
        self,
        tasks: dict[asyncio.Task[SignedMessage], CommitteeNode],
        pending: set[asyncio.Task[SignedMessage]],
        seconds: float | None = None,
    ) -> set[asyncio.Task[SignedMessage]]:
        """Until one of `pending` has ended; gives those that have not."""
        done, pending = await asyncio.wait(pending, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            self._note(tasks[task], task)
        return pending

    def _is_hopeful(self, nodes: Iterable[CommitteeNode]) -> bool:
        """Whether any of `nodes` may yet confirm."""
        return any(node.name not in self._delivery.trouble for node in nodes)

    @property
    def _weight(self) -> int:
        return sum(node.weight for node in self._nodes if node.index in self._signed)

    def _note(self, node: CommitteeNode, task: asyncio.Task[SignedMessage]) -> None:
        try:
            signed = task.result()
            parse_g2(signed.signature)  # now, while others are waited for: the result is kept
            self._signed[node.index] = signed
        except PointError:
            self._failures[node.name] = _FALSE
        except WalrusError as error:
            self._failures[node.name] = reason(error)

    def _certify(self) -> Certificate | None:
        """One check for all signatures. Where it fails each is checked, and those that do not hold are dropped."""
        try:
            return certify(self._nodes.bls, self._expected, self._signed)
        except CryptoError:
            self._drop_liars(self._signed)
        return None

    def _check_late(self, certificate: Certificate) -> None:
        """The same for those who confirmed when a quorum had."""
        late = {index: self._signed[index] for index in set(self._signed).difference(certificate.signers)}
        if late and not all_signed(self._nodes.bls, self._message, late):
            self._drop_liars(late)

    def _drop_liars(self, signed: Mapping[int, SignedMessage]) -> None:
        liars = invalid_signers(self._nodes.bls, signed)
        for node in self._nodes:
            if node.index in liars:
                self._failures[node.name] = _FALSE
                del self._signed[node.index]

    def _give_up(self, nodes: Iterable[CommitteeNode]) -> None:
        late = "not done when a quorum had confirmed"
        self._failures |= {node.name: self._delivery.trouble.get(node.name, late) for node in nodes}

    def _check_quorum_possible(self) -> None:
        if self._nodes.quorum_still_possible(self._failures):
            return
        needed, confirmed = self._nodes.quorum, len(self._signed)
        at_it = len(self._nodes) - confirmed - len(self._failures)
        raise NotEnoughConfirmations(
            f"expected confirmations worth {needed} of {self._nodes.n_shards} shards, got "
            f"{self._weight} from {confirmed} of {len(self._nodes)} storage nodes"
            f"{f' while {at_it} were still at it' if at_it else ''}; these did not confirm:",
            got=self._weight,
            needed=needed,
            failures=self._failures,
            hint="the blob stays registered and is not paid for again: store it again once the nodes are back",
        )
