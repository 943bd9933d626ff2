"""`walrus stake` and its kin, `get-wal` and `generate-sui-wallet`, on real contracts."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Stage
from walrus_cli.amounts import amount_text, parse_amount
from walrus_cli.main import run
from walrus_cli.network.money import parse_network
from walrus_sui.chain import Wallet
from walrus_sui.errors import InputError


def nodes(stage: Stage) -> list[str]:
    return ["0x" + operator.cap.node_id.hex() for operator in stage.world.operators]


def owned(stage: Stage) -> dict[str, dict[str, Any]]:
    done = stage.walrus("list-staked-wal", "--json")
    return {item["id"]: item for item in done.json["stakedWal"]}


def test_one_amount_is_for_all_nodes_and_several_are_for_one_each(stage: Stage) -> None:
    first, second, *_ = nodes(stage)
    epoch, before = stage.epoch(), sum(item["principal"] for item in owned(stage).values())
    one = stage.walrus("stake", "--node-ids", first, second, "--amounts", "2WAL", "--json")
    assert (one.code, one.err) == (0, "")
    assert [(item["nodeId"], item["principal"]) for item in one.json["stakedWal"]] == [
        (first, 2_000_000_000),
        (second, 2_000_000_000),
    ]
    each = stage.walrus("stake", "--node-id", first, "--node-id", second, "--amounts", 1_000_000_000, "1.5WAL")
    assert each.code == 0
    assert f"1 WAL with node {first}, counts from epoch {epoch + 1}" in each.out
    assert f"1.5 WAL with node {second}" in each.out
    assert stage.walrus("stake", "--node-ids", first, "--json").json["stakedWal"][0]["principal"] == 10**9
    stakes = owned(stage)
    fresh = one.json["stakedWal"][0]
    assert stakes[fresh["id"]] == {**fresh, "value": fresh["principal"]}
    listed = stage.walrus("list-staked-wal").out
    assert all(item in listed for item in stakes)
    total = amount_text(before + 7_500_000_000, "WAL")  # twice 2, 1, 1.5 and 1
    assert f"{total} staked in all, worth " in listed
    assert listed.endswith(f"; it is epoch {epoch}\n")


def test_stake_that_does_not_count_yet_comes_back_at_once(stage: Stage) -> None:
    (staked,) = stage.walrus("stake", "--node-ids", nodes(stage)[2], "--amount", "3WAL", "--json").json[
        "stakedWal"
    ]
    asked = stage.walrus("request-withdraw-stake", "--staked-wal-ids", staked["id"])
    assert (asked.code, "take it back at once with `walrus withdraw-stake`" in asked.err) == (6, True)
    back = stage.walrus("withdraw-stake", "--staked-wal-ids", staked["id"], "--json").json
    assert back == {"withdrawn": [{"id": staked["id"], "principal": 3 * 10**9, "amount": 3 * 10**9}]}
    assert staked["id"] not in owned(stage)


def test_stake_that_counts_is_asked_for_and_paid_out_when_its_epoch_has_come(stage: Stage) -> None:
    node = nodes(stage)[3]
    (staked,) = stage.walrus("stake", "--node-ids", node, "--amount", "1000WAL", "--json").json["stakedWal"]
    epoch = stage.do(stage.world.next_epoch())
    assert staked["activationEpoch"] == epoch
    stage.blob(epochs=9)  # what it is paid goes to the stakers of this epoch and the following ones
    early = stage.walrus("withdraw-stake", "--staked-wal-ids", staked["id"])
    assert (early.code, "ask for the stake first with `walrus request-withdraw-stake`" in early.err) == (6, True)
    asked = stage.walrus("request-withdraw-stake", "--staked-wal-ids", staked["id"])
    assert (asked.code, f"to be withdrawn from epoch {epoch + 1} on" in asked.out) == (0, True)
    assert owned(stage)[staked["id"]]["state"] == {"withdrawing": {"withdrawEpoch": epoch + 1}}
    soon = stage.walrus("withdraw-stake", "--staked-wal-ids", staked["id"], "--json")
    assert (soon.code, soon.error) == (6, "move_abort")
    assert "list-staked-wal" in soon.json["error"]["hint"]
    stage.do(stage.world.next_epoch())
    owner, value = stage.world.owner.address, owned(stage)[staked["id"]]["value"]
    before = stage.do(stage.world.contracts.wal_balance(owner))
    paid = stage.walrus("withdraw-stake", "--staked-wal-ids", staked["id"])
    came = stage.do(stage.world.contracts.wal_balance(owner)) - before
    assert came == value > 1000 * 10**9
    assert paid.out == f"{staked['id']}: {amount_text(came, 'WAL')} for 1,000 WAL staked\n"


def test_what_cannot_be_staked_or_withdrawn_is_one_clear_error(stage: Stage, tmp_path: Path) -> None:
    node, (stake, *_) = nodes(stage)[0], owned(stage)
    poor = stage.wallet(tmp_path)
    cases = {
        ("stake", "--node-ids", "0x6"): (6, "contract_mismatch"),
        ("stake", "--node-ids", "0x1234"): (5, "object_not_found"),
        ("stake", "--node-ids", "node"): (8, "input"),
        ("stake", "--node-ids", node, "--amounts", "1", "2"): (8, "input"),
        ("stake", "--node-ids", node, "--amounts", "-1WAL"): (8, "input"),
        ("stake", "--node-ids", node, "--amounts", "1SUI"): (8, "input"),
        ("stake", "--node-ids", node, "--amounts", "6000000000WAL"): (6, "insufficient_funds"),
        ("stake", "--node-ids", node, "--amounts", "999999999"): (6, "move_abort"),
        ("stake",): (2, "usage"),
        ("withdraw-stake", "--staked-wal-ids", "0x6"): (6, "not_owner"),
        ("request-withdraw-stake", "--staked-wal-ids", "0x1234"): (5, "object_not_found"),
    }
    for words, expected in cases.items():
        done = stage.walrus(*words, "--json")
        assert (done.code, done.error) == expected, words
    others = stage.walrus("withdraw-stake", "--staked-wal-ids", stake, "--json", wallet=poor)
    assert (others.code, others.error) == (6, "not_owner")
    broke = stage.walrus("stake", "--node-ids", node, "--json", wallet=poor)
    assert (broke.code, broke.error) == (6, "insufficient_funds")


def test_sui_is_changed_into_wal(stage: Stage, tmp_path: Path) -> None:
    wallet = stage.wallet(tmp_path)
    assert stage.walrus("get-wal", "--json", wallet=wallet).json == {
        "amountSui": 5 * 10**8,
        "amountWal": 5 * 10**8,
    }
    assert stage.walrus("get-wal", "--amount", "1.5SUI", wallet=wallet).out == "1.5 WAL for 1.5 SUI\n"
    account = Wallet.load(wallet).keypair.address
    assert stage.do(stage.world.contracts.wal_balance(account)) == 2 * 10**9
    cases = {
        ("--amount", "5000SUI"): (6, "insufficient_funds"),
        ("--amount", "some"): (8, "input"),
        ("--exchange-id", "0x6"): (6, "contract_mismatch"),
        ("--exchange-id", "0x1234"): (5, "object_not_found"),
    }
    for words, expected in cases.items():
        done = stage.walrus("get-wal", *words, "--json", wallet=wallet)
        assert (done.code, done.error) == expected, words
    empty = stage.wallet(tmp_path / "empty", sui=False)
    none = stage.walrus("get-wal", "--json", wallet=empty)
    assert (none.code, none.error) == (6, "insufficient_funds")


def test_a_new_wallet_is_the_owners_alone_and_never_replaces_another(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "wallet" / "client.yaml"
    network = f"{stage.world.network.url};{stage.world.network.faucet_url}"
    made = stage.walrus("generate-sui-wallet", "--path", path, "--sui-network", network, "--use-faucet", "--json")
    assert made.code == 0
    wallet = Wallet.load(path)
    assert made.json == {"walletAddress": "0x" + wallet.keypair.address.hex(), "path": str(path)}
    assert wallet.rpc_url == stage.world.network.url
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stage.do(stage.world.sui.balance(wallet.keypair.address)) > 0
    assert wallet.keypair.suiprivkey not in made.out + made.err
    before = path.read_text()
    again = stage.walrus("generate-sui-wallet", "--path", path, "--json")
    assert (again.code, again.error, path.read_text()) == (3, "wallet", before)


def test_a_faucet_that_does_not_answer_leaves_the_wallet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "client.yaml"
    nowhere = "http://127.0.0.1:1;http://127.0.0.1:1"
    words = ["generate-sui-wallet", "--path", str(path), "--sui-network", nowhere, "--use-faucet", "--json"]
    assert run(words) == 4
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "chain_unreachable"
    assert "0x" + Wallet.load(path).keypair.address.hex() in error["hint"]


def test_networks_by_name_or_by_url() -> None:
    assert parse_network("mainnet").faucet_url is None
    assert parse_network("http://a;http://b")[1:] == ("http://a", "http://b")
    assert parse_network("https://a").faucet_url is None
    with pytest.raises(InputError, match="expected one of localnet, devnet, testnet, mainnet"):
        parse_network("moonnet")


@pytest.mark.parametrize(
    ("text", "coin", "amount"),
    [
        ("1", "WAL", 1),
        ("1000000000", "SUI", 10**9),
        ("1WAL", "WAL", 10**9),
        ("0.000000001 wal", "WAL", 1),
        ("18446744073.709551615WAL", "WAL", (1 << 64) - 1),
        ("7frost", "WAL", 7),
        ("2.5SUI", "SUI", 2_500_000_000),
    ],
)
def test_amounts(text: str, coin: str, amount: int) -> None:
    assert parse_amount(text, coin) == amount


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1.5", "1.5FROST", "1MIST", "1e9", "0.0000000001WAL", "18446744073709551616", "٣WAL"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="expected an amount"):
        parse_amount(text, "WAL")


def test_amounts_are_shown_to_the_last_frost() -> None:
    assert amount_text(1, "WAL") == "0.000000001 WAL"
    assert amount_text(1_234_500_000_000, "WAL") == "1,234.5 WAL"


def test_gas_is_limited_before_or_after_the_commands_name(stage: Stage, tmp_path: Path) -> None:
    wallet = stage.wallet(tmp_path)
    for words in (("--gas-budget", 5, "get-wal"), ("get-wal", "--gas-budget", 5)):
        done = stage.walrus(*words, "--json", wallet=wallet)
        assert (done.code, done.error) == (6, "transaction_rejected")
        assert "got 5" in done.json["error"]["message"]
    assert stage.walrus("--gas-budget", 50_000_000, "get-wal", wallet=wallet).code == 0
