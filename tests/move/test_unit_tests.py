"""Finding, choosing and judging Move unit tests; what both engines say of the same tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.move.test_package import load, write_package
from walrus_localnet.move.compiler import Compiler, Outcome
from walrus_localnet.move.errors import PackageError
from walrus_localnet.move.unit_tests import runner
from walrus_localnet.move.unit_tests.arguments import can_be_random, random_arguments
from walrus_localnet.move.unit_tests.engines import Engine, run_tests
from walrus_localnet.move.unit_tests.expectation import Expectation, expectation
from walrus_localnet.move.unit_tests.names import ModuleId, imports
from walrus_localnet.move.unit_tests.ordinary import as_ordinary_code
from walrus_localnet.move.unit_tests.source import UnitTest, entries, find_tests, without_tests
from walrus_localnet.vm import ADDRESS, BOOL, SIGNER, U8, Reference, Vector
from walrus_sui.bcs.sui import format_address

SOURCE = """module own::m;

use sui::coin;
use std::string::{Self as text, String};
use sui::{balance, object_bag::{Self, ObjectBag}, table::Self as entries};

// #[test] fun in_a_comment() {}
const ENumber: u64 = 0x1_0;
#[error(code = 3)]
const EClever: vector<u8> = b"#[test] fun in_a_string() {}";

#[test_only, allow(unused_const)]
const FOR_TESTS: u64 = 1;

#[test]
fun plain() {}

#[test, expected_failure(abort_code = ENumber)]
public fun aborts() { abort ENumber }

#[test]
#[expected_failure(arithmetic_error, location = own::m)]
fun overflows() { 255u8 + 1; }

#[test, ext(needs_bls)]
fun needs_signatures() {}

