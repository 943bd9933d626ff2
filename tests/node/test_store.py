"""What survives: reopening, being killed, damage on disk, the wrong chain."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
import rocksdict

from tests.node.conftest import Node, event_id, registration
from walrus_node.database.blob_info import ValidBlob
from walrus_node.database.objects import Effects, ObjectInfo, effects_of
from walrus_node.database.store import Cursor, Store
from walrus_sui.chain.events import BlobRegistered
from walrus_sui.crypto.messages import Permanent
from walrus_sui.errors import NodeRefused, NodeStoreError
from walrus_sui.redstuff import Axis, EncodedBlob
from walrus_sui.storage import StoredStatus

A, B = bytes([1]) * 32, bytes([2]) * 32


def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    row = ObjectInfo(A, 1, None, 5, True, event_id(1))
    info, cursor = ValidBlob(deletable_total=1, deletable_registered_end=5), Cursor(9, 2, 77, 3)
    store.commit(cursor, Effects(A, info, B, row))
    store.put_metadata(A, b"metadata")
    store.put_sliver(A, 3, Axis.PRIMARY, b"p" * 10_000)
    store.put_sliver(A, 3, Axis.SECONDARY, b"s")
    store.close()

    again = Store.open(tmp_path)
    assert (again.cursor(), again.blob_info(A), again.object_info(B)) == (cursor, info, row)
    assert again.metadata(A) == b"metadata"
    assert again.sliver(A, 3, Axis.PRIMARY) == b"p" * 10_000
    assert again.sliver(A, 3, Axis.SECONDARY) == b"s"
    assert again.sliver(A, 4, Axis.PRIMARY) is None
    assert again.sliver(B, 3, Axis.PRIMARY) is None
    again.close()


def test_what_was_synced_survives_a_kill(tmp_path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from walrus_node.database.store import Cursor, Store
from walrus_sui.redstuff import Axis
store = Store.open(Path({str(tmp_path)!r}))
store.put_sliver(bytes(32), 1, Axis.PRIMARY, b"x" * 100_000)
store.commit(Cursor(4, 1, 5, 2))
store.sync()
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    store = Store.open(tmp_path)
    assert store.cursor() == Cursor(4, 1, 5, 2)
    assert store.sliver(bytes(32), 1, Axis.PRIMARY) == b"x" * 100_000
    store.close()


def test_dropping_a_blob_leaves_its_neighbours(store: Store) -> None:
    before, blob, after = bytes(31) + b"\1", bytes(31) + b"\2", bytes(31) + b"\3"
    for blob_id in (before, blob, after):
        store.put_metadata(blob_id, b"m")
        for shard in (0, 1, 65535):
            for axis in Axis:
                store.put_sliver(blob_id, shard, axis, b"s")
    store.commit(Cursor(), Effects(blob, None, drop_data=True))
    assert [store.metadata(blob_id) for blob_id in (before, blob, after)] == [b"m", None, b"m"]
    for shard in (0, 1, 65535):
        for axis in Axis:
            assert [store.sliver(b, shard, axis) for b in (before, blob, after)] == [b"s", None, b"s"]


def test_one_database_one_chain(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.bind_chain("first")
    store.bind_chain("first")
    store.close()
    again = Store.open(tmp_path)
    with pytest.raises(NodeStoreError, match="expected the chain first that this database follows, got second"):
        again.bind_chain("second")
    again.close()


def test_one_database_one_node(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with pytest.raises(NodeStoreError) as caught:
        Store.open(tmp_path)
    assert caught.value.hint == "is another node running on it?"
    store.close()


def test_a_folder_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(NodeStoreError, match="expected a usable database"):
        Store.open(tmp_path / "file")


@pytest.mark.parametrize("damage", ["flip", "truncate", "version", "swap"])
async def test_a_damaged_sliver_is_absent_and_can_be_stored_again(
    node: Node, blob: EncodedBlob, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    node.apply(registration(blob.blob_id))
    client, blob_id = node.client, blob.blob_id
    await client.store_metadata(blob_id, blob.metadata)
    for pair in node.owned_pairs(blob_id):
        both = blob.sliver_pair(pair)
        await client.store_sliver(blob_id, pair, Axis.PRIMARY, both.primary)
        await client.store_sliver(blob_id, pair, Axis.SECONDARY, both.secondary)
    await client.confirmation(blob_id, Permanent())

    shard, pair = min(node.duty.shards), node.owned_pairs(blob_id)[0]
    table = node.store._db.get_column_family("primary-slivers")
    keys = [bytes(blob_id) + item.to_bytes(2, "big") for item in sorted(node.duty.shards)]
    record, neighbour = (bytes(table[key] or b"") for key in keys[:2])
    table[keys[0]] = {
        "flip": record[:40] + bytes([record[40] ^ 1]) + record[41:],
        "truncate": record[:-1],
        "version": b"\x09" + record[1:],
        "swap": neighbour,
    }[damage]
    del table

    with caplog.at_level(logging.ERROR), pytest.raises(NodeRefused) as caught:
        await client.sliver(blob_id, pair, Axis.PRIMARY)
    assert (caught.value.status, caught.value.reason) == (404, "SLIVER_NOT_FOUND")
    assert "does not match its checksum" in caplog.text
    assert await client.sliver_status(blob_id, pair, Axis.PRIMARY) is StoredStatus.NONEXISTENT
    with pytest.raises(NodeRefused, match="MISSING_SLIVERS"):
        await client.confirmation(blob_id, Permanent())

    assert await client.store_sliver(blob_id, pair, Axis.PRIMARY, blob.sliver_pair(pair).primary)
    assert node.store.sliver(bytes(blob_id), shard, Axis.PRIMARY) == blob.sliver_pair(pair).primary.to_bytes()
    await client.confirmation(blob_id, Permanent())


def test_bits_that_rot_in_the_files_are_never_served(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store.open(tmp_path)
    value = os.urandom(50_000)
    store.put_sliver(A, 1, Axis.PRIMARY, value)
    store.close()  # flushes to the files
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file() and value[1000:1100] in path.read_bytes()]
    raw = bytearray(file.read_bytes())
    raw[raw.index(value[1000:1100])] ^= 0xFF
    file.write_bytes(raw)

    again = Store.open(tmp_path)
    assert again.sliver(A, 1, Axis.PRIMARY) is None
    assert "counts as absent: it does not match its checksum" in caplog.text
    again.put_sliver(A, 1, Axis.PRIMARY, value)
    assert again.sliver(A, 1, Axis.PRIMARY) == value
    again.close()


def test_a_damaged_table_is_not_taken_for_a_short_one(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    for number in range(3000):
        blob_id = sha256(number.to_bytes(2, "big")).digest()
        event = BlobRegistered(1, blob_id, 5, 1, 99, False, blob_id)
        store.commit(Cursor(), effects_of(event, event_id(number), store))
    store.close()  # flushes to the files
    for file in tmp_path.glob("*.sst"):
        raw = bytearray(file.read_bytes())
        if len(raw) > 50_000:  # those of the two tables that were filled
            raw[len(raw) // 3] ^= 0xFF
            file.write_bytes(raw)

    again = Store.open(tmp_path)
    for read in (again.certified_blobs, again.ended_objects):
        with pytest.raises(NodeStoreError, match="to be whole") as caught:
            read(1)
        assert caught.value.hint is not None
        assert "do not repair" in caught.value.hint
    outcomes = Counter[str]()
    for number in range(3000):
        try:
            outcomes[type(again.blob_info(sha256(number.to_bytes(2, "big")).digest())).__name__] += 1
        except NodeStoreError:
            outcomes["damaged"] += 1
    assert outcomes.keys() == {"ValidBlob", "damaged"}, "no blob that is known counts as unknown"
    again.close()


@pytest.mark.parametrize("name", ["CURRENT", "MANIFEST-*"])
def test_a_database_that_does_not_open_is_called_damaged(tmp_path: Path, name: str) -> None:
    Store.open(tmp_path).close()
    for file in tmp_path.glob(name):
        file.write_bytes(bytes(byte ^ 0x55 for byte in file.read_bytes()))
    with pytest.raises(NodeStoreError, match="usable database") as caught:
        Store.open(tmp_path)
    assert caught.value.hint is not None
    assert "do not repair" in caught.value.hint


def test_the_tables_have_the_names_in_the_docs(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    assert set(rocksdict.Rdict.list_cf(str(tmp_path))) == {
        "default",
        "blob-info",
        "object-info",
        "metadata",
        "due",
        "primary-slivers",
        "secondary-slivers",
        "node",
    }
