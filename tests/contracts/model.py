"""The economy of a Walrus network as its rules say it (contracts.md §2.4-§2.7, §3; move/README.md for what goes
beyond Walrus): plain numbers in plain lists, no layouts, no clients, no chain.

Nodes, stakes and blobs have numbers; amounts are FROST, sizes bytes, times milliseconds. Steps raise `Refused` as
those of a pool do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.contracts.election import max_seats, seats_won
from tests.contracts.pool import Pool, flush, need, put

WAL = 10**9
UNIT = 2**20
UNLIMITED = 2**64 - 1
BURN_PERCENT = 3


def units(size: int) -> int:
    return -(-size // UNIT)


def encoded_size(size: int, n: int) -> int:
    f = (n - 1) // 3
    rows, columns = n - 2 * f, n - f
    symbol = (max(size, 1) - 1) // (rows * columns) + 1
    symbol += symbol % 2
    return n * ((rows + columns) * symbol + 64 * n + 32)


def is_quorum(weight: int, n: int) -> bool:
    return 3 * weight >= 2 * n + 1


@dataclass
class Stake:
    node: int
    principal: int
    activation: int
    withdraw: int | None = None


@dataclass
class Stored:
    """A blob and its storage."""

    encoded: int
    """Bytes of storage, which may be more than the blob needs."""
    size: int
    start: int
    end: int
    deletable: bool
    certified: bool = False


@dataclass
class Model:
    n: int
    epoch_ms: int
    length: int
    sync_timeout_ms: int
    bond_per_shard: int
    now: int
    supply: int = 5_000_000_000 * WAL
    purse: int = 5_000_000_000 * WAL
    epoch: int = 0
    state: str = "done"
    done_at: int = 0
    sync_began: int = 0
    synced: int = 0
    storage_price: int = 0
    write_price: int = 0
    capacity: int = 0
    next_capacity: int = 0
    pools: dict[int, Pool] = field(default_factory=dict)
    stakes: dict[int, Stake] = field(default_factory=dict)
    blobs: dict[int, Stored] = field(default_factory=dict)
    spaces: dict[int, Stored] = field(default_factory=dict)
    active: list[int] = field(default_factory=list)
    """In the order in which the election looks at them."""
    active_stake: dict[int, int] = field(default_factory=dict)
    committee: dict[int, int] = field(default_factory=dict)
    previous: dict[int, int] = field(default_factory=dict)
    next: dict[int, int] | None = None
    used: list[int] = field(default_factory=list)
    paid: list[int] = field(default_factory=list)
    used_now: int = 0
    """`used_capacity_size`, kept apart from the ring."""
    ranks: dict[int, int] = field(default_factory=dict)
    """How the id of each node compares with others; told from outside."""
    last_number: int = 0

    def __post_init__(self) -> None:
        self.used, self.paid, self.done_at = [0] * self.length, [0] * self.length, self.now

    def number(self) -> int:
        self.last_number += 1
        return self.last_number

    # nodes --------------------------------------------------------------------------------------------------
    def register(self, commission: int, storage: int, write: int, capacity: int) -> int:
        first = self.epoch + (self.next is not None)
        number = self.number()
        self.pools[number] = Pool(first, self.epoch, commission, storage, write, capacity, rates={first: None})
        return number

    def refresh(self, node: int) -> None:
        """Brings the list of candidates up to the stake at the first epoch without a committee (§3.6)."""
        stake = self.pools[node].at(self.open_epoch())
        if not stake:
            if node in self.active:
                place = self.active.index(node)
                self.active[place] = self.active[-1]
                self.active.pop()
        elif node not in self.active:
            self.active.append(node)
        self.active_stake[node] = stake

    def open_epoch(self) -> int:
        return self.epoch + (1 if self.next is None else 2)

    def counts_next(self, node: int) -> bool:
        return self.next is not None and node in self.next

    # stake --------------------------------------------------------------------------------------------------
    def stake(self, node: int, amount: int) -> int:
        pool = self.pools[node]
        need(pool.shares == 0 or pool.slashable() > 0, "staking_pool", 6)
        need(amount >= WAL, "staked_wal", 7)
        number, activation = self.number(), self.open_epoch()
        self.stakes[number] = Stake(node, amount, activation)
        self.purse -= amount
        pool.custody += amount
        put(pool.entering, activation, amount)
        self.refresh(node)
        return number

    def early(self, stake: Stake) -> bool:
        coming = self.epoch + 1
        idle = stake.activation > coming or (stake.activation == coming and not self.counts_next(stake.node))
        return stake.withdraw is None and idle

    def request_withdraw(self, number: int) -> None:
        stake = self.stakes[number]
        pool = self.pools[stake.node]
        need(stake.withdraw is None, "staking_pool", 8)
        need(not self.early(stake), "staking_pool", 13)
        need(self.counts_next(stake.node) or stake.node in self.committee, "staking_pool", 13)
        out = self.epoch + (2 if self.counts_next(stake.node) else 1)
        if stake.activation > pool.latest:
            put(pool.passing, out, stake.principal)
        else:
            shares = pool.shares_of(stake.principal, stake.activation)
            need(shares > 0, "staking_pool", 18)
            put(pool.leaving, out, shares)
        stake.withdraw = out
        self.refresh(stake.node)

    def withdraw(self, number: int) -> int:
        stake = self.stakes[number]
        pool, principal = self.pools[stake.node], stake.principal
        outside = stake.node not in self.committee and not self.counts_next(stake.node)
        if self.early(stake) or (stake.withdraw is None and outside and stake.activation > pool.latest):
            pool.entering[stake.activation] -= principal
            value = principal
        elif stake.withdraw is None and outside:
            put(pool.leaving, self.epoch, pool.shares_of(principal, stake.activation))
            value = pool.value(principal, stake.activation, pool.rate())
        else:
            need(stake.withdraw is not None, "staking_pool", 10)
            assert stake.withdraw is not None
            need(stake.withdraw <= self.epoch, "staking_pool", 11)
            value = pool.value(principal, stake.activation, pool.rate_at(stake.withdraw))
        payout = pool.pay(principal, value)
        self.purse += payout
        del self.stakes[number]
        self.refresh(stake.node)
        return payout

    def split_stake(self, number: int, amount: int) -> int:
        stake = self.stakes[number]
        need(amount < stake.principal, "staked_wal", 2)
        need(min(amount, stake.principal - amount) >= WAL, "staked_wal", 7)
        stake.principal -= amount
        part = self.number()
        self.stakes[part] = Stake(stake.node, amount, stake.activation, stake.withdraw)
        return part

    # epochs (§3.9) ------------------------------------------------------------------------------------------
    def voting_end(self) -> None:
        need(self.state == "done", "staking_inner", 0)
        need(self.epoch == 0 or self.now >= self.done_at + self.epoch_ms // 2, "staking_inner", 0)
        for node in self.previous:
            self.pools[node].blocked = 0
        need(bool(self.active), "staking_inner", 3)
        stakes = [self.active_stake[node] for node in self.active]
        seats = seats_won(stakes, self.limits(), self.n)
        self.next = {node: won for node, won in zip(self.active, seats, strict=True) if won}
        offers = [
            (min(self.pools[node].capacity_vote * self.n // w, UNLIMITED), w) for node, w in self.next.items()
        ]
        self.next_capacity = max(v for v, _ in offers if self.agreed(w for x, w in offers if x >= v))
        self.state = "selected"

    def limits(self) -> list[int]:
        limit = max_seats(len(self.active), self.n)
        if not self.bond_per_shard:
            return [limit] * len(self.active)
        pools = [self.pools[node] for node in self.active]
        covers = [max(0, pool.bond - sum(pool.bond_leaving.values())) // self.bond_per_shard for pool in pools]
        bonded = [min(limit, cover) for cover in covers]
        return bonded if sum(bonded) >= self.n else [limit] * len(self.active)

    def agreed(self, weights: Iterable[int]) -> bool:
        return is_quorum(sum(weights), self.n)

    def change_epoch(self) -> None:
        burned = self.paid[0] * BURN_PERCENT // 100
        need(self.next is not None, "staking_inner", 6)
        assert self.next is not None
        need(self.epoch == 0 or self.now >= self.done_at + self.epoch_ms, "staking_inner", 0)
        self.supply -= burned
        rewards = self.share_out(self.paid.pop(0) - burned, self.used.pop(0))
        self.paid.append(0)
        self.used.append(0)
        self.used_now = self.used[0]
        self.capacity = max(self.next_capacity, self.used_now)
        self.epoch += 1
        self.previous, self.committee, self.next = self.committee, self.next, None
        self.state, self.synced, self.sync_began = "sync", 0, self.now
        for node, reward in [*rewards.items(), *((node, 0) for node in self.committee if node not in rewards)]:
            need(reward == 0 or self.pools[node].balance > 0, "staking_pool", 2)
            self.pools[node].advance(self.epoch, reward)
        for node in sorted({*rewards, *self.committee}, key=lambda node: (node not in rewards, self.ranks[node])):
            self.refresh(node)
        self.update_prices()

    def share_out(self, paid: int, used: int) -> dict[int, int]:
        stored = {node: w * (used - min(self.pools[node].denied, used)) for node, w in self.committee.items()}
        total = max(sum(stored.values()), 1)
        rewards = {node: bytes_ * paid // total for node, bytes_ in stored.items()}
        self.paid[0] += paid - sum(rewards.values())
        return rewards

    def update_prices(self) -> None:
        votes = [
            (self.pools[node].storage_vote, self.pools[node].write_vote, w) for node, w in self.committee.items()
        ]
        if not votes:
            self.storage_price = self.write_price = UNLIMITED
            return
        self.storage_price = min(s for s, _, _ in votes if self.agreed(w for x, _, w in votes if x <= s))
        self.write_price = min(p for _, p, _ in votes if self.agreed(w for _, x, w in votes if x <= p))

    def report(self, node: int, epoch: int) -> None:
        need(epoch == self.epoch, "staking_inner", 1)
        need(self.pools[node].last_report < self.epoch, "staking_inner", 2)
        need(node in self.committee, "staking_inner", 4)
        self.pools[node].last_report = self.epoch
        if self.state == "sync":
            self.synced += self.committee[node]
            if is_quorum(self.synced, self.n):
                self.state, self.done_at = "done", self.now

    def force_sync(self) -> None:
        need(self.state == "sync" and self.now >= self.sync_began + self.sync_timeout_ms, "staking_inner", 0)
        self.state, self.done_at = "done", self.now

    # storage (§2.3, §2.6, §2.7) -----------------------------------------------------------------------------
    def charge(self, size: int, start: int, end: int) -> None:
        need(start < end <= self.length, "system_state_inner", 2)
        cost = units(size) * self.storage_price
        for offset in range(start, end):
            self.paid[offset] += cost
            self.used[offset] += size
            if offset == 0:
                self.used_now = self.used[0]
            need(self.used[offset] <= self.capacity, "system_state_inner", 1)
        self.purse -= cost * (end - start)

    def store(self, size: int, encoded: int, epochs: int, deletable: bool) -> int:
        self.charge(encoded, 0, epochs)
        return self.place(Stored(encoded, size, self.epoch, self.epoch + epochs, deletable))

    def store_on(self, space: int, size: int, deletable: bool) -> int:
        old = self.spaces.pop(space)
        return self.place(Stored(old.encoded, size, old.start, old.end, deletable))

    def place(self, blob: Stored) -> int:
        need(blob.start <= self.epoch < blob.end, "blob", 2)
        needed = encoded_size(blob.size, self.n)
        need(needed <= blob.encoded, "blob", 3)
        cost = units(needed) * self.write_price
        self.paid[0] += cost
        self.purse -= cost
        number = self.number()
        self.blobs[number] = blob
        return number

    def certify(self, number: int) -> None:
        blob = self.blobs[number]
        need(not blob.certified, "blob", 5)
        need(self.epoch < blob.end, "blob", 2)
        blob.certified = True

    def extend(self, number: int, epochs: int) -> None:
        blob = self.blobs[number]
        need(blob.certified, "blob", 0)
        need(self.epoch < blob.end, "blob", 2)
        start = blob.end - self.epoch
        self.charge(blob.encoded, start, start + epochs)
        blob.end += epochs

    def delete(self, number: int) -> int:
        blob = self.blobs[number]
        need(blob.deletable, "blob", 1)
        need(blob.end > self.epoch, "blob", 2)
        space = self.number()
        self.spaces[space] = self.blobs.pop(number)
        return space

    def subsidize(self, amount: int, epochs: int) -> None:
        need(0 < epochs <= self.length, "system_state_inner", 2)
        for offset in range(epochs):
            self.paid[offset] += amount // epochs
        self.paid[0] += amount % epochs
        self.purse -= amount

    def deny(self, node: int, sequence: int, size: int) -> None:
        need(node in self.committee, "system_state_inner", 8)
        need(self.pools[node].deny_sequence < sequence, "system_state_inner", 9)
        self.pools[node].deny_sequence, self.pools[node].denied = sequence, size

    # operators ----------------------------------------------------------------------------------------------
    def collect_commission(self, node: int) -> int:
        pool = self.pools[node]
        free = pool.commission - min(pool.blocked, pool.commission)
        pool.commission -= free
        self.purse += free
        return free

    def deposit_bond(self, node: int, amount: int) -> None:
        self.pools[node].bond += amount
        self.purse -= amount

    def request_bond(self, node: int, amount: int) -> None:
        pool = self.pools[node]
        need(0 < amount <= pool.bond - sum(pool.bond_leaving.values()), "bond", 0)
        put(pool.bond_leaving, self.epoch + 2, amount)

    def withdraw_bond(self, node: int) -> int:
        pool = self.pools[node]
        paid = min(flush(pool.bond_leaving, self.epoch), pool.bond)
        pool.bond -= paid
        self.purse += paid
        return paid

    def slash_commission(self, node: int) -> None:
        pool = self.pools[node]
        self.supply -= pool.commission
        pool.commission = pool.blocked = 0

    def slash_stake(self, node: int, basis_points: int) -> None:
        need(0 < basis_points <= 3000, "slashing", 5)
        need(node in self.committee, "slashing", 6)
        self.supply -= self.pools[node].slash(self.pools[node].balance * basis_points // 10_000)
        self.refresh(node)
