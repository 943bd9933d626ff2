"""A storage node's signed word, checked before it is counted.

In order: the message is a storage confirmation of the committee's epoch; its signature verifies under the key the
chain has for that node; it names the blob asked about, with the persistence that blob was registered with.
"""

from __future__ import annotations

from walrus_sui.crypto.bls import PublicKey
from walrus_sui.crypto.messages import SignedMessage, StorageConfirmation
from walrus_sui.errors import CryptoError, NodeMisbehaved
from walrus_sui.redstuff import BlobId
from walrus_sui.storage import Member


def check_confirmation(signed: SignedMessage, member: Member, expected: StorageConfirmation, epoch: int) -> None:
    """Raises `NodeMisbehaved` unless `signed` is `member`'s word for exactly `expected` in `epoch`."""
    try:
        said = signed.verify(PublicKey(member.public_key), StorageConfirmation, epoch)
    except CryptoError as error:
        raise NodeMisbehaved(member.network_address, f"its confirmation does not hold: {error.message}") from error
    if said.blob_id != expected.blob_id:
        raise NodeMisbehaved(
            member.network_address,
            f"expected a confirmation for blob {BlobId(expected.blob_id)}, got one for {BlobId(said.blob_id)}",
        )
    if said.persistence != expected.persistence:
        raise NodeMisbehaved(
            member.network_address, f"expected a confirmation as {expected.persistence}, got {said.persistence}"
        )
