"""Quilts byte for byte, files back from their columns, and what no quilt can hold."""

from __future__ import annotations

import contextlib
import hashlib
import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_sui.errors import QuiltError
from walrus_sui.redstuff import BlobId, Params, encode
from walrus_sui.redstuff.quilt import (
    PatchId,
    QuiltFile,
    build_quilt,
    column_of,
    index_columns,
    read_file,
    read_index,
)

CASES = json.loads((Path(__file__).parent.parent / "vectors" / "quilt_and_messages.json").read_text())["vectors"]


def contents(case: int, identifier: str, size: int) -> bytes:
    chunks = (f"walrus-quilt-vector:{case}:{identifier}:{i}".encode() for i in range(-(-size // 32)))
    return b"".join(hashlib.sha256(chunk).digest() for chunk in chunks)[:size]


def files_of(case: dict[str, Any]) -> list[QuiltFile]:
    return [
        QuiltFile(f["identifier"], contents(case["case"], f["identifier"], f["size"]), f["tags"])
        for f in case["files"]
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case{case['case']}")
def test_quilts_are_those_of_the_official_sdk(case: dict[str, Any]) -> None:
    quilt = build_quilt(files_of(case), n_shards=case["n_shards"])
    assert len(quilt.data) == case["quilt_len"]
    assert hashlib.sha256(quilt.data).hexdigest() == case["quilt_sha256"]
    blob_id = encode(quilt.data, n_shards=case["n_shards"]).blob_id
    assert str(blob_id) == case["blob_id_b64"]
    for patch, expected in zip(quilt.patches, case["patches"], strict=True):
        assert (patch.identifier, patch.start, patch.end) == (
            expected["identifier"],
            expected["start"],
            expected["end"],
        )
        assert patch.patch_id(blob_id) == expected["patch_id"]
        assert PatchId.parse(expected["patch_id"]) == PatchId(blob_id, patch.start, patch.end)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case{case['case']}")
def test_a_file_comes_back_from_its_own_slivers(case: dict[str, Any]) -> None:
    n = case["n_shards"]
    quilt = build_quilt(files_of(case), n_shards=n)
    encoded = encode(quilt.data, n_shards=n)
    columns = [encoded.sliver_pair(n - 1 - column).secondary.data for column in range(encoded.params.columns)]
    assert columns == [column_of(quilt.data, c, encoded.params) for c in range(encoded.params.columns)]
    patches = read_index(columns[: index_columns(columns[0])])
    assert patches == quilt.patches
    found = [read_file(columns[patch.start : patch.end]) for patch in patches]
    assert found == sorted(files_of(case), key=lambda file: file.identifier)


identifiers = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8).filter(
    lambda text: text == text.rstrip()
)


some_tags = st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)


@settings(max_examples=60, deadline=None)
@given(
    n=st.sampled_from([7, 10, 31]),
    sizes=st.dictionaries(identifiers, st.tuples(st.integers(0, 3000), some_tags), max_size=4),
)
def test_any_files_come_back(n: int, sizes: dict[str, tuple[int, dict[str, str]]]) -> None:
    files = [
        QuiltFile(name, bytes(i % 255 + 1 for i in range(size)), tags) for name, (size, tags) in sizes.items()
    ]
    quilt = build_quilt(files, n_shards=n)
    params = Params(n)
    assert len(quilt.data) == params.rows * params.columns * quilt.symbol_size
    columns = [column_of(quilt.data, c, params) for c in range(params.columns)]
    found = [read_file(columns[patch.start : patch.end]) for patch in read_index(columns)]
    assert found == sorted(files, key=lambda file: file.identifier.encode())


@pytest.mark.parametrize("identifier", ["", "a ", "a\n", "a\x00b", "a\x7f", "a\x85b", "\t"])
def test_identifiers_no_quilt_can_hold(identifier: str) -> None:
    with pytest.raises(QuiltError):
        QuiltFile(identifier, b"")


def test_files_that_do_not_fit() -> None:
    with pytest.raises(QuiltError, match="distinct"):
        build_quilt([QuiltFile("a", b"1"), QuiltFile("a", b"2")], n_shards=7)
    with pytest.raises(QuiltError, match="at most 4 files"):
        build_quilt([QuiltFile(str(i), b"") for i in range(5)], n_shards=7)
    with pytest.raises(QuiltError, match="columns"):
        build_quilt([QuiltFile("a", bytes(3 * 65534 * 4))], n_shards=7)
    with pytest.raises(QuiltError, match="64 KiB"):
        build_quilt([QuiltFile("a" * 65535, b"")], n_shards=1000)
    with pytest.raises(QuiltError, match="64 KiB"):
        build_quilt([QuiltFile("a", b"", {"t": "v" * 65535})], n_shards=1000)


def test_a_patch_id_has_one_spelling() -> None:
    text = str(PatchId(BlobId(b"\x11" * 32), 3, 9))
    assert PatchId.parse(text) == PatchId(BlobId(b"\x11" * 32), 3, 9)
    stray = text[:-1] + chr(ord(text[-1]) + 1)  # the last character has bits that mean nothing
    for other in (stray, text + "=", text + "\n", "0x" + text):
        with pytest.raises(QuiltError):
            PatchId.parse(other)


@given(
    st.one_of(
        st.text(max_size=60), st.binary(min_size=37, max_size=37).map(lambda b: urlsafe_b64encode(b).decode())
    )
)
def test_any_text_is_a_patch_id_or_refused(text: str) -> None:
    with contextlib.suppress(QuiltError):
        assert str(PatchId.parse(text.rstrip("="))) == text.rstrip("=")


@pytest.mark.parametrize("text", ["", "AAAA", "x" * 50, "!" * 50, "A" * 43])
def test_text_that_is_no_patch_id(text: str) -> None:
    with pytest.raises(QuiltError):
        PatchId.parse(text)


def test_a_false_index() -> None:
    with pytest.raises(QuiltError, match="index"):
        index_columns(b"\x02\0\0\0\0")
    with pytest.raises(QuiltError, match="at most 10"):
        index_columns(b"\x01\xff\xff\xff\xff" + bytes(5))
    with pytest.raises(QuiltError, match="expected 2 columns"):
        read_index([b"\x01\x06\0\0\0" + bytes(5)])
    with pytest.raises(QuiltError):
        read_index([])
    backwards = b"\x02" + b"\x05\x00" + b"\x01a" + b"\x00" + b"\x04\x00" + b"\x01b" + b"\x00"
    with pytest.raises(QuiltError, match="end column 4"):
        read_index([b"\x01" + len(backwards).to_bytes(4, "little") + backwards])


@settings(max_examples=300)
@given(st.sampled_from([b"", b"\x01", b"\x01\x09\x00\x00\x00\x00\x02\x00\x01a"]), st.binary(max_size=60))
def test_any_columns_are_read_or_refused(head: bytes, data: bytes) -> None:
    with contextlib.suppress(QuiltError):
        read_index([head + data])
    with contextlib.suppress(QuiltError):
        read_file([head + data])
