"""Structs, enums, vectors and references."""

from __future__ import annotations

import pytest

from walrus_localnet.vm import (
    ADDRESS,
    BOOL,
    BYTES,
    U8,
    U64,
    U256,
    InvalidValue,
    LinkError,
    Machine,
    MoveAbort,
    PrimitiveError,
    Vector,
)

LINE = [[1, 2], [3, 4], bytearray(b"line")]


def test_copies_do_not_share(shared_sandbox):
    assert shared_sandbox.call("values::copies") == [LINE, [[1, 2], [99, 4], bytearray(b"line!")]]


def test_writes_through_references(shared_sandbox):
    assert shared_sandbox.call("values::writes") == [[[11, 2], [7, 80], bytearray(b"Renamed")]]
    assert shared_sandbox.call("values::local_reference", 5) == [7]


def test_references_from_outside(shared_sandbox):
    number, point = [41], [[1, 2]]
    shared_sandbox.call("values::bump_argument", Machine.borrow(number, U64, True))
    assert number == [42]
    reference = Machine.borrow(point, shared_sandbox.type("values::Point"), True)
    assert shared_sandbox.call("values::replace_point", reference, 9) == [[1, 2]]
    assert point == [[9, 9]]
    shared_sandbox.call("values::set_point", reference, 5)
    assert point == [[5, 9]]


def test_references_returned_by_functions(shared_sandbox):
    assert shared_sandbox.call("values::larger", [1, 2], [3, 4]) == [3]
    assert shared_sandbox.call("values::larger", [5, 2], [3, 4]) == [5]


def test_equality_is_by_value(shared_sandbox):
    same = [[1, 2], [3, 4], bytearray(b"line")]
    other = [[1, 2], [3, 5], bytearray(b"line")]
    assert shared_sandbox.call("values::equalities", LINE, same) == [[True, False, True, True, True, False]]
    assert shared_sandbox.call("values::equalities", LINE, other) == [[False, True, False, True, True, True]]
    assert shared_sandbox.call("values::empty") == [True]


def test_generics(shared_sandbox):
    box = [bytearray(b"old")]
    result = shared_sandbox.call("values::swap_values", box, [bytearray(b"new")], type_args=[BYTES])
    assert result == [bytearray(b"new")]
    assert shared_sandbox.call("values::boxed_bytes") == [[bytearray(b"abc")]]
    assert shared_sandbox.call("values::pair", 4) == [7]


def test_vectors(shared_sandbox):
    assert shared_sandbox.call("values::build", 5) == [[0, 1, 4, 9, 16]]
    assert shared_sandbox.call("values::bytes", 9) == [bytearray([9, 2, 1])]
    assert shared_sandbox.call("values::at", [5, 6, 7], 2) == [7]
    assert shared_sandbox.call("values::pop", [5, 6]) == [6]
    assert shared_sandbox.call("values::swap", [5, 6, 7], 0, 2) == [[7, 6, 5]]
    assert shared_sandbox.call("values::constant", 2) == [bytearray([3, 4])]
    assert shared_sandbox.call("values::points", 100) == [3 * sum(range(100))]
    data = bytearray(b"abc")
    shared_sandbox.call("values::set", data, 1, 0x42)
    assert data == b"aBc"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("at", ([5, 6, 7], 3)),
        ("at", ([], 2**64 - 1)),
        ("pop", ([],)),
        ("swap", ([1, 2], 0, 2)),
        ("swap", ([1, 2], 2, 0)),
        ("set", (bytearray(b"a"), 1, 0)),
    ],
)
def test_vector_bounds(shared_sandbox, name, arguments):
    with pytest.raises(PrimitiveError, match="vector"):
        shared_sandbox.call(f"values::{name}", *arguments)


def test_enums(shared_sandbox):
    shapes = [shared_sandbox.call("values::shape", kind, 6)[0] for kind in range(3)]
    assert shapes == [[0], [1, [6, 6], 6], [2, bytearray(b"shape"), 6]]
    assert [shared_sandbox.call("values::size", shape) for shape in shapes] == [[0], [6], [11]]
    for shape in shapes:
        shared_sandbox.call("values::grow_shape", shape)
    assert shapes == [[2, bytearray(), 1], [1, [0, 6], 12], [2, bytearray(b"shapeA"), 7]]
    assert shared_sandbox.call("values::open_shape", [1, [1, 2], 3]) == [6]
    with pytest.raises(MoveAbort, match="code 5"):
        shared_sandbox.call("values::open_shape", [0])
    assert shared_sandbox.call("values::tree", 9) == [12]


# bytes -------------------------------------------------------------------------------------------------------
def test_bcs_of_structs_and_enums(shared_sandbox):
    machine = shared_sandbox.machine
    line, shape = shared_sandbox.type("values::Line"), shared_sandbox.type("values::Shape")
    u64 = lambda n: n.to_bytes(8, "little")  # noqa: E731
    cases = [
        (line, LINE, u64(1) + u64(2) + u64(3) + u64(4) + b"\x04line"),
        (shape, [0], b"\0"),
        (shape, [1, [1, 2], 3], b"\x01" + u64(1) + u64(2) + u64(3)),
        (shape, [2, bytearray(b"x"), 3], b"\x02\x01x" + u64(3)),
        (shared_sandbox.type("values::Box", Vector(BOOL)), [[True, False]], b"\x02\x01\x00"),
        (Vector(ADDRESS), [b"\x01" * 32], b"\x01" + b"\x01" * 32),
        (U256, 2**256 - 1, b"\xff" * 32),
        (Vector(Vector(U8)), [bytearray(b"a"), bytearray()], b"\x02\x01a\x00"),
    ]
    for type_, value, data in cases:
        assert machine.to_bytes(type_, value) == data
        assert machine.from_bytes(type_, data) == value


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        (BOOL, b"\x02"),
        (U64, b"\0" * 7),
        (U64, b"\0" * 9),
        (Vector(U64), b"\xff\xff\xff\xff\x0f"),
        (BYTES, b"\x80\x00"),
        (BYTES, b"\x02a"),
        (Vector(BOOL), b"\x01\x05"),
        (ADDRESS, b"\0" * 31),
    ],
)
def test_bytes_that_are_not_one_value(shared_sandbox, type_, data):
    with pytest.raises(InvalidValue):
        shared_sandbox.machine.from_bytes(type_, data)


def test_an_unknown_variant_is_refused(shared_sandbox):
    with pytest.raises(InvalidValue, match="variant"):
        shared_sandbox.machine.from_bytes(shared_sandbox.type("values::Shape"), b"\x03")


def test_types_that_do_not_exist(shared_sandbox):
    machine = shared_sandbox.machine
    for type_ in (shared_sandbox.type("values::Nothing"), shared_sandbox.type("values::Point", U8)):
        with pytest.raises(LinkError):
            machine.from_bytes(type_, b"")
        with pytest.raises(LinkError):
            machine.abilities(type_)
    deep = U8
    for _ in range(40):
        deep = Vector(deep)
    with pytest.raises(LinkError, match="deeper"):
        machine.to_bytes(deep, [])
