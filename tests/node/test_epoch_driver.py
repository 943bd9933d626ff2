"""When which call is due; times by hand from contracts.md §3.9."""

from __future__ import annotations

from dataclasses import replace

import pytest

from walrus_node.chain.epoch_driver import Due, Turn, next_due
from walrus_sui.chain.types import (
    EpochChangeDone,
    EpochChangeSync,
    EpochState,
    NextParamsSelected,
    StakingInnerV1,
    Table,
)

STAKING = StakingInnerV1(
    n_shards=13,
    epoch_duration=1000,
    first_epoch_start=5,
    pools=Table(bytes(32), 0),
    epoch=1,
    active_set=bytes(32),
    next_committee=None,
    committee={},
    previous_committee={},
    next_epoch_params=None,
    epoch_state=EpochChangeSync(0),
    next_epoch_public_keys=bytes(32),
)


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (EpochChangeSync(3), None),
        (EpochChangeDone(20_000), Due(Turn.END_VOTING, 20_500)),
        (NextParamsSelected(20_000), Due(Turn.BEGIN_EPOCH, 21_000)),
    ],
)
def test_next_due(state: EpochState, due: Due | None) -> None:
    assert next_due(replace(STAKING, epoch_state=state)) == due


@pytest.mark.parametrize("state", [EpochChangeDone(0), NextParamsSelected(0)])
def test_the_first_epoch_is_left_to_others(state: EpochState) -> None:
    assert next_due(replace(STAKING, epoch=0, epoch_state=state)) is None
