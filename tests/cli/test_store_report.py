"""What `walrus store` prints of files that were stored, shared, planned, or failed; and options it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from walrus_cli.blobs.sharing import Shared
from walrus_cli.blobs.store_report import Entry, show
from walrus_cli.main import run
from walrus_sui.client import Phase, StoredBlob, StoreFailure, StorePlan
from walrus_sui.client.storing.source import Source
from walrus_sui.errors import ChainUnreachable, InputError
from walrus_sui.redstuff import BlobId

STORED = StoredBlob(BlobId(b"\1" * 32), size=1, encoded_length=2, end_epoch=3)
PLAN = StorePlan(BlobId(b"\2" * 32), size=1, encoded_length=2, operation=None, cost=0, end_epoch=3, expires=None)


def failure() -> StoreFailure:
    return StoreFailure(Source(0, Path("lost")), None, Phase.ENCODE, InputError("no such file"))


def test_a_blob_that_is_stored_and_not_shared_says_both(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Entry("a", STORED, Shared(None, ChainUnreachable("no answer")))
    assert show([entry]) == 4
    assert capsys.readouterr().out.endswith("\n  NOT SHARED: no answer\n")
    monkeypatch.setattr("walrus_cli.output._json_wanted", True)
    assert show([Entry("a", STORED, Shared(b"\7" * 32))]) == 0
    (document,) = json.loads(capsys.readouterr().out)
    assert document["blobStoreResult"]["alreadyCertified"]["sharedBlobObject"] == "0x" + "07" * 32


def test_a_dry_run_counts_what_would_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert show([Entry("a", PLAN), Entry("lost", failure())]) == 8
    assert capsys.readouterr().out.endswith("\n1 files would cost 0.000000000 WAL (0 FROST), 1 failed\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["store-quilt", "x", "--permanent", "--deletable"], 2),
        (["store", "x", "--upload-relay", "http://relay"], 8),
        (["store", "x", "--skip-tip-confirmation"], 8),
        (["store", "x", "--permanent", "--deletable"], 2),
        (["store", "--resume", "--share"], 2),
        (["store", "x", "--epochs", ""], 3),
    ],
)
def test_options_that_do_not_go(
    words: list[str],
    code: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("WALRUS_CONFIG", str(tmp_path / "absent"))
    assert run([*words, "--json"]) == code
    assert json.loads(capsys.readouterr().out)["error"]["message"].startswith(("expected", "Invalid value"))
