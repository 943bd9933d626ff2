"""`walrus node-admin`: commission and votes of nodes, on real contracts."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Stage
from walrus_cli.main import run
from walrus_cli.node.admin import _digest
from walrus_localnet.move.artifacts import built_package
from walrus_sui.bcs.sui import format_address
from walrus_sui.chain import Wallet
from walrus_sui.chain.publishing import LinkedPackage
from walrus_sui.errors import InputError

MOVE = Path(__file__).parents[2] / "move"


@pytest.fixture
def node(stage: Stage) -> str:
    return format_address(stage.world.operators[0].cap.node_id)


@pytest.fixture
def operator(stage: Stage, tmp_path: Path) -> Path:
    """The wallet of the first node's operator, who holds its cap."""
    Wallet(stage.world.operators[0].keypair, stage.world.network.url).save(tmp_path / "client.yaml")
    return tmp_path / "client.yaml"


@pytest.fixture
def other(stage: Stage, tmp_path: Path) -> Path:
    return stage.wallet(tmp_path / "other")


def test_commission_is_taken_and_handed_on(stage: Stage, node: str, operator: Path, other: Path) -> None:
    stage.blob(epochs=9)
    world, keypair = stage.world, stage.world.operators[0].keypair
    stage.do(world.next_epoch())
    stage.do(world.contracts.voting_end(world.owner))  # until then fresh commission can be slashed
    (pool,) = stage.do(world.contracts.pools((world.operators[0].cap.node_id,)))
    assert pool.commission > 0
    words = ("node-admin", "collect-commission", "--node-id", node, "--json")
    denied = stage.walrus(*words, wallet=other)
    assert (denied.code, denied.error) == (6, "not_owner")
    before = stage.do(world.contracts.wal_balance(keypair.address))
    taken = stage.walrus(*words, wallet=operator)
    assert taken.json == {"nodeId": node, "amount": pool.commission}
    assert stage.do(world.contracts.wal_balance(keypair.address)) - before == pool.commission

    new = format_address(Wallet.load(other).keypair.address)
    change = ("node-admin", "set-commission-authorized", "--node-id", node)
    given = stage.walrus(*change, "--address", new, wallet=operator)
    assert given.out == f"the commission of {node} goes to account {new}\n"
    refused = stage.walrus(*words, wallet=operator)
    assert (refused.code, refused.error) == (6, "move_abort")
    assert "--wallet" in refused.json["error"]["hint"]
    assert stage.walrus(*words, wallet=other).code == 0
    stage.do(world.finish_epoch())
    cap = format_address(world.operators[0].cap.object_id)
    back = stage.walrus(*change, "--object-id", cap, "--json", wallet=other)
    assert back.json == {"nodeId": node, "address": None, "objectId": cap}
    assert stage.walrus(*words, wallet=operator).code == 0


def test_votes_are_cast_and_handed_on(stage: Stage, node: str, operator: Path, other: Path) -> None:
    digest = os.urandom(32)
    vote = ("node-admin", "vote-for-upgrade", "--node-id", node, "--digest")
    assert stage.walrus(*vote, digest.hex(), wallet=other).code == 6
    cast = stage.walrus(*vote, digest.hex(), "--json", wallet=operator)
    assert (cast.code, cast.json) == (0, {"nodeId": node, "digest": digest.hex()})
    twice = stage.walrus(*vote, digest.hex(), wallet=operator)
    assert (twice.code, "EDuplicateVote" in twice.err) == (6, True)
    new = format_address(Wallet.load(other).keypair.address)
    change = ("node-admin", "set-governance-authorized", "--node-id", node, "--address")
    assert stage.walrus(*change, new, wallet=operator).code == 0
    later = base64.b64encode(os.urandom(32)).decode()
    assert stage.walrus(*vote, later, wallet=operator).code == 6
    assert stage.walrus(*vote, later, wallet=other).code == 0
    holder = format_address(stage.world.operators[0].keypair.address)
    assert stage.walrus(*change, holder, wallet=other).code == 0


def test_what_cannot_be_done_is_one_clear_error(stage: Stage, node: str, operator: Path) -> None:
    cases = {
        ("collect-commission", "--node-id", "0x6"): (6, "contract_mismatch"),
        ("collect-commission", "--node-id", "0x1234"): (5, "object_not_found"),
        ("collect-commission",): (2, "usage"),
        ("set-commission-authorized", "--node-id", node): (8, "input"),
        ("set-governance-authorized", "--node-id", node, "--address", "0x1", "--object-id", "0x2"): (8, "input"),
        ("vote-for-upgrade", "--node-id", node, "--digest", "short"): (8, "input"),
    }
    for words, expected in cases.items():
        done = stage.walrus("node-admin", *words, "--json", wallet=operator)
        assert (done.code, done.error) == expected, words


def test_digests_are_hex_or_base64() -> None:
    digest = bytes(range(32))
    assert _digest(digest.hex()) == _digest("0x" + digest.hex()) == digest
    assert _digest(base64.b64encode(digest).decode()) == digest
    for wrong in ("", "00" * 31, base64.b64encode(bytes(33)).decode(), "?"):
        with pytest.raises(InputError, match="expected a digest of 32 bytes"):
            _digest(wrong)


@pytest.mark.peer
def test_the_digest_of_a_package_is_what_an_upgrade_is_authorised_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["node-admin", "package-digest", "--package-path", str(MOVE / "wal")]) == 0
    shown = capsys.readouterr().out.split()
    expected = LinkedPackage.of(built_package("wal"), {}).digest
    assert shown == [expected.hex(), base64.b64encode(expected).decode()]
