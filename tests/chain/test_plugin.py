"""The pytest plugin: every test begins with the same chain, whatever the last one did."""

from __future__ import annotations

import pytest

from tests.chain.sandbox import PLAYGROUND, Program
from walrus_localnet.chain.errors import LocalChainError
from walrus_localnet.chain.sandbox import Account, Sandbox
from walrus_sui.bcs import sui

heights: set[int] = set()


@pytest.mark.parametrize("turn", range(3))
def test_every_test_finds_the_chain_as_new(sui_sandbox: Sandbox, turn: int) -> None:
    heights.add(sui_sandbox.ledger.head.summary.sequence_number)
    assert len(heights) == 1
    carol = sui_sandbox.account("carol")
    assert sui_sandbox.balance(carol) == 1000 * 10**9
    sui_sandbox.advance(1000)
    program = Program()
    program.send(carol.address, program.split(sui.GasCoin(), turn + 1)[0])
    sui_sandbox.succeed(program)


def test_accounts_follow_from_their_names() -> None:
    assert Account("dave").address == Account("dave").address
    assert Account("dave").address != Account("erin").address


def test_what_is_not_as_expected_is_said(sui_sandbox: Sandbox) -> None:
    published = sui_sandbox.publish(PLAYGROUND)
    failing, working = Program(), Program()
    failing.call(published.package, "toys::fail")
    working.split(sui.GasCoin(), 1)
    working.send(sui_sandbox.bob.address, sui.NestedResult(0, 0))
    with pytest.raises(LocalChainError, match="Move abort 7"):
        sui_sandbox.succeed(failing)
    with pytest.raises(LocalChainError, match="got success"):
        sui_sandbox.fail(working)
    with pytest.raises(LocalChainError, match="got none"):
        sui_sandbox.object(b"\x55" * 32)
    with pytest.raises(LocalChainError, match="got a package"):
        sui_sandbox.contents(published.package)
    with pytest.raises(ValueError, match="expected a shared object"):
        working.shared(sui_sandbox.object(published.cap))
