"""The log of large values: what is written comes back, also after the process is gone, and garbage goes."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from tests.node.conftest import make_blob
from walrus_node.database import values
from walrus_node.database.records import elsewhere, inline, inline_value, matches, place
from walrus_node.database.store import Store
from walrus_node.database.values import Place, ValueLog
from walrus_node.database.writes import Writes
from walrus_sui.errors import NodeStoreUnwritable
from walrus_sui.redstuff import Axis

A, B = bytes([0xA]) * 32, bytes([0xB]) * 32


def write(log: ValueLog, *contents: bytes) -> list[Place]:
    with log.append(contents) as places:
        return places


@pytest.fixture
def log(tmp_path: Path) -> ValueLog:
    return ValueLog(tmp_path / "values", segment_bytes=1000)


# Records, byte by byte: crc32 of "123456789" is 0xcbf43926, a published check value


def test_records() -> None:
    key, value = b"1234", b"56789"
    assert inline(key, value) == bytes.fromhex("01 2639f4cb") + value
    at = Place(3, 0x0102030405, 5)
    record = elsewhere(key, value, at)
    assert record == bytes.fromhex("02 2639f4cb 03000000 0504030201000000 05000000")
    assert place(record) == at
    assert matches(record, key, value)
    assert not matches(record, key, b"56788")
    assert inline_value(inline(key, value)) == value


@pytest.mark.parametrize("record", [b"", b"\x02", b"\x02" + bytes(19), b"\x02" + bytes(21), b"\x03" + bytes(20)])
def test_records_that_are_none(record: bytes) -> None:
    assert place(record) is None
    assert inline_value(record) is None


# The log


def test_values_lie_end_to_end(log: ValueLog, tmp_path: Path) -> None:
    assert write(log, b"one", bytearray(b"three"), b"") == [Place(0, 0, 3), Place(0, 3, 5), Place(0, 8, 0)]
    assert write(log, b"four") == [Place(0, 8, 4)]
    assert (tmp_path / "values" / "00000000.values").read_bytes() == b"onethreefour"
    assert log.read(Place(0, 3, 5)) == b"three"


def test_a_full_segment_makes_way(log: ValueLog) -> None:
    places = [write(log, bytes([number]) * 400)[0] for number in range(5)]
    assert [(place.segment, place.offset) for place in places] == [(0, 0), (0, 400), (1, 0), (1, 400), (2, 0)]
    assert write(log, b"x" * 5000) == [Place(3, 0, 5000)]  # larger than any segment: one of its own
    assert [log.read(place) for place in places] == [bytes([number]) * 400 for number in range(5)]


def test_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    first = ValueLog(tmp_path, segment_bytes=1000)
    places = write(first, b"a" * 600) + write(first, b"b" * 600)
    first.close()
    again = ValueLog(tmp_path, segment_bytes=1000)
    assert write(again, b"c" * 100) == [Place(1, 600, 100)]
    assert [again.read(place) for place in places] == [b"a" * 600, b"b" * 600]


@pytest.mark.parametrize("at", [Place(7, 0, 4), Place(0, 100, 4), Place(0, 2, 2**32 - 1)])
def test_places_where_nothing_is(log: ValueLog, at: Place) -> None:
    write(log, b"abcd")
    found = log.read(at)
    assert found is None or len(found) < at.size


def test_many_values_at_once(log: ValueLog) -> None:
    contents = [number.to_bytes(4, "big") for number in range(1500)]  # more than one call can take
    assert [log.read(place) for place in write(log, *contents)] == contents


def test_threads_do_not_meet(tmp_path: Path) -> None:
    log, found = ValueLog(tmp_path, segment_bytes=50_000), []

    def work(mark: int) -> None:
        for number in range(100):
            content = bytes([mark]) * (100 + number)
            found.append((write(log, content)[0], content))

    threads = [threading.Thread(target=work, args=(mark,)) for mark in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 400
    assert all(log.read(place) == content for place, content in found)


def test_more_segments_than_files_may_be_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "_OPEN_FILES", 3)
    log, before = ValueLog(tmp_path, segment_bytes=10), len(os.listdir("/proc/self/fd"))
    places = [write(log, b"%08d" % number)[0] for number in range(20)]
    assert [log.read(place) for place in places] == [b"%08d" % number for number in range(20)]
    assert len(os.listdir("/proc/self/fd")) - before <= 3


# Syncing


def test_a_sync_covers_what_was_written_and_nothing_twice(log: ValueLog, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fdatasync", lambda fd: synced.append(Path(os.readlink(f"/proc/self/fd/{fd}")).stem))
    write(log, b"a" * 900)
    write(log, b"b" * 900)
    log.sync()
    log.sync()
    assert sorted(synced) == ["00000000", "00000001"]
    write(log, b"c")
    log.sync()
    assert synced[2:] == ["00000001"]


def test_the_folder_is_synced_when_files_are_new(log: ValueLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.sync()
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(os.readlink(f"/proc/self/fd/{fd}")).name))
    for size, folders in ((400, 1), (400, 1), (400, 2), (100, 2)):
        write(log, bytes(size))
        log.sync()
        assert synced == ["values"] * folders


def test_who_comes_second_waits_for_the_sync_under_way(log: ValueLog, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end, done = threading.Event(), threading.Event(), []

    def slow(_: int) -> None:
        begun.set()
        assert may_end.wait(20)
        done.append("synced")

    monkeypatch.setattr(os, "fdatasync", slow)
    write(log, b"a")
    first = threading.Thread(target=log.sync)
    second = threading.Thread(target=lambda: (log.sync(), done.append("second returned")))
    first.start()
    assert begun.wait(20)
    second.start()
    second.join(0.05)
    assert done == []
    may_end.set()
    first.join()
    second.join()
    assert done == ["synced", "second returned"]


# In the store


def test_slivers_go_where_their_size_says(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    small, large = os.urandom(4095), os.urandom(4096)
    store.put_data(A, b"metadata", [(1, Axis.PRIMARY, small), (1, Axis.SECONDARY, memoryview(large))])
    assert (tmp_path / "slivers" / "00000000.values").read_bytes() == large
    assert (store.sliver(A, 1, Axis.PRIMARY), store.sliver(A, 1, Axis.SECONDARY)) == (small, large)
    store.close()
    again = Store.open(tmp_path)
    assert (again.sliver(A, 1, Axis.PRIMARY), again.sliver(A, 1, Axis.SECONDARY)) == (small, large)
    again.close()


def test_large_slivers_of_earlier_databases_are_read(tmp_path: Path) -> None:
    store, value = Store.open(tmp_path), os.urandom(20_000)
    key = A + (5).to_bytes(2, "big")
    store._db.get_column_family("primary-slivers")[key] = inline(key, value)
    assert store.sliver(A, 5, Axis.PRIMARY) == value
    store.close()


def test_a_value_cut_off_is_absent(tmp_path: Path) -> None:
    store, value = Store.open(tmp_path), os.urandom(20_000)
    store.put_sliver(A, 5, Axis.PRIMARY, value)
    damaged: list[bytes] = []
    store.on_damage = damaged.append
    os.truncate(tmp_path / "slivers" / "00000000.values", 19_999)
    assert store.sliver(A, 5, Axis.PRIMARY) is None
    assert damaged == [A]
    store.put_sliver(A, 5, Axis.PRIMARY, value)
    assert store.sliver(A, 5, Axis.PRIMARY) == value
    store.close()


def test_reclaiming_moves_what_is_left(tmp_path: Path) -> None:
    store, folder = Store.open(tmp_path), tmp_path / "slivers"
    contents = {number: os.urandom(5000) for number in range(10)}
    for number, content in contents.items():
        store.put_sliver(number.to_bytes(32, "big"), 1, Axis.SECONDARY, content)
    for number in range(4):
        store.drop_data(number.to_bytes(32, "big"))
    store.reclaim()  # 60 % are alive: not worth it
    assert [path.name for path in folder.iterdir()] == ["00000000.values"]
    for number in range(4, 8):
        store.drop_data(number.to_bytes(32, "big"))
    store.reclaim()
    assert [(path.name, path.stat().st_size) for path in folder.iterdir()] == [("00000001.values", 10_000)]
    found = {number: store.sliver(number.to_bytes(32, "big"), 1, Axis.SECONDARY) for number in range(10)}
    assert found == {number: contents[number] if number >= 8 else None for number in range(10)}
    store.close()


def test_reclaiming_needs_room_only_for_what_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, folder = Store.open(tmp_path), tmp_path / "slivers"
    ids = [number.to_bytes(32, "big") for number in range(4)]
    for number, blob_id in enumerate(ids):
        store.put_sliver(blob_id, 1, Axis.PRIMARY, bytes([number]) * 5000)
        if number == 1:
            store._values.settle()
    for blob_id in ids[:3]:  # all of the first segment, half of the second
        store.drop_data(blob_id)
    monkeypatch.setattr(Writes, "room", property(lambda _: 4999))
    store.reclaim()
    assert [path.name for path in folder.iterdir()] == ["00000001.values"]
    assert store.sliver(ids[3], 1, Axis.PRIMARY) == b"\x03" * 5000
    monkeypatch.setattr(Writes, "room", property(lambda _: 5000))
    store.reclaim()
    assert [path.stat().st_size for path in folder.iterdir()] == [5000]
    assert store.sliver(ids[3], 1, Axis.PRIMARY) == b"\x03" * 5000
    store.close()


def test_what_cannot_be_read_stays_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store, folder = Store.open(tmp_path), tmp_path / "slivers"
    store.put_sliver(A, 1, Axis.PRIMARY, bytes(5000))
    store.put_sliver(B, 1, Axis.PRIMARY, bytes(9000))
    store.drop_data(B)

    def broken(*_: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", broken)
        assert store.sliver(A, 1, Axis.PRIMARY) is None
        store.reclaim()
    assert "counts as absent: it cannot be read: [Errno 5]" in caplog.text
    assert [path.name for path in folder.iterdir()] == ["00000000.values"]
    assert store.sliver(A, 1, Axis.PRIMARY) == bytes(5000)
    store.close()


def test_reclaiming_spares_values_whose_rows_are_still_to_come(tmp_path: Path) -> None:
    log = ValueLog(tmp_path)
    with log.append([b"value"]):
        assert log.settle() == {}
    assert log.settle() == {0: 5}


def test_what_is_deleted_while_it_moves_stays_deleted(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.put_sliver(A, 1, Axis.PRIMARY, os.urandom(5000))
    store.put_sliver(B, 1, Axis.PRIMARY, os.urandom(9000))
    store.drop_data(B)
    append = store._values.append

    def and_delete(contents: list[bytes]) -> object:
        store.drop_data(A)
        return append(contents)

    store._values.append = and_delete  # type: ignore[method-assign, assignment]
    store.reclaim()
    assert store.sliver(A, 1, Axis.PRIMARY) is None
    store.close()


def test_a_reader_finds_what_moves_under_its_eyes(tmp_path: Path) -> None:
    store, value = Store.open(tmp_path), os.urandom(5000)
    store.put_sliver(A, 1, Axis.PRIMARY, value)
    store.put_sliver(B, 1, Axis.PRIMARY, os.urandom(9000))
    store.drop_data(B)
    read, calls = store._values.read, []

    def late(at: Place) -> bytes | None:
        if not calls:
            calls.append(at)
            store.reclaim()
        return read(at)

    store._values.read = late  # type: ignore[method-assign]
    assert store.sliver(A, 1, Axis.PRIMARY) == value
    assert calls == [Place(0, 0, 5000)]
    store.close()


def test_a_full_disk_stores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(tmp_path)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwritev", full)
    with pytest.raises(NodeStoreUnwritable, match="No space left"):
        store.put_data(A, b"metadata", [(1, Axis.PRIMARY, bytes(5000))])
    assert (store.metadata(A), store.sliver(A, 1, Axis.PRIMARY)) == (None, None)
    store.close()


def test_a_disk_that_takes_a_part_gets_the_rest(log: ValueLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pwritev", lambda fd, parts, offset: os.pwrite(fd, b"".join(parts)[:7], offset))
    first, second = write(log, b"abcdef", b"ghijkl")
    assert (log.read(first), log.read(second)) == (b"abcdef", b"ghijkl")


def test_encoded_slivers_come_back_through_the_log(tmp_path: Path) -> None:
    blob, store = make_blob(b"large", 60_000), Store.open(tmp_path)
    pairs = [blob.sliver_pair(pair) for pair in range(3)]
    store.put_data(
        bytes(blob.blob_id),
        blob.metadata.to_bytes(),
        [(pair.index, Axis.PRIMARY, pair.primary.to_bytes()) for pair in pairs],
    )
    for pair in pairs:
        assert store.sliver(bytes(blob.blob_id), pair.index, Axis.PRIMARY) == pair.primary.to_bytes()
    store.close()


def test_what_an_earlier_process_wrote_is_synced_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been killed before it did so, and the next one vouches for its values."""
    first = ValueLog(tmp_path, segment_bytes=10)
    for number in range(3):
        write(first, bytes([number]) * 8)
    first.close()
    synced: list[str] = []
    monkeypatch.setattr(os, "fdatasync", lambda fd: synced.append(Path(os.readlink(f"/proc/self/fd/{fd}")).stem))
    again = ValueLog(tmp_path)
    again.sync()
    again.sync()
    again.close()
    assert sorted(synced) == ["00000000", "00000001", "00000002"]
