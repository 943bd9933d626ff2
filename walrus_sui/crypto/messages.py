"""The messages that nodes sign, bit for bit (encoding.md §8).

What is signed is `type || version 0 || application 3 || epoch || body`; parsing takes that form and no other.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self, TypeVar

from walrus_sui import bcs
from walrus_sui.crypto.bls import PublicKey, SecretKey
from walrus_sui.errors import BcsError, MessageError, SignatureInvalid

APPLICATION_ID = 3
"""Walrus, among the applications that share this form of message."""

_VERSION = 0
_HEADER_SIZE = 7

Signature = Annotated[bytes, bcs.FixedBytes(96)]
PublicKeyBytes = Annotated[bytes, bcs.FixedBytes(48)]

M = TypeVar("M", bound="Message")


class Message(bcs.Struct):
    """The body of a signed message; `message_type` tells the kinds apart."""

    message_type: ClassVar[int]

    def signed_bytes(self, epoch: int) -> bytes:
        """The exact bytes that are signed in `epoch`."""
        header = bytes((self.message_type, _VERSION, APPLICATION_ID)) + bcs.encode(bcs.U32, epoch)
        return header + self.to_bytes()

    @classmethod
    def parse_signed(cls, data: bytes, epoch: int) -> Self:
        """The body of `data`, which must be a message of this kind and `epoch`. Raises `MessageError`."""
        found_epoch, body = cls.parse_any_epoch(data)
        if found_epoch != epoch:
            raise MessageError(f"expected a message of epoch {epoch}, got one of epoch {found_epoch}")
        return body

    @classmethod
    def parse_any_epoch(cls, data: bytes) -> tuple[int, Self]:
        """Epoch and body of `data`, which must be a message of this kind. Raises `MessageError`."""
        if len(data) < _HEADER_SIZE:
            raise MessageError(f"expected a message header of {_HEADER_SIZE} bytes, got {len(data)}")
        expected = bytes((cls.message_type, _VERSION, APPLICATION_ID))
        if data[:3] != expected:
            raise MessageError(
                f"expected message type, version and application {tuple(expected)}, got {tuple(data[:3])}"
            )
        try:
            body = cls.from_bytes(data[_HEADER_SIZE:])
        except BcsError as error:
            raise MessageError(f"expected the body of a {cls.__name__}: {error}") from error
        return int.from_bytes(data[3:_HEADER_SIZE], "little"), body


class ProofOfPossession(Message):
    """A node shows that it holds its BLS key; `address` is the Sui address that registers it."""

    message_type = 0
    address: bcs.Bytes32
    public_key: PublicKeyBytes


class Persistence(bcs.Enum):
    """Whether the owner of a blob may delete it before its end epoch."""


class Permanent(Persistence, tag=0):
    """It stays until its end epoch."""


class Deletable(Persistence, tag=1):
    """It can be deleted; the confirmation then holds for this Sui object only."""

    object_id: bcs.Bytes32


class StorageConfirmation(Message):
    """A node's word that it holds its slivers of a registered blob."""

    message_type = 1
    blob_id: bcs.Bytes32
    persistence: Persistence


class InvalidBlobId(Message):
    """A node's word that it has seen proof of a badly encoded blob."""

    message_type = 2
    blob_id: bcs.Bytes32


class SyncShard(bcs.Enum):
    """A request of one node to another for the slivers of a shard."""


class SyncShardV1(SyncShard, tag=0):
    """Slivers of `shard` from `starting_blob_id` on, `sliver_count` of them; `axis` 0 is primary, 1 secondary."""

    shard: bcs.U16
    axis: bcs.U8
    starting_blob_id: bcs.Bytes32
    sliver_count: bcs.U64
    epoch: bcs.U32


class SyncShardRequest(Message):
    """Signed by the node that takes a shard over, and sent to the one that held it."""

    message_type = 3
    request: SyncShard


class DenyListUpdate(Message):
    """A node's new deny list, by size in bytes and Merkle root."""

    message_type = 4
    node_id: bcs.Bytes32
    sequence_number: bcs.U64
    size: bcs.U64
    root: bcs.Bytes32


class DenyListBlobDeleted(Message):
    """A node's word that it deleted a blob on its deny list."""

    message_type = 5
    blob_id: bcs.Bytes32


class ProtocolVersion(Message):
    """Consent to a protocol version from `start_epoch` on."""

    message_type = 6
    start_epoch: bcs.U32
    version: bcs.U64


class SignedMessage(bcs.Struct):
    """Signed bytes and one node's signature over them."""

    serialized_message: Annotated[bytes, bcs.MaxLen(1024)]
    signature: Signature

    @classmethod
    def sign(cls, message: Message, epoch: int, key: SecretKey) -> SignedMessage:
        signed = message.signed_bytes(epoch)
        return cls(signed, key.sign(signed))

    def verify(self, public_key: PublicKey, kind: type[M], epoch: int) -> M:
        """The body, once type, epoch and signature are checked. Raises `MessageError` or `SignatureInvalid`."""
        body = kind.parse_signed(self.serialized_message, epoch)
        if not public_key.verify(self.serialized_message, self.signature):
            raise SignatureInvalid(f"expected a signature of {public_key}, got one that does not verify")
        return body
