"""HTTP/1.1 against a server that sends exactly the bytes of each test (RFC 9112)."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ssl

import httpx
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.waiting import SECONDS
from walrus_sui.client.limits import Limits
from walrus_sui.client.network.transport import NodeTransport, http_client

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


class Server:
    """Answers the requests of each connection with `answers`, one after the other, then closes it.

    None in place of an answer means that none comes.
    """

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.connections = 0
        self.asked = asyncio.Event()
        self.gone = asyncio.Event()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = [
                    int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
                ]
                self.requests.append(head + await reader.readexactly(*length or [0]))
                self.asked.set()
                answer = self.answers.pop(0)
                if answer is None:
                    await reader.read()
                    break
                writer.write(answer)
                await writer.drain()
        writer.close()
        self.gone.set()


@contextlib.asynccontextmanager
async def listening(handle, tls: ssl.SSLContext | None = None):
    """The port where `handle` serves connections; ends when all of them are closed."""
    serving: set[asyncio.Task[None] | None] = set()

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError):
                await handle(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async with await asyncio.start_server(run, "127.0.0.1", 0, ssl=tls) as listener:
        yield listener.sockets[0].getsockname()[1]
    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*filter(None, serving))


@contextlib.asynccontextmanager
async def serving(*answers: bytes | None, tls: ssl.SSLContext | None = None, read: float = 20.0):
    server = Server(*answers)
    timeout = httpx.Timeout(20.0, read=read)
    async with (
        listening(server.serve, tls) as port,
        httpx.AsyncClient(transport=NodeTransport(), timeout=timeout, trust_env=False) as client,
    ):
        server.url = f"{'https' if tls else 'http'}://localhost:{port}/"
        yield server, client


async def test_a_connection_serves_one_request_after_the_other():
    async with serving(OK, OK, OK) as (server, client):
        for path in ("a", "b?c=d%20e", "f"):
            answer = await client.get(server.url + path)
            assert (answer.status_code, answer.content) == (200, b"hello")
        assert server.connections == 1
        assert [request.split(b"\r\n")[0] for request in server.requests] == [
            b"GET /a HTTP/1.1",
            b"GET /b?c=d%20e HTTP/1.1",
            b"GET /f HTTP/1.1",
        ]


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 3_000_000])
async def test_bodies_of_any_size_go_both_ways(size):
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    async with serving(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size + body) as (server, client):
        answer = await client.put(server.url, content=body)
        assert answer.content == body
        assert server.requests[0].partition(b"\r\n\r\n")[2] == body


CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;note=x\r\nlo\r\n0\r\ntrailer: t\r\n\r\n"
)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (CHUNKED, b"hello"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"hello"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
    ],
    ids=["chunked", "after a notice", "no content", "no words"],
)
async def test_forms_of_an_answer(answer, body):
    async with serving(answer, OK) as (server, client):
        assert (await client.get(server.url)).content == body
        assert (await client.get(server.url)).content == b"hello"
        assert server.connections == 1


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"], ids=["no length", "version 1.0"]
)
async def test_a_body_may_last_until_the_connection_ends(head):
    async with serving(head + b"x" * 100_000) as (server, client):
        assert (await client.get(server.url)).content == b"x" * 100_000


def test_it_runs_on_the_loop_that_nodes_run_on():
    async def exchange() -> None:
        body = bytes(3_000_000)
        async with serving(b"HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\n\r\n" + body, OK) as (server, client):
            assert (await client.put(server.url, content=body)).content == body
            assert (await client.get(server.url)).content == b"hello"
            assert server.connections == 1

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(exchange())


async def test_a_server_that_says_close_is_not_asked_again_there():
    async with serving(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), OK) as (server, client):
        for _ in range(2):
            assert (await client.get(server.url)).content == b"hello"
        assert server.connections == 2


async def test_a_connection_that_was_closed_while_idle_is_replaced():
    async with serving(OK) as (server, client):
        await client.get(server.url)
        await server.gone.wait()
        server.answers.append(OK)
        assert (await client.get(server.url)).content == b"hello"
        assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 2xx OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded: header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\nhello",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000 + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + OK,
    ],
    ids=["ssh", "http2", "code", "colon", "folded", "lengths", "negative", "coding", "chunk", "long", "notices"],
)
async def test_what_is_no_http_is_refused(answer):
    async with serving(answer) as (server, client):
        with pytest.raises(httpx.RemoteProtocolError, match="expected"):
            await client.get(server.url)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\ncont", OK[:-1], CHUNKED[:-20]])
async def test_an_answer_that_breaks_off_is_no_answer(answer):
    async with serving(answer) as (server, client):
        with pytest.raises(httpx.ReadError, match="before the answer was complete"):
            await client.get(server.url)


@pytest.mark.parametrize("hangs_up", [True, False])
async def test_an_answer_before_all_was_sent_is_the_answer(hangs_up):
    done = asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno")
        await writer.drain()
        if hangs_up:
            writer.write_eof()
        await done.wait()

    async with (
        listening(refuse) as port,
        httpx.AsyncClient(transport=NodeTransport(), timeout=20.0, trust_env=False) as client,
    ):
        url = f"http://127.0.0.1:{port}/"
        for _ in range(2):  # the second time over another connection: the first still has much to send
            async with asyncio.timeout(SECONDS):
                answer = await client.put(url, content=bytes(30_000_000))
            assert (answer.status_code, answer.content) == (413, b"no")
        done.set()


async def test_silence_has_an_end():
    async with serving(None, read=0.05) as (server, client):
        with pytest.raises(httpx.ReadTimeout):
            await client.get(server.url)
        await server.gone.wait()


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["head", "body"])
async def test_what_comes_byte_by_byte_is_given_up(head):
    """One byte in a while is no silence, but at that pace an answer could take years."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for byte in head + bytes(10_000):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.02)

    timeout = httpx.Timeout(20.0, read=0.3)
    async with listening(drip) as port, httpx.AsyncClient(transport=NodeTransport(), timeout=timeout) as client:
        async with asyncio.timeout(SECONDS):
            with pytest.raises(httpx.ReadTimeout, match="next to nothing"):
                await client.get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("stops", [False, True])
