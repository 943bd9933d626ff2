"""`walrus blob-id`, `encode` and `decode` on real files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from walrus_cli.coding.slivers import FileSource
from walrus_cli.main import run
from walrus_sui.errors import InputError
from walrus_sui.redstuff import Axis, BlobMetadataWithId, Params, SliverData, encode, verify_sliver

VECTORS = Path(__file__).parent.parent / "vectors"
BLOB = b"".join(i.to_bytes(4, "big") for i in range(60_000))


def answer(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> Any:
    capsys.readouterr()
    assert run([*map(str, words), "--json"]) == code
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(BLOB)
    return path


def test_blob_id_is_that_of_the_official_encoder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = json.loads((VECTORS / "worked_example_n4.json").read_text())
    (tmp_path / "greeting").write_bytes(bytes.fromhex(example["blob_hex"]))
    (tmp_path / "nothing").write_bytes(b"")
    documents = answer(capsys, "blob-id", tmp_path / "greeting", tmp_path / "nothing", "--n-shards", 4)
    assert documents[0] == {
        "blobId": "3sg0Ef1UN4Co6y8_x2xYnJ3jUxcfAE1EKw7UeXbOlIA",
        "file": str(tmp_path / "greeting"),
        "unencodedLength": 13,
        "encodingType": "RS2",
        "rootHash": example["root"],
    }
    empty = json.loads((VECTORS / "rs2_n4.json").read_text())["vectors"][0]
    assert empty["unencoded_length"] == 0
    assert documents[1]["blobId"] == empty["blob_id_b64"]


@pytest.mark.parametrize("n", [7, 13, 100])
def test_the_slivers_in_a_folder_are_those_of_the_library(
    n: int, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = answer(capsys, "encode", file, "--out", tmp_path / "slivers", "--n-shards", n)
    encoded = encode(BLOB, n_shards=n)
    assert document["blobId"] == str(encoded.blob_id)
    folder = tmp_path / "slivers"
    metadata = BlobMetadataWithId.from_bytes((folder / "metadata").read_bytes())
    assert metadata == BlobMetadataWithId(encoded.blob_id, encoded.metadata)
    for pair in encoded:
        assert (folder / f"{pair.index:05}.primary").read_bytes() == pair.primary.to_bytes()
        assert (folder / f"{pair.index:05}.secondary").read_bytes() == pair.secondary.to_bytes()
    assert len(list(folder.iterdir())) == 2 * n + 1


def test_small_blocks_make_the_same_files(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("walrus_cli.coding.slivers._PENDING_BYTES", 1)
    answer(capsys, "encode", file, "--out", tmp_path / "slivers", "--n-shards", 31)
    for pair in encode(BLOB, n_shards=31):
        assert (tmp_path / "slivers" / f"{pair.index:05}.primary").read_bytes() == pair.primary.to_bytes()


def test_what_is_left_of_a_folder_decodes(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "slivers"
    answer(capsys, "encode", file, "--out", folder, "--n-shards", 13)
    for pair in range(7):  # all systematic ones and two more
        (folder / f"{pair:05}.primary").unlink()
    # one of the others is damaged, and passed over
    damaged = folder / "00007.primary"
    damaged.write_bytes(damaged.read_bytes()[:-9] + b"\xff" + damaged.read_bytes()[-8:])
    document = answer(capsys, "decode", folder, "--out", tmp_path / "back")
    assert document["unencodedLength"] == len(BLOB)
    assert (tmp_path / "back").read_bytes() == BLOB
    for path in folder.glob("*.primary"):
        path.unlink()
    answer(capsys, "decode", folder, "--out", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == BLOB
    for path in list(folder.glob("*.secondary"))[:5]:
        path.unlink()
    failed = answer(capsys, "decode", folder, "--out", tmp_path / "never", code=8)
    assert failed["error"]["code"] == "too_few_slivers"
    assert "got 0 and 8" in failed["error"]["message"]
    assert not (tmp_path / "never").exists()


def test_pipes(file: Path, tmp_path: Path) -> None:
    def walrus(*words: str, stdin: bytes = b"") -> bytes:
        program = "import sys; from walrus_cli.main import main; sys.argv[0] = 'walrus'; main()"
        command = [sys.executable, "-c", program, *words]
        return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout

    by_name = json.loads(walrus("blob-id", str(file), "--n-shards", "13", "--json"))
    by_pipe = json.loads(walrus("blob-id", "-", "--n-shards", "13", "--json", stdin=BLOB))
    assert by_pipe == {**by_name, "file": "-"}
    walrus("encode", "-", "--out", str(tmp_path / "slivers"), "--n-shards", "13", stdin=BLOB)
    assert walrus("decode", str(tmp_path / "slivers"), "--out", "-") == BLOB


def test_bad_input_gets_one_error_and_leaves_nothing(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "something").write_text("here")
    cases = {
        ("blob-id", tmp_path / "absent"): "input",
        ("blob-id", tmp_path): "input",
        ("blob-id", file, "--n-shards", 3): "shard_count",
        ("encode", file, "--out", taken): "input",
        ("encode", file, "--out", file): "input",
        ("encode", tmp_path / "absent", "--out", tmp_path / "out"): "input",
        ("decode", tmp_path / "absent", "--out", tmp_path / "out"): "input",
        ("decode", taken, "--out", tmp_path / "out"): "input",
    }
    for words, code in cases.items():
        assert answer(capsys, *words, code=8)["error"]["code"] == code
    (tmp_path / "large").write_bytes(bytes(393_205))
    too_large = answer(capsys, "encode", tmp_path / "large", "--out", tmp_path / "out", "--n-shards", 4, code=8)
    assert too_large["error"]["code"] == "blob_too_large"
    assert sorted(os.listdir(tmp_path)) == ["blob", "large", "taken"]
    assert os.listdir(taken) == ["something"]


def test_false_metadata_is_refused(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "slivers"
    answer(capsys, "encode", file, "--out", folder, "--n-shards", 7)
    raw = (folder / "metadata").read_bytes()
    (folder / "metadata").write_bytes(b"\x00" * 32 + raw[32:])
    assert answer(capsys, "decode", folder, "--out", tmp_path / "out", code=8)["error"]["code"] == "metadata"
    (folder / "metadata").write_bytes(raw[:-1])
    assert answer(capsys, "decode", folder, "--out", tmp_path / "out", code=8)["error"]["code"] == "bcs"


def test_every_sliver_in_a_folder_verifies(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "encode", file, "--out", tmp_path / "slivers", "--n-shards", 10)
    metadata = BlobMetadataWithId.from_bytes((tmp_path / "slivers" / "metadata").read_bytes()).metadata
    for axis in Axis:
        for path in (tmp_path / "slivers").glob(f"*.{axis.value}"):
            verify_sliver(SliverData.from_bytes(path.read_bytes()), axis, metadata)


def test_a_full_disk_leaves_nothing_behind(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("walrus_cli.coding.slivers.SliverFolder._gather", full)
    failed = answer(capsys, "encode", file, "--out", tmp_path / "slivers", "--n-shards", 100, code=8)
    assert "No space left on device" in failed["error"]["message"]
    assert os.listdir(tmp_path) == ["blob"]


def test_a_file_that_shrinks_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(bytes(1000))
    with (tmp_path / "blob").open("rb") as shrunken:
        source = FileSource(shrunken.fileno(), 2000, Params(7))
        with pytest.raises(InputError, match="expected 2000 bytes, got 1000"):
            source.columns(0, np.empty((3, 5, source.symbol_size), dtype=np.uint8))
