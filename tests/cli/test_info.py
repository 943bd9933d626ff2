"""`walrus info` on a network whose numbers are known."""

from __future__ import annotations

from tests.cli.conftest import Stage
from tests.sui_chain.world import N_SHARDS, STORAGE_PRICE, WRITE_PRICE


def test_prices_and_sizes_are_those_of_thirteen_shards(stage: Stage) -> None:
    info = stage.walrus("info", "all", "--json").json
    assert info["priceInfo"]["storagePricePerUnitSize"] == STORAGE_PRICE
    assert info["priceInfo"]["writePricePerUnitSize"] == WRITE_PRICE
    # f = 4: 5 rows and 9 columns, so 14 symbols in a pair of slivers; 27 hashes of metadata, thirteen times
    assert info["bftInfo"] == {"nShards": 13, "maxFaultyShards": 4, "quorumThreshold": 9, "minCorrectShards": 9}
    assert info["sizeInfo"]["maxBlobSize"] == 5 * 9 * 65_534
    assert info["sizeInfo"]["maxBlobSizeInQuilt"] == 5 * 8 * 65_534
    committee = info["committeeInfo"]
    assert (committee["nPrimarySourceSymbols"], committee["nSecondarySourceSymbols"]) == (5, 9)
    assert committee["metadataStorageSize"] == 13 * 27 * 32
    assert committee["maxSliverSize"] == 9 * 65_534
    assert committee["maxEncodedBlobSize"] == 13 * 14 * 65_534 + 13 * 27 * 32
    (encoding,) = info["priceInfo"]["encodingDependentPriceInfo"]
    # 1 MiB: symbols of 23,302 bytes, 4,240,964 bytes of slivers, five started units
    assert (encoding["marginalSize"], encoding["marginalPrice"]) == (1 << 20, 5 * STORAGE_PRICE)
    assert encoding["metadataPrice"] == STORAGE_PRICE
    assert [item["unencodedSize"] for item in encoding["exampleBlobs"]] == [4096, 131_072, 5 * 9 * 65_534]


def test_stakers_see_what_they_choose_by(stage: Stage) -> None:
    nodes = stage.walrus("info", "committee", "--json").json["storageNodes"]
    assert sorted(shard for node in nodes for shard in node["shardIds"]) == list(range(N_SHARDS))
    assert {node["commissionRate"] for node in nodes} == {100}
    assert all(node["stake"] >= 1000 * 10**9 for node in nodes)
    text = stage.walrus("info", "committee").out
    assert text.count("1 % commission") == 4
    assert all(node["nodeId"] in text for node in nodes)


def test_text_for_people(stage: Stage) -> None:
    text = stage.walrus("info").out
    assert f"committee   4 storage nodes, {N_SHARDS} shards" in text
    assert f"prices      {STORAGE_PRICE} FROST per MiB and epoch, {WRITE_PRICE} FROST per MiB written" in text
    assert "9 certify a blob" in stage.walrus("info", "bft").out
    assert "::wal::WAL, 1 WAL = 1,000,000,000 FROST" in stage.walrus("info", "coin").out
