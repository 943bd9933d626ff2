"""Checkpoints: which transactions were executed, in which order (source: sui_localnet.md §4.8)."""

from __future__ import annotations

from walrus_sui.bcs.codec import U64, Enum, Struct
from walrus_sui.bcs.sui.effects import GasCostSummary
from walrus_sui.bcs.sui.types import Digest, blake2b256


class CheckpointCommitment(Enum):
    pass


class EcmhLiveObjectSet(CheckpointCommitment, tag=0):
    digest: Digest


class CheckpointArtifacts(CheckpointCommitment, tag=1):
    digest: Digest


class EndOfEpochData(Struct):
    next_committee: tuple[tuple[bytes, U64], ...]
    next_protocol_version: U64
    commitments: tuple[CheckpointCommitment, ...]


class CheckpointSummary(Struct):
    epoch: U64
    sequence_number: U64
    total_transactions: U64
    content_digest: Digest
    previous_digest: Digest | None
    epoch_rolling_gas_cost: GasCostSummary
    timestamp_ms: U64
    commitments: tuple[CheckpointCommitment, ...]
    end_of_epoch: EndOfEpochData | None
    version_specific_data: bytes

    def digest(self) -> bytes:
        return blake2b256(b"CheckpointSummary::", self.to_bytes())


class ExecutionDigests(Struct):
    transaction: Digest
    effects: Digest


class CheckpointContents(Enum):
    def digest(self) -> bytes:
        return blake2b256(b"CheckpointContents::", self.to_bytes())


class CheckpointContentsV1(CheckpointContents, tag=0):
    transactions: tuple[ExecutionDigests, ...]
    signatures: tuple[tuple[bytes, ...], ...]
