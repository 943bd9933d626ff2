"""A small network through the command line: its life, its blobs, and what is said when something is missing."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import socket
import stat
from importlib.metadata import version
from urllib.parse import urlsplit

import pytest

from tests.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a file"
    path.write_bytes(os.urandom(200_000))
    return path


@pytest.fixture
def directory(small_net):
    return ("--dir", small_net.layout.root)


def test_status_names_every_process(walrus, directory):
    status = walrus("localnet", "status", *directory, "--json").json
    assert status["running"] is True
    assert [node["name"] for node in status["nodes"]] == ["node-0", "node-1", "node-2", "node-3"]
    assert all(os.path.exists(f"/proc/{node['pid']}") for node in status["nodes"])
    assert set(status) >= {"rpcUrl", "faucetUrl", "systemObject", "stakingObject", "walletAddress", "walletKey"}


def test_keys_are_for_the_owner_only(small_net):
    root = small_net.layout.root
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    exposed = [
        path
        for path in root.rglob("*")
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077 and path.name != "client_config.yaml"
    ]
    keys = [path for path in exposed if path.suffix in (".key", ".keystore", ".json")]
    assert keys == []
    secret = small_net.manifest().wallet_key
    logs = "".join(path.read_text() for path in small_net.layout.logs.iterdir())
    assert secret not in logs
    assert "suiprivkey" not in logs


def test_a_network_that_is_up_is_not_started_twice(walrus, directory):
    done = walrus("localnet", "up", *directory, "--json")
    assert (done.code, done.json["error"]["code"]) == (9, "localnet_running")


def test_a_file_goes_in_and_comes_out(walrus, walrus_process, small_net, file, tmp_path):
    done = walrus_process("store", file, "--epochs", 2, "--permanent", "--json", net=small_net)
    assert done.code == 0, done.err
    (result,) = done.json
    created = result["blobStoreResult"]["newlyCreated"]
    assert result["path"] == str(file)
    blob = created["blobObject"]
    assert (blob["size"], blob["deletable"], blob["encodingType"]) == (200_000, False, "RS2")
    assert (blob["storage"]["startEpoch"], blob["storage"]["endEpoch"], blob["certifiedEpoch"]) == (1, 3, 1)
    assert created["resourceOperation"]["registerFromScratch"]["epochsAhead"] == 2
    assert created["certificate"]["weight"] == 10

    out = tmp_path / "out"
    assert walrus_process("read", blob["blobId"], "--out", out, net=small_net).code == 0
    assert out.read_bytes() == file.read_bytes()

    status = walrus("blob-status", "--file", file, "--json", net=small_net).json
    assert status["blobId"] == blob["blobId"]
    assert status["status"]["permanent"]["isCertified"] is True

    again = walrus_process("store", file, "--permanent", "--json", net=small_net).json[0]["blobStoreResult"]
    assert again["alreadyCertified"]["blobId"] == blob["blobId"]
    assert again["alreadyCertified"]["endEpoch"] == 3


def test_several_files_at_once_and_text_for_people(walrus, small_net, tmp_path):
    paths = [tmp_path / name for name in ("one", "two")]
    for path in paths:
        path.write_text(path.name)
    done = walrus("store", *paths, net=small_net)
    assert done.code == 0
    assert f"{paths[0]}: stored until epoch 2 (about 20" in done.out
    assert done.out.count(" UTC), deletable") == 2
    assert done.out.count("blob id") == 2
    blob_id = done.out.split("blob id")[1].split()[0]
    read = walrus("read", blob_id, net=small_net)
    assert (read.code, read.out) == (0, "one")


def test_a_quilt_gives_its_files_one_by_one(walrus, small_net, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    contents = {"a.txt": b"alpha", "b.bin": os.urandom(3000), "c": b""}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    stored = walrus("store-quilt", *sorted(folder.iterdir()), "--epochs", 2, "--json", net=small_net).json
    quilt_id = stored["blobStoreResult"]["newlyCreated"]["blobObject"]["blobId"]
    assert [file["identifier"] for file in stored["storedQuiltBlobs"]] == ["a.txt", "b.bin", "c"]
    listed = walrus("list-patches-in-quilt", quilt_id, "--json", net=small_net).json
    assert [file["patchId"] for file in listed] == [file["quiltPatchId"] for file in stored["storedQuiltBlobs"]]
    assert walrus("read-quilt", quilt_id, "--out", out, net=small_net).code == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == contents
    one = walrus("read-quilt", quilt_id, "--out", out, "--identifiers", "no such", "--json", net=small_net)
    assert (one.code, one.json["error"]["code"]) == (8, "quilt")


def test_files_of_a_quilt_are_chosen_by_name_tag_or_patch(walrus, small_net, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    (folder / "deeper").mkdir(parents=True)
    out.mkdir()
    (folder / "one").write_text("1")
    (folder / "deeper" / "two").write_text("2")
    plain = walrus("store-quilt", "--paths", folder, "--epochs", "max", "--json", net=small_net).json
    assert {file["identifier"] for file in plain["storedQuiltBlobs"]} == {"one", "two"}
    assert plain["blobStoreResult"]["newlyCreated"]["blobObject"]["storage"]["endEpoch"] >= 54
    described = [
        json.dumps({"path": str(folder / "one"), "identifier": "eins", "tags": {"parity": "odd"}}),
        json.dumps({"path": str(folder / "deeper" / "two"), "tags": {"parity": "even"}}),
    ]
    stored = walrus("store-quilt", "--blobs", *described, "--json", net=small_net).json
    quilt = stored["blobStoreResult"]["newlyCreated"]["blobObject"]["blobId"]
    by_tag = walrus("read-quilt", "--quilt-id", quilt, "--tag", "parity", "odd", "--json", net=small_net).json
    assert by_tag == [{"identifier": "eins", "tags": {"parity": "odd"}, "blob": "MQ=="}]
    patches = [file["quiltPatchId"] for file in stored["storedQuiltBlobs"] + plain["storedQuiltBlobs"]]
    done = walrus("read-quilt", "--quilt-patch-ids", *patches[:3], "--out", out, "--json", net=small_net)
    assert [file["identifier"] for file in done.json] == [
        "eins",
        "two",
        plain["storedQuiltBlobs"][0]["identifier"],
    ]
    assert (out / "eins").read_text() == "1"
    assert "parity" in walrus("resolve-quilt", quilt, "--json", net=small_net).out
    for words in (
        ("--quilt-id", quilt, "--tag", "parity"),
        ("--quilt-id", quilt, "--tag", "parity", "prime"),
        ("--quilt-id", quilt, "--tag", "a", "b", "--identifiers", "two"),
        (quilt, "--quilt-id", quilt),
        ("--identifiers", "two"),
        (),
    ):
        assert walrus("read-quilt", *words, "--json", net=small_net).json["error"]["code"] == "input"
    assert walrus("read-quilt", quilt, net=small_net).code == 8
    assert walrus("store-quilt", "--blobs", '{"path": 1}', net=small_net).code == 8


OFFICIAL = {
    "store": {"blobStoreResult", "path"},
    "dry-run": {"path", "blobId", "unencodedSize", "encodedSize", "storageCost", "encodingType"},
    "read": {"blobId", "blob"},
    "read-out": {"out", "blobId"},
    "blob-id": {"blobId", "file", "unencodedLength", "encodingType"},
    "blob-status": {"blobId", "file", "status", "estimatedExpiryTimestamp"},
    "health": {"nodeId", "nodeUrl", "nodeName", "networkPublicKey", "healthInfo"},
    "epoch": {"currentEpoch", "startOfCurrentEpoch", "epochDuration", "maxEpochsAhead"},
    "storage": {"nShards", "nNodes"},
    "size": {"storageUnitSize", "maxBlobSize", "maxBlobSizeInQuilt"},
    "price": {"storagePricePerUnitSize", "writePricePerUnitSize", "encodingDependentPriceInfo"},
    "encoding": {"marginalSize", "metadataPrice", "marginalPrice", "exampleBlobs", "encodingType"},
}
"""Names in JSON that Walrus' own tool has (protocol.md §6.1); more of ours may stand beside them."""


