"""Programs that live in a world of objects."""

from __future__ import annotations

import pytest

from walrus_localnet.vm import ADDRESS, BYTES, U64, Ability, Datatype, MoveAbort, PrimitiveError, Vector, to_tag
from walrus_sui.bcs.sui import blake2b256

ALICE = (0xA11CE).to_bytes(32, "big")


def make(sandbox, value=7):
    (thing,) = sandbox.call("objects::make", value, bytearray(b"thing"), sandbox.context)
    return thing


def object_id(value):
    return value[0][0][0]


def test_new_objects_get_fresh_ids_and_tell_of_it(sandbox):
    first, second = make(sandbox), make(sandbox)
    expected = [blake2b256(b"\xf1", sandbox.world.digest, n.to_bytes(8, "little")) for n in (0, 1)]
    assert [object_id(first), object_id(second)] == expected == sandbox.world.new_ids
    made = sandbox.type("objects::Made")
    assert sandbox.world.events == [(made, [[identity], ALICE]) for identity in expected]


def test_objects_find_their_owners(sandbox):
    type_ = sandbox.type("objects::Thing")
    a, b, c, d = (make(sandbox) for _ in range(4))
    sandbox.call("objects::give", a, b"\x0b" * 32)
    sandbox.call("objects::share", b)
    sandbox.call("objects::freeze_it", c)
    assert sandbox.call("objects::destroy", d) == [7]
    world = sandbox.world
    assert world.owned == [(type_, a, b"\x0b" * 32)]
    assert world.shared == [(type_, b)]
    assert world.frozen == [(type_, c)]
    assert world.deleted == [object_id(d)]


def test_dynamic_fields(sandbox):
    thing = make(sandbox)
    sandbox.call("objects::put", thing, 3, bytearray(b"three"))
    sandbox.call("objects::append", thing, 3, 0x21)
    assert sandbox.call("objects::get", thing, 3) == [bytearray(b"three!")]
    assert sandbox.call("objects::has", thing, 3) == [[True, True, False]]
    assert sandbox.call("objects::has", thing, 4) == [[False, False, False]]
    # id of a dynamic field: sui_localnet.md §4.1
    key = (3).to_bytes(8, "little")
    identity = blake2b256(b"\xf0", object_id(thing), len(key).to_bytes(8, "little"), key, to_tag(U64).to_bytes())
    ((place, (type_, value)),) = sandbox.world.children.items()
    assert place == (object_id(thing), identity)
    assert type_ == Datatype(sandbox.sui, "dynamic_field", "Field", (U64, BYTES))
    assert value == [[[identity]], 3, bytearray(b"three!")]
    assert sandbox.call("objects::take", thing, 3) == [bytearray(b"three!")]
    assert sandbox.world.children == {}


@pytest.mark.parametrize(
    ("name", "arguments", "code", "native"),
    [
        ("put", (3, bytearray()), 0, "add_child_object"),
        ("get", (4,), 1, "borrow_child_object"),
        ("append", (4, 1), 1, "borrow_child_object_mut"),
        ("take", (4,), 1, "remove_child_object"),
        ("get_number", (3,), 2, "borrow_child_object"),
    ],
)
def test_a_native_abort_names_the_native(sandbox, name, arguments, code, native):
    thing = make(sandbox)
    sandbox.call("objects::put", thing, 3, bytearray(b"three"))
    with pytest.raises(MoveAbort) as caught:
        sandbox.call(f"objects::{name}", thing, *arguments)
    location = caught.value.location
    assert location is not None
    if name != "put":  # the framework itself checks before it adds
        assert (location.module, location.function_name) == ("dynamic_field", native)
        assert location.instruction == 0
    assert (caught.value.abort_code, location.package) == (code, sandbox.sui)


def test_bcs_native(sandbox):
    thing = make(sandbox)
    expected = object_id(thing) + (7).to_bytes(8, "little") + b"\x05thing"
    assert sandbox.call("objects::serialised", thing) == [bytearray(expected)]
    assert sandbox.call("objects::number_bytes", 258) == [bytearray([2, 1, 0, 0, 0, 0, 0, 0])]
    assert sandbox.machine.to_bytes(sandbox.type("objects::Thing"), thing) == expected


