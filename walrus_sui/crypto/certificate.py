"""Certificates: one message, one aggregate signature, enough weight (encoding.md §1, §8)."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from typing import Annotated

from py_arkworks_bls12381 import G1Point

from walrus_sui import bcs
from walrus_sui.crypto import bls
from walrus_sui.crypto.bls import PublicKey
from walrus_sui.crypto.curve import parse_g1, sum_g1
from walrus_sui.crypto.messages import Message, Signature, SignedMessage
from walrus_sui.errors import CertificateError, PointError, SignatureInvalid


@dataclasses.dataclass(frozen=True)
class BlsMember:
    """A member's compressed public key (48 bytes) and its weight, the shards it holds."""

    public_key: bytes
    weight: int


@dataclasses.dataclass(frozen=True)
class BlsCommittee:
    """Who may sign in `epoch`, in on-chain order. Raises `CertificateError` unless weights sum to `n_shards`."""

    epoch: int
    n_shards: int
    members: tuple[BlsMember, ...]

    def __post_init__(self) -> None:
        total = sum(member.weight for member in self.members)
        if total != self.n_shards or any(member.weight <= 0 for member in self.members):
            raise CertificateError(f"expected positive weights adding up to {self.n_shards} shards, got {total}")

    def weight(self, signers: Iterable[int]) -> int:
        """Shards that these members hold together. Raises `CertificateError` for unknown or repeated ones."""
        chosen = list(signers)
        if len(set(chosen)) != len(chosen):
            raise CertificateError(f"expected distinct signers, got {sorted(chosen)}")
        if any(not 0 <= signer < len(self.members) for signer in chosen):
            raise CertificateError(f"expected signers among {len(self.members)} members, got {sorted(chosen)}")
        return sum(self.members[signer].weight for signer in chosen)

    def is_quorum(self, weight: int) -> bool:
        return 3 * weight >= 2 * self.n_shards + 1

    def has_one_correct(self, weight: int) -> bool:
        return 3 * weight >= self.n_shards + 1

    @functools.cached_property
    def public_keys(self) -> tuple[PublicKey, ...]:
        """Raises `PointError` if a member's key is not one."""
        return tuple(PublicKey(member.public_key) for member in self.members)

    @functools.cached_property
    def total_key(self) -> G1Point:
        """The sum of all members' keys, which the chain keeps as well. Raises `PointError`."""
        return sum_g1(parse_g1(bytes(key)) for key in self.public_keys)

    def aggregate_key(self, signers: Iterable[int]) -> G1Point:
        """The sum of these members' keys: the total less those of the others, who are usually fewer."""
        missing = set(range(len(self.members))).difference(signers)
        return self.total_key - sum_g1(parse_g1(bytes(self.public_keys[index])) for index in missing)


class Certificate(bcs.Struct):
    """What `signers` (member indices, ascending) signed together."""

    signers: tuple[bcs.U16, ...]
    message: Annotated[bytes, bcs.MaxLen(1024)]
    signature: Signature

    def bitmap(self, member_count: int) -> bytes:
        """Bit i, lowest first, says that member i signed: ceil(member_count / 8) bytes."""
        bitmap = bytearray(-(-member_count // 8))
        for signer in self.signers:
            if signer >= member_count:
                raise CertificateError(f"expected signers among {member_count} members, got {signer}")
            bitmap[signer // 8] |= 1 << signer % 8
        return bytes(bitmap)

    def verify(self, committee: BlsCommittee, expected: Message) -> None:
        """Check that a quorum of `committee` signed `expected` in its epoch.

        Raises `CertificateError` for signers, weight or another message, `SignatureInvalid` for the signature.
        """
        weight = committee.weight(self.signers)
        if not committee.is_quorum(weight):
            raise CertificateError(f"expected a quorum of {committee.n_shards} shards, got a weight of {weight}")
        self._verify_signature(committee, expected)

    def verify_one_correct(self, committee: BlsCommittee, expected: Message) -> None:
        """As `verify`, but satisfied once at least one correct node must be among the signers."""
        weight = committee.weight(self.signers)
        if not committee.has_one_correct(weight):
            raise CertificateError(
                f"expected more than a third of {committee.n_shards} shards, got a weight of {weight}"
            )
        self._verify_signature(committee, expected)

    def _verify_signature(self, committee: BlsCommittee, expected: Message) -> None:
        if self.message != expected.signed_bytes(committee.epoch):
            raise CertificateError(
                f"expected a certificate for {expected} in epoch {committee.epoch}, got another"
            )
        if not bls.is_signed_by(committee.aggregate_key(self.signers), self.message, self.signature):
            raise SignatureInvalid(f"expected the aggregate signature of members {self.signers}, got another")


def signers_of(bitmap: bytes, member_count: int) -> tuple[int, ...]:
    """The members a bitmap names; it may be shorter than the committee. Raises `CertificateError`."""
    longest = -(-member_count // 8)
    if len(bitmap) > longest:
        raise CertificateError(f"expected a bitmap of at most {longest} bytes, got {len(bitmap)}")
    bits = int.from_bytes(bitmap, "little")
    if bits >> member_count:
        raise CertificateError(f"expected signers among {member_count} members, got bits beyond")
    return tuple(index for index in range(member_count) if bits >> index & 1)


def certify(committee: BlsCommittee, expected: Message, confirmations: Mapping[int, SignedMessage]) -> Certificate:
    """Aggregate the confirmations of members (by index) over `expected` and verify the result.

    Raises `CertificateError` if one confirms something else or the weight is no quorum, `SignatureInvalid` if the
    aggregate does not verify (`invalid_signers` then tells who is to blame).
    """
    message = expected.signed_bytes(committee.epoch)
    for signer, confirmation in confirmations.items():
        if confirmation.serialized_message != message:
            raise CertificateError(f"expected member {signer} to confirm {expected}, got another message")
    signers = tuple(sorted(confirmations))
    signature = bls.aggregate_signatures([confirmations[signer].signature for signer in signers])
    certificate = Certificate(signers, message, signature)
    certificate.verify(committee, expected)
    return certificate


def all_signed(committee: BlsCommittee, message: bytes, confirmations: Mapping[int, SignedMessage]) -> bool:
    """Whether every one of these members (by index) signed `message`, found out by one check for all."""
    try:
        total = bls.aggregate_signatures([confirmation.signature for confirmation in confirmations.values()])
    except PointError:
        return False
    return bls.verify_aggregate([committee.public_keys[index] for index in confirmations], message, total)


def invalid_signers(committee: BlsCommittee, confirmations: Mapping[int, SignedMessage]) -> tuple[int, ...]:
    """The members whose own signature does not verify."""
    return tuple(
        signer
        for signer, confirmation in sorted(confirmations.items())
        if not committee.public_keys[signer].verify(confirmation.serialized_message, confirmation.signature)
    )
