"""What enters the ledger, what it keeps, and what it refuses."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.chain.chain_check import Audit, check_money
from tests.chain.sandbox import Playground, Program, Sandbox, publish
from tests.chain.test_objects import new_toy, toy_size
from walrus_localnet.chain import store as stores
from walrus_localnet.chain.clock import Clock
from walrus_localnet.chain.errors import ChainDataError, LocalChainError, TransactionRejected
from walrus_localnet.chain.objects import coin_balance, id_of, reference_of
from walrus_localnet.chain.store import DATABASE, Store
from walrus_sui import bcs
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import ObjectRef


def payment(box: Sandbox, amount: int = 5) -> Program:
    program = Program()
    program.send(box.bob.address, program.split(sui.GasCoin(), amount)[0])
    return program


def test_the_same_transaction_twice_has_one_result(box: Sandbox) -> None:
    data = box.data(payment(box))
    signature = (box.alice.sign(data),)
    first = box.ledger.execute(data, signature)
    height = box.ledger.head.summary.sequence_number
    assert box.ledger.execute(data, signature) == first
    assert box.ledger.head.summary.sequence_number == height


def test_signatures_must_fit(box: Sandbox) -> None:
    data = box.data(payment(box))
    good = box.alice.sign(data)
    other = box.alice.sign(dataclasses.replace(data, sender=box.bob.address))
    flipped = good[:10] + bytes([good[10] ^ 1]) + good[11:]
    for signatures, message in (
        ((), "got 0"),
        ((other,), "does not"),
        ((flipped,), "does not"),
        ((box.bob.sign(data),), "expected signatures of"),
        ((good, box.bob.sign(data)), "expected signatures of"),
        ((good, good), "expected signatures of"),
        ((good[:50],), "97 bytes"),
        ((b"",), "nothing"),
        ((b"\x09" + good[1:],), "scheme 9"),
        ((b"\x05" + good[1:],), "zkLogin accounts are not offered"),
        ((b"\x06" + good[1:],), "passkey accounts are not offered"),
    ):
        with pytest.raises(TransactionRejected, match=message):
            box.ledger.execute(data, signatures)
    box.ledger.execute(data, (good,))


def test_stale_and_foreign_objects_are_refused(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    stale = box.ref(toy)
    program = Program()
    program.call(play.package, "uses::twice", program.owned(stale))
    box.succeed(program)
    wrong_digest = ObjectRef(toy, box.ref(toy).version, bytes(32))
    unknown = ObjectRef(b"\x77" * 32, 3, bytes(32))
    for reference, message in ((stale, "not available"), (wrong_digest, "not available"), (unknown, "got none")):
        program = Program()
        program.call(play.package, "uses::twice", program.owned(reference))
        with pytest.raises(TransactionRejected, match=message):
            box.run(program)
    program = Program()
    program.call(play.package, "uses::twice", program.owned(box.ref(toy)))
    with pytest.raises(TransactionRejected, match="owned by"):
        box.run(program, box.bob)
    program = Program()
    program.call(play.package, "toys::value", program.owned(box.ref(play.counter)))
    with pytest.raises(TransactionRejected, match="shared since"):
        box.run(program)
    program = Program()
    program.call(b"\x44" * 32, "toys::value")
    with pytest.raises(TransactionRejected, match="expected the package"):
        box.run(program)


def test_a_refused_transaction_changes_nothing(box: Sandbox) -> None:
    head, balance = box.ledger.head, box.balance(box.alice)
    box.clock.now += 10
    with pytest.raises(TransactionRejected):
        box.run(payment(box), price=1)
    assert (box.ledger.head, box.balance(box.alice)) == (head, balance)


def test_a_spent_coin_is_not_spent_again(box: Sandbox) -> None:
    gas = [reference_of(box.coins(box.alice)[0])]
    box.run(payment(box, 5), gas=gas)
    with pytest.raises(TransactionRejected, match="not available"):
        box.run(payment(box, 6), gas=gas)


def test_checkpoints_form_a_chain_over_all_transactions(box: Sandbox, play: Playground) -> None:
    Audit().follow(box.ledger)


def test_old_versions_stay_readable(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    old = box.object(toy)
    program = Program()
    program.call(play.package, "uses::twice", program.owned(box.ref(toy)))
    box.succeed(program)
    assert toy_size(box, toy) == 6
    assert box.ledger.store.at_version(toy, reference_of(old).version) == old
    assert box.ledger.store.at_version(toy, 2**64 - 1) is None


def test_owned_objects_by_type_and_page(box: Sandbox, play: Playground) -> None:
    store = box.ledger.store
    everything = [id_of(obj) for obj in store.owned(box.alice.address)]
    assert everything == sorted(everything)
    coins = [id_of(coin) for coin in store.owned(box.alice.address, sui.StructTag.parse("0x2::coin::Coin"))]
    sui_coin = sui.StructTag.parse("0x2::coin::Coin<0x2::sui::SUI>")
    exact = [id_of(coin) for coin in store.owned(box.alice.address, sui_coin)]
    assert len(coins) == 5
    assert exact == coins
    assert list(store.owned(box.alice.address, sui.StructTag.parse("0x2::coin::Co"))) == []
    first = list(store.owned(box.alice.address, limit=3))
    rest = list(store.owned(box.alice.address, after=id_of(first[-1])))
    assert [id_of(obj) for obj in first + rest] == everything


def test_a_network_survives_its_process(tmp_path: Path) -> None:
    box = Sandbox.open(tmp_path)
    play = publish(box)
    toy = new_toy(box, play)
    chain, head, balance = box.ledger.chain_id, box.ledger.head, box.balance(box.alice)
    box.ledger.close()

    again = Sandbox.open(tmp_path)
    assert (again.ledger.chain_id, again.ledger.head, again.balance(again.alice)) == (chain, head, balance)
    program = Program()
    program.call(play.package, "uses::twice", program.owned(again.ref(toy)))
    again.succeed(program)
    assert toy_size(again, toy) == 6
    again.faucet.fund(again.bob.address)
    again.ledger.close()
    assert (tmp_path / DATABASE).stat().st_mode & 0o077 == 0


def test_a_commit_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    box = Sandbox.open(tmp_path)
    head, balance = box.ledger.head, box.balance(box.alice)
    data = box.data(payment(box))
    stop = "CREATE TRIGGER full BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(ABORT, 'x'); END"
    box.ledger.store._db.execute(stop)
    with pytest.raises(ChainDataError):
        box.ledger.execute(data, (box.alice.sign(data),))
    assert (box.ledger.head, box.balance(box.alice)) == (head, balance)
    box.ledger.store._db.execute("DROP TRIGGER full")
    box.ledger.execute(data, (box.alice.sign(data),))
    assert box.balance(box.alice) < balance
    box.ledger.close()


def test_a_directory_is_for_one_network_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "LOCK_SECONDS", 0.0)
    first = Sandbox.open(tmp_path)
    with pytest.raises(ChainDataError, match="for this network alone, got one that is in use"):
        Store(tmp_path)
    first.succeed(payment(first))
    first.close()
    Sandbox.open(tmp_path).close()


def test_directories_that_hold_something_else(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"this is no database, whatever its name may say of it" * 100)
    with pytest.raises(ChainDataError):
        Store(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ChainDataError):
        Store(tmp_path / "file")


def test_coin_objects_know_their_worth(box: Sandbox, play: Playground) -> None:
    assert coin_balance(box.coins(box.alice)[-1]) == 200 * 10**9 - play.record.outcome.gas_used.net
    assert coin_balance(box.object(play.badge)) is None
    assert coin_balance(box.object(play.package)) is None


def state(box: Sandbox) -> tuple[object, ...]:
    """Everything the store holds."""
    tables = ("objects", "live", "transactions", "checkpoints")
    rows = [box.ledger.store._db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    return (*map(sorted, rows), box.ledger.head)


def test_reverting_brings_back_all_of_the_state(box: Sandbox, play: Playground) -> None:
    toy, other = new_toy(box, play), new_toy(box, play, "other")
    sequence, before = box.ledger.head.summary.sequence_number, state(box)
    box.clock.advance(1000)
    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "uses::twice", given)
    program.call(play.package, "toys::attach", given, program.pure(bcs.U64, 1), program.owned(box.ref(other)))
    box.succeed(program)
    program = Program()
    program.send(box.bob.address, program.owned(box.ref(toy)))
    box.succeed(program)
    second = publish(box)
    program = Program()
    program.call(second.package, "toys::consume", program.shared(box.object(second.counter)))
    box.succeed(program)
    box.faucet.fund(box.bob.address)
    assert state(box) != before

    box.ledger.revert(sequence)
    assert state(box) == before
    assert toy_size(box, toy) == 3
    assert box.ledger.store.latest(second.package) is None
    box.succeed(payment(box))
    with pytest.raises(LocalChainError, match="expected a checkpoint"):
        box.ledger.revert(10**6)


def test_time_advances_at_command(box: Sandbox) -> None:
    height, shown = box.ledger.head.summary.sequence_number, box.ledger.head.summary.timestamp_ms
    checkpoint, digest = box.ledger.advance(3_600_000)
    assert checkpoint.summary.sequence_number == height + 1
    assert checkpoint.summary.timestamp_ms == shown + 3_600_000
    assert digest is not None
    transaction = box.ledger.store.transaction(digest)
    assert transaction is not None
    assert isinstance(transaction.data, sui.TransactionDataV1)
    kind = transaction.data.kind
    assert kind == sui.ConsensusCommitPrologue(0, height + 1, shown + 3_600_000)
    empty, none = box.ledger.advance()
    assert (none, empty.summary.sequence_number) == (None, height + 2)


def test_clocks_never_run_behind_what_was_shown() -> None:
    ahead = Clock(not_before_ms=4 * 10**12)
    assert ahead.now_ms() >= 4 * 10**12
    now = ahead.now_ms()
    ahead.advance(-5000)
    assert ahead.now_ms() >= now
    ahead.advance(10**6)
    assert ahead.now_ms() >= now + 10**6


def test_more_objects_than_are_remembered(box: Sandbox, play: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is forgotten is read again, as it is now."""
    monkeypatch.setattr(stores, "MAX_REMEMBERED", 10)
    toys = [new_toy(box, play) for _ in range(30)]
    for toy in toys[::2]:
        program = Program()
        program.call(play.package, "uses::twice", program.owned(box.ref(toy)))
        box.succeed(program)
    assert [toy_size(box, toy) for toy in toys] == [6, 3] * 15
    Audit().follow(box.ledger)
    check_money(box.ledger)
