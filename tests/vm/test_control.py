"""Branches, calls, aborts and limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from walrus_localnet.vm import U8, U64, LimitExceeded, LinkError, MoveAbort, OutOfGas

SOURCES = Path(__file__).parent / "samples" / "sources"


def odd_sum(n):
    return sum(i for i in range(1, min(n, 1000) + 1) if i % 2)


@pytest.mark.parametrize("n", [0, 1, 2, 7, 999, 1000, 2000])
def test_loops(shared_sandbox, n):
    assert shared_sandbox.call("control::sum_to", n) == [odd_sum(n)]


def test_labelled_loops(shared_sandbox):
    # each round adds 1, 2, 3 while below n, then 1: 0, 1, 3, 6, 7, 8, 10, 13
    assert [shared_sandbox.call("control::nested", n)[0] for n in (1, 3, 4, 7, 11)] == [1, 3, 6, 7, 13]


def test_recursion(shared_sandbox):
    assert shared_sandbox.call("control::fibonacci", 15) == [610]
    assert shared_sandbox.call("control::is_even", 10) == [True]
    assert shared_sandbox.call("control::is_even", 7) == [False]


def test_several_results(shared_sandbox):
    assert shared_sandbox.call("control::several", 4, False) == [True, 5, bytearray(b"xyz")]
    assert shared_sandbox.call("control::uses_several", 4) == [8]


def test_an_abort_carries_code_and_place(shared_sandbox):
    with pytest.raises(MoveAbort) as caught:
        shared_sandbox.call("control::calls_abort", 9)
    assert caught.value.abort_code == 42
    location = caught.value.location
    assert location is not None
    assert (location.module, location.function_name) == ("control", "at_least_ten")
    functions = [info.name for info in shared_sandbox.machine.functions(shared_sandbox.samples, "control")]
    assert location.function == functions.index("at_least_ten")
    assert shared_sandbox.call("control::calls_abort", 10) == [11]


def test_a_named_error_keeps_its_tag(shared_sandbox):
    with pytest.raises(MoveAbort) as caught:
        shared_sandbox.call("control::named_abort")
    # tag 0xC0FF, the source line of the abort, then two constant indices
    line = 1 + next(
        number
        for number, text in enumerate((SOURCES / "control.move").read_text().splitlines())
        if "abort ENamed" in text
    )
    assert caught.value.abort_code >> 48 == 0xC0FF
    assert caught.value.abort_code >> 32 & 0xFFFF == line


def test_calls_go_1024_deep_and_no_deeper(shared_sandbox):
    assert shared_sandbox.call("control::depth", 1023) == [1023]
    with pytest.raises(LimitExceeded, match="1024") as caught:
        shared_sandbox.call("control::depth", 1024)
    assert caught.value.location is not None
    assert caught.value.location.function_name == "depth"


def test_an_endless_loop_runs_out_of_gas(shared_sandbox):
    with pytest.raises(OutOfGas) as caught:
        shared_sandbox.call("control::forever", gas=10_000)
    assert shared_sandbox.meter.left == 0
    assert shared_sandbox.meter.used == 10_000
    assert caught.value.location is not None
    assert caught.value.location.function_name == "forever"


def test_gas_counts_instructions(shared_sandbox):
    # at_least_ten(10): CopyLoc, LdU64, Ge, BrFalse | Branch | MoveLoc, Ret
    shared_sandbox.call("control::at_least_ten", 10)
    assert shared_sandbox.meter.used == 7
    shared_sandbox.call("control::at_least_ten", 10, gas=7)
    with pytest.raises(OutOfGas):
        shared_sandbox.call("control::at_least_ten", 10, gas=6)


@pytest.mark.parametrize(
    ("package", "name"), [(b"\x99" * 32, "control::depth"), (None, "nowhere::depth"), (None, "control::nothing")]
)
def test_what_does_not_exist_cannot_be_called(shared_sandbox, package, name):
    with pytest.raises(LinkError):
        shared_sandbox.call_in(package or shared_sandbox.samples, name, 1)


def test_arguments_and_type_arguments_are_counted(shared_sandbox):
    with pytest.raises(LinkError, match="1 arguments"):
        shared_sandbox.call("control::depth")
    with pytest.raises(LinkError, match="type arguments"):
        shared_sandbox.call("control::depth", 1, type_args=[U64])
    with pytest.raises(LinkError, match="lacks"):
        shared_sandbox.call_in(
            shared_sandbox.sui, "event::emit", [], type_args=[shared_sandbox.type("objects::Thing")]
        )
    assert shared_sandbox.call_in(shared_sandbox.std, "vector::empty", type_args=[U8]) == [bytearray()]
