"""HTTPS under the node's network key (protocol.md §1.1).

Clients know the key from the chain and accept no other; who signed the certificate matters to browsers only. So
the certificate is one the node makes itself when it starts, unless it is given a chain for the same key.
"""

from __future__ import annotations

import ipaddress
import secrets
import ssl
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509.oid import NameOID

from walrus_node.keys import compressed
from walrus_sui.errors import ConfigError

VALID = datetime(1975, 1, 1, tzinfo=UTC), datetime(4096, 1, 1, tzinfo=UTC)
"""The key is what counts, and it is replaced on chain."""
_NAME_BYTES = 4
_MAX_CHAIN = 1 << 20


def server_name(public_key: bytes) -> str:
    """The name official clients expect under a network key: of its first bytes, digits without leading zeros."""
    return "".join(f"{byte:x}" for byte in public_key[:_NAME_BYTES]) + ".network.walrus.alt"


def self_signed(key: ec.EllipticCurvePrivateKey, public_host: str) -> bytes:
    """A certificate in PEM that `key` signs for itself."""
    name = server_name(compressed(key.public_key()))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID[0])
        .not_valid_after(VALID[1])
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name), _host(public_host)]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def read_chain(path: Path, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The certificates at `path`, the first of them for `key`. Raises `ConfigError`."""
    try:
        with path.open("rb") as file:
            chain = file.read(_MAX_CHAIN)
        first = x509.load_pem_x509_certificates(chain)[0].public_key()
    except OSError as error:
        raise ConfigError(f"cannot read the certificate {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: expected certificates in PEM, got: {error}") from error
    if not isinstance(first, ec.EllipticCurvePublicKey) or first != key.public_key():
        raise ConfigError(
            f"{path}: expected a certificate for the node's network key, got one for another key",
            hint="request it with the key of network_key_pair: clients accept no other",
        )
    return chain


def ends(chain: bytes) -> float:
    """When the first certificate of a chain ends, in seconds since 1970."""
    return x509.load_pem_x509_certificates(chain)[0].not_valid_after_utc.timestamp()


def server_context(key: ec.EllipticCurvePrivateKey, chain: bytes) -> ssl.SSLContext:
    """What the node answers under. Raises `ConfigError` for a chain that does not load."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2", "http/1.1"])
    password = secrets.token_bytes(32)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
    with tempfile.NamedTemporaryFile(
        suffix=".pem"
    ) as file:  # OpenSSL reads files only; the key lies there encrypted
        file.write(private + chain)
        file.flush()
        try:
            context.load_cert_chain(file.name, password=password)
        except ssl.SSLError as error:
            raise ConfigError(f"expected a certificate that OpenSSL takes, got: {error}") from error
    return context


def _host(public_host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(public_host))
    except ValueError:
        return x509.DNSName(public_host)
