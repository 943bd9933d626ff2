"""Reading modules: real ones whole, broken ones with one error."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_localnet.move.artifacts import built_package
from walrus_localnet.vm import MalformedModule
from walrus_localnet.vm.bytecode import Op, read_module, with_addresses, with_self_address
from walrus_localnet.vm.types import Ability

OPTION = next(data for data in built_package("MoveStdlib").modules if read_module(data).name == "option")
STRING = next(data for data in built_package("MoveStdlib").modules if read_module(data).name == "string")
COIN = built_package("wal").modules[0]


def test_every_built_module_reads():
    modules = [data for name in ("MoveStdlib", "Sui", "wal") for data in built_package(name).modules]
    assert len({(read_module(data).address, read_module(data).name) for data in modules}) == len(modules)


def test_tables_of_a_known_module():
    module = read_module(OPTION)
    assert (module.name, module.address, module.version) == ("option", (1).to_bytes(32, "big"), 7)
    assert module.datatype_names == ("Option",)
    (handle,) = module.datatype_handles
    assert handle.abilities == Ability.COPY | Ability.DROP | Ability.STORE
    assert handle.type_parameters == ((Ability.NONE, False),)
    functions = {module.function_name(function): function for function in module.functions}
    assert functions["is_none"].visibility == "public"
    assert functions["is_none"].code is not None
    assert functions["is_none"].code.instructions[-1].op is Op.RET


def test_dependencies_leave_the_module_itself_out():
    names = {name for _, name in read_module(STRING).dependencies}
    assert {"ascii", "option"} <= names
    assert "string" not in names


@pytest.mark.parametrize("size", [0, 3, 4, 8, 9, 40, len(OPTION) - 1])
def test_a_cut_module_is_refused(size):
    with pytest.raises(MalformedModule):
        read_module(OPTION[:size])


def test_bytes_after_the_end_are_refused():
    with pytest.raises(MalformedModule, match="the end"):
        read_module(OPTION + b"\0")


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (b"\x04\0\0\0", "version"),
        (b"\x08\0\0\x05", "version"),
        (b"\x07\0\0\0", "flavour"),
        (b"\x07\0\0\x03", "flavour"),
    ],
)
def test_other_versions_and_flavours_are_refused(word, reason):
    with pytest.raises(MalformedModule, match=reason):
        read_module(OPTION[:4] + word + OPTION[8:])


def test_the_unpublishable_magic_is_refused():
    with pytest.raises(MalformedModule, match="magic"):
        read_module(bytes.fromhex("deadc0de") + OPTION[4:])


def test_a_global_storage_instruction_is_refused():
    # `exists` (0x29) in place of the `pack` (0x12) between a load and a return
    before, after = bytes([Op.MOVE_LOC, 0, Op.PACK, 0, Op.RET]), bytes([Op.MOVE_LOC, 0, 0x29, 0, Op.RET])
    assert before in STRING
    with pytest.raises(MalformedModule, match="opcode 0x29"):
        read_module(STRING.replace(before, after, 1))


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_any_bytes_give_a_module_or_one_error(data):
    base = data.draw(st.sampled_from([OPTION, STRING, COIN]))
    changed = bytearray(base)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(changed) - 1))
        changed[position] = data.draw(st.integers(0, 255))
    with contextlib.suppress(MalformedModule):
        assert read_module(bytes(changed)).functions is not None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_tail_after_a_header_gives_one_error(tail):
    with pytest.raises(MalformedModule):
        read_module(OPTION[:8] + tail)


def test_publishing_address():
    identity = b"\xab" * 32
    published = with_self_address(COIN, identity)
    assert read_module(published).address == identity
    assert read_module(published).name == read_module(COIN).name
    assert {address for address, _ in read_module(published).dependencies} == {
        address for address, _ in read_module(COIN).dependencies
    }
    assert len(published) == len(COIN)


def test_only_a_module_at_zero_is_given_an_address():
    with pytest.raises(MalformedModule, match="at address 0x0"):
        with_self_address(OPTION, b"\xab" * 32)


def test_replacing_addresses_keeps_them_distinct():
    sui = (2).to_bytes(32, "big")
    with pytest.raises(MalformedModule, match="distinct"):
        with_addresses(COIN, {bytes(32): sui})
    moved = with_addresses(COIN, {sui: b"\x22" * 32})
    assert b"\x22" * 32 in {address for address, _ in read_module(moved).dependencies}
