"""One node's pool: what its shares are worth, who comes and goes, and what penalties take (contracts.md §3.3-§3.5,
§3.10; custody, bonds and penalties as in move/README.md). Amounts are FROST.

A step that the contracts must refuse raises `Refused` with the module and code of the abort; the model is of no
use after that, so try steps on a copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Rate = tuple[int, int] | None
"""FROST and shares, or one to one."""


class Refused(Exception):
    """The contracts must abort here."""

    def __init__(self, module: str, code: int) -> None:
        super().__init__(f"{module} {code}")
        self.module, self.code = module, code


def need(condition: bool, module: str, code: int) -> None:
    if not condition:
        raise Refused(module, code)


def worth(rate: Rate, shares: int) -> int:
    return shares if rate is None else shares * rate[0] // rate[1]


def bought(rate: Rate, amount: int) -> int:
    return amount if rate is None else amount * rate[1] // rate[0]


def falls(before: Rate, after: Rate) -> bool:
    """Whether a share is worth less than before."""
    (a, b), (c, d) = before or (1, 1), after or (1, 1)
    return c * b < a * d


def due(pending: dict[int, int], epoch: int) -> int:
    return sum(amount for at, amount in pending.items() if at <= epoch)


def flush(pending: dict[int, int], epoch: int) -> int:
    taken = due(pending, epoch)
    for at in [at for at in pending if at <= epoch]:
        del pending[at]
    return taken


def put(pending: dict[int, int], epoch: int, amount: int) -> None:
    pending[epoch] = pending.get(epoch, 0) + amount


@dataclass
class Pool:
    """One node's money. Amounts to come are by the epoch in which they do."""

    first: int
    """Epoch of the first rate."""
    latest: int
    commission_rate: int
    storage_vote: int
    write_vote: int
    capacity_vote: int
    balance: int = 0
    shares: int = 0
    rates: dict[int, Rate] = field(default_factory=dict)
    entering: dict[int, int] = field(default_factory=dict)
    leaving: dict[int, int] = field(default_factory=dict)
    """In shares."""
    passing: dict[int, int] = field(default_factory=dict)
    """Principal that leaves one epoch after it has entered."""
    next_rates: dict[int, int] = field(default_factory=dict)
    custody: int = 0
    rewards: int = 0
    commission: int = 0
    blocked: int = 0
    bond: int = 0
    bond_leaving: dict[int, int] = field(default_factory=dict)
    lost: int = 0
    last_report: int = 0
    denied: int = 0
    """Bytes the node need not store."""
    deny_sequence: int = 0

    def rate(self) -> Rate:
        return (self.balance, self.shares) if self.balance and self.shares else None

    def rate_at(self, epoch: int) -> Rate:
        """The last one fixed up to `epoch`."""
        known = [at for at in self.rates if self.first < at <= min(epoch, self.latest)]
        return self.rates[max(known)] if known else None

    def entry_rate(self, epoch: int) -> Rate:
        """The first one fixed from `epoch` on."""
        known = [at for at in self.rates if epoch <= at <= self.latest]
        return self.rates[min(known)] if known else None

    def slashable(self) -> int:
        """Shares keep 3/10 FROST each."""
        return max(0, self.balance - -(-3 * self.shares // 10))

    def at(self, epoch: int) -> int:
        """Active stake then, if nothing is earned or lost before."""
        rate = self.rate()
        shares = due(self.leaving, epoch)
        for out, amount in self.passing.items():
            if out <= epoch:
                shares += bought(self.rate_at(out - 1) if out - 1 <= self.latest else rate, amount)
        total = self.balance + due(self.entering, epoch)
        return total - min(worth(rate, shares), total)

    def advance(self, epoch: int, reward: int) -> None:
        commission = reward * self.commission_rate // 10_000
        self.commission += commission
        self.blocked += commission
        changed = [at for at in self.next_rates if at <= epoch]
        if changed:
            self.commission_rate = self.next_rates[max(changed)]
            flush(self.next_rates, epoch)
        self.rewards += reward - commission
        self.balance += reward - commission
        self.latest = epoch
        rate = self.rates[epoch] = self.rate()
        self.balance += flush(self.entering, epoch)
        shares = flush(self.leaving, epoch)
        shares += sum(bought(self.rate_at(at - 1), x) for at, x in self.passing.items() if at <= epoch)
        flush(self.passing, epoch)
        self.balance -= min(worth(rate, shares), self.balance)
        self.shares = bought(rate, self.balance)

    def shares_of(self, principal: int, activation: int) -> int:
        return bought(self.entry_rate(activation), principal)

    def value(self, principal: int, activation: int, sold_at: Rate) -> int:
        """Rounding never costs principal, a slash does."""
        bought_at = self.entry_rate(activation)
        value = worth(sold_at, bought(bought_at, principal))
        return value if falls(bought_at, sold_at) else max(value, principal)

    def pay(self, principal: int, amount: int) -> int:
        first = min(amount, principal, self.custody)
        then = min(amount - first, self.rewards)
        rest = min(amount - first - then, self.custody - first) if self.lost else 0
        self.custody -= first + rest
        self.rewards -= then
        return first + then + rest

    def slash(self, penalty: int) -> int:
        """Commission, then bond, then stakers; returns what was taken."""
        commission = min(penalty, self.commission)
        bond = min(penalty - commission, self.bond)
        stake = min(penalty - commission - bond, self.slashable())
        self.commission -= commission
        self.bond -= bond
        self.balance -= stake
        self.lost += stake
        from_custody = min(stake, self.custody)
        self.custody -= from_custody
        self.rewards -= stake - from_custody
        return commission + bond + stake
