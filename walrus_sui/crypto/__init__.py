"""BLS keys and signatures, the messages nodes sign, and the certificates made of them.

Pure: no files, no clock, no randomness; entropy for new keys is the caller's to give.
"""

from walrus_sui.crypto.bls import PublicKey, SecretKey, aggregate_signatures, verify_aggregate
from walrus_sui.crypto.certificate import BlsCommittee, BlsMember, Certificate, certify, signers_of
from walrus_sui.crypto.keys import format_bls_key, parse_bls_key
from walrus_sui.crypto.messages import (
    Deletable,
    InvalidBlobId,
    Message,
    Permanent,
    Persistence,
    ProofOfPossession,
    SignedMessage,
    StorageConfirmation,
    SyncShardRequest,
    SyncShardV1,
)

__all__ = [
    "BlsCommittee",
    "BlsMember",
    "Certificate",
    "Deletable",
    "InvalidBlobId",
    "Message",
    "Permanent",
    "Persistence",
    "ProofOfPossession",
    "PublicKey",
    "SecretKey",
    "SignedMessage",
    "StorageConfirmation",
    "SyncShardRequest",
    "SyncShardV1",
    "aggregate_signatures",
    "certify",
    "format_bls_key",
    "parse_bls_key",
    "signers_of",
    "verify_aggregate",
]
