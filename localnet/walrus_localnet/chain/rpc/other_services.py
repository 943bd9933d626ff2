"""Signature verification, and names, of which a local network has none (source: sui_localnet.md §1.4)."""

from __future__ import annotations

from walrus_localnet.chain.errors import NotOffered, TransactionRejected
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.refusals import invalid, not_found
from walrus_localnet.chain.rpc.signed import signature_bytes
from walrus_localnet.chain.signatures import signer_of
from walrus_sui.bcs import decode
from walrus_sui.bcs.sui import TransactionData, blake2b256, format_address, parse_address

PERSONAL_INTENT = b"\3\0\0"


class SignatureVerificationService:
    async def verify_signature(self, request: rpc.VerifySignatureRequest) -> rpc.VerifySignatureResponse:
        """Whether a signature is valid for a message and, if one is given, an address."""
        if request.message is None or request.signature is None:
            raise invalid("expected a message and a signature")
        digest = _signed_digest(request.message)
        try:
            signer = signer_of(signature_bytes(request.signature), digest)
        except NotOffered:
            raise
        except TransactionRejected as error:
            return rpc.VerifySignatureResponse(is_valid=False, reason=error.message)
        if request.address and parse_address(request.address) != signer:
            reason = f"expected a signature of {request.address}, got one of {format_address(signer)}"
            return rpc.VerifySignatureResponse(is_valid=False, reason=reason)
        return rpc.VerifySignatureResponse(is_valid=True)


def _signed_digest(message: rpc.Bcs) -> bytes:
    """Raises `BcsError` for a message that is not what its name says."""
    value = message.value or b""
    if message.name == "TransactionData":
        return TransactionData.from_bytes(value).signing_digest()
    if message.name == "PersonalMessage":
        decode(bytes, value)
        return blake2b256(PERSONAL_INTENT, value)
    raise invalid(f"expected a TransactionData or PersonalMessage, got {message.name!r}")


class NameService:
    """Nobody has a name here."""

    async def lookup_name(self, request: rpc.LookupNameRequest) -> rpc.LookupNameResponse:
        raise not_found(f"name {request.name}")

    async def reverse_lookup_name(self, request: rpc.ReverseLookupNameRequest) -> rpc.ReverseLookupNameResponse:
        raise not_found(f"name of {request.address}")