def test_json_has_the_names_of_walrus(walrus, small_net, file, tmp_path):
    def ask(*words):
        done = walrus(*words, "--json", net=small_net)
        assert done.code == 0, done.out
        return done.json

    out, info = tmp_path / "out", ask("info", "all")
    (dry,) = ask("store", file, "--dry-run", "--permanent")
    (stored,) = ask("store", file, "--permanent", "--force")
    answers = {
        "store": stored,
        "dry-run": dry,
        "read": ask("read", dry["blobId"]),
        "read-out": ask("read", dry["blobId"], "--out", out),
        "blob-id": ask("blob-id", file, "--n-shards", 10),
        "blob-status": ask("blob-status", "--file", file, "--timeout", "10s"),
        "health": ask("health")["healthInfo"][0],
        "encoding": info["priceInfo"]["encodingDependentPriceInfo"][0],
        **{name: info[f"{name}Info"] for name in ("epoch", "storage", "size", "price")},
    }
    missing = {name: OFFICIAL[name] - set(answer) for name, answer in answers.items()}
    assert missing == {name: set() for name in OFFICIAL}
    assert base64.b64decode(answers["read"]["blob"]) == out.read_bytes() == file.read_bytes()
    assert answers["blob-id"]["blobId"] == dry["blobId"]
    blob = stored["blobStoreResult"]["newlyCreated"]["blobObject"]["id"]
    proof = tmp_path / "certificate"
    assert ask("certificate", "show", blob, "--out", proof)["blobId"] == dry["blobId"]
    checked = ask("certificate", "verify", proof, "--file", file, "--on-chain")["checked"]
    assert checked == ["signature", "quorum", "file", "chain"]
    healthy = ask("doctor")
    assert healthy["ok"] is True
    (nodes,) = [check["message"] for check in healthy["checks"] if check["name"] == "nodes"]
    assert nodes.startswith(f"4 of 4 answer, with 10 of 10 shards (version {version('walrus-sui')})")


