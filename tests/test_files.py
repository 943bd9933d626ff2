"""Files that are written as a whole or not at all."""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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


def test_what_is_no_file_is_written_to_and_never_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as threads:
        read = threads.submit(pipe.read_bytes)
        write_whole(pipe, b"through")
        assert read.result() == b"through"
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "folder").mkdir()
    file, link = tmp_path / "folder" / "file", tmp_path / "link"
    link.symlink_to(file)
    for data in (b"one", b"two"):  # also where the file is not there yet
        write_whole(link, data)
        assert (link.is_symlink(), file.read_bytes()) == (True, data)
    assert sorted(tmp_path.iterdir()) == [file.parent, link]


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path):
    path = tmp_path / ("é" * 127)
    write_whole(path, b"one")
    assert path.read_bytes() == b"one"


@pytest.mark.parametrize("name", ["", ".", "file/below", "absent/file", "circle", "a" * 300, "\0"])
def test_where_nothing_can_be_written_there_is_one_error(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"one")
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(InputError, match="could not write"):
        write_whole(Path(name), b"two")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["circle", "file"]
    assert (tmp_path / "file").read_bytes() == b"one"
