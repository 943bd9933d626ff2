"""Rows kept in memory never outlive a change."""

from __future__ import annotations

import pytest

from tests.node.conftest import EPOCH, Node, registration
from tests.node.test_app import store_all
from walrus_node.database.blob_info import InvalidBlob
from walrus_node.database.recent import Recent
from walrus_sui.chain.events import InvalidBlobId
from walrus_sui.crypto.messages import Permanent
from walrus_sui.errors import NodeRefused
from walrus_sui.redstuff import EncodedBlob


def test_a_row_is_read_once_until_it_changes() -> None:
    rows, asked = {b"a": 1}, []

    def read(key: bytes) -> int | None:
        asked.append(key)
        return rows.get(key)

    recent = Recent(read, 10)
    assert [recent.get(b"a"), recent.get(b"a"), recent.get(b"b"), recent.get(b"b")] == [1, 1, None, None]
    assert asked == [b"a", b"b"]
    rows[b"a"] = 2
    recent.forget(b"a")
    assert recent.get(b"a") == 2


def test_what_changes_while_it_is_read_is_not_kept() -> None:
    rows = {b"a": 1}

    def read(key: bytes) -> int:
        before = rows[key]
        if before == 1:  # another thread writes between reading and keeping
            rows[key] = 2
            recent.forget(key)
        return before

    recent = Recent(read, 10)
    assert recent.get(b"a") == 1
    assert recent.get(b"a") == 2


def test_no_more_rows_than_allowed() -> None:
    recent = Recent(lambda key: key, 3)
    for number in range(100):
        assert recent.get(b"%d" % number) == b"%d" % number
        assert len(recent._rows) <= 3


async def test_metadata_at_hand_follows_what_is_stored(node: Node, blob: EncodedBlob) -> None:
    raw, metadata = bytes(blob.blob_id), blob.metadata.to_bytes()
    assert node.store.metadata_at_hand(raw) is None
    node.apply(registration(blob.blob_id))
    await node.client.store_metadata(blob.blob_id, blob.metadata)
    assert node.store.metadata_at_hand(raw) == metadata
    node.store.drop_data(raw)
    assert node.store.metadata_at_hand(raw) is None
    node.store.put_metadata(raw, metadata)
    assert node.store.metadata_at_hand(raw) == metadata
    node.apply(InvalidBlobId(EPOCH, raw))
    assert node.store.metadata_at_hand(raw) is None
    assert isinstance(node.store.blob_info(raw), InvalidBlob)


async def test_a_confirmation_trusts_no_memory(node: Node, blob: EncodedBlob) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    assert node.store.metadata_at_hand(bytes(blob.blob_id)) is not None
    node.store._db.get_column_family("metadata")[bytes(blob.blob_id)] = b"\x01damaged"
    with pytest.raises(NodeRefused, match="METADATA_NOT_FOUND"):
        await node.client.confirmation(blob.blob_id, Permanent())
