"""Our framework against the interfaces of the real one, and the comparison against hand-made cases."""

from __future__ import annotations

from walrus_localnet.move.abi import compare, interface_of, parse_interface
from walrus_localnet.move.artifacts import built_package
from walrus_localnet.move.check import LEFT_OUT, framework_difference, left_out_text, own_interface, real_interface
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.vm.bytecode import read_module
from walrus_localnet.vm.natives import NATIVES

LEFT_OUT_ON_PURPOSE = {
    "0x2::accumulator",
    "0x2::accumulator_metadata",
    "0x2::accumulator_settlement",
    "0x2::authenticator_state",
    "0x2::funds_accumulator",
    "0x2::groth16",
    "0x2::nitro_attestation",
    "0x2::poseidon",
    "0x2::protocol_config",
    "0x2::vdf",
    "0x2::zklogin_verified_id",
    "0x2::zklogin_verified_issuer",
}


def test_nothing_of_ours_differs_from_the_real_framework() -> None:
    assert framework_difference().extra == ()


def test_whole_modules_left_out_are_those_meant() -> None:
    declaring = {module for module, lines in real_interface().items() if lines}
    assert declaring - set(own_interface()) == LEFT_OUT_ON_PURPOSE


def test_list_of_what_is_left_out_is_current() -> None:
    text = (framework_directory() / LEFT_OUT).read_text()
    assert text == left_out_text(framework_difference(), own_interface()), (
        "run `python -m walrus_localnet.move left-out`"
    )


def test_enough_is_compared_for_the_comparison_to_mean_something() -> None:
    ours, real = own_interface(), real_interface()
    assert sum(len(real[module] & lines) for module, lines in ours.items()) > 900
    assert {"0x1::vector", "0x2::coin", "0x2::dynamic_field", "0x2::kiosk"} <= set(ours)


def test_a_changed_line_is_both_extra_and_missing() -> None:
    real = parse_interface("## 0x2::coin\n  struct A has key { id: u64 }\n    public fun f(u64): u8\n")
    ours = parse_interface("## 0x2::coin\n  struct A has key { id: u64 }\n    public fun f(u64): u16\n")
    difference = compare(ours, real)
    assert difference.extra == ("0x2::coin: public fun f(u64): u16",)
    assert difference.missing == ("0x2::coin: public fun f(u64): u8",)


def test_what_only_the_package_sees_may_differ() -> None:
    real = parse_interface("## 0x2::coin\nfriends: 0x2::pay\n    public(friend) fun f()\n")
    assert compare(real, parse_interface("## 0x2::coin\n")) == compare({}, {})


def test_rendering_of_generics_references_and_enums() -> None:
    names = {"table", "dynamic_field", "coin_registry"}
    modules = [read_module(data) for data in built_package("Sui").modules]
    interface = interface_of(module for module in modules if module.name in names)
    assert (
        "struct Table<phantom T0: copy+drop+store, phantom T1: store> has store, key "
        "{ id: 0x2::object::UID, size: u64 }" in interface["0x2::table"]
    )
    assert (
        "public(friend) native fun borrow_child_object_mut<T0: key>(&mut 0x2::object::UID, address): &mut T0"
        in interface["0x2::dynamic_field"]
    )
    assert (
        "enum SupplyState<phantom T0> has store { Fixed(pos0: 0x2::balance::Supply<T0>), "
        "BurnOnly(pos0: 0x2::balance::Supply<T0>), Unknown }" in interface["0x2::coin_registry"]
    )


def test_every_native_runs_on_our_vm() -> None:
    missing = {
        (module.name, module.function_name(function))
        for name in ("MoveStdlib", "Sui")
        for module in map(read_module, built_package(name).modules)
        for function in module.functions
        if function.code is None
        and NATIVES.get(module.address, module.name, module.function_name(function)) is None
    }
    assert missing == set()
