"""Who signed: Sui's signature bytes, scheme by scheme (source: sui_localnet.md §4.1).

A signature is one flag byte for the scheme, then 64 bytes of signature and the public key; a multisig is BCS with
the signatures of some members and the list of all. All of them sign the Blake2b hash of intent and message; the
two curves of secp256 hash it once more with SHA-256. An address is the hash of flag and public key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from walrus_localnet.chain.errors import NotOffered, TransactionRejected
from walrus_sui.bcs import U8, U16, FixedBytes, MaxLen, Struct
from walrus_sui.bcs import Enum as BcsEnum
from walrus_sui.bcs.sui import TransactionDataV1, blake2b256, format_address
from walrus_sui.errors import BcsError

ED25519, SECP256K1, SECP256R1, MULTISIG = range(4)
SIGNATURE_BYTES = 64
MAX_MEMBERS = 10
_NOT_OFFERED = {4: "BLS12-381 accounts", 5: "zkLogin accounts", 6: "passkey accounts"}
"""Schemes of Sui's that are known by name only."""


@dataclass(frozen=True)
class _Curve:
    curve: ec.EllipticCurve
    order: int


_CURVES = {
    SECP256K1: _Curve(ec.SECP256K1(), 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141),
    SECP256R1: _Curve(ec.SECP256R1(), 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
}
_KEY_BYTES = {ED25519: 32, SECP256K1: 33, SECP256R1: 33}
_Signature = Annotated[bytes, FixedBytes(SIGNATURE_BYTES)]


class MemberSignature(BcsEnum):
    """One member's part of a multisig; the tag is its scheme."""


class Ed25519Part(MemberSignature, tag=ED25519):
    signature: _Signature


class Secp256k1Part(MemberSignature, tag=SECP256K1):
    signature: _Signature


class Secp256r1Part(MemberSignature, tag=SECP256R1):
    signature: _Signature


class MemberKey(BcsEnum):
    pass


class Ed25519Key(MemberKey, tag=ED25519):
    key: Annotated[bytes, FixedBytes(32)]


class Secp256k1Key(MemberKey, tag=SECP256K1):
    key: Annotated[bytes, FixedBytes(33)]


class Secp256r1Key(MemberKey, tag=SECP256R1):
    key: Annotated[bytes, FixedBytes(33)]


class Committee(Struct):
    """Everyone who may take part in a multisig, with weights."""

    members: Annotated[tuple[tuple[MemberKey, U8], ...], MaxLen(MAX_MEMBERS)]
    threshold: U16


class Multisig(Struct):
    signatures: Annotated[tuple[MemberSignature, ...], MaxLen(MAX_MEMBERS)]
    bitmap: U16
    committee: Committee


def check_signatures(data: TransactionDataV1, signatures: tuple[bytes, ...]) -> None:
    """The signers must be exactly the sender and, if it is another, the owner of the gas.

    Raises `TransactionRejected` when one is missing, superfluous or wrong.
    """
    required = {data.sender, data.gas.owner}
    message = data.signing_digest()
    signers = [signer_of(signature, message) for signature in signatures]
    if set(signers) != required or len(signers) != len(required):
        raise TransactionRejected(
            f"expected signatures of {_names(required)}, got {len(signers)} of {_names(set(signers))}"
        )


def signer_of(signature: bytes, message: bytes) -> bytes:
    """The address that signed `message`, a hash of 32 bytes. Raises `TransactionRejected` if nobody did, and
    `NotOffered` for schemes that cannot be checked here."""
    if not signature:
        raise TransactionRejected("expected a signature, got nothing")
    scheme = signature[0]
    if scheme == MULTISIG:
        return _multisig_signer(signature[1:], message)
    if scheme in _NOT_OFFERED:
        raise NotOffered(_NOT_OFFERED[scheme])
    if scheme not in _KEY_BYTES:
        raise TransactionRejected(
            f"expected Ed25519 (0), secp256k1 (1), secp256r1 (2) or a multisig (3), got scheme {scheme}"
        )
    length = 1 + SIGNATURE_BYTES + _KEY_BYTES[scheme]
    if len(signature) != length:
        raise TransactionRejected(f"expected a signature of {length} bytes, got {len(signature)}")
    key = signature[1 + SIGNATURE_BYTES :]
    if not _is_valid(scheme, key, signature[1 : 1 + SIGNATURE_BYTES], message):
        raise TransactionRejected("expected a signature that fits the transaction, got one that does not")
    return blake2b256(bytes([scheme]), key)


def _multisig_signer(data: bytes, message: bytes) -> bytes:
    multisig = _read_multisig(data)
    weight = 0
    positions = [index for index in range(16) if multisig.bitmap >> index & 1]
    if len(positions) != len(multisig.signatures):
        raise TransactionRejected(
            f"expected a signature for each of {len(positions)} members, got {len(multisig.signatures)}"
        )
    for position, part in zip(positions, multisig.signatures, strict=True):
        if position >= len(multisig.committee.members):
            raise TransactionRejected(f"expected a member below {len(multisig.committee.members)}, got {position}")
        member, share = multisig.committee.members[position]
        if part._tag != member._tag or not _is_valid(part._tag, _key(member), _part(part), message):
            raise TransactionRejected(f"expected a valid signature of member {position}, got one that is not")
        weight += share
    if weight < multisig.committee.threshold:
        raise TransactionRejected(
            f"expected signatures of weight {multisig.committee.threshold} or more, got {weight}"
        )
    return multisig_address(multisig.committee)


def _read_multisig(data: bytes) -> Multisig:
    try:
        multisig = Multisig.from_bytes(data)
    except BcsError as error:
        raise TransactionRejected(f"expected a multisig, got: {error.message}") from error
    keys = [member for member, _ in multisig.committee.members]
    if not keys or len(set(keys)) != len(keys) or not multisig.committee.threshold:
        raise TransactionRejected("expected a multisig of distinct members and a threshold above 0")
    return multisig


def multisig_address(committee: Committee) -> bytes:
    members = (bytes([member._tag]) + _key(member) + bytes([weight]) for member, weight in committee.members)
    return blake2b256(bytes([MULTISIG]), committee.threshold.to_bytes(2, "little"), *members)


def _key(member: MemberKey) -> bytes:
    assert isinstance(member, Ed25519Key | Secp256k1Key | Secp256r1Key)
    return member.key


def _part(part: MemberSignature) -> bytes:
    assert isinstance(part, Ed25519Part | Secp256k1Part | Secp256r1Part)
    return part.signature


def _is_valid(scheme: int, key: bytes, signature: bytes, message: bytes) -> bool:
    if scheme == ED25519:
        return _is_valid_ed25519(key, signature, message)
    return _is_valid_ecdsa(_CURVES[scheme], key, signature, message)


def _is_valid_ed25519(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        VerifyKey(key).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def _is_valid_ecdsa(curve: _Curve, key: bytes, signature: bytes, message: bytes) -> bool:
    """Only the lower of the two possible `s` counts, as on the network."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if s > curve.order // 2:
        return False
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(curve.curve, key)
        public.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _names(addresses: set[bytes]) -> str:
    return ", ".join(sorted(map(format_address, addresses))) or "nobody"
