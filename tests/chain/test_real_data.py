"""Real transactions of the public Sui network, executed again: the effects must be theirs, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import pytest

from walrus_localnet.chain.admission import admit
from walrus_localnet.chain.bootstrap import framework
from walrus_localnet.chain.execution import Executor
from walrus_localnet.chain.gas import MIST_PER_BYTE
from walrus_localnet.chain.genesis import genesis_commit
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.objects import storage_size
from walrus_localnet.chain.signatures import check_signatures
from walrus_localnet.chain.store import Store
from walrus_localnet.chain.view import View
from walrus_sui import bcs
from walrus_sui.bcs import sui

DATA = Path(__file__).parent.parent / "vectors" / "sui" / "checkpoint_1137.bcs"


class CommitteeSignature(bcs.Struct):
    epoch: bcs.U64
    signature: Annotated[bytes, bcs.FixedBytes(48)]
    signers: bytes


class CommitPrologue(bcs.Struct):
    """The system transaction of today's network (variant 9), which the local network does not issue."""

    epoch: bcs.U64
    round: bcs.U64
    sub_dag: bcs.U64 | None
    timestamp_ms: bcs.U64
    commit_digest: sui.Digest
    cancelled_variant: bcs.U8
    cancelled: tuple[bcs.U8, ...]
    state_digest: sui.Digest


class Real(NamedTuple):
    """A user's transaction as the network executed it."""

    data: sui.TransactionDataV1
    signatures: tuple[bytes, ...]
    effects: sui.TransactionEffectsV2
    inputs: tuple[sui.Object, ...]
    outputs: tuple[sui.Object, ...]


class Rest(bcs.Struct):
    signatures: tuple[bytes, ...]
    effects: sui.TransactionEffects
    events: tuple[sui.Event, ...] | None
    inputs: tuple[sui.Object, ...]
    outputs: tuple[sui.Object, ...]


def real_transactions() -> list[Real]:
    reader = bcs.Reader(DATA.read_bytes())
    sui.CheckpointSummary.read_from(reader)
    CommitteeSignature.read_from(reader)
    sui.CheckpointContents.read_from(reader)
    found = [read_transaction(reader) for _ in range(reader.length())]
    reader.finish()
    return [entry for entry in found if entry is not None]


def read_transaction(reader: bcs.Reader) -> Real | None:
    assert reader.take(4) == b"\1\0\0\0"  # one signed transaction, with the intent that was signed
    data: sui.TransactionData | None = None
    if reader.data[reader.position + 1] == 9:
        reader.take(2)
        CommitPrologue.read_from(reader)
        reader.take(32)
        sui.GasData.read_from(reader)
        sui.Expiration.read_from(reader)
    else:
        data = sui.TransactionData.read_from(reader)
    rest = Rest.read_from(reader)
    if not isinstance(data, sui.TransactionDataV1):
        return None
    assert isinstance(rest.effects, sui.TransactionEffectsV2)
    return Real(data, rest.signatures, rest.effects, rest.inputs, rest.outputs)


@pytest.fixture(params=range(5))
def real(request: pytest.FixtureRequest) -> Real:
    return real_transactions()[int(request.param)]


def test_the_signatures_are_valid(real: Real) -> None:
    check_signatures(real.data, real.signatures)


def test_deposits_follow_the_sizes(real: Real) -> None:
    for obj in real.outputs:
        assert obj.storage_rebate == storage_size(obj) * MIST_PER_BYTE


def test_the_effects_are_the_networks(real: Real) -> None:
    store = Store()
    store.commit(genesis_commit(framework(), b"\1" * 32, 0))
    ledger = Ledger(store)
    view = View(store)
    view.apply(real.inputs)
    executed = Executor(ledger.machine, ledger.shelf).execute(
        view, admit(view, real.data), ledger.context(real.data)
    )
    assert executed.effects == real.effects
    assert executed.effects.to_bytes() == real.effects.to_bytes()
    assert sorted(executed.written, key=lambda obj: obj.to_bytes()) == sorted(
        real.outputs, key=lambda obj: obj.to_bytes()
    )
    ledger.close()
