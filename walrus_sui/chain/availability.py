"""Availability certificates that stand by themselves: what was signed, by whom, and the committee's keys.

The chain keeps of a certificate only that it accepted one; but the transaction that brought it is there, and so is
the committee it was checked against. Together they can be kept in a file and verified without any network. What no
file can show is that this committee was Walrus': compare its hash with one you trust.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from walrus_sui.bcs.sui import blake2b256
from walrus_sui.chain.types import BlsCommittee, BlsCommitteeMember
from walrus_sui.crypto import BlsCommittee as SigningCommittee
from walrus_sui.crypto import BlsMember, Certificate, Deletable, StorageConfirmation
from walrus_sui.crypto.curve import compress_g1
from walrus_sui.errors import BcsError, CertificateError
from walrus_sui.redstuff import BlobId

_VERSION = 1
_MAX_MEMBERS = 2000
_DIGEST = re.compile(r"[1-9A-HJ-NP-Za-km-z]{32,44}")
"""32 bytes in base58."""


@dataclass(frozen=True)
class AvailabilityProof:
    """A certificate with the committee that signed it, and the digest of the transaction that it was brought in.

    `end_epoch` and `size` are what the Blob object said when the proof was read: nobody signed them.
    """

    certificate: Certificate
    committee: BlsCommittee
    blob_object: bytes
    size: int
    end_epoch: int
    transaction: str

    @property
    def epoch(self) -> int:
        """When it was signed."""
        return self._parsed[0]

    @property
    def confirmation(self) -> StorageConfirmation:
        """What was signed. Raises `MessageError`."""
        return self._parsed[1]

    @property
    def blob_id(self) -> BlobId:
        return BlobId(self.confirmation.blob_id)

    @property
    def deletable(self) -> bool:
        return isinstance(self.confirmation.persistence, Deletable)

    @property
    def weight(self) -> int:
        """Shards of the signers. Raises `CertificateError`."""
        return self._signing_committee().weight(self.certificate.signers)

    @property
    def committee_hash(self) -> bytes:
        """What certificates on chain name their committee by."""
        return blake2b256(self.committee.to_bytes())

    def verify(self) -> None:
        """Check that a quorum of the committee signed.

        Raises `MessageError` for something else than a confirmation, `CertificateError` for signers without a
        quorum or another blob, epoch or object than the proof says, `PointError`, `SignatureInvalid`.
        """
        epoch, confirmation = self._parsed
        if epoch != self.committee.epoch:
            raise CertificateError(f"expected a committee of epoch {epoch}, got one of {self.committee.epoch}")
        persistence = confirmation.persistence
        if isinstance(persistence, Deletable) and persistence.object_id != self.blob_object:
            raise CertificateError(
                f"expected a confirmation for the object 0x{self.blob_object.hex()}, "
                f"got one for 0x{persistence.object_id.hex()}"
            )
        self.certificate.verify(self._signing_committee(), confirmation)

    @property
    def _parsed(self) -> tuple[int, StorageConfirmation]:
        return StorageConfirmation.parse_any_epoch(self.certificate.message)

    def _signing_committee(self) -> SigningCommittee:
        members = tuple(
            BlsMember(compress_g1(member.public_key), member.weight) for member in self.committee.members
        )
        return SigningCommittee(self.committee.epoch, self.committee.n_shards, members)

    def to_document(self) -> dict[str, Any]:
        """As JSON values; bytes are hex."""
        return {
            "version": _VERSION,
            "blobId": str(self.blob_id),
            "blobObject": "0x" + self.blob_object.hex(),
            "size": self.size,
            "deletable": self.deletable,
            "epoch": self.epoch,
            "endEpoch": self.end_epoch,
            "transaction": self.transaction,
            "signers": list(self.certificate.signers),
            "message": self.certificate.message.hex(),
            "signature": self.certificate.signature.hex(),
            "committeeHash": self.committee_hash.hex(),
            "committee": {
                "epoch": self.committee.epoch,
                "nShards": self.committee.n_shards,
                "totalKey": self.committee.total_aggregated_key.hex(),
                "members": [
                    {
                        "nodeId": "0x" + member.node_id.hex(),
                        "publicKey": member.public_key.hex(),
                        "weight": member.weight,
                    }
                    for member in self.committee.members
                ],
            },
        }

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """The inverse of `to_document`. Raises `CertificateError` for anything else; nothing is verified yet."""
        try:
            proof = cls._from_mapping(document)
            if proof.to_document() != document:
                raise ValueError("its parts contradict each other")
        except (LookupError, TypeError, ValueError, BcsError) as error:
            raise CertificateError(f"expected a saved certificate, got something else: {error!r:.200}") from error
        return proof

    @classmethod
    def _from_mapping(cls, document: Mapping[str, Any]) -> Self:
        if document["version"] != _VERSION:
            raise ValueError(f"version {document['version']!r}")
        committee = document["committee"]
        if len(committee["members"]) > _MAX_MEMBERS or len(document["signers"]) > _MAX_MEMBERS:
            raise ValueError("too many members")
        members = tuple(
            BlsCommitteeMember(bytes.fromhex(item["publicKey"]), _count(item["weight"], 16), _id(item["nodeId"]))
            for item in committee["members"]
        )
        total_key = bytes.fromhex(committee["totalKey"])
        return cls(
            Certificate(
                tuple(_count(signer, 16) for signer in document["signers"]),
                bytes.fromhex(document["message"]),
                bytes.fromhex(document["signature"]),
            ),
            BlsCommittee(members, _count(committee["nShards"], 16), _count(committee["epoch"], 32), total_key),
            _id(document["blobObject"]),
            _count(document["size"], 64),
            _count(document["endEpoch"], 32),
            _digest(document["transaction"]),
        )


def _count(value: object, bits: int) -> int:
    if type(value) is not int or not 0 <= value < 1 << bits:  # JSON's true is 1 to Python
        raise ValueError(f"{value!r} is no number of {bits} bits")
    return value


def _digest(value: object) -> str:
    if not isinstance(value, str) or _DIGEST.fullmatch(value) is None:
        raise ValueError(f"{value!r} is no transaction digest")
    return value


def _id(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no id")
    raw = bytes.fromhex(text.removeprefix("0x"))
    if len(raw) != 32:
        raise ValueError(f"{text!r} is no id")
    return raw
