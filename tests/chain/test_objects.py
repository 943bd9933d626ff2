"""What becomes of objects: made, changed, wrapped, shared, frozen, put in fields, received, deleted."""

from __future__ import annotations

from tests.chain.sandbox import CLOCK, Playground, Program, Sandbox
from walrus_localnet.chain.objects import id_of, type_of
from walrus_localnet.chain.records import TransactionRecord
from walrus_sui.bcs import U64, encode, sui
from walrus_sui.bcs.sui import (
    AddressOwner,
    Argument,
    ChangedObject,
    Existed,
    ImmutableOwner,
    ObjectOwner,
    ObjectWrite,
    SharedOwner,
    U64Tag,
    blake2b256,
)
from walrus_sui.bcs.sui.ids import dynamic_field_id


def make(program: Program, play: Playground, name: str = "ball", size: int = 3) -> Argument:
    return program.call(play.package, "toys::make", program.pure(str, name), program.pure(U64, size))


def new_toy(box: Sandbox, play: Playground, name: str = "ball", size: int = 3) -> bytes:
    program = Program()
    program.send(box.alice.address, make(program, play, name, size))
    return box.created(box.succeed(program), "Toy")[0]


def change(record: TransactionRecord, object_id: bytes) -> ChangedObject:
    return next(c for c in record.outcome.changed_objects if c.object_id == object_id)


def toy_size(box: Sandbox, toy: bytes) -> int:
    return int.from_bytes(box.contents(toy)[-8:], "little")


def test_publishing_runs_init_and_gives_an_upgrade_cap(box: Sandbox, play: Playground) -> None:
    package = box.object(play.package)
    assert package.owner == ImmutableOwner()
    assert isinstance(package.data, sui.MovePackage)
    assert list(package.data.modules) == ["toys", "uses"]
    assert {origin.datatype for origin in package.data.type_origins} >= {"TOYS", "Toy", "Box", "Badge", "Counted"}
    assert set(package.data.linkage) == {bytes(31) + b"\1", bytes(31) + b"\2"}
    assert isinstance(box.object(play.counter).owner, SharedOwner)
    assert box.object(play.badge).owner == AddressOwner(box.alice.address)
    cap = box.contents(play.cap)
    assert cap[32:64] == play.package
    assert cap[64:] == encode(U64, 1) + b"\0"


def test_ids_follow_the_formula(box: Sandbox, play: Playground) -> None:
    digest = play.record.digest
    ids = {blake2b256(b"\xf1", digest, encode(U64, index)) for index in range(4)}
    assert ids == {play.package, play.cap, play.counter, play.badge}


def test_an_object_is_made_changed_and_deleted(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    assert box.contents(toy) == toy + b"\x04ball" + encode(U64, 3)
    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "toys::rename", given, program.pure(str, "car"))
    program.call(play.package, "uses::twice", given)
    record = box.succeed(program)
    assert box.contents(toy) == toy + b"\x03car" + encode(U64, 6)
    written = change(record, toy)
    assert written.id_operation == sui.NoIdOperation()
    assert written.after == ObjectWrite(box.object(toy).digest(), AddressOwner(box.alice.address))

    program = Program()
    program.call(play.package, "toys::destroy", program.owned(box.ref(toy)))
    gone = change(box.succeed(program), toy)
    assert (gone.after, gone.id_operation) == (sui.DoesNotExist(), sui.Deleted())
    assert box.ledger.store.latest(toy) is None


