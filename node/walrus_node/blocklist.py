"""Blobs that an operator may not hand out (protocol.md §2.6): a file that is read again whenever it changes."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from pathlib import Path

import yaml
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from walrus_sui.errors import BlobIdError, ConfigError
from walrus_sui.redstuff import BlobId
from walrus_sui.storage import Reason, Status
from walrus_sui.storage.envelope import failure

log = logging.getLogger(__name__)

_MAX_FILE = 16 << 20
_LOOK_SECONDS = 1.0
_READS = re.compile(r"/v1/blobs/([^/]+)/(?:metadata|slivers/[^/]+/[^/]+|bundle|recoverySymbols|decodingSymbols)")
"""The routes that give anything of a blob's content."""


class Blocklist:
    """The blob ids in one file, a YAML list. One that becomes unreadable leaves what was read before in force."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        """`clock` gives seconds that never go back. Raises `ConfigError` if the file cannot be used."""
        self._path = path
        self._clock = clock
        self._looked = clock()
        self._state = self._stat()
        self._blocked = self._read()

    def __contains__(self, blob_id: str) -> bool:
        """Whether the blob with this text for an id is on the list."""
        if self._clock() - self._looked >= _LOOK_SECONDS:
            self._looked = self._clock()
            self._read_if_changed()
        return blob_id in self._blocked

    def _read_if_changed(self) -> None:
        try:
            state = self._stat()
            if state == self._state:
                return
            self._state = state
            self._blocked = self._read()
        except ConfigError as error:
            log.error("the blocklist stays as it was: %s", error.message)
        else:
            log.info("%d blobs are blocked", len(self._blocked))

    def _stat(self) -> tuple[int, int, int]:
        try:
            found = os.stat(self._path)
        except OSError as error:
            raise ConfigError(f"cannot read the blocklist {self._path}: {error.strerror}") from error
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> frozenset[str]:
        try:
            with self._path.open("rb") as file:
                raw = file.read(_MAX_FILE + 1)
            values = yaml.safe_load(raw) or []
        except OSError as error:
            raise ConfigError(f"cannot read the blocklist {self._path}: {error.strerror}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self._path}: expected YAML, got: {error}") from error
        if len(raw) > _MAX_FILE or not isinstance(values, list):
            raise ConfigError(f"{self._path}: expected a list of blob ids in at most {_MAX_FILE} bytes")
        try:
            return frozenset(str(BlobId.parse(str(value))) for value in values)
        except BlobIdError as error:
            raise ConfigError(f"{self._path}: {error.message}") from error


class Blocking:
    """ASGI middleware that turns down what asks for content of blocked blobs."""

    def __init__(self, app: ASGIApp, blocklist: Blocklist) -> None:
        self._app = app
        self._blocklist = blocklist

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        match = _READS.fullmatch(scope["path"]) if is_read else None
        if match is None or match[1] not in self._blocklist:
            await self._app(scope, receive, send)
            return
        status, message = Status.UNAVAILABLE_FOR_LEGAL_REASONS, f"blob {match[1]} is blocked by this node"
        body = failure(status, Reason.FORBIDDEN_BLOB, message)
        answer = JSONResponse(body, status.http, {"access-control-allow-origin": "*"})
        await answer(scope, receive, send)
