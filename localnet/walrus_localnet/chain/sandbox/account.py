"""Someone who signs."""

from __future__ import annotations

from hashlib import blake2b

from nacl.signing import SigningKey

from walrus_localnet.chain.signatures import ED25519
from walrus_sui.bcs.sui import TransactionDataV1, blake2b256


class Account:
    """An Ed25519 account whose key follows from its name: for tests only."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._key = SigningKey(blake2b(name.encode(), digest_size=32).digest())
        self.public_key = bytes(self._key.verify_key)
        self.address = blake2b256(bytes([ED25519]), self.public_key)

    def sign(self, data: TransactionDataV1) -> bytes:
        return self.sign_digest(data.signing_digest())

    def sign_digest(self, digest: bytes) -> bytes:
        """Scheme, signature and public key over the hash of intent and message."""
        return bytes([ED25519]) + self._key.sign(digest).signature + self.public_key
