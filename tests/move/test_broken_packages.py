"""`walrus move` on packages that are wrong, one way each: what is said, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.move.test_package import write_package
from walrus_cli.exits import FAILED, USAGE
from walrus_cli.main import run

pytestmark = pytest.mark.usefixtures("one_compiler")

HEADER = '[package]\nname = "own"\nedition = "2024"\n'
SOUND = "module own::m;\npublic fun seven(): u64 { 7 }\n#[test] fun right() { assert!(seven() == 7) }\n"
OTHER = "[dependencies]\nOther = "
BAD_INPUT = 8


def said(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    capsys.readouterr()
    code = run(["move", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("source", "diagnostics"),
    [
        pytest.param(
            "module own::m;\nfun f(): u64 { 1 + }\n",
            ["error[E01002]: unexpected token\n  ┌─ sources/m.move:2:20", "Expected an expression"],
            id="syntax",
        ),
        pytest.param(
            "module own::m;\nuse own::nowhere;\nfun f() { nowhere::g() }\n",
            ["error[E03002]: unbound module", "sources/m.move:2:5"],
            id="module-that-is-not-there",
        ),
        pytest.param(
            "module own::m;\npublic struct S {}\npublic fun f(s: S) {}\n",
            ["error[E06001]: unused value without 'drop'", "sources/m.move:3:20"],
            id="value-that-is-lost",
        ),
        pytest.param(
            "module own::m;\npublic struct S has key { x: u64 }\n",
            ["error[Sui E02007]: invalid object declaration", "sources/m.move:2:27"],
            id="object-without-an-id",
        ),
        pytest.param(
            "module own::m;\nfun f(x: &mut u64): u64 { let y = x; *x = 1; *y }\n",
            ["error[E07003]: invalid operation", "sources/m.move:2:38", "Invalid mutation of reference"],
            id="reference-that-is-in-the-way",
        ),
    ],
)
def test_sources_that_do_not_compile(
    tmp_path: Path, source: str, diagnostics: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = said(capsys, "build", write_package(tmp_path / "own", HEADER, source))
    assert (code, document["error"]["code"]) == (BAD_INPUT, "move_compile")
    for text in diagnostics:
        assert text in document["error"]["message"]


@pytest.mark.parametrize("engine", ["official", "vm", "both"])
def test_tests_that_do_not_compile(tmp_path: Path, engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    package = write_package(tmp_path / "own", HEADER, SOUND)
    (package / "tests").mkdir()
    (package / "tests" / "t.move").write_text("#[test_only]\nmodule own::t;\n#[test] fun wrong() { eight() }\n")
    code, document = said(capsys, "test", package, "--engine", engine)
    assert (code, document["error"]["code"]) == (BAD_INPUT, "move_compile")
    assert "error[E03005]: unbound unscoped name\n  ┌─ tests/t.move:3:23" in document["error"]["message"]


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        pytest.param(HEADER + "[dependencies\n", "not valid TOML", id="toml"),
        pytest.param(HEADER.replace("2024", "2023"), "Invalid Move edition '2023'", id="edition"),
        pytest.param(
            HEADER + '[dependencies]\nOther = { git = "https://example.org/o.git" }\n',
            "nothing is fetched",
            id="git",
        ),
        pytest.param(
            HEADER + '[dependencies]\nOther = { local = "../other" }\n',
            "Move.toml does not exist there",
            id="local",
        ),
    ],
)
@pytest.mark.parametrize("command", ["build", "test", "publish-payload"])
def test_manifests_that_are_wrong(
    tmp_path: Path, command: str, manifest: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = said(capsys, command, write_package(tmp_path / "own", manifest, SOUND))
    assert code == BAD_INPUT
    assert complaint in document["error"]["message"]


def test_a_failing_test_fails_the_run_unless_it_is_filtered_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = write_package(tmp_path / "own", HEADER, SOUND + "#[test] fun wrong() { abort 3 }\n")
    code, document = said(capsys, "test", package)
    assert (code, document["passed"], document["failed"]) == (FAILED, 1, 1)
    assert "aborted with code 3" in document["reports"]["vm"]
    assert "Test was not expected to error, but it aborted with code 3" in document["reports"]["official"]
    assert said(capsys, "test", package, "--filter", "::right")[0] == 0
    code, document = said(capsys, "test", package, "--filter", "nothing like it")
    assert (code, document["tests"]) == (0, [])


def test_remarks_of_the_compiler_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = write_package(tmp_path / "own", HEADER, "module own::m;\nfun unused() {}\n")
    code, document = said(capsys, "build", package)
    assert code == 0
    assert "warning[W09008]: unused function\n  ┌─ sources/m.move:2:5" in document["warnings"]
    monkeypatch.setattr("walrus_cli.output._json_wanted", False)
    assert run(["move", "build", str(package)]) == 0
    assert "warning[W09008]: unused function" in capsys.readouterr().err


def test_a_word_that_is_no_choice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--engine", "--compiler"):
        code, document = said(capsys, "test", tmp_path, option, "other")
        assert (code, document["error"]["code"]) == (USAGE, "usage")


LEGACY = """module own::m {
    struct S has drop { x: u64 }
    public fun admin(): address { @admin }
    public fun f(): u64 { let s = S { x: coin::m::seven() }; s.x }
    #[test] fun sees_what_is_for_tests() { assert!(f() == 8 && admin() == @0xb, 0) }
}
"""


def test_legacy_edition_with_sections_for_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder, number in (("coin", 7), ("fake", 8)):
        source = f"module coin::m;\npublic fun seven(): u64 {{ {number} }}\n"
        write_package(tmp_path / folder, HEADER.replace("own", "coin"), source)
    manifest = (
        '[package]\nname = "own"\n[addresses]\nown = "0x0"\nadmin = "0xa"\n[dev-addresses]\nadmin = "0xb"\n'
        '[dependencies]\ncoin = { local = "../coin" }\n[dev-dependencies]\ncoin = { local = "../fake" }\n'
    )
    package = write_package(tmp_path / "own", manifest, LEGACY)
    assert said(capsys, "build", package)[0] == 0
    code, document = said(capsys, "test", package)
    assert (code, document["passed"], document["differing"]) == (0, 1, [])
