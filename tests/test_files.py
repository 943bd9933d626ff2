"""Files that are written as a whole or not at all."""

from __future__ import annotations

import io

import pytest

from walrus_sui.errors import InputError
from walrus_sui.files import write_pieces, write_whole


class Narrow(io.BytesIO):
    """Takes three bytes at a time, as a pipe without a buffer may."""

    def write(self, data) -> int:
        return super().write(memoryview(data)[:3])


def test_all_of_it_goes_through_a_narrow_stream():
    stream = Narrow()
    write_pieces(stream, memoryview(b"hello walrus!"))
    assert stream.getvalue() == b"hello walrus!"


def test_a_file_is_replaced_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "file"
    write_whole(path, b"one")
    path.chmod(0o600)
    write_whole(path, memoryview(b"two"))
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"two", 0o600)


def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"one")

    def full(stream, data) -> None:
        stream.write(data[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("walrus_sui.files.write_pieces", full)
    with pytest.raises(InputError, match=r"could not write .*: No space left"):
        write_whole(path, b"two")
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"one", [path])
