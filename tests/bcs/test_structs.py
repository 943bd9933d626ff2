"""Structs become dataclasses when they are first used, and nobody can tell."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
import threading

import pytest

from walrus_sui import bcs
from walrus_sui.bcs.sui import ObjectRef


class Point(bcs.Struct):
    x: bcs.U8
    y: bcs.U8 = 7


class Place(Point):
    """Inherits two fields, and is used before what it inherits from."""

    name: str = "here"


class Shape(bcs.Enum):
    pass


class Dot(Shape, tag=0):
    at: Point


class Nothing(Shape, tag=1):
    pass


def test_an_unused_class_costs_nothing() -> None:
    class Unused(bcs.Struct):
        value: bcs.U8

    assert "__dataclass_fields__" not in Unused.__dict__
    assert Unused(1).value == 1
    assert [field.name for field in dataclasses.fields(Unused(1))] == ["value"]  # type: ignore[arg-type]


def test_fields_defaults_and_inheritance() -> None:
    assert Place(1).to_bytes() == b"\1\7\4here"
    assert Place(x=1, y=2, name="a") == Place(1, 2, "a")
    assert repr(Place(1)) == "Place(x=1, y=7, name='here')"
    assert Point(1) != Place(1)
    with pytest.raises(TypeError, match="argument"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="argument"):
        Point(1, 2, 3)  # type: ignore[call-arg]


def test_variants_do_not_share_what_their_enum_has() -> None:
    assert Nothing() == Nothing()
    assert Dot(Point(1)) != Nothing()
    match Shape.from_bytes(b"\0\1\2"):
        case Dot(Point(x, y)):
            assert (x, y) == (1, 2)
        case _:
            raise AssertionError("expected a dot")


def test_values_are_frozen_and_can_be_keys() -> None:
    point = Point(1, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 5  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    assert {point: "found"}[Point(1, 2)] == "found"


def test_copies() -> None:
    point = Point(1, 2)
    assert copy.copy(point) == copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point


def test_a_value_from_another_process() -> None:
    """A copy is made without `__init__`: it may be the first value of its class."""
    sent = ObjectRef(bytes(32), 5, b"\1" * 32)
    program = (
        "import dataclasses, pickle, sys\n"
        "got = pickle.load(sys.stdin.buffer)\n"
        "assert got == got and {got: 1}[got] == 1\n"
        "assert pickle.loads(pickle.dumps(got)) == got\n"
        "try:\n got.version = 6\n"
        "except dataclasses.FrozenInstanceError:\n sys.stdout.write(got.to_bytes().hex())\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], input=pickle.dumps(sent), capture_output=True)
    assert answer.stdout.decode() == sent.to_bytes().hex(), answer.stderr


def test_threads_that_use_a_class_first_together() -> None:
    def first_use() -> list[bytes]:
        class Fresh(bcs.Struct):
            a: bcs.U8
            b: bcs.U8

        class Fresher(Fresh):
            c: bcs.U8

        found: list[bytes] = []
        barrier = threading.Barrier(4)

        def use() -> None:
            barrier.wait()
            found.append(Fresher(1, 2, 3).to_bytes())

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    for _ in range(50):
        assert first_use() == [b"\1\2\3"] * 4


def test_a_field_may_have_any_name() -> None:
    class Form(bcs.Struct):
        fields: tuple[str, ...]
        cls: bcs.U8

    form = Form(("a", "b"), 7)
    assert (form.fields, form.cls) == (("a", "b"), 7)
    assert Form.from_bytes(form.to_bytes()) == form
