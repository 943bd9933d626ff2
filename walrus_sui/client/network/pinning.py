"""TLS to storage nodes, whose keys are on chain (protocol.md §1.1).

A node proves that it is the registered one by its key, not by who signed its certificate: connections to a node
whose network key is known accept that key and no other, whatever the certificate says besides. Where no key is
known, the usual authorities decide.
"""

from __future__ import annotations

import asyncio
import ssl

import httpx

from walrus_sui.errors import NodeNotAuthentic


class TlsContexts:
    """The settings of both ways of checking, made when first needed."""

    def __init__(self) -> None:
        self._by_authorities: ssl.SSLContext | None = None
        self._by_key: ssl.SSLContext | None = None

    def context(self, network_key: bytes) -> ssl.SSLContext:
        """For a node with this key on chain; empty if none is known."""
        if network_key:
            self._by_key = self._by_key or _unverified()
            return self._by_key
        # loads the certificates of all authorities: once is enough
        self._by_authorities = self._by_authorities or httpx.create_ssl_context()
        return self._by_authorities


def _unverified() -> ssl.SSLContext:
    """Takes any certificate, and still makes the peer prove that it has the certificate's key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


def check_key(url: str, transport: asyncio.BaseTransport, network_key: bytes) -> None:
    """Raises `NodeNotAuthentic` unless the peer of a new connection has `network_key`. Nothing was sent before."""
    found = _key_of(transport.get_extra_info("ssl_object").getpeercert(binary_form=True))
    if found != network_key:
        raise NodeNotAuthentic(url, expected=network_key, got=found)


def _key_of(certificate: bytes | None) -> bytes | None:
    """The compressed P-256 key that a certificate (DER) is for, if it is for one."""
    # imported here: networks without TLS do not need it
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        key = x509.load_der_x509_certificate(certificate or b"").public_key()
    except ValueError:
        return None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return None
    return key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