def test_options_come_from_variables_too(walrus, small_net, file):
    done = walrus("store", file, net=small_net, WALRUS_STORE_DRY_RUN="1", WALRUS_STORE_EPOCHS="7", WALRUS_JSON="1")
    assert done.json[0]["endEpoch"] == 1 + 7
    done = walrus("store", file, "--epochs", 3, "--dry-run", "--json", net=small_net, WALRUS_STORE_EPOCHS="7")
    assert done.json[0]["endEpoch"] == 1 + 3
    assert walrus("info", net=small_net, WALRUS_RPC_URL="http://127.0.0.1:1").code == 4
    chosen = walrus("info", "--json", net=small_net, WALRUS_CONTEXT="another")
    assert (chosen.code, chosen.json["error"]["code"]) == (3, "config")
    bad = walrus("store", file, net=small_net, WALRUS_STORE_END_EPOCH="soon", WALRUS_JSON="1")
    assert (bad.code, bad.json["error"]["code"]) == (2, "usage")


def test_a_new_wallet_is_for_the_network_of_this_machine(walrus, small_net, file, tmp_path):
    (tmp_path / "walrus-sui").mkdir()
    (tmp_path / "walrus-sui" / "localnet").symlink_to(small_net.layout.root)
    path = tmp_path / "client.yaml"
    words = ("generate-sui-wallet", "--path", path, "--sui-network", "localnet", "--use-faucet")
    made = walrus(*words, XDG_DATA_HOME=str(tmp_path))
    assert made.code == 0, made.err
    assert small_net.manifest().rpc_url in path.read_text()
    paid = walrus("get-wal", "--wallet", path, net=small_net)
    assert paid.out == "0.5 WAL for 0.5 SUI\n"
    assert walrus("store", file, "--force", "--wallet", path, net=small_net).code == 0
    assert walrus("list-blobs", "--wallet", path, net=small_net).out.count("200000 bytes") == 1


def blob_listed(listed, object_id):
    (found,) = [item for item in listed if item["id"] == object_id]
    return found


def test_owned_blobs_are_listed_extended_and_deleted(walrus, small_net, file):
    stored = walrus("store", file, "--deletable", "--force", "--json", net=small_net).json
    blob = stored[0]["blobStoreResult"]["newlyCreated"]["blobObject"]
    listed = walrus("list-blobs", "--json", net=small_net).json
    assert blob in [{key: item[key] for key in blob} for item in listed]
    assert all(item["estimatedExpiryTimestamp"].endswith("Z") for item in listed)
    extended = walrus("extend", "--blob-obj-id", blob["id"], "--epochs-extended", 3, "--json", net=small_net)
    assert (extended.json["epochsExtended"], extended.json["endEpoch"]) == (3, 5)
    assert extended.json["estimatedExpiryTimestamp"] > blob_listed(listed, blob["id"])["estimatedExpiryTimestamp"]
    assert (
        f"{blob['id']}  200000 bytes, deletable, certified, until epoch 5"
        in walrus("list-blobs", net=small_net).out
    )
    unasked = walrus("delete", "--object-ids", blob["id"], "--json", net=small_net)
    assert (unasked.code, unasked.json["error"]["code"]) == (8, "input")
    deleted = walrus("delete", "--object-ids", blob["id"], "--yes", "--json", net=small_net)
    assert deleted.json["deletedBlobs"] == [blob["id"]]
    assert list(deleted.json["postDeletionStatus"]) == [blob["blobId"]]
    assert blob["id"] not in walrus("list-blobs", net=small_net).out
    gone = walrus("delete", "--object-ids", blob["id"], "--yes", "--json", net=small_net)
    assert (gone.code, gone.json["error"]["code"]) == (5, "object_not_found")


