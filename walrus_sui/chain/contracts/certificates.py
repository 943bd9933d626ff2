"""Certificates of availability as frozen objects, which any contract can rely on.

The official contracts keep of a certificate only that there was one.
"""

from __future__ import annotations

from walrus_sui.bcs.sui import blake2b256
from walrus_sui.chain.contracts.base import CERTIFICATE
from walrus_sui.chain.contracts.certification import BlobCertification
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.chain.types import AvailabilityCertificate, BlsCommittee


class CertificateCalls(ContractReads):
    async def certify_and_freeze(
        self, keypair: Keypair, certification: BlobCertification
    ) -> AvailabilityCertificate:
        """Certify a blob and keep the certificate for ever. Raises `MoveAborted` as `certify_blobs`."""
        tx = TransactionBuilder()
        objects = (tx.object(self.system_object), tx.object(certification.object_id))
        parts = (certification.signature, certification.signers_bitmap, certification.message)
        arguments = (*objects, *(tx.pure(bytes, part) for part in parts))
        self._call(tx, "availability_certificate", "certify_blob_and_freeze", arguments)
        executed = await self.sui.execute(tx, keypair)
        (found,) = await self.sui.created_objects(executed, self._type(*CERTIFICATE))
        return found.parse(AvailabilityCertificate)


def committee_hash(committee: BlsCommittee) -> bytes:
    """What a frozen certificate names its committee by."""
    return blake2b256(committee.to_bytes())
