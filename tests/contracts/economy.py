"""A network's economy on chain and in the model side by side: steps that both take, and what holds after each."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.contracts.books import Books
from tests.contracts.election import fewest_moves, shards_moved
from tests.contracts.model import WAL, Model, encoded_size
from tests.contracts.network import Aborted, Network, Node
from tests.contracts.pool import Refused
from walrus_sui.chain.types import EpochChangeDone, EpochChangeSync, NextParamsSelected

T = TypeVar("T")
HALF_EPOCH_MS = 500

PICK = st.integers(0, 2**16)
PRICES = st.integers(0, 5_000)
CAPACITIES = st.integers(1_000_000, 60_000_000)
STAKES = st.integers(1 * WAL, 50 * WAL) | st.sampled_from([WAL, 10 * WAL])
SIZES = st.integers(0, 500_000)
EPOCHS = st.integers(0, 6)


class Economy(RuleBasedStateMachine):
    """Nodes, stakes and blobs are known by the model's numbers; here is what they are on chain."""

    network: Network

    def __init__(self) -> None:
        super().__init__()
        box, limits = self.network.box, self.network.settings
        self.begun = box.ledger.head.summary.sequence_number, box.clock.now
        self.model = Model(
            limits.n_shards, limits.epoch_ms, limits.epochs_ahead, limits.sync_timeout_ms, limits.bond_per_shard,
            Books(self.network).staking.first_epoch_start,
        )  # fmt: skip
        self.nodes: dict[int, Node] = {}
        self.stakes: dict[int, bytes] = {}
        self.blobs: dict[int, bytes] = {}
        self.spaces: dict[int, bytes] = {}
        self.shards: dict[bytes, tuple[int, ...]] = {}
        self.steps = 0

    @initialize(amounts=st.lists(STAKES, min_size=3, max_size=5), price=PRICES)
    def begin(self, amounts: list[int], price: int) -> None:
        for amount in amounts:
            self.join(500, price, price, 50_000_000)
            self.stake(len(self.nodes) - 1, amount)
        self.time_goes_by(3)

    def teardown(self) -> None:
        box = self.network.box
        sequence, box.clock.now = self.begun
        box.ledger.revert(sequence)

    # both at once -------------------------------------------------------------------------------------------
    def both(self, expect: Callable[[Model], T], act: Callable[[], Any]) -> tuple[T, Any] | None:
        """Takes a step in the model and on chain: both take it and give the same, or both refuse with one code."""
        self.steps += 1
        trial = copy.deepcopy(self.model)
        refusal: Refused | None = None
        try:
            expected = expect(trial)
        except Refused as refused:
            refusal = refused
        if refusal is not None:
            with pytest.raises(Aborted) as aborted:
                act()
            assert (aborted.value.module, aborted.value.code) == (refusal.module, refusal.code)
            return None
        came = act()
        self.model = trial
        return expected, came

    def pays(self, expect: Callable[[Model], int], act: Callable[[], int]) -> None:
        done = self.both(expect, act)
        assert done is None or done[0] == done[1]

    def members(self) -> list[Node]:
        """In the order of the committee."""
        return sorted(map(self.nodes.__getitem__, self.model.committee), key=lambda node: rank(node.node_id))

    def pass_time(self, duration_ms: int) -> None:
        self.network.box.advance(duration_ms)
        self.model.now = self.network.box.clock.now

    # nodes --------------------------------------------------------------------------------------------------
    @precondition(lambda self: len(self.nodes) < 7)
    @rule(commission=st.integers(0, 10_000), storage=PRICES, write=PRICES, capacity=CAPACITIES)
    def join(self, commission: int, storage: int, write: int, capacity: int) -> None:
        epoch = self.model.epoch
        done = self.both(
            lambda model: model.register(commission, storage, write, capacity),
            lambda: self.network.register(commission, storage, write, capacity, epoch),
        )
        assert done is not None
        number, node = done
        self.nodes[number] = node
        self.model.ranks[number] = rank(node.node_id)

    @rule(pick=PICK, storage=PRICES, write=PRICES, capacity=CAPACITIES)
    def vote(self, pick: int, storage: int, write: int, capacity: int) -> None:
        number = choose(self.nodes, pick)
        self.network.vote(self.nodes[number], "storage_price", storage)
        self.network.vote(self.nodes[number], "write_price", write)
        self.network.vote(self.nodes[number], "node_capacity", capacity)
        pool = self.model.pools[number]
        pool.storage_vote, pool.write_vote, pool.capacity_vote = storage, write, capacity

    @rule()
    def update_prices(self) -> None:
        self.both(lambda model: model.update_prices(), self.network.update_prices)

    @rule(pick=PICK, rate=st.integers(0, 10_000))
    def change_commission(self, pick: int, rate: int) -> None:
        number = choose(self.nodes, pick)
        self.network.set_commission(self.nodes[number], rate)
        self.model.pools[number].next_rates[self.model.epoch + 2] = rate

    @rule(pick=PICK)
    def collect_commission(self, pick: int) -> None:
        number = choose(self.nodes, pick)
        node = self.nodes[number]
        self.pays(lambda model: model.collect_commission(number), lambda: self.network.collect_commission(node))

    @rule(pick=PICK, amount=st.integers(1, 40 * WAL))
    def deposit_bond(self, pick: int, amount: int) -> None:
        number = choose(self.nodes, pick)
        node = self.nodes[number]
        self.both(
            lambda model: model.deposit_bond(number, amount), lambda: self.network.deposit_bond(node, amount)
        )

    @precondition(lambda self: any(pool.bond for pool in self.model.pools.values()))
    @rule(pick=PICK, amount=st.integers(0, 20 * WAL))
    def request_bond(self, pick: int, amount: int) -> None:
        number = choose(self.nodes, pick)
        node = self.nodes[number]
        self.both(
            lambda model: model.request_bond(number, amount), lambda: self.network.request_bond(node, amount)
        )

    @rule(pick=PICK)
    def withdraw_bond(self, pick: int) -> None:
        number = choose(self.nodes, pick)
        node = self.nodes[number]
        self.pays(lambda model: model.withdraw_bond(number), lambda: self.network.withdraw_bond(node))

    # stake --------------------------------------------------------------------------------------------------
    @rule(pick=PICK, amount=STAKES)
    def stake(self, pick: int, amount: int) -> None:
        number = choose(self.nodes, pick)
        done = self.both(
            lambda model: model.stake(number, amount), lambda: self.network.stake(self.nodes[number], amount)
        )
        if done:
            self.stakes[done[0]] = done[1]

    @precondition(lambda self: self.stakes)
    @rule(pick=PICK)
    def request_withdraw(self, pick: int) -> None:
        self.request_of(choose(self.stakes, pick))

    def request_of(self, number: int) -> None:
        stake = self.stakes[number]
        self.both(lambda model: model.request_withdraw(number), lambda: self.network.request_withdraw(stake))

    @precondition(lambda self: self.stakes)
    @rule(pick=PICK)
    def withdraw(self, pick: int) -> None:
        self.take_out(choose(self.stakes, pick))

    @precondition(lambda self: self.stakes)
    @rule(picks=st.lists(PICK, min_size=1, max_size=4), phases=st.integers(0, 7))
    def leave(self, picks: list[int], phases: int) -> None:
        """What somebody does who wants the stake back: asks, waits, and takes it."""
        chosen = {choose(self.stakes, pick) for pick in picks}
        for number in chosen:
            stake = self.model.stakes[number]
            if stake.withdraw is None and not self.model.early(stake):
                self.request_of(number)
        self.time_goes_by(phases)
        for number in chosen:
            self.take_out(number)

    def take_out(self, number: int) -> None:
        stake = self.stakes[number]
        self.pays(lambda model: model.withdraw(number), lambda: self.network.withdraw(stake))
        if number not in self.model.stakes:
            del self.stakes[number]

    @precondition(lambda self: self.stakes)
    @rule(pick=PICK, amount=STAKES)
    def split_stake(self, pick: int, amount: int) -> None:
        number = choose(self.stakes, pick)
        stake = self.stakes[number]
        done = self.both(
            lambda model: model.split_stake(number, amount), lambda: self.network.split_stake(stake, amount)
        )
        if done:
            self.stakes[done[0]] = done[1]

    # epochs -------------------------------------------------------------------------------------------------
    @rule(duration_ms=st.integers(0, 600))
    def wait(self, duration_ms: int) -> None:
        self.pass_time(duration_ms)

    @rule(step=st.sampled_from(["voting_end", "change_epoch", "force_sync"]))
    def whatever_the_time(self, step: str) -> None:
        """Steps of the epoch as they come: mostly refused."""
        {"voting_end": self.voting_end, "change_epoch": self.change_epoch, "force_sync": self.force_sync}[step]()

    def voting_end(self) -> None:
        self.both(lambda model: model.voting_end(), self.network.voting_end)

    def change_epoch(self) -> None:
        if self.both(lambda model: model.change_epoch(), self.network.change_epoch):
            after = Books(self.network).staking.committee
            assert not self.shards or shards_moved(self.shards, after) == fewest_moves(self.shards, after)
            self.shards = after

    def force_sync(self) -> None:
        self.both(lambda model: model.force_sync(), self.network.force_sync)

    @rule()
    def next_phase(self) -> None:
        """The step that is due, in time."""
        if self.model.state == "sync":
            self.finish_sync()
            return
        self.pass_time(HALF_EPOCH_MS)
        if self.model.state == "done":
            self.voting_end()
        else:
            self.change_epoch()

    @rule(phases=st.integers(2, 7))
    def time_goes_by(self, phases: int) -> None:
        """Three phases make an epoch."""
        for _ in range(phases):
            self.next_phase()

    @rule(pick=PICK, late=st.booleans())
    def report(self, pick: int, late: bool) -> None:
        self.report_of(choose(self.nodes, pick), self.model.epoch - late)

    def finish_sync(self) -> None:
        for number in list(self.model.committee):
            if self.model.state == "sync" and self.model.pools[number].last_report < self.model.epoch:
                self.report_of(number, self.model.epoch)

    def report_of(self, number: int, epoch: int) -> None:
        node = self.nodes[number]
        self.both(lambda model: model.report(number, epoch), lambda: self.network.report(node, epoch))

    @precondition(lambda self: self.model.state == "sync")
    @rule()
    def nobody_reports(self) -> None:
        self.pass_time(3 * HALF_EPOCH_MS)
        self.force_sync()

    # storage ------------------------------------------------------------------------------------------------
    @rule(
        size=SIZES,
        more=st.integers(0, 2_000_000) | st.just(0),
        epochs=EPOCHS,
        deletable=st.booleans(),
        root=PICK,
        certify=st.booleans(),
    )
    def store(self, size: int, more: int, epochs: int, deletable: bool, root: int, certify: bool) -> None:
        encoded = encoded_size(size, self.model.n) + more
        done = self.both(
            lambda model: model.store(size, encoded, epochs, deletable),
            lambda: self.network.store(root.to_bytes(32, "little"), size, encoded, epochs, deletable),
        )
        if done:
            self.blobs[done[0]] = done[1]
            if certify:
                self.certify_blob(done[0])

    @precondition(lambda self: self.spaces)
    @rule(pick=PICK, size=SIZES, deletable=st.booleans(), root=PICK)
    def store_on_freed_space(self, pick: int, size: int, deletable: bool, root: int) -> None:
        space = choose(self.spaces, pick)
        done = self.both(
            lambda model: model.store_on(space, size, deletable),
            lambda: self.network.store_on(self.spaces[space], root.to_bytes(32, "little"), size, deletable),
        )
        if done:
            del self.spaces[space]
            self.blobs[done[0]] = done[1]

    @precondition(lambda self: self.blobs)
    @rule(pick=PICK, again=st.booleans())
    def certify(self, pick: int, again: bool) -> None:
        fresh = [key for key, blob in self.model.blobs.items() if not blob.certified]
        self.certify_blob(choose(self.blobs if again else fresh or self.blobs, pick))

    def certify_blob(self, number: int) -> None:
        blob, epoch = self.blobs[number], self.model.epoch
        self.both(lambda model: model.certify(number), lambda: self.network.certify(blob, self.members(), epoch))

    @precondition(lambda self: self.blobs)
    @rule(pick=PICK, epochs=EPOCHS)
    def extend(self, pick: int, epochs: int) -> None:
        certified = [key for key, blob in self.model.blobs.items() if blob.certified]
        number = choose(certified or self.blobs, pick)
        blob = self.blobs[number]
        self.both(lambda model: model.extend(number, epochs), lambda: self.network.extend(blob, epochs))

    @precondition(lambda self: self.blobs)
    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        number = choose(self.blobs, pick)
        blob = self.blobs[number]
        done = self.both(lambda model: model.delete(number), lambda: self.network.delete(blob))
        if done:
            del self.blobs[number]
            self.spaces[done[0]] = done[1]

    @rule(amount=st.integers(0, 100 * WAL), epochs=EPOCHS)
    def subsidize(self, amount: int, epochs: int) -> None:
        self.both(lambda model: model.subsidize(amount, epochs), lambda: self.network.subsidize(amount, epochs))

    @rule(amount=st.integers(1, 30 * WAL), root=PICK)
    def a_good_epoch(self, amount: int, root: int) -> None:
        """Something is stored and paid for, so that stake earns."""
        self.store(100, 0, 1, True, root, False)
        self.subsidize(amount, 1)
        self.time_goes_by(3)

    @rule(pick=PICK, sequence=st.integers(0, 3), size=st.integers(0, 3_000_000))
    def deny(self, pick: int, sequence: int, size: int) -> None:
        number, epoch = choose(self.nodes, pick), self.model.epoch
        node = self.nodes[number]
        self.both(
            lambda model: model.deny(number, epoch + sequence, size),
            lambda: self.network.deny(node, epoch + sequence, size, self.members(), epoch),
        )

    # penalties ----------------------------------------------------------------------------------------------
    @rule(pick=PICK)
    def slash_commission(self, pick: int) -> None:
        number = choose(self.nodes, pick)
        node = self.nodes[number]
        self.both(
            lambda model: model.slash_commission(number),
            lambda: self.network.slash_commission(self.members(), node),
        )

    @rule(
        pick=PICK,
        member=st.booleans(),
        basis_points=st.integers(0, 3001) | st.just(3000),
        times=st.integers(1, 6),
    )
    def slash_stake(self, pick: int, member: bool, basis_points: int, times: int) -> None:
        """Several times over it brings the shares down to the least they may be worth."""
        number = choose(self.model.committee if member else self.nodes, pick)
        node = self.nodes[number]
        for _ in range(times):
            self.both(
                lambda model: model.slash_stake(number, basis_points),
                lambda: self.network.slash_stake(self.members(), node, basis_points),
            )

    # what always holds --------------------------------------------------------------------------------------
    @invariant()
    def no_frost_is_lost(self) -> None:
        books = Books(self.network)
        assert books.all_wal() == books.supply() == self.model.supply
        assert self.network.balance() == self.model.purse

    @invariant()
    def pools_agree(self) -> None:
        found = Books(self.network).pools
        assert found.keys() == {node.node_id for node in self.nodes.values()}
        for number, node in self.nodes.items():
            ours, theirs = self.model.pools[number], found[node.node_id]
            assert (theirs.wal_balance, theirs.num_shares) == (ours.balance, ours.shares)
            assert (theirs.latest_epoch, theirs.commission_rate) == (ours.latest, ours.commission_rate)
            assert nonzero(theirs.pending_stake) == nonzero(ours.entering)
            assert nonzero(theirs.pending_shares_withdraw) == nonzero(ours.leaving)
            assert nonzero(theirs.pre_active_withdrawals) == nonzero(ours.passing)
            assert (theirs.stake_balance, theirs.rewards_pool) == (ours.custody, ours.rewards)
            assert (theirs.commission, theirs.bond.balance) == (ours.commission, ours.bond)
            assert (theirs.bond.pending, theirs.lost_stake) == (ours.bond_leaving, ours.lost)

    @invariant()
    def committees_agree(self) -> None:
        staking, system = Books(self.network).staking, Books(self.network).system
        for ours, theirs in (
            (self.model.committee, staking.committee),
            (self.model.previous, staking.previous_committee),
            (self.model.next or {}, staking.next_committee or {}),
        ):
            assert {self.nodes[key].node_id: weight for key, weight in ours.items()} == {
                node_id: len(shards) for node_id, shards in theirs.items()
            }
            held = sorted(shard for shards in theirs.values() for shard in shards)
            assert held == (list(range(self.model.n)) if theirs else [])
        signers = [(member.node_id, member.weight) for member in system.committee.members]
        assert signers == [(node_id, len(shards)) for node_id, shards in staking.committee.items()]
        assert staking.epoch == system.committee.epoch == self.model.epoch
        state = {
            "sync": EpochChangeSync(self.model.synced),
            "done": EpochChangeDone(self.model.done_at),
            "selected": NextParamsSelected(self.model.done_at),
        }
        assert staking.epoch_state == state[self.model.state]

    @invariant()
    def accounts_agree(self) -> None:
        books = Books(self.network)
        assert books.ring == list(zip(self.model.used, self.model.paid, strict=True))
        system = books.system
        assert (system.used_capacity_size, system.total_capacity_size) == (
            self.model.used_now,
            self.model.capacity,
        )
        prices = (system.storage_price_per_unit_size, system.write_price_per_unit_size)
        assert prices == (self.model.storage_price, self.model.write_price)

    @invariant()
    def every_claim_is_covered(self) -> None:
        """Were everybody to leave now, the pool could pay, but for a FROST of rounding at every step."""
        for number, pool in self.model.pools.items():
            claims = [stake for stake in self.model.stakes.values() if stake.node == number]
            owed = sum(
                stake.principal
                if stake.activation > pool.latest
                else pool.value(
                    stake.principal,
                    stake.activation,
                    pool.rate_at(stake.withdraw)
                    if stake.withdraw is not None and stake.withdraw <= pool.latest
                    else pool.rate(),
                )
                for stake in claims
            )
            assert owed <= pool.custody + pool.rewards + self.steps


def rank(node_id: bytes) -> int:
    return int.from_bytes(node_id, "big")


def choose(among: Any, pick: int) -> Any:
    ordered = sorted(among)
    return ordered[pick % len(ordered)]


def nonzero(pending: dict[int, int]) -> dict[int, int]:
    return {epoch: amount for epoch, amount in pending.items() if amount}