#[random_test]
fun random(_x: u8) {}
#[test_only] fun in_one_line() {}
"""


def test_tests_are_found_with_what_is_expected_of_them() -> None:
    tests = {test.function: test for test in find_tests(SOURCE)}
    assert list(tests) == ["plain", "aborts", "overflows", "needs_signatures", "random"]
    assert tests["plain"] == UnitTest("own::m", "plain", None, is_random=False, needs_bls=False)
    assert tests["aborts"].expected_failure == "(abort_code=ENumber)"
    assert tests["overflows"].expected_failure == "(arithmetic_error,location=own::m)"
    assert tests["needs_signatures"].needs_bls
    assert tests["random"].is_random
    assert tests["plain"].name == "own::m::plain"


def test_test_belongs_to_the_module_before_it() -> None:
    tests = find_tests("module a::x { #[test] fun f() {} }\nmodule a::y { #[test] fun f() {} }")
    assert [test.name for test in tests] == ["a::x::f", "a::y::f"]


def test_unwanted_tests_become_functions_for_tests_only() -> None:
    chosen = without_tests(SOURCE, lambda test: test.function == "overflows")
    assert [test.function for test in find_tests(chosen)] == ["overflows"]
    assert chosen.count("\n") == SOURCE.count("\n")
    assert chosen.count("#[test_only]") == 4 + SOURCE.count("#[test_only]")
    assert "in_a_comment" in chosen


def test_ordinary_code_has_no_attributes_of_tests_and_the_same_lines() -> None:
    ordinary = as_ordinary_code(SOURCE)
    assert find_tests(ordinary) == []
    assert "#[allow(unused_const)]" in ordinary
    assert "fun in_one_line() {}" in ordinary
    where = SOURCE.splitlines()[-1].index("fun in_one_line")
    assert ordinary.splitlines()[-1].index("fun in_one_line") == where
    assert "#[ext(needs_bls)]" in ordinary
    assert "#[error(code = 3)]" in ordinary
    assert 'b"#[test] fun in_a_string() {}"' in ordinary
    assert [line for line in ordinary.splitlines() if "overflows" in line] == ["fun overflows() { 255u8 + 1; }"]
    assert ordinary.count("\n") == SOURCE.count("\n")


def test_initializer_and_witness_are_replaced() -> None:
    source = (
        "module own::gold; public struct GOLD has drop {}\n"
        "fun init(otw: GOLD, ctx: &mut TxContext) { let GOLD {} = otw; x.init(otw) }\n"
        "#[test_only] public fun setup(ctx: &mut TxContext) { init(GOLD {}, ctx) }\n"
    )
    assert as_ordinary_code(source) == (
        "module own::gold; public struct GOLD has drop {}\n"
        "fun init_as_ordinary_function(otw: GOLD, ctx: &mut TxContext) { let GOLD {} = otw; x.init(otw) }\n"
        f"{' ' * 12} public fun setup(ctx: &mut TxContext) "
        "{ init_as_ordinary_function(sui::test_utils::create_one_time_witness<GOLD>(), ctx) }\n"
    )


def test_entries_of_an_attribute() -> None:
    assert entries("#[test, expected_failure(abort_code = 1, location = a::b)]") == [
        "test",
        "expected_failure(abort_code=1,location=a::b)",
    ]


def test_imports_of_a_module() -> None:
    assert imports(SOURCE, "own::m") == {
        "coin": "sui::coin",
        "text": "std::string",
        "balance": "sui::balance",
        "object_bag": "sui::object_bag",
        "entries": "sui::table",
    }
    two = "module a::x { use a::one as m; }\nmodule a::y { use a::two as m; }"
    assert imports(two, "a::x") == {"m": "a::one"}
    assert imports(two, "a::y") == {"m": "a::two"}


def test_comments_hold_comments() -> None:
    assert find_tests("module a::m;\n/* one /* two */ #[test] fun f() {} */\n#[test] fun g() {}") == [
        UnitTest("a::m", "g", None, is_random=False, needs_bls=False)
    ]


def test_modules_in_a_block_of_an_address() -> None:
    assert [test.name for test in find_tests("address a { module m { #[test] fun f() {} } }")] == ["a::m::f"]


def test_constants_get_functions_that_return_them() -> None:
    source = (
        'module a::m;\nconst E: u64 = { let x = 1; x };\n#[test_only, allow(x)]\nconst V: vector<u8> = b";";\n'
    )
    assert as_ordinary_code(source) == (
        "module a::m;\nconst E: u64 = { let x = 1; x }; fun value_of_constant_E(): u64 { E }\n"
        '#[allow(x)]           \nconst V: vector<u8> = b";"; fun value_of_constant_V(): vector<u8> { V }\n'
    )


OWN, COIN, BALANCE = (
    ModuleId(bytes(31) + bytes([at]), name) for at, name in ((5, "m"), (2, "coin"), (2, "balance"))
)


def expected(attribute: str) -> Expectation | None:
    def constant(module: ModuleId, name: str) -> int | None:
        return {(OWN, "EClever"): None, (COIN, "ENotEnough"): 2}[module, name]

    test = UnitTest("own::m", "f", attribute, is_random=False, needs_bls=False)
    return expectation(test, SOURCE, {"own": OWN.address, "sui": COIN.address}, constant)


def test_expectations() -> None:
    assert expected("") == Expectation()
    assert expected("(abort_code=0x10)") == Expectation(4016, 16)
    assert expected("(abort_code=007)") == Expectation(4016, 7)
    assert expected("(abort_code=3u64,location=sui::balance)") == Expectation(4016, 3, module=BALANCE)
    assert expected("(abort_code=3,location=balance)") == Expectation(4016, 3, module=BALANCE)
    assert expected("(abort_code=coin::ENotEnough)") == Expectation(4016, 2, module=COIN)
    assert expected("(abort_code=::sui::coin::ENotEnough)") == Expectation(4016, 2, module=COIN)
    assert expected("(abort_code=0x2::coin::ENotEnough,location=Self)") == Expectation(4016, 2, module=OWN)
    assert expected("(abort_code=EClever)") == Expectation(4016, None, "EClever", OWN)
    assert expected("(vector_error,location=Self)") == Expectation(4018, module=OWN)
    assert expected("(vector_error,minor_status=2)") == Expectation(4018, 2)
    assert expected("(major_status=4017,location=Self)") == Expectation(4017, module=OWN)
    assert expected("(out_of_gas)") == Expectation(4002)


@pytest.mark.parametrize(
    ("attribute", "complaint"),
    [
        ("(abort_code=1,location=nowhere)", "expects a failure in nowhere, which is no module it knows"),
        ("(abort_code=other::m::E)", "names the address other, which its package does not know"),
    ],
)
def test_expectation_in_a_module_that_is_not_there(attribute: str, complaint: str) -> None:
    with pytest.raises(PackageError, match=complaint):
        expected(attribute)


MANIFEST = '[package]\nname = "own"\nedition = "2024"\n[addresses]\nown = "0x0"\n'


def test_expectation_of_an_unknown_constant(tmp_path: Path, compiler: Compiler) -> None:
    source = "module own::m;\n#[test, expected_failure(abort_code = ENone)] fun f() { abort 1 }\n"
    package = load(write_package(tmp_path, MANIFEST, source))
    with pytest.raises(PackageError, match=r"expects the abort code .*::m::ENone, which no source names"):
        run_tests(package, compiler, Engine.OWN)


ENDINGS = """module own::m;

