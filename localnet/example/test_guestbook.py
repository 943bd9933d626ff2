from pathlib import Path

import pytest

from walrus_localnet.chain.sandbox import Account, Program, Published, Sandbox
from walrus_sui.bcs import U64, Bytes32, Struct
from walrus_sui.bcs.sui import AddressOwner, MoveAbort

HOUR_MS = 3_600_000
TOO_SOON = 1


class Signed(Struct):
    guest: Bytes32
    number: U64


@pytest.fixture
def published(sui_sandbox: Sandbox) -> Published:
    return sui_sandbox.publish(Path(__file__).parent / "build" / "Guestbook")


def signing(sandbox: Sandbox, published: Published, guest: Account, text: str) -> Program:
    (book,) = sandbox.created(published.record, "Guestbook")
    program = Program()
    arguments = program.shared(sandbox.object(book)), program.pure(str, text), program.clock()
    program.send(guest.address, program.call(published.package, "guestbook::sign", *arguments))
    return program


def test_a_guest_signs_and_keeps_the_entry(sui_sandbox: Sandbox, published: Published) -> None:
    bob = sui_sandbox.bob
    record = sui_sandbox.succeed(signing(sui_sandbox, published, bob, "I was here"), bob)
    (entry,) = sui_sandbox.created(record, "Entry")
    assert sui_sandbox.object(entry).owner == AddressOwner(bob.address)
    assert sui_sandbox.contents(entry) == entry + b"\x0aI was here"
    assert [Signed.from_bytes(event.contents) for event in record.events] == [Signed(bob.address, 1)]


def test_once_an_hour(sui_sandbox: Sandbox, published: Published) -> None:
    alice, carol = sui_sandbox.alice, sui_sandbox.account("carol")
    sui_sandbox.succeed(signing(sui_sandbox, published, alice, "first"), alice)
    sui_sandbox.advance(HOUR_MS - 1)
    failure = sui_sandbox.fail(signing(sui_sandbox, published, carol, "too soon"), carol)
    assert isinstance(failure.error, MoveAbort)
    assert (failure.error.location.function_name, failure.error.code) == ("sign", TOO_SOON)
    sui_sandbox.advance(1)
    sui_sandbox.succeed(signing(sui_sandbox, published, carol, "now"), carol)
