"""Blob objects on the command line: attributes, sharing, burning; on real contracts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Stage
from tests.sui_chain.world import N_SHARDS
from walrus_cli.blobs.sharing import Shared, share_stored
from walrus_sui.chain.types import Blob
from walrus_sui.client import StoredBlob, WalrusClient
from walrus_sui.config import load_config
from walrus_sui.redstuff import BlobId, encode


def test_attributes_are_set_shown_and_removed(stage: Stage) -> None:
    blob = "0x" + stage.blob().object_id.hex()
    assert stage.walrus("get-blob-attribute", blob, "--json").json == {"attribute": {}}
    assert stage.walrus("get-blob-attribute", blob).out == "no attributes\n"
    made = stage.walrus("set-blob-attribute", blob, "--attr", "kind", "photo", "--attr", "-height", "-5")
    assert (made.code, made.out) == (0, "kind: photo\n-height: -5\n")
    changed = stage.walrus("set-blob-attribute", blob, "--attr", "kind", "scan", "--json")
    assert changed.json == {"attribute": {"-height": "-5", "kind": "scan"}}
    assert stage.walrus("get-blob-attribute", blob, "--json").json == changed.json
    stage.walrus("set-blob-attribute", blob, "--attr", "a", "1", "--attr", "b", "2")
    fewer = stage.walrus("remove-blob-attribute-fields", blob, "--keys", "a", "kind", "--json")
    assert fewer.json == {"attribute": {"-height": "-5", "b": "2"}}
    assert stage.walrus("remove-blob-attribute", blob).out == "no attributes\n"
    assert stage.walrus("remove-blob-attribute", blob, "--json").json == {"attribute": {}}


def test_attributes_that_cannot_be_changed_are_one_clear_error(stage: Stage, tmp_path: Path) -> None:
    blob = "0x" + stage.blob().object_id.hex()
    stage.walrus("set-blob-attribute", blob, "--attr", "kind", "photo")
    unknown = stage.walrus("remove-blob-attribute-fields", blob, "--keys", "color", "kind")
    assert (unknown.code, unknown.out) == (8, "")
    assert unknown.err == "error: expected attributes of the blob, which are kind, got color\n"
    cases = {
        ("set-blob-attribute", blob, "--attr", "only a name"): (8, "input"),
        ("set-blob-attribute", blob, "--attr", "a", "1", "--attr", "a", "2"): (8, "input"),
        ("set-blob-attribute", blob): (2, "usage"),
        ("set-blob-attribute", "blob", "--attr", "a", "1"): (8, "input"),
        ("set-blob-attribute", "0x6", "--attr", "a", "1"): (6, "not_owner"),
        ("set-blob-attribute", "0x1234", "--attr", "a", "1"): (5, "object_not_found"),
        ("get-blob-attribute", "0x6"): (6, "contract_mismatch"),
        ("remove-blob-attribute-fields", blob): (2, "usage"),
    }
    for words, expected in cases.items():
        done = stage.walrus(*words, "--json")
        assert (done.code, done.error) == expected, words
    stranger = stage.wallet(tmp_path)
    for words in (("set-blob-attribute", blob, "--attr", "a", "1"), ("remove-blob-attribute", blob)):
        done = stage.walrus(*words, "--json", wallet=stranger)
        assert (done.code, done.error) == (6, "not_owner")
    seen = stage.walrus("get-blob-attribute", blob, "--json", wallet=stranger)
    assert seen.json == {"attribute": {"kind": "photo"}}


def test_a_blob_is_shared_funded_and_extended_by_somebody_else(stage: Stage, tmp_path: Path) -> None:
    blob = stage.blob(epochs=2)
    blob_id = "0x" + blob.object_id.hex()
    shared = stage.walrus("share", "--blob-obj-id", blob_id, "--amount", "1500", "--json")
    assert shared.code == 0
    shared_id = shared.json["sharedBlobObjectId"]
    assert shared.json == {"sharedBlobObjectId": shared_id, "amount": 1500}
    stranger = stage.wallet(tmp_path)
    stage.walrus("get-wal", wallet=stranger)
    words = ("fund-shared-blob", "--shared-blob-obj-id", shared_id, "--amount")
    assert stage.walrus(*words, "2000", "--json", wallet=stranger).json == {"amount": 2000, "funds": 3500}
    text = stage.walrus(*words, "0.1WAL", wallet=stranger).out
    assert text == f"{shared_id} has 0.1000035 WAL for its extensions\n"
    extended = stage.walrus(
        "extend", "--blob-obj-id", shared_id, "--shared", "--epochs-extended", 2, "--json", wallet=stranger
    )
    assert extended.json["epochsExtended"] == 2
    assert extended.json["endEpoch"] == blob.storage.end_epoch + 2
    again = stage.walrus("share", "--blob-obj-id", blob_id, "--json")
    assert (again.code, again.error) == (5, "object_not_found")


def test_what_cannot_be_shared_or_funded_is_one_clear_error(stage: Stage, tmp_path: Path) -> None:
    blob = "0x" + stage.blob().object_id.hex()
    stranger = stage.wallet(tmp_path)
    theirs = stage.walrus("share", "--blob-obj-id", blob, "--json", wallet=stranger)
    assert (theirs.code, theirs.error) == (6, "not_owner")
    shared_id = stage.walrus("share", "--blob-obj-id", blob, "--json").json["sharedBlobObjectId"]
    cases = {
        ("share", "--blob-obj-id", shared_id): (6, "not_owner"),
        ("share", "--blob-obj-id", "x"): (8, "input"),
        ("fund-shared-blob", "--shared-blob-obj-id", "0x6", "--amount", "1"): (6, "contract_mismatch"),
        ("fund-shared-blob", "--shared-blob-obj-id", shared_id, "--amount", "0"): (8, "input"),
        ("fund-shared-blob", "--shared-blob-obj-id", shared_id): (2, "usage"),
        ("extend", "--blob-obj-id", shared_id, "--shared"): (6, "move_abort"),
        ("extend", "--blob-obj-id", shared_id): (6, "not_owner"),
    }
    for words, expected in cases.items():
        done = stage.walrus(*words, "--json")
        assert (done.code, done.error) == expected, words
    broke = stage.walrus(
        "fund-shared-blob", "--shared-blob-obj-id", shared_id, "--amount", "1WAL", "--json", wallet=stranger
    )
    assert (broke.code, broke.error) == (6, "insufficient_funds")


def test_blobs_are_burned_only_when_it_is_meant(stage: Stage, tmp_path: Path) -> None:
    first, second = ("0x" + stage.blob().object_id.hex() for _ in range(2))
    unasked = stage.walrus("burn-blobs", "--object-ids", first)
    assert (unasked.code, "expected --yes" in unasked.err) == (8, True)
    theirs = stage.walrus("burn-blobs", "--object-ids", first, "--yes", "--json", wallet=stage.wallet(tmp_path))
    assert (theirs.code, theirs.error) == (6, "not_owner")
    both = stage.walrus("burn-blobs", "--object-ids", first, second, "--yes", "--json")
    assert both.json == {"burnedBlobs": [first, second]}
    for words in (("--object-ids", first, "--yes"), ("--object-ids", "0x1234", "--yes")):
        gone = stage.walrus("burn-blobs", *words, "--json")
        assert (gone.code, gone.error) == (5, "object_not_found")
    for words in ((), ("--all", "--all-expired"), ("--all", "--object-ids", first)):
        assert stage.walrus("burn-blobs", *words, "--yes").code == 8


@pytest.mark.parametrize("flag", ["--all-expired", "--all"])
def test_expired_or_all_blobs_are_burned(stage: Stage, flag: str) -> None:
    for left in stage.walrus("list-blobs", "--include-expired", "--json").json:
        stage.walrus("burn-blobs", "--object-ids", left["id"], "--yes")
    short, long = ("0x" + stage.blob(epochs=epochs).object_id.hex() for epochs in (1, 9))
    stage.do(stage.world.next_epoch())
    burned = stage.walrus("burn-blobs", flag, "--yes")
    assert burned.code == 0
    assert (f"burned {short}" in burned.out, f"burned {long}" in burned.out) == (True, flag == "--all")
    assert stage.walrus("burn-blobs", "--all-expired", "--yes").out == "nothing to burn\n"


def store(stage: Stage, data: bytes, *, deletable: bool = True) -> tuple[str, str]:
    """A certified blob of these contents: the ids of its object and of the blob."""
    encoded = encode(data, n_shards=N_SHARDS)

    async def make() -> bytes:
        blob = await stage.world.register(encoded, deletable=deletable)
        await stage.world.contracts.certify_blobs(stage.world.owner, [await stage.world.certification(blob)])
        return blob.object_id

    return "0x" + stage.do(make()).hex(), str(encoded.blob_id)


def test_blobs_are_deleted_by_object_blob_or_contents(stage: Stage, tmp_path: Path) -> None:
    objects, blob_ids = zip(*(store(stage, data) for data in (b"one", b"two", b"three", b"three")), strict=True)
    kept, permanent = store(stage, b"for ever", deletable=False)
    (tmp_path / "three").write_bytes(b"three")
    quick = ("--yes", "--no-status-check", "--json")
    by_object = stage.walrus("delete", "--object-ids", objects[0], *quick)
    assert by_object.json == {"deletedBlobs": [objects[0]], "postDeletionStatus": {}}
    by_blob = stage.walrus("delete", "--blob-ids", blob_ids[1], *quick)
    assert by_blob.json["deletedBlobs"] == [objects[1]]
    by_contents = stage.walrus("delete", "--files", tmp_path / "three", *quick)
    assert set(by_contents.json["deletedBlobs"]) == set(objects[2:])
    assert {item["id"] for item in stage.walrus("list-blobs", "--json").json}.isdisjoint(objects)
    cases = {
        ("--blob-ids", permanent): (5, "blob_not_found"),
        ("--object-ids", kept): (6, "move_abort"),
        ("--object-ids", objects[0]): (5, "object_not_found"),
        ("--object-ids", "0x6"): (6, "not_owner"),
        ("--files", tmp_path / "three"): (5, "blob_not_found"),
        ("--files", tmp_path / "absent"): (8, "input"),
        ("--blob-ids", "short"): (8, "blob_id"),
        (): (8, "input"),
    }
    for words, expected in cases.items():
        done = stage.walrus("delete", *words, *quick)
        assert (done.code, done.error) == expected, words
    assert (
        "permanent blobs stay until their end epoch" in stage.walrus("delete", "--object-ids", kept, "--yes").err
    )
    another, _ = store(stage, b"four")
    assert stage.walrus("delete", "--object-ids", another, kept, *quick).code == 6
    assert another in stage.walrus("list-blobs").out  # all or none
    theirs = stage.walrus("delete", "--object-ids", kept, *quick, wallet=stage.wallet(tmp_path))
    assert (theirs.code, theirs.error) == (6, "not_owner")


def test_blobs_are_extended_by_their_owner_with_money(stage: Stage, tmp_path: Path) -> None:
    blob = stage.blob(epochs=2)
    blob_id, end = "0x" + blob.object_id.hex(), blob.storage.end_epoch
    extended = stage.walrus("extend", "--blob-obj-id", blob_id, "--epochs-extended", 3)
    assert extended.out.startswith(f"{blob_id} is stored until epoch {end + 3} (about 20")
    assert f"{blob_id}  100 bytes, deletable, certified, until epoch {end + 3}" in stage.walrus("list-blobs").out
    theirs = stage.walrus("extend", "--blob-obj-id", blob_id, "--json", wallet=stage.wallet(tmp_path))
    assert (theirs.code, theirs.error) == (6, "not_owner")
    far = stage.walrus("extend", "--blob-obj-id", blob_id, "--epochs-extended", 99, "--json")
    assert (far.code, far.error) == (6, "move_abort")
    assert "walrus info epoch" in far.json["error"]["hint"]
    assert stage.walrus("extend", "--blob-obj-id", blob_id, "--epochs-extended", 0).code == 2


def test_what_was_stored_is_shared_once_whatever_becomes_of_the_rest(stage: Stage) -> None:
    mine, gone = stage.blob(), stage.blob()
    assert stage.walrus("burn-blobs", "--object-ids", "0x" + gone.object_id.hex(), "--yes").code == 0
    theirs = StoredBlob(BlobId(b"\1" * 32), size=1, encoded_length=2, end_epoch=3)
    stored = [_stored(mine), theirs, _stored(gone), _stored(mine)]

    async def share() -> dict[BlobId | None, Shared]:
        async with WalrusClient(load_config(stage.config)) as client:
            return await share_stored(client, stored)

    shared = stage.do(share())
    assert set(shared) == {outcome.blob_id for outcome in stored}
    made = shared[stored[0].blob_id]
    assert stage.do(stage.world.contracts.shared_blob(made.object_id or b"")).blob.object_id == mine.object_id
    assert made.document() == {"sharedBlobObject": "0x" + (made.object_id or b"").hex()}
    assert shared[theirs.blob_id].document() == {"sharedBlobObject": None}
    assert shared[stored[2].blob_id].document()["shareError"]["code"] == "object_not_found"
    words = [shared[item.blob_id].line().split(maxsplit=2)[:2] for item in stored[1:3]]
    assert words == [["NOT", "SHARED:"]] * 2


def _stored(blob: Blob) -> StoredBlob:
    return StoredBlob(
        BlobId(blob.blob_id), blob.size, encoded_length=blob.size, end_epoch=blob.storage.end_epoch, blob=blob
    )