use sui::vec_map;

const ENumber: u64 = 7;
#[error]
const EClever: vector<u8> = b"clever";
#[error]
const EOther: vector<u8> = b"other";

#[test] fun passes() {}
#[test] fun fails() { abort ENumber }
#[test, expected_failure] fun fails_somehow() { abort ENumber }
#[test, expected_failure] fun does_not_fail() {}
#[test, expected_failure(abort_code = ENumber)] fun right_constant() { abort ENumber }
#[test, expected_failure(abort_code = ENumber)] fun wrong_number() { abort 8 }
#[test, expected_failure(abort_code = EClever)] fun clever() { abort EClever }
#[test, expected_failure(abort_code = EClever)] fun wrong_clever() { abort EOther }
#[test, expected_failure(abort_code = 1, location = sui::vec_map)]
fun elsewhere() { let map = vec_map::empty<u8, u8>(); map.get(&1); }
#[test, expected_failure(abort_code = 1)]
fun anywhere() { let map = vec_map::empty<u8, u8>(); map.get(&1); }
#[test, expected_failure(arithmetic_error, location = own::m)] fun overflow() { zero() - 1; }
#[test, expected_failure(vector_error, minor_status = 1, location = own::m)]
fun outside() { vector<u8>[][zero()]; }
#[test, expected_failure(vector_error, minor_status = 2, location = own::m)]
fun nothing_to_pop() { vector<u8>[].pop_back(); }
#[test, expected_failure(vector_error, location = own::m)] fun status_unsaid() { vector<u8>[][zero()]; }
#[test, expected_failure(arithmetic_error, location = own::m)] fun other_kind() { vector<u8>[][zero()]; }
#[test, expected_failure(arithmetic_error, location = own::m)] fun too_far() { 1u64 << 64u8; }
#[test, expected_failure(arithmetic_error, location = own::m)] fun abort_instead() { abort 1 }
fun zero(): u64 { 0 }

