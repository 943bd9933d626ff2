"""Objects owned by a party: its own alone, and put in order like shared ones."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from tests.chain.chain_check import Audit, check_money
from tests.chain.sandbox import SUI, Account, Program, Sandbox
from tests.chain.test_entry import RULES
from walrus_localnet.chain.balances import balance_changes
from walrus_localnet.chain.errors import TransactionRejected
from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.page import page_routes
from walrus_localnet.chain.ptb.failure import CommandFailed
from walrus_localnet.chain.rpc.execution_service import ExecutionService
from walrus_localnet.chain.rpc.ledger_service import LedgerService
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.chain.rpc.programs import program_message
from walrus_localnet.chain.sandbox.box import BUDGET
from walrus_localnet.chain.simulation import simulate
from walrus_localnet.chain.writes import check_circles
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import (
    AddressOwner,
    ConsensusAddressOwner,
    GasData,
    NoExpiration,
    ObjectOwner,
    Owner,
    TransactionDataV1,
    TypeTag,
    format_address,
)


@pytest.fixture
def package(box: Sandbox) -> bytes:
    return box.publish(RULES).package


def new_cup(box: Sandbox, package: bytes, owner: Account) -> bytes:
    program = Program()
    program.call(package, "rules::give", program.call(package, "rules::cup"), program.address(owner.address))
    (made,) = box.created(box.succeed(program), "Cup")
    return made


def new_deed(box: Sandbox, package: bytes, owner: Account) -> bytes:
    program = Program()
    program.call(package, "rules::new_deed", program.address(owner.address))
    (made,) = box.created(box.succeed(program), "Deed")
    return made


def use(box: Sandbox, package: bytes, deed: bytes, *, mutable: bool = True) -> Program:
    program = Program()
    program.call(package, "rules::number", program.shared(box.object(deed), mutable=mutable))
    return program


def version(box: Sandbox, object_id: bytes) -> int:
    return box.ref(object_id).version


def test_ownership_begins_with_the_transaction(box: Sandbox, package: bytes) -> None:
    deed = new_deed(box, package, box.bob)
    assert box.object(deed).owner == ConsensusAddressOwner(version(box, deed), box.bob.address)


def test_the_owner_uses_it_as_if_shared_and_nobody_else(box: Sandbox, package: bytes) -> None:
    deed = new_deed(box, package, box.bob)
    owner = box.object(deed).owner
    box.succeed(use(box, package, deed), box.bob)
    box.succeed(use(box, package, deed), box.bob)
    assert box.contents(deed)[32:] == (2).to_bytes(8, "little")
    assert box.object(deed).owner == owner
    with pytest.raises(TransactionRejected, match="owned by the party"):
        box.run(use(box, package, deed))
    program = Program()
    program.call(package, "rules::number", program.owned(box.ref(deed)))
    with pytest.raises(TransactionRejected, match="owned by the party"):
        box.run(program, box.bob)


def test_given_read_only_it_is_not_changed(box: Sandbox, package: bytes) -> None:
    deed = new_deed(box, package, box.bob)
    failure = box.fail(use(box, package, deed, mutable=False), box.bob)
    assert failure.error == sui.CommandArgumentError(0, sui.InvalidObjectByMutRef())
    cup = new_cup(box, package, box.bob)
    program = Program()
    program.call(package, "rules::filled", program.shared(box.object(cup), mutable=False))
    record = box.succeed(program, box.bob)
    assert record.outcome.unchanged_consensus_objects == (
        (cup, sui.ReadOnlyRoot(version(box, cup), box.ref(cup).digest)),
    )


def test_handing_over_begins_anew_and_renewing_goes_on(box: Sandbox, package: bytes) -> None:
    deed = new_deed(box, package, box.bob)
    begun = box.object(deed).owner
    for owner, expected in ((box.bob, begun), (box.alice, None)):
        program = Program()
        given = program.shared(box.object(deed))
        program.call(package, "rules::hand_over", given, program.address(owner.address))
        box.succeed(program, box.bob)
        expected = expected or ConsensusAddressOwner(version(box, deed), box.alice.address)
        assert box.object(deed).owner == expected


def test_it_can_become_anything_but_shared(box: Sandbox, package: bytes) -> None:
    cup = new_cup(box, package, box.bob)
    program = Program()
    program.send(box.alice.address, program.shared(box.object(cup)))
    box.succeed(program, box.bob)
    assert box.object(cup).owner == AddressOwner(box.alice.address)

    cup = new_cup(box, package, box.bob)
    program = Program()
    program.call(package, "rules::share_cup", program.shared(box.object(cup)))
    assert isinstance(box.fail(program, box.bob).error, sui.MoveAbort)
    program = Program()
    program.call(package, "rules::smash", program.shared(box.object(cup)))
    box.succeed(program, box.bob)
    assert box.ledger.store.latest(cup) is None
    Audit().follow(box.ledger)
    check_money(box.ledger)


def test_a_coin_of_a_party_pays_no_gas(box: Sandbox) -> None:
    """All of carol's coins but one are a party's: that one pays, whoever chooses."""
    carol = box.account("carol")
    program = Program()
    party = program.call(SUI, "party::single_owner", program.address(carol.address))
    coin = TypeTag.parse("0x2::coin::Coin<0x2::sui::SUI>")
    for reference in box.coins(carol)[1:]:
        given = program.owned(box.ref(reference.data.contents[:32]))  # type: ignore[union-attr]
        program.call(SUI, "transfer::public_party_transfer", given, party, type_args=[coin])
    changes = balance_changes(box.succeed(program, carol).outcome, box.ledger.store.at_version)
    (change,) = changes.values()
    assert -BUDGET < change < 0  # only gas: what a party has is its owner's as before
    idle = Program()
    idle.add(sui.MakeMoveVec(sui.U8Tag(), ()))
    gas = GasData((), carol.address, 1000, 0)
    data = TransactionDataV1(idle.build(), carol.address, gas, NoExpiration())
    chosen = simulate(box.ledger, data, select_gas=True).data.gas.payment
    assert [box.object(reference.object_id).owner for reference in chosen] == [AddressOwner(carol.address)]
    owners = [type(coin.owner) for coin in box.coins(carol)]
    assert sorted(owner.__name__ for owner in owners) == ["AddressOwner", *["ConsensusAddressOwner"] * 4]


async def test_the_server_finds_out_that_it_is_a_party_s(box: Sandbox, package: bytes) -> None:
    deed = new_deed(box, package, box.bob)
    box.succeed(use(box, package, deed), box.bob)
    message = program_message(use(box, package, deed).build())
    message.inputs = [rpc.Input(object_id=format_address(deed))]
    feed = CheckpointFeed(box.ledger)
    answer = await ExecutionService(box.ledger, feed).simulate_transaction(
        rpc.SimulateTransactionRequest(
            transaction=rpc.Transaction(
                kind=rpc.TransactionKind(programmable_transaction=message),
                sender=format_address(box.bob.address),
            ),
            do_gas_selection=True,
            read_mask=protobuf.FieldMask(paths=["transaction.effects.status", "transaction.transaction"]),
        )
    )
    assert answer.transaction.effects.status.success
    owner = box.object(deed).owner
    assert isinstance(owner, ConsensusAddressOwner)
    (resolved,) = answer.transaction.transaction.kind.programmable_transaction.inputs
    assert (resolved.kind, resolved.version) == (rpc.InputInputKind.SHARED, owner.start_version)
    read = await LedgerService(box.ledger, feed).get_object(
        rpc.GetObjectRequest(object_id=format_address(deed), read_mask=protobuf.FieldMask(paths=["owner"]))
    )
    assert read.object.owner.kind == rpc.OwnerOwnerKind.CONSENSUS_ADDRESS
    assert (read.object.owner.address, read.object.owner.version) == (
        format_address(box.bob.address),
        owner.start_version,
    )


async def test_the_page_names_the_party(box: Sandbox, package: bytes) -> None:
    deed = new_deed(box, package, box.bob)
    app = Starlette(routes=page_routes(box.ledger))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://local") as client:
        page = await client.get(f"/object/{format_address(deed)}")
    assert f"as a party since version {version(box, deed)}" in page.text
    assert format_address(box.bob.address) in page.text


A, B, C = (bytes([number]) * 32 for number in (1, 2, 3))


@pytest.mark.parametrize(
    "owners",
    [{A: ObjectOwner(A)}, {A: ObjectOwner(B), B: ObjectOwner(C), C: ObjectOwner(A)}],
    ids=["own", "detour"],
)
def test_nothing_belongs_to_itself(owners: dict[bytes, Owner]) -> None:
    with pytest.raises(CommandFailed) as caught:
        check_circles(owners)
    assert caught.value.failure == sui.CircularObjectOwnership(A)


def test_chains_of_children_are_no_circle() -> None:
    check_circles({A: ObjectOwner(B), B: ObjectOwner(C), C: AddressOwner(A)})
