"""The contracts beside a model of their rules, in random steps: people stake and leave, store, extend and delete,
epochs pass, nodes come, lose and are punished. After every step both hold the same, and no FROST is lost.

By default a few runs. `WALRUS_ECONOMY=nightly` makes it 200 runs of 100 steps, and what fails is made as short
as possible; any other value is taken for the number of runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test as run_steps

from tests.contracts.economy import HALF_EPOCH_MS, Economy
from tests.contracts.model import WAL
from tests.contracts.network import Settings, deploy
from tests.contracts.pool import worth
from walrus_localnet.chain.sandbox import Sandbox

NIGHTLY = 200
WANTED = os.environ.get("WALRUS_ECONOMY", "")
RUNS = NIGHTLY if WANTED == "nightly" else int(WANTED or 8)
STEPS = 100 if WANTED else 60
EPOCH = 3
"""Phases."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox.open()
    yield box
    box.close()


def economy_on(sandbox: Sandbox, n_shards: int, bond_per_shard: int) -> type[Economy]:
    limits = Settings(n_shards, 2 * HALF_EPOCH_MS, 5, 3 * HALF_EPOCH_MS, bond_per_shard)

    class Here(Economy):
        network = deploy(sandbox, limits)

    return Here


@pytest.fixture
def economy(sandbox: Sandbox) -> Economy:
    """Three nodes with 1,000 WAL each, in epoch 1."""
    made = economy_on(sandbox, 13, 0)()
    made.begin([1000 * WAL] * 3, 1000)
    return made


def everything_agrees(economy: Economy) -> None:
    economy.no_frost_is_lost()
    economy.pools_agree()
    economy.committees_agree()
    economy.accounts_agree()
    economy.every_claim_is_covered()


def newest(economy: Economy) -> int:
    return max(economy.stakes)


@pytest.mark.timeout(0 if WANTED else 600)
@pytest.mark.parametrize(("n_shards", "bond_per_shard"), [(13, 0), (19, WAL)])
def test_contracts_and_model_agree_on_everything(sandbox: Sandbox, n_shards: int, bond_per_shard: int) -> None:
    """`bond_per_shard`: FROST; the second network asks operators for bonds, as far as they have them."""
    run_steps(
        economy_on(sandbox, n_shards, bond_per_shard),
        settings=settings(
            max_examples=RUNS,
            phases=[phase for phase in Phase if WANTED or phase is not Phase.shrink],
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_rounding_never_costs_principal(economy: Economy) -> None:
    economy.a_good_epoch(700 * WAL + 1, 0)
    economy.stake(0, 3 * WAL + 1)
    number, before = newest(economy), economy.network.balance()
    stake = economy.model.stakes[number]
    economy.time_goes_by(EPOCH)
    economy.request_of(number)
    economy.time_goes_by(EPOCH)
    pool = economy.model.pools[stake.node]
    assert worth(pool.rate_at(economy.model.epoch), pool.shares_of(stake.principal, stake.activation)) <= 3 * WAL
    economy.take_out(number)
    assert economy.network.balance() - before == 3 * WAL + 1
    everything_agrees(economy)


def test_stake_that_waits_outside_the_committees_earns_once_it_has_entered(economy: Economy) -> None:
    economy.join(0, 1000, 1000, 10**9)
    newcomer = max(economy.nodes)
    place = sorted(economy.nodes).index(newcomer)
    economy.stake(place, WAL)
    number = newest(economy)
    for _ in range(2):
        economy.a_good_epoch(100 * WAL, 0)
        assert newcomer not in economy.model.committee
    economy.stake(place, 2000 * WAL)
    economy.time_goes_by(EPOCH)
    assert newcomer in economy.model.committee
    before = economy.network.balance()
    economy.request_of(number)
    economy.a_good_epoch(1000 * WAL, 1)
    spent = economy.network.balance() - before
    economy.take_out(number)
    earned = economy.network.balance() - before - spent - WAL
    # the pool's part of 970 WAL, and of that the part of one WAL in 2,001
    assert earned == pytest.approx(970 * WAL * economy.model.previous[newcomer] / 13 / 2001, abs=2)
    everything_agrees(economy)


def test_a_pool_slashed_to_the_limit_takes_no_stake_and_pays_what_is_left(economy: Economy) -> None:
    number = min(economy.stakes)
    place = sorted(economy.nodes).index(economy.model.stakes[number].node)
    economy.slash_stake(place, False, 3000, 6)
    stakes, supply = len(economy.stakes), economy.model.supply
    economy.stake(place, 10 * WAL)
    assert (len(economy.stakes), supply) == (stakes, (5 * 10**9 - 700) * WAL)
    before = economy.network.balance()
    economy.request_of(number)
    economy.time_goes_by(EPOCH)
    economy.take_out(number)
    assert economy.network.balance() - before == 300 * WAL
    everything_agrees(economy)
