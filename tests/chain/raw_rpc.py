"""Calls whose request is any bytes at all, over native gRPC and gRPC-Web."""

from __future__ import annotations

import asyncio
import base64
import struct
from contextlib import suppress
from typing import Any

import httpx
from grpclib.client import Channel, Stream
from grpclib.const import Cardinality, Status
from grpclib.encoding.base import CodecBase
from grpclib.exceptions import GRPCError
from h2.exceptions import StreamClosedError

SILENCE = 0.02
"""Seconds after which a subscription counts as accepted: a refusal is there sooner."""


class Bytes(CodecBase):
    """Messages as they are."""

    __content_subtype__ = "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> bytes:
        return data


def raw_channel(url: str) -> Channel:
    host, port = url.removeprefix("http://").split(":")
    return Channel(host, int(port), codec=Bytes())


async def native(channel: Channel, path: str, body: bytes) -> tuple[Status, bytes]:
    """Status and first answer. A stream is not followed further, a silent one is taken to have been accepted."""
    try:
        async with channel.request(path, Cardinality.UNARY_STREAM, bytes, bytes) as stream:
            await stream.send_message(body, end=True)
            if "/Subscribe" not in path:
                answers = [answer async for answer in stream]
                return Status.OK, answers[0]
            answer = await _first(stream)
            with suppress(StreamClosedError):  # the server may have ended it just now
                await stream.cancel()
            return Status.OK, answer
    except GRPCError as error:
        return error.status, b""


async def _first(stream: Stream[bytes, bytes]) -> bytes:
    try:
        async with asyncio.timeout(SILENCE):
            return await stream.recv_message() or b""
    except TimeoutError:
        return b""


async def web(client: httpx.AsyncClient, url: str, body: bytes, *, text: bool) -> tuple[Status, bytes]:
    """The same of a call that is not a stream without end."""
    frame = struct.pack(">BI", 0, len(body)) + body
    content = base64.b64encode(frame) if text else frame
    form = "application/grpc-web-text" if text else "application/grpc-web+proto"
    answer = await client.post(url, content=content, headers={"content-type": form})
    assert answer.status_code == 200
    return read_answer(answer.content, text=text)


def read_answer(content: bytes, *, text: bool = False) -> tuple[Status, bytes]:
    """Status and first message of a gRPC-Web body."""
    frames = list(_frames(b"".join(map(base64.b64decode, _groups(content))) if text else content))
    assert [flag for flag, _ in frames] == [0] * (len(frames) - 1) + [0x80]
    status = frames[-1][1].split(b"grpc-status:")[1].split(b"\r\n")[0]
    return Status(int(status)), frames[0][1] if len(frames) > 1 else b""


def _groups(content: bytes) -> list[bytes]:
    """Base64 of several pieces, one behind the other: each may end in padding."""
    pieces = content.replace(b"=", b"= ").replace(b"= =", b"==").split(b" ")
    return [piece for piece in pieces if piece]


def _frames(raw: bytes) -> list[tuple[int, bytes]]:
    found = []
    while raw:
        flag, length = struct.unpack_from(">BI", raw)
        found.append((flag, raw[5 : 5 + length]))
        raw = raw[5 + length :]
    return found