def test_every_written_object_gets_the_lamport_version(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    gas = box.coins(box.alice)[0]
    highest = max(box.ref(toy).version, box.ref(id_of(gas)).version)
    program = Program()
    program.send(box.bob.address, program.owned(box.ref(toy)))
    record = box.succeed(program)
    assert record.outcome.lamport_version == highest + 1
    assert box.ref(toy).version == highest + 1


def test_wrapping_hides_an_object_and_unwrapping_shows_it(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    program.send(box.alice.address, program.call(play.package, "toys::wrap", program.owned(box.ref(toy))))
    record = box.succeed(program)
    wrapped = change(record, toy)
    assert (wrapped.after, wrapped.id_operation) == (sui.DoesNotExist(), sui.NoIdOperation())
    assert box.ledger.store.latest(toy) is None

    holder = box.created(record, "Box")[0]
    program = Program()
    program.send(box.bob.address, program.call(play.package, "toys::unwrap", program.owned(box.ref(holder))))
    record = box.succeed(program)
    shown = change(record, toy)
    assert (shown.before, shown.id_operation) == (sui.DidNotExist(), sui.NoIdOperation())
    assert box.object(toy).owner == AddressOwner(box.bob.address)
    assert change(record, holder).id_operation == sui.Deleted()


def test_an_object_deleted_while_wrapped(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    program.send(box.alice.address, program.call(play.package, "toys::wrap", program.owned(box.ref(toy))))
    holder = box.created(box.succeed(program), "Box")[0]
    program = Program()
    program.call(play.package, "toys::unwrap_and_destroy", program.owned(box.ref(holder)))
    gone = change(box.succeed(program), toy)
    assert gone == ChangedObject(toy, sui.DidNotExist(), sui.DoesNotExist(), sui.Deleted())


def test_made_and_deleted_in_one_transaction_leaves_no_trace(box: Sandbox, play: Playground) -> None:
    gas = id_of(box.coins(box.alice)[0])
    program = Program()
    program.call(play.package, "toys::destroy", make(program, play))
    record = box.succeed(program)
    assert [c.object_id for c in record.outcome.changed_objects] == [gas]


def test_frozen_objects_can_be_read_but_not_taken(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    program.call(play.package, "toys::freeze_it", program.owned(box.ref(toy)))
    box.succeed(program)
    assert box.object(toy).owner == ImmutableOwner()
    before = box.object(toy)

    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "toys::size", given)
    record = box.succeed(program, box.bob)
    assert toy not in {c.object_id for c in record.outcome.changed_objects}
    assert box.object(toy) == before

    for target, kind in (
        ("toys::destroy", sui.InvalidObjectByValue()),
        ("uses::twice", sui.InvalidObjectByMutRef()),
    ):
        program = Program()
        program.call(play.package, target, program.owned(box.ref(toy)))
        assert box.fail(program).error == sui.CommandArgumentError(0, kind)


def test_sharing_starts_at_the_version_of_the_transaction(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::share_it", make(program, play))
    record = box.succeed(program)
    toy = box.created(record, "Toy")[0]
    assert box.object(toy).owner == SharedOwner(record.outcome.lamport_version)
    first = box.object(toy).owner

    program = Program()
    program.call(play.package, "uses::twice", program.shared(box.object(toy)))
    box.succeed(program, box.bob)
    assert toy_size(box, toy) == 6
    assert box.object(toy).owner == first


def test_an_owned_object_cannot_become_shared_later(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    program.call(play.package, "toys::share_it", program.owned(box.ref(toy)))
    error = box.fail(program).error
    assert isinstance(error, sui.MoveAbort)
    assert error.location.module == sui.ModuleId(bytes(31) + b"\2", "transfer")
    assert error.code == 0


def test_a_shared_object_by_value_must_be_deleted_or_shared_again(box: Sandbox, play: Playground) -> None:
    program = Program()
    program.call(play.package, "toys::share_it", make(program, play))
    toy = box.created(box.succeed(program), "Toy")[0]

    program = Program()
    program.send(box.alice.address, program.shared(box.object(toy)))
    assert box.fail(program).error == sui.SharedObjectOperationNotAllowed()
    program = Program()
    program.call(play.package, "toys::share_it", program.shared(box.object(toy)))
    box.succeed(program)
    program = Program()
    program.call(play.package, "toys::destroy", program.shared(box.object(toy)))
    box.succeed(program)
    assert box.ledger.store.latest(toy) is None


def test_reading_a_shared_object_leaves_it_and_says_so(box: Sandbox, play: Playground) -> None:
    before = box.object(play.counter)
    program = Program()
    program.call(play.package, "toys::value", program.shared(before, mutable=False))
    record = box.succeed(program)
    assert box.object(play.counter) == before
    version = box.ref(play.counter).version
    assert record.outcome.unchanged_consensus_objects == (
        (play.counter, sui.ReadOnlyRoot(version, before.digest())),
    )


def test_dynamic_fields_are_children(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "toys::put_field", given, program.pure(U64, 5), program.pure(U64, 50))
    box.succeed(program)
    field = dynamic_field_id(toy, U64Tag(), encode(U64, 5))
    assert box.object(field).owner == ObjectOwner(toy)
    assert box.contents(field) == field + encode(U64, 5) + encode(U64, 50)
    assert str(type_of(box.object(field))).endswith("::dynamic_field::Field<u64, u64>")

    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "toys::change_field", given, program.pure(U64, 5), program.pure(U64, 51))
    record = box.succeed(program)
    assert isinstance(change(record, field).before, Existed)
    assert box.contents(field)[-8:] == encode(U64, 51)

    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "toys::take_field", given, program.pure(U64, 5))
    program.call(play.package, "toys::put_field", given, program.pure(U64, 5), program.pure(U64, 52))
    record = box.succeed(program)
    assert change(record, field).id_operation == sui.NoIdOperation()
    assert box.contents(field)[-8:] == encode(U64, 52)

    program = Program()
    program.call(play.package, "toys::take_field", program.owned(box.ref(toy)), program.pure(U64, 5))
    assert change(box.succeed(program), field).id_operation == sui.Deleted()


def test_reading_a_field_writes_nothing(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "toys::put_field", given, program.pure(U64, 5), program.pure(U64, 50))
    box.succeed(program)
    field = dynamic_field_id(toy, U64Tag(), encode(U64, 5))
    before = box.object(field)
    program = Program()
    program.call(play.package, "toys::field", program.owned(box.ref(toy)), program.pure(U64, 5))
    record = box.succeed(program)
    assert field not in {c.object_id for c in record.outcome.changed_objects}
    assert box.object(field) == before


def test_a_missing_field_aborts_in_the_framework(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    program = Program()
    program.call(play.package, "toys::field", program.owned(box.ref(toy)), program.pure(U64, 5))
    error = box.fail(program).error
    assert isinstance(error, sui.MoveAbort)
    assert (error.location.module.name, error.code) == ("dynamic_field", 1)


def test_objects_in_fields_keep_their_id(box: Sandbox, play: Playground) -> None:
    toy, other = new_toy(box, play), new_toy(box, play, "small", 1)
    program = Program()
    given = program.owned(box.ref(toy))
    program.call(play.package, "toys::attach", given, program.pure(U64, 9), program.owned(box.ref(other)))
    box.succeed(program)
    owner = box.object(other).owner
    assert isinstance(owner, ObjectOwner)
    field = box.object(owner.address)
    assert field.owner == ObjectOwner(toy)
    assert box.contents(id_of(field))[-32:] == other

    program = Program()
    back = program.call(play.package, "toys::detach", program.owned(box.ref(toy)), program.pure(U64, 9))
    program.send(box.bob.address, back)
    record = box.succeed(program)
    assert change(record, other).id_operation == sui.NoIdOperation()
    assert box.object(other).owner == AddressOwner(box.bob.address)
    assert change(record, id_of(field)).id_operation == sui.Deleted()


def test_an_object_sent_to_an_object_is_received(box: Sandbox, play: Playground) -> None:
    toy, parcel = new_toy(box, play), new_toy(box, play, "parcel", 8)
    program = Program()
    program.send(toy, program.owned(box.ref(parcel)))
    box.succeed(program)
    assert box.object(parcel).owner == AddressOwner(toy)

    program = Program()
    given = program.owned(box.ref(toy))
    got = program.call(play.package, "toys::receive", given, program.receiving(box.ref(parcel)))
    program.send(box.bob.address, got)
    record = box.succeed(program)
    assert box.object(parcel).owner == AddressOwner(box.bob.address)
    assert isinstance(change(record, parcel).before, Existed)

    program = Program()
    given = program.owned(box.ref(toy))
    got = program.call(play.package, "toys::receive", given, program.receiving(box.ref(parcel)))
    program.send(box.bob.address, got)
    error = box.fail(program).error
    assert isinstance(error, sui.MoveAbort)
    assert error.location.module.name == "transfer"


def test_events_name_the_called_module_and_carry_their_bytes(box: Sandbox, play: Playground) -> None:
    box.clock.now += 5000
    program = Program()
    counter = program.shared(box.object(play.counter))
    clock = program.shared(box.object(CLOCK), mutable=False)
    for _ in range(2):
        program.call(play.package, "toys::count", counter, clock)
    record = box.succeed(program)
    assert [event.contents for event in record.events] == [play.counter + encode(U64, n) for n in (1, 2)]
    assert {(e.package, e.module, e.sender) for e in record.events} == {(play.package, "toys", box.alice.address)}
    assert str(record.events[0].type) == f"0x{play.package.hex()}::toys::Counted"
    assert record.outcome.events_digest == blake2b256(
        b"TransactionEvents::", encode(tuple[sui.Event, ...], record.events)
    )
    assert box.contents(play.counter)[32:] == encode(U64, 2) + encode(U64, box.clock.now)


def test_time_passes_and_never_goes_back(box: Sandbox, play: Playground) -> None:
    def shown() -> int:
        return int.from_bytes(box.contents(CLOCK)[32:], "little")

    box.clock.now += 1000
    new_toy(box, play)
    assert shown() == box.clock.now
    latest = shown()
    box.clock.now -= 500
    new_toy(box, play)
    assert shown() == latest
    assert box.ledger.head.summary.timestamp_ms == latest
