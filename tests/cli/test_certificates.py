"""`walrus certificate`: from the chain into a file, and verified from there without any network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Stage
from tests.sui_chain.world import N_SHARDS, fresh_blob
from walrus_cli.main import run
from walrus_sui.chain.types import Blob
from walrus_sui.redstuff import BlobId, encode

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def blob(stage: Stage) -> Blob:
    return stage.blob(epochs=5)


@pytest.fixture(scope="module")
def saved(stage: Stage, blob: Blob, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "certificate.json"
    done = stage.walrus("certificate", "show", "0x" + blob.object_id.hex(), "--out", path, "--json")
    assert done.code == 0, done.out
    assert json.loads(path.read_text()) == done.json
    return path


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration, so no network."""
    for variable in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("WALRUS_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)


def test_what_is_shown_is_what_the_nodes_signed(stage: Stage, blob: Blob, saved: Path) -> None:
    document = json.loads(saved.read_text())
    assert document["blobId"] == str(BlobId(blob.blob_id))
    assert (document["size"], document["deletable"], document["endEpoch"]) == (100, True, blob.storage.end_epoch)
    assert document["epoch"] == blob.certified_epoch
    assert document["signers"] == [0, 1, 2, 3]
    keys = {"0x" + operator.cap.node_id.hex() for operator in stage.world.operators}
    assert {member["nodeId"] for member in document["committee"]["members"]} == keys
    text = stage.walrus("certificate", "show", saved).out
    assert f"certificate of {document['blobId']}" in text
    assert f"signers    0, 1, 2, 3 of 4 members, {N_SHARDS} of {N_SHARDS} shards" in text
    by_blob_id = stage.walrus("certificate", "show", document["blobId"], "--json")
    assert by_blob_id.json == document


@pytest.mark.usefixtures("offline")
def test_a_saved_certificate_is_verified_without_a_network(
    saved: Path, blob: Blob, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["certificate", "verify", str(saved)]) == 0
    text = capsys.readouterr().out
    assert f"valid: nodes with 13 of 13 shards confirmed {BlobId(blob.blob_id)}" in text
    assert "no file can tell" in text
    committee = json.loads(saved.read_text())["committeeHash"]
    assert run(["certificate", "verify", str(saved), "--committee-hash", "0x" + committee.upper(), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["valid"], document["checked"]) == (True, ["signature", "quorum", "committee"])
    assert run(["certificate", "verify", str(saved), "--committee-hash", "00" * 32, "--json"]) == 8
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "certificate"
    assert run(["certificate", "verify", str(saved), "--on-chain", "--json"]) == 3


def flip(text: str) -> str:
    """Hex with its last byte changed."""
    return text[:-2] + f"{int(text[-2:], 16) ^ 1:02x}"


def only_signers(count: int) -> Edit:
    return lambda document: document.update(signers=list(range(count)))


def member(index: int, **values: object) -> Edit:
    return lambda document: document["committee"]["members"][index].update(values)


FORGERIES: dict[str, tuple[Edit, set[str]]] = {
    "another signature": (lambda d: d.update(signature=flip(d["signature"])), {"signature", "point"}),
    "fewer signers than signed": (only_signers(3), {"certificate", "signature"}),
    "no quorum": (only_signers(2), {"certificate"}),
    "no such member": (only_signers(5), {"certificate"}),
    "a member twice": (lambda d: d.update(signers=[0, 1, 2, 2]), {"certificate"}),
    "another blob id": (lambda d: d.update(blobId="A" * 43), {"certificate"}),
    "another object": (lambda d: d.update(blobObject="0x" + "00" * 32), {"certificate"}),
    "another epoch": (lambda d: d.update(epoch=d["epoch"] + 1), {"certificate"}),
    "another committee's epoch": (lambda d: d["committee"].update(epoch=77), {"certificate"}),
    "another message": (lambda d: d.update(message=flip(d["message"])), {"certificate"}),
    "a message of another kind": (lambda d: d.update(message="02" + d["message"][2:]), {"message"}),
    "more weight": (member(0, weight=13), {"certificate"}),
    "a key that is none": (member(0, publicKey="00" * 96), {"certificate"}),
    "a key too short": (member(0, publicKey="00"), {"certificate"}),
    "a name for a weight": (member(0, weight="all"), {"certificate"}),
    "a yes for a weight": (member(0, weight=True), {"certificate"}),
    "a number for an id": (lambda d: d.update(blobObject=-1), {"certificate"}),
    "a list for a node's id": (member(0, nodeId=[]), {"certificate"}),
    "a text for a size": (lambda d: d.update(size="zz"), {"certificate"}),
    "a size of more than 64 bits": (lambda d: d.update(size=2**70), {"certificate"}),
    "an end before all epochs": (lambda d: d.update(endEpoch=-1), {"certificate"}),
    "half an end": (lambda d: d.update(endEpoch=1.5), {"certificate"}),
    "no transaction": (lambda d: d.update(transaction=None), {"certificate"}),
    "lines for a transaction": (lambda d: d.update(transaction="a\nvalid: yes"), {"certificate"}),
    "a yes among the signers": (lambda d: d.update(signers=[True, *d["signers"][1:]]), {"certificate"}),
    "no committee": (lambda d: d.pop("committee"), {"certificate"}),
    "another version": (lambda d: d.update(version=2), {"certificate"}),
    "more than there is": (lambda d: d.update(comment="trust me"), {"certificate"}),
}


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_certificate_is_refused(
    forgery: str, saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit, codes = FORGERIES[forgery]
    document = json.loads(saved.read_text())
    edit(document)
    path = tmp_path / "forged.json"
    path.write_text(json.dumps(document))
    assert run(["certificate", "verify", str(path), "--json"]) == 8
    assert json.loads(capsys.readouterr().out)["error"]["code"] in codes


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"version": 1}'])
def test_what_is_no_certificate_is_refused(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert run(["certificate", "verify", str(path), "--json"]) == 8
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "certificate"
    with path.open("wb") as file:
        file.truncate((4 << 20) + 1)
    assert run(["certificate", "verify", str(path)]) == 8


def test_the_contents_of_a_file_are_held_against_the_certificate(stage: Stage, tmp_path: Path) -> None:
    data = b"what was stored"
    encoded = encode(data, n_shards=N_SHARDS)

    async def certify() -> Blob:
        stored = await stage.world.register(encoded, deletable=False)
        await stage.world.contracts.certify_blobs(stage.world.owner, [await stage.world.certification(stored)])
        return stored

    stored = stage.do(certify())
    path, right, wrong = (tmp_path / name for name in ("certificate", "right", "wrong"))
    right.write_bytes(data)
    wrong.write_bytes(data + b".")
    shown = stage.walrus("certificate", "show", "0x" + stored.object_id.hex(), "--out", path)
    assert (shown.code, "15 bytes, permanent" in shown.out) == (0, True)
    assert stage.walrus("certificate", "verify", path, "--file", right).code == 0
    refused = stage.walrus("certificate", "verify", path, "--file", wrong, "--json")
    assert (refused.code, refused.error) == (8, "certificate")


def test_it_is_found_behind_later_changes_and_in_later_epochs(stage: Stage, tmp_path: Path) -> None:
    blob = stage.blob(epochs=5)
    blob_id, path = "0x" + blob.object_id.hex(), tmp_path / "certificate"
    stage.walrus("set-blob-attribute", blob_id, "--attr", "a", "1")
    stage.walrus("extend", "--blob-obj-id", blob_id)
    first = stage.walrus("certificate", "show", blob_id, "--out", path, "--json").json
    assert (first["epoch"], first["endEpoch"]) == (blob.certified_epoch, blob.storage.end_epoch + 1)
    stage.do(stage.world.next_epoch())
    later = stage.walrus("certificate", "show", blob_id, "--json").json
    assert later == first
    checked = stage.walrus("certificate", "verify", path, "--on-chain", "--json")
    assert (checked.code, checked.json["checked"]) == (0, ["signature", "quorum", "chain"])
    other = stage.blob()
    document = stage.walrus("certificate", "show", "0x" + other.object_id.hex(), "--json").json
    path.write_text(json.dumps({**document, "size": 7}))
    assert stage.walrus("certificate", "verify", path, "--on-chain").code == 0  # nobody signs sizes


def test_a_frozen_certificate_leads_to_the_same(stage: Stage, tmp_path: Path) -> None:
    async def freeze() -> str:
        blob = await stage.world.register(fresh_blob())
        certification = await stage.world.certification(blob)
        frozen = await stage.world.contracts.certify_and_freeze(stage.world.owner, certification)
        return "0x" + frozen.object_id.hex()

    path = tmp_path / "certificate"
    shown = stage.walrus("certificate", "show", stage.do(freeze()), "--out", path)
    assert shown.code == 0, shown.err
    assert stage.walrus("certificate", "verify", path, "--on-chain").code == 0


def test_what_has_no_certificate_is_one_clear_error(stage: Stage) -> None:
    registered = stage.do(stage.world.register(fresh_blob()))
    cases = {
        "0x" + registered.object_id.hex(): (8, "certificate"),
        str(BlobId(registered.blob_id)): (5, "blob_not_found"),
        "0x6": (6, "contract_mismatch"),
        "0x1234": (5, "object_not_found"),
        "nothing": (8, "blob_id"),
    }
    for what, expected in cases.items():
        done = stage.walrus("certificate", "show", what, "--json")
        assert (done.code, done.error) == expected, what
