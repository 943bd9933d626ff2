"""Ed25519 keys of Sui accounts (source: sui_localnet.md §4.1).

An address is the hash of the scheme's flag and the public key; a transaction signature on the wire is
`flag || signature (64) || public key (32)` over the hash of the intent and the transaction.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Self

import nacl.signing

from walrus_sui.bcs.sui import TransactionData, blake2b256
from walrus_sui.chain import bech32
from walrus_sui.errors import WalletError

ED25519_FLAG = 0x00
_PREFIX = "suiprivkey"
_SCHEMES = {0x01: "secp256k1", 0x02: "secp256r1", 0x03: "multisig", 0x04: "BLS12-381", 0x05: "zkLogin"}


class Keypair:
    """One account's ed25519 key. Its `repr` shows the address only, never the key."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != 32:
            raise WalletError(f"expected an ed25519 private key of 32 bytes, got {len(seed)}")
        self._key = nacl.signing.SigningKey(seed)
        self.public_key: bytes = bytes(self._key.verify_key)
        self.address: bytes = blake2b256(bytes([ED25519_FLAG]), self.public_key)

    @classmethod
    def generate(cls) -> Self:
        return cls(secrets.token_bytes(32))

    @classmethod
    def from_suiprivkey(cls, text: str) -> Self:
        """From `suiprivkey1…`. Raises `WalletError` for other text or a scheme that is not ed25519."""
        return cls(_ed25519_seed(bech32.decode(_PREFIX, text.strip())))

    @classmethod
    def from_keystore_entry(cls, text: str) -> Self:
        """From one entry of a `sui.keystore`: base64 of flag and private key. Raises `WalletError`."""
        try:
            return cls(_ed25519_seed(base64.b64decode(text, validate=True)))
        except binascii.Error as error:
            raise WalletError(f"expected base64 of a flag and a private key, got {error}") from None

    @property
    def suiprivkey(self) -> str:
        """The private key as the Sui tools export it. Keep it secret."""
        return bech32.encode(_PREFIX, self._flagged())

    @property
    def keystore_entry(self) -> str:
        """The private key as a `sui.keystore` holds it. Keep it secret."""
        return base64.b64encode(self._flagged()).decode()

    def sign(self, transaction: TransactionData) -> bytes:
        """The wire signature (97 bytes) over a transaction."""
        signature = self._key.sign(transaction.signing_digest()).signature
        return bytes([ED25519_FLAG]) + signature + self.public_key

    def _flagged(self) -> bytes:
        return bytes([ED25519_FLAG]) + bytes(self._key)

    def __repr__(self) -> str:
        return f"Keypair(0x{self.address.hex()})"


def _ed25519_seed(flagged: bytes) -> bytes:
    if len(flagged) != 33:
        raise WalletError(f"expected a flag and a private key of 32 bytes, got {len(flagged)} bytes")
    if flagged[0] != ED25519_FLAG:
        scheme = _SCHEMES.get(flagged[0], f"scheme {flagged[0]}")
        raise WalletError(f"expected an ed25519 key, got one for {scheme}", hint="use an ed25519 account")
    return flagged[1:]