def test_health_asks_every_node(walrus, small_net, directory):
    assert walrus("localnet", "kill-node", "3", *directory).code == 0
    found = walrus("health", "--detail", "--sort-by", "name", "--json", net=small_net).json
    assert walrus("localnet", "restart-node", "3", *directory).code == 0
    health = found["healthInfo"]
    assert found["latestSeq"] > 0
    assert [entry["nodeName"] for entry in health] == ["node-0", "node-1", "node-2", "node-3"]
    answers = [entry["healthInfo"] for entry in health]
    assert sum("Err" in answer for answer in answers) == 1
    assert all(answer["Ok"]["epoch"] == 1 for answer in answers if "Ok" in answer)
    assert all(answer["Ok"]["shardDetail"]["owned"] for answer in answers if "Ok" in answer)
    chosen = walrus("health", "--node-urls", health[0]["nodeUrl"], health[3]["nodeUrl"], net=small_net)
    assert chosen.out.count("Active in epoch 1") == 2
    one = walrus("health", "--node-ids", health[1]["nodeId"], "--json", net=small_net).json["healthInfo"]
    assert [entry["nodeId"] for entry in one] == [health[1]["nodeId"]]
    assert len(walrus("health", "--active-set", "--json", net=small_net).json["healthInfo"]) == 4
    assert walrus("health", "--active-set", "--committee", net=small_net).code == 8


def test_info_shows_committee_and_prices(walrus, small_net):
    info = walrus("info", "all", "--json", net=small_net).json
    assert info["epochInfo"]["currentEpoch"] == 1
    assert info["storageInfo"]["nShards"] == 10
    nodes = info["committeeInfo"]["storageNodes"]
    assert sorted(node["nShards"] for node in nodes) == [2, 2, 3, 3]
    assert {(node["stake"], node["commissionRate"]) for node in nodes} == {(1000 * 10**9, 6000)}
    prices = info["priceInfo"]
    assert (prices["storagePricePerUnitSize"], prices["writePricePerUnitSize"]) == (100_000, 20_000)
    assert info["sizeInfo"]["maxBlobSize"] == 4 * 7 * 65_534
    # 1 MiB in 10 shards: symbols of 37,450 bytes, 11 in a pair of slivers; metadata of 672 bytes ten times
    (encoding,) = prices["encodingDependentPriceInfo"]
    assert (encoding["marginalSize"], encoding["metadataPrice"], encoding["marginalPrice"]) == (
        1 << 20,
        100_000,
        400_000,
    )
    longest = encoding["exampleBlobs"][-1]
    assert longest["encodedSize"] == 10 * 11 * 65_534 + 6720
    assert info["bftInfo"]["quorumThreshold"] == 7
    for section in ("epoch", "storage", "size", "price", "bft", "coin", "committee"):
        assert walrus("info", section, "--json", net=small_net).json == info[f"{section}Info"]
    assert set(walrus("info", "--json", net=small_net).json) == {
        "epochInfo",
        "storageInfo",
        "sizeInfo",
        "priceInfo",
    }
    assert "quorum" not in walrus("info", net=small_net).out


def test_an_unknown_blob_has_its_own_exit_code(walrus, small_net):
    unknown = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    done = walrus("read", unknown, "--json", net=small_net)
    assert (done.code, done.json["error"]["code"]) == (5, "blob_not_found")


def test_a_file_too_large_by_one_byte_is_refused_without_being_read(walrus, small_net, tmp_path):
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(4 * 7 * 65_534 + 1)
    done = walrus("store", large, "--json", net=small_net)
    assert (done.code, done.json["error"]["code"]) == (8, "blob_too_large")
    assert "expected at most 1834952 bytes for 10 shards, got 1834953" in done.json["error"]["message"]


def test_epochs_are_checked_before_anything_is_paid(walrus, small_net, file):
    for epochs, complaint in [("0", "got 0"), ("54", "expected 1 to 53 epochs"), ("many", "or `max`, got 'many'")]:
        done = walrus("store", file, "--epochs", epochs, "--force", "--json", net=small_net)
        assert (done.code, done.json["error"]["code"]) == (8, "input")
        assert complaint in done.json["error"]["message"]
    (result,) = walrus("store", file, "--epochs", "max", "--force", "--json", net=small_net).json
    assert result["blobStoreResult"]["newlyCreated"]["blobObject"]["storage"]["endEpoch"] == 54


