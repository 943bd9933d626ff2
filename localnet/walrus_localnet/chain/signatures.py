"""Who signed a transaction: Sui's signature bytes, scheme by scheme (source: sui_localnet.md §4.1)."""

from __future__ import annotations

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from walrus_localnet.chain.errors import TransactionRejected
from walrus_sui.bcs.sui import TransactionDataV1, blake2b256, format_address

ED25519 = 0
_ED25519_LENGTH = 1 + 64 + 32


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
    """The address whose valid signature over `message` (32 bytes) this is. Raises `TransactionRejected`."""
    if not signature or signature[0] != ED25519:
        scheme = f"scheme {signature[0]}" if signature else "nothing"
        raise TransactionRejected(f"expected an Ed25519 signature (scheme 0), got {scheme}")
    if len(signature) != _ED25519_LENGTH:
        raise TransactionRejected(f"expected a signature of {_ED25519_LENGTH} bytes, got {len(signature)}")
    public_key = signature[65:]
    try:
        VerifyKey(public_key).verify(message, signature[1:65])
    except (BadSignatureError, ValueError) as error:
        raise TransactionRejected(
            "expected a signature that fits the transaction, got one that does not"
        ) from error
    return blake2b256(bytes([ED25519]), public_key)


def _names(addresses: set[bytes]) -> str:
    return ", ".join(sorted(map(format_address, addresses))) or "nobody"
