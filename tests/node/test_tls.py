"""HTTPS under the node's network key: whom clients believe, and what they do about anybody else."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.node.conftest import make_blob
from tests.node.single import single_node
from tests.waiting import SECONDS
from walrus_node.http import tls
from walrus_node.http.server import listen, serve_http
from walrus_node.keys import compressed, load_network_key, load_network_public_key
from walrus_sui.client import Limits
from walrus_sui.client.network.snapshot import read_network
from walrus_sui.client.network.transport import http_client
from walrus_sui.crypto.keys import SECP256R1_FLAG, format_key
from walrus_sui.crypto.messages import Permanent
from walrus_sui.errors import ConfigError, NodeNotAuthentic, NodeUnreachable
from walrus_sui.redstuff import Axis, EncodedBlob
from walrus_sui.storage import StorageNodeClient, routes
from walrus_sui.storage.envelope import success

KEY, OTHER = (ec.derive_private_key(scalar, ec.SECP256R1()) for scalar in (7, 8))
SENT: list[str] = []


async def health(request: Request) -> Response:
    SENT.append(request.url.scheme)
    return JSONResponse(success({"size": len(await request.body())}))


APP = Starlette(routes=[Route(routes.HEALTH, health)])


@contextlib.asynccontextmanager
async def served(context: ssl.SSLContext) -> AsyncIterator[str]:
    """The URL of a server under `context`."""
    SENT.clear()
    with contextlib.closing(listen("127.0.0.1", 0)) as listener:
        server = asyncio.create_task(serve_http(APP, listener.dup(), context))
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)


def own(key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    return tls.server_context(key, tls.self_signed(key, "127.0.0.1"))


async def ask(url: str, network_key: bytes) -> object:
    async with http_client(Limits()) as http:
        return await StorageNodeClient(url, http, network_key).health()


async def test_the_key_on_chain_is_enough() -> None:
    async with served(own(KEY)) as url:
        assert await ask(url, compressed(KEY.public_key())) == {"size": 0}
    assert SENT == ["https"]


async def test_another_key_is_refused_before_anything_is_sent() -> None:
    async with served(own(OTHER)) as url:
        with pytest.raises(NodeNotAuthentic, match="expected a certificate for the network key") as caught:
            await ask(url, compressed(KEY.public_key()))
    assert caught.value.expected == compressed(KEY.public_key())
    assert caught.value.got == compressed(OTHER.public_key())
    assert caught.value.node == url
    assert SENT == []


async def test_a_certificate_that_only_mentions_the_key_is_refused() -> None:
    """The right name, and the right key somewhere in the certificate, signed for by another."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, tls.server_name(compressed(KEY.public_key())))])
    mention = x509.SubjectKeyIdentifier(compressed(KEY.public_key()))
    certificate = (
        x509.CertificateBuilder(name, name, OTHER.public_key(), x509.random_serial_number(), *tls.VALID)
        .add_extension(mention, critical=False)
        .sign(OTHER, hashes.SHA256())
    )
    async with served(tls.server_context(OTHER, certificate.public_bytes(Encoding.PEM))) as url:
        with pytest.raises(NodeNotAuthentic):
            await ask(url, compressed(KEY.public_key()))


async def test_a_certificate_for_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "node")])
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, *tls.VALID).sign(key, hashes.SHA256())
    pem = tmp_path / "rsa.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    async with served(context) as url:
        with pytest.raises(NodeNotAuthentic, match="another kind of key") as caught:
            await ask(url, compressed(KEY.public_key()))
    assert caught.value.got is None


async def test_without_a_known_key_the_authorities_decide() -> None:
    async with served(own(KEY)) as url:
        with pytest.raises(NodeUnreachable, match="certificate verify failed"):
            await ask(url, b"")
    assert SENT == []


