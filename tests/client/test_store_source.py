"""Bytes and files that are to be stored."""

from __future__ import annotations

import os

import pytest

from walrus_sui.client.storing.source import Source
from walrus_sui.errors import BlobTooLarge, InputError
from walrus_sui.redstuff import Params

LARGE = 9 << 20


@pytest.mark.parametrize("size", [0, 1, 1000, LARGE])
def test_a_file_is_what_it_holds(tmp_path, size):
    path = tmp_path / "file"
    data = os.urandom(size)
    path.write_bytes(data)
    source = Source.of(path)
    assert (source.size, source.path) == (size, path)
    assert bytes(source.open()) == data
    source.check_unchanged()


@pytest.mark.parametrize(
    "data", [b"abc", bytearray(b"abc"), memoryview(b"abc")], ids=["bytes", "bytearray", "view"]
)
def test_bytes_are_taken_as_they_are(data):
    source = Source.of(data)
    assert (source.size, source.path) == (3, None)
    assert source.open() is data


def test_a_file_that_is_cut_short_while_it_is_stored_kills_nobody(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(data := os.urandom(LARGE))
    source = Source.of(path)
    held = source.open()
    os.truncate(path, 1000)
    assert (held == data, held.readonly) == (True, True)
    with pytest.raises(InputError, match="it was changed"):
        source.check_unchanged()


@pytest.mark.parametrize("change", [-1, 1])
@pytest.mark.parametrize("size", [1000, LARGE])
def test_a_file_that_changes_its_length_before_it_is_opened_is_refused(tmp_path, size, change):
    path = tmp_path / "file"
    path.write_bytes(bytes(size))
    source = Source.of(path)
    path.write_bytes(bytes(size + change))
    with pytest.raises(InputError, match="to stay as it is"):
        source.open()


def test_a_file_that_is_written_to_while_it_is_stored_is_noticed(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(1000))
    source = Source.of(path)
    source.open()
    path.write_bytes(b"\x01" * 1000)
    os.utime(path, ns=(1, 1))
    with pytest.raises(InputError, match="it was changed"):
        source.check_unchanged()


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="expected a file at"):
        Source.of(tmp_path)
    with pytest.raises(InputError, match="No such file"):
        Source.of(tmp_path / "missing")
    with pytest.raises(InputError, match="null"):
        Source.of(tmp_path / "a\0b")


def test_a_byte_too_many_says_how_much_fits_and_how_many_shards_it_takes():
    """10 shards hold 4 rows of 7 symbols of 65,534 bytes; 13, the next of their kind, 5 rows of 9."""
    limit = 4 * 7 * 65_534
    Source.of(bytes(limit)).check_size(Params(10))
    with pytest.raises(
        BlobTooLarge, match=f"expected at most {limit} bytes for 10 shards, got {limit + 1}"
    ) as caught:
        Source.of(bytes(limit + 1)).check_size(Params(10))
    assert "13 shards or more" in caught.value.hint