async def test_a_long_body_may_take_longer_than_silence_may(stops):
    """A thin line lets a body through in its own time; the limit is on what does not move."""

    async def read_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        left = size
        while left > (size // 2 if stops else 0):
            left -= len(await reader.read(200_000))
            await asyncio.sleep(0.03)
        if stops:
            await done.wait()
        writer.write(OK)
        await writer.drain()

    size, done = 10_000_000, asyncio.Event()
    timeout = httpx.Timeout(1.0)
    async with (
        listening(read_slowly) as port,
        httpx.AsyncClient(transport=NodeTransport(), timeout=timeout) as client,
    ):
        url = f"http://127.0.0.1:{port}/"
        if stops:
            with pytest.raises(httpx.WriteTimeout, match="next to nothing"):
                await client.put(url, content=bytes(size))
        else:
            assert (await client.put(url, content=bytes(size))).content == b"hello"
        done.set()


async def test_an_announced_length_takes_no_memory_and_no_more_time_than_patience():
    async with serving(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999\r\n\r\nhello", read=0.05) as (
        server,
        client,
    ):
        # the server closes the connection, or the time is over
        with pytest.raises((httpx.ReadError, httpx.ReadTimeout)):
            await client.get(server.url)


async def test_who_loses_interest_closes_the_connection():
    async with serving(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", None) as (server, client):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(client.get(server.url))
            await server.asked.wait()
            task.cancel()
        await server.gone.wait()


async def test_cookies_are_not_kept():
    async with serving(OK.replace(b"\r\n\r\n", b"\r\nset-cookie: a=b\r\n\r\n"), OK) as (server, _):
        async with http_client(Limits()) as client:
            for _ in range(2):
                await client.get(server.url)
        assert b"cookie" not in server.requests[1].lower()


async def test_nobody_listens():
    async with serving() as (server, client):
        url = server.url
    async with httpx.AsyncClient(transport=NodeTransport(), trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


async def test_the_same_over_tls(tmp_path, monkeypatch):
    server_side, client_side = certified(tmp_path)
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: client_side)
    body = bytes(3_000_000)
    async with serving(b"HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\n\r\n" + body, OK, tls=server_side) as (
        server,
        client,
    ):
        assert (await client.put(server.url, content=body)).content == body
        assert (await client.get(server.url)).content == b"hello"
        assert server.connections == 1
    monkeypatch.setattr(httpx, "create_ssl_context", ssl.create_default_context)
    async with serving(OK, tls=server_side) as (server, client):
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(server.url)


def certified(directory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Both ends' contexts for a certificate of `localhost` that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, unencrypted = serialization.Encoding.PEM, serialization.NoEncryption()
    pem = directory / "localhost.pem"
    pem.write_bytes(
        certificate.public_bytes(encoding)
        + key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, unencrypted)
    )
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(pem)
    return server_side, ssl.create_default_context(cafile=str(pem))