def test_the_certificate_is_what_official_clients_look_for() -> None:
    """They make a root for the key and name they expect, and check the certificate against it."""
    public = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
    assert tls.server_name(public) == "36b17d1.network.walrus.alt"
    certificate = x509.load_pem_x509_certificate(tls.self_signed(KEY, "node.example"))
    certificate.verify_directly_issued_by(certificate)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [
        tls.server_name(compressed(KEY.public_key())),
        "node.example",
    ]


@pytest.mark.parametrize(
    "sent", [b"GET /v1/health HTTP/1.1\r\nhost: x\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b""]
)
async def test_who_does_not_speak_tls_is_cut_off(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with served(own(KEY)) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(sent)
        writer.write_eof()
        async with asyncio.timeout(SECONDS):
            with contextlib.suppress(ConnectionError):
                assert b"HTTP" not in await reader.read()
        writer.close()
        assert await ask(url, compressed(KEY.public_key())) == {"size": 0}
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


# What an operator gives


def test_a_chain_for_the_network_key_is_used_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "chain.pem"
    path.write_bytes(tls.self_signed(KEY, "node.example"))
    assert tls.read_chain(path, KEY) == path.read_bytes()
    with pytest.raises(ConfigError, match="got one for another key"):
        tls.read_chain(path, OTHER)
    path.write_text("nonsense")
    with pytest.raises(ConfigError, match="expected certificates in PEM"):
        tls.read_chain(path, KEY)
    with pytest.raises(ConfigError, match="cannot read the certificate"):
        tls.read_chain(tmp_path / "nowhere", KEY)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_network_keys_may_be_pem(tmp_path: Path, form: PrivateFormat) -> None:
    path = tmp_path / "key"
    path.write_bytes(KEY.private_bytes(Encoding.PEM, form, NoEncryption()))
    path.chmod(0o600)
    assert load_network_key(path).private_numbers() == KEY.private_numbers()
    tagged = tmp_path / "tagged"
    tagged.write_text(format_key(SECP256R1_FLAG, (7).to_bytes(32, "big")))
    tagged.chmod(0o600)
    assert load_network_public_key(tagged) == load_network_public_key(path)


def test_pem_of_another_kind_is_no_network_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    for key in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        path.chmod(0o600)
        with pytest.raises(ConfigError, match="expected a P-256 key"):
            load_network_key(path)


# The whole way


async def over_http2(url: str, blob: EncodedBlob) -> None:
    """What was stored over HTTP/1.1 is given over HTTP/2."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    async with httpx.AsyncClient(http2=True, verify=context, trust_env=False, timeout=SECONDS) as http:
        paths = [routes.sliver(blob.blob_id, pair, Axis.SECONDARY) for pair in range(13)]
        answers = await asyncio.gather(*(http.get(url + path) for path in paths))
        known = await http.get(url + routes.metadata_status(blob.blob_id))
    assert {answer.http_version for answer in (*answers, known)} == {"HTTP/2"}
    assert [answer.content for answer in answers] == [
        blob.sliver_pair(pair).secondary.to_bytes() for pair in range(13)
    ]
    assert known.json() == success("stored")


@pytest.mark.e2e
async def test_a_node_over_tls(tmp_path: Path) -> None:
    async with single_node(tmp_path, tls={"disable_tls": False}, peer_url_scheme="https") as single:
        (member,) = (await read_network(single.contracts)).committee.members
        assert member.network_public_key == load_network_public_key(tmp_path / "node" / "network.key")
        url = f"https://{member.network_address}"
        blob = make_blob(b"over tls", 200_000)
        await single.store(blob)
        async with http_client(Limits()) as http:
            client = StorageNodeClient(url, http, member.network_public_key)
            for pair in range(13):
                assert await client.sliver(blob.blob_id, pair, Axis.PRIMARY) == blob.sliver_pair(pair).primary
            assert (await client.confirmation(blob.blob_id, Permanent())).signature
            await over_http2(url, blob)
            with pytest.raises(NodeNotAuthentic):
                await StorageNodeClient(url, http, compressed(OTHER.public_key())).health()
            with pytest.raises(NodeUnreachable):
                await StorageNodeClient(f"http://{member.network_address}", http).health()
