"""One storage node over HTTP: its routes as methods, its refusals as exceptions (protocol.md §1.3).

A node is not trusted: every answer has a length limit, and what it says about a blob is for the caller to verify.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any, TypeVar

import httpx

from walrus_sui import bcs
from walrus_sui.bcs import Struct
from walrus_sui.crypto.messages import Deletable, Permanent, SignedMessage
from walrus_sui.errors import BcsError, NodeLacksRoute, NodeMisbehaved, NodeRefused, NodeUnreachable
from walrus_sui.redstuff import (
    Axis,
    BlobId,
    BlobMetadata,
    BlobMetadataWithId,
    EitherDecodingSymbol,
    GeneralRecoverySymbol,
    InconsistencyProof,
    SliverData,
    SymbolId,
)
from walrus_sui.redstuff.recovery import DecodingSymbols, RecoverySymbols
from walrus_sui.storage import routes
from walrus_sui.storage.bundle import Bundle, BundlePieces, BundleReceipt, FoundBundle
from walrus_sui.storage.envelope import failure_reason, parse, success_data
from walrus_sui.storage.status import BlobStatus, StoredStatus, status_from_json

NETWORK_KEY = "walrus_network_key"
"""Extension of httpx requests that tells the transport which key the node has to prove itself by."""
MAX_JSON_BYTES = 1 << 20
MAX_METADATA_BYTES = 8 << 20
"""Above the metadata of the largest committee RS2 allows: 66 bytes for each of 49,155 shards."""
MAX_SLIVER_BYTES = 64 << 20
"""Above the largest sliver at 1,000 shards (43.7 MB, encoding.md §12)."""

T = TypeVar("T", bound=Struct)
Body = bytes | bytearray | memoryview


class StorageNodeClient:
    """Asks one storage node.

    Every method raises `NodeUnreachable` if no answer comes, `NodeRefused` if the node says no and
    `NodeMisbehaved` if the answer is not one the protocol allows. Time limits are those of `http`.
    """

    def __init__(self, base_url: str, http: httpx.AsyncClient, network_key: bytes = b"") -> None:
        """Over TLS the node has to prove itself by `network_key`, or by the usual authorities if that is empty."""
        self.base_url = base_url.rstrip("/")
        self._http = http
        self._extensions = {NETWORK_KEY: network_key} if network_key else {}

    async def metadata(self, blob_id: BlobId) -> BlobMetadataWithId:
        body = await self._request("GET", routes.metadata(blob_id), limit=MAX_METADATA_BYTES)
        return self._parse(BlobMetadataWithId, body)

    async def store_metadata(self, blob_id: BlobId, metadata: BlobMetadata) -> str:
        return str(await self._put(routes.metadata(blob_id), metadata.to_bytes()))

    async def metadata_status(self, blob_id: BlobId) -> StoredStatus:
        return self._stored_status(await self._json("GET", routes.metadata_status(blob_id)))

    async def sliver(self, blob_id: BlobId, pair_index: int, axis: Axis) -> SliverData:
        body = await self._request("GET", routes.sliver(blob_id, pair_index, axis), limit=MAX_SLIVER_BYTES)
        return self._parse(SliverData, body)

    async def store_sliver(self, blob_id: BlobId, pair_index: int, axis: Axis, sliver: SliverData) -> str:
        return str(await self._put(routes.sliver(blob_id, pair_index, axis), sliver.to_bytes()))

    async def sliver_status(self, blob_id: BlobId, pair_index: int, axis: Axis) -> StoredStatus:
        return self._stored_status(await self._json("GET", routes.sliver_status(blob_id, pair_index, axis)))

    async def confirmation(self, blob_id: BlobId, persistence: Permanent | Deletable) -> SignedMessage:
        """The node's signed word that it stores its part of the blob. The caller verifies it."""
        if isinstance(persistence, Deletable):
            path = routes.deletable_confirmation(blob_id, persistence.object_id)
        else:
            path = routes.permanent_confirmation(blob_id)
        data = await self._json("GET", path)
        return self._signed_message(data.get("signed") if isinstance(data, dict) else data)

    async def store_bundle(
        self,
        blob_id: BlobId,
        bundle: Bundle | BundlePieces | bytes,
        *,
        pending: bool = False,
        confirm: Permanent | Deletable | None = None,
        wait_millis: int | None = None,
    ) -> BundleReceipt:
        """Store a bundle, or its BCS, all or nothing, and have the node's part of the blob confirmed if asked to.

        With `pending` the bundle may come before the blob's registration. A confirmation waits for it up to
        `wait_millis` (as long as the node allows if None); the caller verifies it. Raises `NodeLacksRoute` for a
        node that takes slivers one by one only.
        """
        path = routes.store_bundle(blob_id, pending=pending, confirm=confirm, wait_millis=wait_millis)
        body = bundle.to_bytes() if isinstance(bundle, Bundle) else bundle
        return self._receipt(await self._put(path, body))

    async def bundle(
        self,
        blob_id: BlobId,
        pairs: Iterable[int],
        axis: Axis | None,
        *,
        metadata: bool = False,
        max_bytes: int | None = None,
        longest: int = MAX_SLIVER_BYTES,
    ) -> FoundBundle:
        """Those of the slivers that the node has and that fit into one answer, at least one if it has any.

        Slivers of both axes without `axis`; at most `max_bytes` of them, or one. An answer of more than `longest`
        bytes is not read to its end. Raises `NodeLacksRoute` for a node that gives slivers one by one only.
        """
        path = routes.bundle(blob_id, pairs, axis, metadata=metadata, max_bytes=max_bytes)
        found = self._parse(Bundle, await self._request("GET", path, limit=longest))
        known = None if found.metadata is None else self._parse(BlobMetadata, found.metadata)
        slivers = {(item.pair_index, item.axis): self._sliver_within(item.sliver) for item in found.slivers}
        return FoundBundle(known, slivers)

    async def recovery_symbols(
        self, blob_id: BlobId, ids: Iterable[SymbolId], proof_axis: Axis
    ) -> tuple[GeneralRecoverySymbol, ...]:
        """Those of `ids` the node has, with proofs under its slivers of `proof_axis`; to be verified."""
        path = routes.recovery_symbols(blob_id, ids, proof_axis)
        body = await self._request("GET", path, limit=MAX_SLIVER_BYTES)
        found: tuple[GeneralRecoverySymbol, ...] = self._decode(RecoverySymbols, body)
        return found

    async def decoding_symbols(
        self, blob_id: BlobId, targets: Iterable[int], axis: Axis
    ) -> dict[int, tuple[EitherDecodingSymbol, ...]]:
        """What the node has of several source slivers, without proofs."""
        path = routes.decoding_symbols(blob_id, targets, axis)
        body = await self._request("GET", path, limit=MAX_SLIVER_BYTES)
        found: dict[int, tuple[EitherDecodingSymbol, ...]] = self._decode(DecodingSymbols, body)
        return found

    async def attest_inconsistency(self, blob_id: BlobId, axis: Axis, proof: InconsistencyProof) -> SignedMessage:
        """The node's signed word that `proof` shows the blob to be invalid. The caller verifies it."""
        path = routes.inconsistency_proof(blob_id, axis)
        return self._signed_message(await self._json("POST", path, proof.to_bytes()))

    async def status(self, blob_id: BlobId) -> BlobStatus:
        data = await self._json("GET", routes.blob_status(blob_id))
        try:
            return status_from_json(data)
        except ValueError as error:
            raise NodeMisbehaved(self.base_url, str(error)) from error

    async def health(self, *, detailed: bool = False) -> dict[str, Any]:
        """ServiceHealthInfo as the node words it (protocol.md §7.2); with every shard's state if `detailed`."""
        data = await self._json("GET", routes.HEALTH + ("?detailed=true" if detailed else ""))
        if not isinstance(data, dict):
            raise NodeMisbehaved(self.base_url, f"expected health information, got {data!r:.100}")
        return data

    async def _put(self, path: str, body: bytes | BundlePieces) -> Any:
        return await self._json("PUT", path, body)

    async def _json(self, method: str, path: str, body: bytes | BundlePieces | None = None) -> Any:
        answer = await self._request(method, path, body, limit=MAX_JSON_BYTES)
        try:
            return success_data(parse(bytes(answer)))
        except ValueError as error:
            raise NodeMisbehaved(self.base_url, f"{method} {path} answered no JSON envelope: {error}") from error

    async def _request(
        self, method: str, path: str, body: bytes | BundlePieces | None = None, *, limit: int
    ) -> Body:
        headers = {"accept-encoding": "identity"}
        if body is not None:
            headers["content-type"] = routes.BCS_CONTENT_TYPE
        if isinstance(body, BundlePieces):
            headers["content-length"] = str(body.size)
        try:
            request = self._http.build_request(
                method, self.base_url + path, content=body, headers=headers, extensions=dict(self._extensions)
            )
            response = await self._http.send(request, stream=True)
            try:
                answer = await self._read(response, limit)
            finally:
                await response.aclose()
                # httpx ties response and stream together, which would keep the body until garbage is collected
                response.stream = httpx.ByteStream(b"")
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # an address may be any text
            raise NodeUnreachable(self.base_url, str(error) or type(error).__name__) from error
        if not response.is_success:
            raise self._refusal(response.status_code, answer)
        return answer

    async def _read(self, response: httpx.Response, limit: int) -> Body:
        coding = response.headers.get("content-encoding", "identity")
        if coding != "identity":  # a few bytes could become any number
            raise NodeMisbehaved(self.base_url, f"expected an answer as it is, got one coded as {coding:.32}")
        too_long = NodeMisbehaved(self.base_url, f"expected at most {limit} bytes, got more")
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limit:
            raise too_long
        chunks: list[Body] = []
        size = 0
        async for chunk in response.aiter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                raise too_long
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _refusal(self, status: int, answer: Body) -> NodeRefused:
        try:
            reason, message = failure_reason(parse(bytes(answer)))
        except ValueError:
            reason, message = "", bytes(answer[:200]).decode(errors="replace")
        # what a node of the protocol says of a known route always has a reason
        kind = NodeLacksRoute if status in (404, 405) and not reason else NodeRefused
        return kind(self.base_url, status, reason, message)

    def _parse(self, layout: type[T], body: Body) -> T:
        found: T = self._decode(layout, body)
        return found

    def _sliver_within(self, body: Body) -> SliverData:
        """Not copied: it may be large, and where it goes it is copied anyway."""
        try:
            return SliverData.within(body)
        except BcsError as error:
            raise NodeMisbehaved(self.base_url, f"expected the BCS of SliverData: {error}") from error

    def _decode(self, layout: Any, body: Body) -> Any:
        try:
            return bcs.decode(layout, body)
        except BcsError as error:
            name = getattr(layout, "__name__", "symbols")
            raise NodeMisbehaved(self.base_url, f"expected the BCS of {name}: {error}") from error

    def _stored_status(self, data: Any) -> StoredStatus:
        try:
            return StoredStatus(data)
        except ValueError as error:
            raise NodeMisbehaved(self.base_url, f"expected a stored status, got {data!r:.100}") from error

    def _receipt(self, data: Any) -> BundleReceipt:
        try:
            stored, buffered, existed = (data[name] for name in ("stored", "buffered", "existed"))
            if not all(type(count) is int for count in (stored, buffered, existed)):
                raise TypeError("counts")
            if "signed" in data:
                return BundleReceipt(stored, buffered, existed, self._signed_message(data["signed"]))
            unsigned = data.get("unsigned", {})
            reason, message = str(unsigned.get("reason", "")), str(unsigned.get("message", ""))
            return BundleReceipt(stored, buffered, existed, None, reason, message)
        except (AttributeError, KeyError, TypeError) as error:
            raise NodeMisbehaved(self.base_url, f"expected the receipt of a bundle, got {data!r:.200}") from error

    def _signed_message(self, data: Any) -> SignedMessage:
        try:
            message = base64.b64decode(data["serializedMessage"], validate=True)
            return SignedMessage(message, base64.b64decode(data["signature"], validate=True))
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise NodeMisbehaved(self.base_url, f"expected a signed message, got {data!r:.200}") from error