def test_what_cannot_be_read_or_written_is_one_clear_error(walrus, small_net, file, tmp_path):
    assert walrus("store", tmp_path / "missing", net=small_net).code == 8
    (tmp_path / "empty folder").mkdir()
    assert walrus("store", tmp_path / "empty folder", net=small_net).code == 8
    blob_id = walrus("store", file, "--json", net=small_net).json[0]["blobStoreResult"]["newlyCreated"]
    done = walrus("read", blob_id["blobObject"]["blobId"], "--out", tmp_path / "no" / "where", net=small_net)
    assert done.code == 8
    assert done.err.startswith("error: could not write")


def test_a_node_is_killed_and_started_again(walrus, directory, small_net, file):
    assert walrus("localnet", "kill-node", "1", *directory).code == 0
    twice = walrus("localnet", "kill-node", "node-1", *directory)
    assert (twice.code, twice.err.startswith("error: expected node-1 to be running")) == (9, True)
    assert walrus("store", file, "--force", net=small_net).code == 0
    assert walrus("localnet", "restart-node", "1", *directory).code == 0
    assert walrus("localnet", "kill-node", "7", *directory, "--json").json["error"]["code"] == "node_unknown"


def test_with_too_few_nodes_storing_says_who_is_missing(walrus, directory, small_net, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(os.urandom(100))
    assert walrus("localnet", "kill-node", "0", "1", *directory).code == 0
    done = walrus("store", path, net=small_net)
    assert done.code == 7
    assert "expected confirmations worth 7 of 10 shards" in done.err
    doctor = walrus("doctor", "--json", net=small_net)
    assert walrus("localnet", "restart-node", "0", "1", *directory).code == 0
    assert done.err.count("Connect call failed") == 2
    checks = [(check["name"], check["status"]) for check in doctor.json["checks"]]
    assert (doctor.code, checks.count(("node", "warn")), checks.count(("nodes", "fail"))) == (1, 2, 1)


def test_logs_are_at_hand(walrus, directory):
    until(lambda: "reported epoch 1" in walrus("localnet", "logs", "node-2", *directory).out)
    assert walrus("localnet", "logs", "node-9", *directory).code == 9


def test_a_network_that_goes_down_keeps_its_blobs(walrus, directory, small_net, file, tmp_path):
    stored = walrus("store", file, "--epochs", 2, "--permanent", "--force", "--json", net=small_net).json
    blob_id = stored[0]["blobStoreResult"]["newlyCreated"]["blobObject"]["blobId"]
    assert walrus("localnet", "down", *directory).code == 0
    assert walrus("localnet", "status", *directory, "--json").json["running"] is False
    dead = walrus("read", blob_id, net=small_net)
    assert dead.code == 4
    assert "no answer from the Sui full node" in dead.err
    kill = walrus("localnet", "kill-node", "0", *directory, "--json")
    assert kill.json["error"]["code"] == "localnet_not_running"
    with socket.create_server(("127.0.0.1", urlsplit(small_net.manifest().rpc_url).port)):
        taken = walrus("localnet", "up", *directory, "--json")
    assert (taken.code, taken.json["error"]["code"]) == (9, "start_failed")
    assert walrus("localnet", "status", *directory, "--json").json["running"] is False
    assert walrus("localnet", "up", *directory).code == 0
    assert walrus("read", blob_id, "--out", tmp_path / "out", net=small_net).code == 0
    assert hashlib.sha256((tmp_path / "out").read_bytes()).digest() == hashlib.sha256(file.read_bytes()).digest()


def test_a_chain_that_crashed_comes_back_with_everything(walrus_process, directory, small_net, file, tmp_path):
    stored = walrus_process("store", file, "--epochs", 3, "--permanent", "--force", "--json", net=small_net).json
    blob_id = stored[0]["blobStoreResult"]["newlyCreated"]["blobObject"]["blobId"]
    small_net.manifest().chain.signal(signal.SIGKILL)
    assert walrus_process("store", file, "--force", net=small_net).code == 4
    assert walrus_process("localnet", "up", *directory).code == 0
    assert walrus_process("read", blob_id, "--out", tmp_path / "out", net=small_net).code == 0
    assert walrus_process("store", file, "--force", net=small_net).code == 0