const EShifted: u64 = 1 << 3;
const EAlias: u64 = EShifted;
const EBlock: u64 = { 21 + 21 };
#[error]
const EMarkedNumber: u64 = 77;
/* comments /* in comments */ #[test] fun is_no_test() {} */
#[test, expected_failure(abort_code = EShifted)] fun computed() { abort EShifted }
#[test, expected_failure(abort_code = EAlias)] fun alias() { abort 8 }
#[test, expected_failure(abort_code = ::own::m::EBlock)] fun block() { abort 42 }
#[test, expected_failure(abort_code = 0x0::m::EBlock)] fun not_the_first_number() { abort 21 }
#[test, expected_failure(abort_code = EMarkedNumber)] fun marked_number() { abort EMarkedNumber }
#[test, expected_failure(abort_code = transfer::ESharedNonNewObject)] fun of_an_implied_module() { abort 0 }
#[test, expected_failure(abort_code = 1, location = vec_map)]
fun location_by_import() { let map = vec_map::empty<u8, u8>(); map.get(&1); }
#[test, expected_failure(major_status = 4017, location = Self)] fun numbered() { zero() - 1; }
#[test, expected_failure(major_status = 4018, minor_status = 2, location = Self)] fun numbered_pop() {
    vector<u8>[].pop_back();
}
#[test, expected_failure(major_status = 4021, location = Self)] fun too_deep() { too_deep() }
#[test, expected_failure(major_status = 4016, location = Self)] fun code_unsaid() { abort 3 }
public struct D1 has drop { a: u8, b: u8 }
public struct D2 has drop { a: D1, b: D1 }
public struct D3 has drop { a: D2, b: D2 }
public struct D4 has drop { a: D3, b: D3 }
public struct D5 has drop { a: D4, b: D4 }
public struct D6 has drop { a: D5, b: D5 }
public struct D7 has drop { a: D6, b: D6 }
public struct D8 has drop { a: D7, b: D7 }
public struct E has drop { d: D8 }
#[test] fun type_of_512_nodes() { std::bcs::to_bytes(&vector<D8>[]); }
#[test, expected_failure(abort_code = 453, location = std::bcs)]
fun type_of_513_nodes() { std::bcs::to_bytes(&vector<E>[]); }
fun filled(n: u64) { let mut v = vector<u8>[]; let mut i = 0; while (i < n) { v.push_back(7); i = i + 1 } }
#[test] fun full() { filled(1048576) }
#[test, expected_failure(vector_error, minor_status = 4, location = Self)] fun more_than_full() { filled(1048577) }
#[mode(test), test] fun by_mode() {}
#[test(who = @0x1)] fun old_arguments() {}
#[test] fun generic<T>() {}
#[test] fun wants_an_argument(_who: address) { abort 1 }
"""
PASSING = {
    "passes",
    "fails_somehow",
    "right_constant",
    "clever",
    "elsewhere",
    "overflow",
    "outside",
    "nothing_to_pop",
    "too_far",
    "anywhere",
    "computed",
    "alias",
    "block",
    "location_by_import",
    "numbered",
    "numbered_pop",
    "too_deep",
    "type_of_512_nodes",
    "type_of_513_nodes",
    "full",
    "more_than_full",
    "by_mode",
    "old_arguments",
}


def test_engines_agree_on_every_ending(tmp_path: Path, compiler: Compiler) -> None:
    report = run_tests(load(write_package(tmp_path, MANIFEST, ENDINGS)), compiler)
    outcomes = {verdict.name.split("::")[-1]: (verdict.official, verdict.own) for verdict in report.verdicts}
    assert {name for name, ends in outcomes.items() if ends == (Outcome.PASSED, Outcome.PASSED)} == PASSING
    assert {name for name, ends in outcomes.items() if ends == (Outcome.FAILED, Outcome.FAILED)} == (
        set(outcomes) - PASSING
    )
    assert not report.passed
    assert "wants_an_argument" not in outcomes


def test_tests_without_an_end_are_given_up_and_kept_from_the_official_vm(
    tmp_path: Path, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "GAS_LIMIT", 1_000)
    source = (
        "module own::m;\n#[test] fun ends() {}\n#[test] fun endless() { loop {} }\n"
        "#[test, expected_failure(out_of_gas, location = Self)] fun endless_on_purpose() { loop {} }\n"
    )
    report = run_tests(load(write_package(tmp_path, MANIFEST, source)), compiler)
    assert {verdict.name.split("::")[-1]: (verdict.official, verdict.own) for verdict in report.verdicts} == {
        "ends": (Outcome.PASSED, Outcome.PASSED),
        "endless": (None, Outcome.TIMED_OUT),
        "endless_on_purpose": (None, Outcome.PASSED),
    }
    assert not report.passed


def test_wanted_tests_alone_are_run(tmp_path: Path, compiler: Compiler) -> None:
    package = load(write_package(tmp_path, MANIFEST, ENDINGS))
    for engine in Engine:
        report = run_tests(package, compiler, engine, lambda name: "clever" in name)
        assert [verdict.name for verdict in report.verdicts] == ["own::m::clever", "own::m::wrong_clever"]


RANDOM = """module own::m;
#[random_test] fun holds(a: u8, b: u8, c: bool) { assert!((a as u16) + (b as u16) <= 510 && (c || !c)) }
#[random_test] fun reverses(mut v: vector<u64>, who: address) {
    let w = v;
    v.reverse(); v.reverse();
    assert!(v == w && who == who)
}
#[random_test] fun fails_for_most(a: u256) { assert!(a < 1000, 7) }
#[random_test, expected_failure(abort_code = 7)] fun always_aborts(_a: vector<vector<u8>>) { abort 7 }
"""


def test_random_tests_run_on_both_machines(tmp_path: Path, compiler: Compiler) -> None:
    report = run_tests(load(write_package(tmp_path, MANIFEST, RANDOM)), compiler)
    ends = {verdict.name.split("::")[-1]: (verdict.official, verdict.own) for verdict in report.verdicts}
    passed, failed = (Outcome.PASSED, Outcome.PASSED), (Outcome.FAILED, Outcome.FAILED)
    assert ends == {"holds": passed, "reverses": passed, "always_aborts": passed, "fails_for_most": failed}
    text = report.reports[Engine.OWN].text
    assert f"aborted with code 7 in {format_address(bytes(32))}::m::fails_for_most" in text
    assert f"with the arguments ({2**256 - 1})" in text


def test_random_arguments_are_the_same_every_time_and_reach_the_edges() -> None:
    types = [U8, Vector(U8), Vector(Vector(BOOL)), ADDRESS]
    rounds = random_arguments("own::m::f", types)
    assert rounds == random_arguments("own::m::f", types) != random_arguments("own::m::g", types)
    assert rounds[0] == [0, bytearray(), [], bytes(32)]
    assert rounds[1] == [255, bytearray(b"\xff" * 10), [[True] * 10] * 10, b"\xff" * 32]
    assert len(rounds) == 10
    assert not can_be_random(SIGNER)
    assert not can_be_random(Vector(Reference(U8, False)))
