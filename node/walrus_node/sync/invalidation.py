"""Having a badly encoded blob declared invalid (protocol.md §3.4).

A node that could not rebuild a sliver as the metadata states it holds the proof. It shows the proof to the
committee, gathers signed words until nodes with a quorum of shards agree, and brings the certificate to the
chain.
"""

from __future__ import annotations

import asyncio
import logging

from walrus_sui.chain import Contracts, Keypair
from walrus_sui.client.network.nodes import CommitteeNode, CommitteeNodes, reason
from walrus_sui.crypto.bls import PublicKey
from walrus_sui.crypto.certificate import certify
from walrus_sui.crypto.messages import InvalidBlobId, SignedMessage
from walrus_sui.errors import NotEnoughConfirmations, WalrusError
from walrus_sui.redstuff import Axis, BlobId, InconsistencyProof

log = logging.getLogger(__name__)


class Invalidation:
    """Reports badly encoded blobs under the node's own account."""

    def __init__(self, contracts: Contracts, keypair: Keypair) -> None:
        self._contracts = contracts
        self._keypair = keypair

    async def report(self, nodes: CommitteeNodes, blob_id: BlobId, axis: Axis, proof: InconsistencyProof) -> None:
        """Convince the committee and the chain. Raises `NotEnoughConfirmations` or `ChainError`."""
        log.warning("blob %s is badly encoded: its %s sliver %d shows it", blob_id, axis.value, proof.target_index)
        attestations = await self._attestations(nodes, blob_id, axis, proof)
        committee = nodes.committee.bls()
        certificate = certify(committee, InvalidBlobId(bytes(blob_id)), attestations)
        await self._contracts.invalidate_blob_id(
            self._keypair,
            signature=certificate.signature,
            signers_bitmap=certificate.bitmap(len(committee.members)),
            message=certificate.message,
        )

    async def _attestations(
        self, nodes: CommitteeNodes, blob_id: BlobId, axis: Axis, proof: InconsistencyProof
    ) -> dict[int, SignedMessage]:
        async def ask(node: CommitteeNode) -> SignedMessage:
            signed = await node.client.attest_inconsistency(blob_id, axis, proof)
            signed.verify(PublicKey(node.member.public_key), InvalidBlobId, nodes.committee.epoch)
            return signed

        answers = await asyncio.gather(*map(ask, nodes), return_exceptions=True)
        attestations, failures = {}, {}
        for node, answer in zip(nodes, answers, strict=True):
            if isinstance(answer, WalrusError):
                failures[node.name] = reason(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                attestations[node.index] = answer
        weight = sum(node.weight for node in nodes if node.index in attestations)
        if weight < nodes.quorum:
            message = (
                f"expected nodes with a quorum of shards to attest that blob {blob_id} is invalid, got fewer:"
            )
            raise NotEnoughConfirmations(message, got=weight, needed=nodes.quorum, failures=failures)
        return attestations