def test_type_names(sandbox):
    zeros = "0" * 63
    coin = Datatype(sandbox.sui, "coin", "Coin", (Datatype(sandbox.sui, "sui", "SUI"),))
    cases = [
        (U64, "u64"),
        (Vector(ADDRESS), "vector<address>"),
        (coin, f"{zeros}2::coin::Coin<{zeros}2::sui::SUI>"),
        (sandbox.type("objects::Thing"), f"{'0' * 62}5a::objects::Thing"),
    ]
    for type_, text in cases:
        assert sandbox.call("objects::name_of", type_args=[type_]) == [bytearray(text.encode())]


def test_context(sandbox):
    assert sandbox.call("objects::context", sandbox.context) == [ALICE, 3, 1_700_000_000_000, [[]]]
    sandbox.world.sponsor = b"\x05" * 32
    assert sandbox.call("objects::context", sandbox.context)[3] == [[b"\x05" * 32]]


def test_init_runs_with_the_one_time_witness(sandbox):
    witness = sandbox.machine.one_time_witness(sandbox.samples, "objects")
    assert witness == sandbox.type("objects::OBJECTS")
    assert sandbox.machine.one_time_witness(sandbox.samples, "values") is None
    sandbox.call("objects::init", [True], sandbox.context)
    ((type_, value, owner),) = sandbox.world.owned
    assert (type_, value[1], owner) == (sandbox.type("objects::Thing"), 1, ALICE)
    assert sandbox.call("objects::is_witness", [False]) == [False]


def test_signatures_are_told(sandbox):
    info = sandbox.machine.function(sandbox.samples, "objects", "make")
    assert (info.visibility, info.is_entry, info.is_native) == ("public", False, False)
    assert [str(type_).replace("0" * 62, "") for type_ in info.parameters] == [
        "u64",
        "vector<u8>",
        "&mut 0x02::tx_context::TxContext",
    ]
    assert info.returns == (sandbox.type("objects::Thing"),)
    assert sandbox.machine.function(sandbox.samples, "objects", "init").visibility == "private"


def test_declarations_are_told(sandbox):
    info = sandbox.machine.datatype(sandbox.samples, "objects", "Thing")
    assert info.abilities == Ability.KEY | Ability.STORE
    assert [field.name for field in info.fields] == ["id", "value", "name"]
    assert info.variants is None
    names = [info.name for info in sandbox.machine.datatypes(sandbox.samples, "values")]
    assert names == ["Point", "Line", "Box", "Empty", "Pair", "Shape", "Tree"] or set(names) == {
        "Point",
        "Line",
        "Box",
        "Empty",
        "Pair",
        "Shape",
        "Tree",
    }
    shape = sandbox.machine.datatype(sandbox.samples, "values", "Shape")
    assert shape.variants is not None
    assert [(variant.name, [field.name for field in variant.fields]) for variant in shape.variants] == [
        ("Dot", []),
        ("Circle", ["at", "radius"]),
        ("Named", ["pos0", "pos1"]),
    ]


def test_abilities_follow_type_arguments(sandbox):
    machine, box = sandbox.machine, "values::Box"
    everything = Ability.COPY | Ability.DROP | Ability.STORE
    assert machine.abilities(sandbox.type(box, U64)) == everything
    assert machine.abilities(sandbox.type(box, sandbox.type("objects::Thing"))) == Ability.STORE
    assert machine.abilities(sandbox.type(box, sandbox.type("values::Empty"))) == Ability.COPY | Ability.DROP
    # phantom parameters do not matter
    thing = sandbox.type("objects::Thing")
    assert machine.abilities(sandbox.type("values::Pair", thing, U64)) == everything
    assert machine.abilities(Vector(thing)) == Ability.STORE


def test_vector_functions_called_from_outside(sandbox):
    def call(name, *arguments):
        return sandbox.call_in(sandbox.std, f"vector::{name}", *arguments, type_args=[U64])

    vector = call("empty")[0]
    for n in (1, 2, 3):
        call("push_back", vector, n)
    call("swap", vector, 0, 2)
    assert (vector, call("length", vector), call("pop_back", vector)) == ([3, 2], [3], [1])
    assert call("borrow", vector, 1) == [(vector, 1)]
    for name, arguments in [("borrow", (vector, 2)), ("swap", (vector, 0, 2)), ("destroy_empty", (vector,))]:
        with pytest.raises(PrimitiveError):
            call(name, *arguments)
    with pytest.raises(PrimitiveError):
        call("pop_back", [])
    call("destroy_empty", [])
