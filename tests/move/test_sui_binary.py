"""The `sui` binary on PATH, played by a stand-in: what it is asked, how it is read, when it is chosen."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.move.sui_stand_in import StandIn
from tests.move.test_package import load, write_package
from walrus_cli.main import run
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.pinned import COMPILER

MANIFEST = '[package]\nname = "own"\nedition = "2024"\n[dependencies]\ncoin = { local = "../coin" }\n'
SOURCE = "module own::m;\npublic fun seven(): u64 { coin::m::seven() }\n#[test] fun right() {}\n"
PROGRESS = "INCLUDING DEPENDENCY Sui\nINCLUDING DEPENDENCY MoveStdlib\nBUILDING own_root\n"
REPORT = (
    "Running Move unit tests\n[ PASS    ] own::m::right\n[ FAIL    ] own::m::wrong\n\nTest failures:\n\n"
    "Failures in own::m:\n\n┌── wrong ──────\n\nTest result: FAILED. Total tests: 2; passed: 1; failed: 1\n"
)

pytestmark = pytest.mark.usefixtures("one_compiler")


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn.write(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{made.folder}:/usr/bin:/bin")
    monkeypatch.delenv("WALRUS_MOVE_COMPILER", raising=False)
    return made


@pytest.fixture
def package(tmp_path: Path) -> Path:
    write_package(
        tmp_path / "coin",
        '[package]\nname = "coin"\nedition = "2024"\n',
        "module coin::m;\npublic fun seven(): u64 { 7 }\n",
    )
    return write_package(tmp_path / "own", MANIFEST, SOURCE)


def answer(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> Any:
    capsys.readouterr()
    assert run(["move", *map(str, words), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def dumped(package: Path, compiler: Compiler) -> str:
    """What `sui move build --dump-bytecode-as-base64` prints of a package."""
    modules = [base64.b64encode(module).decode() for module in compiler.compile(load(package)).modules]
    return json.dumps({"modules": modules, "dependencies": ["0x1", "0x2"], "digest": [0] * 32}) + "\n"


def test_it_builds(
    stand_in: StandIn, package: Path, compiler: Compiler, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.answers(build=(dumped(package, compiler), PROGRESS, 0))
    document = answer(capsys, "build", package)
    assert document["compiler"] == f"sui 1.99.0 ({stand_in.folder / 'sui'})"
    assert [module["name"] for module in document["modules"]] == ["m"]
    (asked,) = stand_in.asked
    assert asked["words"] == ["move", "build", "--dump-bytecode-as-base64"]
    assert not (package / "build").exists()


def test_what_it_is_given_is_what_the_pinned_build_is_given(
    stand_in: StandIn, package: Path, tmp_path: Path, compiler: Compiler, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.answers(build=(dumped(package, compiler), PROGRESS, 0))
    answer(capsys, "build", package)
    (asked,) = stand_in.asked
    for path, text in asked["files"].items():
        (tmp_path / "given" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "given" / path).write_text(text)
    given = load(tmp_path / "given" / asked["folder"])
    assert [needed.name for needed in given.dependencies] == ["MoveStdlib", "Sui", "coin"]
    assert "dependencies/Sui/sources/object.move" in asked["files"]
    assert compiler.compile(given).modules == compiler.compile(load(package)).modules


def test_its_diagnostics_are_shown_as_they_are(
    stand_in: StandIn, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    complaint = "error[E04007]: incompatible types\n  ┌─ ROOT/sources/m.move:2:5\n"
    stand_in.answers(build=("", PROGRESS + complaint, 1))
    error = answer(capsys, "build", package, code=8)["error"]
    assert error["code"] == "move_compile"
    assert error["message"] == "error[E04007]: incompatible types\n  ┌─ sources/m.move:2:5"


def test_it_runs_tests(stand_in: StandIn, package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.answers(test=(REPORT, PROGRESS, 1))
    document = answer(capsys, "test", package, "--engine", "official", "--filter", "right", code=1)
    assert document["compiler"].startswith("sui 1.99.0")
    assert document["tests"] == [
        {"name": "own::m::right", "official": "passed", "vm": None},
        {"name": "own::m::wrong", "official": "failed", "vm": None},
    ]
    (asked,) = stand_in.asked
    assert asked["words"] == ["move", "test"]
    assert "#[test] fun right()" in asked["files"]["root/sources/m.move"]


def test_tests_that_do_not_compile(stand_in: StandIn, package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.answers(test=("", PROGRESS + "error[E03005]: unbound unscoped name\n", 1))
    error = answer(capsys, "test", package, "--engine", "official", code=8)["error"]
    assert error == {"code": "move_compile", "message": "error[E03005]: unbound unscoped name", "hint": None}


def test_an_answer_that_is_none(stand_in: StandIn, package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.answers(build=("done\n", "", 0))
    error = answer(capsys, "build", package, code=1)["error"]
    assert error["code"] == "move_compiler"
    assert "expected modules as JSON" in error["message"]


@pytest.mark.parametrize(
    ("version", "reason"),
    [("sui 1.70.2-abc", "it is older than 1.71"), ("no version", "expected `sui X.Y.Z`")],
)
def test_one_that_cannot_do_it_is_passed_over(
    version: str,
    reason: str,
    tmp_path: Path,
    stand_in: StandIn,
    package: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = StandIn.write(tmp_path / "other", version)
    monkeypatch.setenv("PATH", f"{other.folder}:/usr/bin:/bin")
    monkeypatch.setattr("walrus_cli.output._json_wanted", False)
    assert run(["move", "build", str(package)]) == 0
    said = capsys.readouterr().err
    assert reason in said
    assert f"compiler: {COMPILER}" in said


def test_the_pinned_build_is_taken_when_wanted_or_alone(
    stand_in: StandIn, package: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answer(capsys, "build", package, "--compiler", "wasm")["compiler"] == COMPILER
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert answer(capsys, "build", package)["compiler"] == COMPILER
    error = answer(capsys, "build", package, "--compiler", "sui", code=1)["error"]
    assert error["code"] == "move_compiler_unavailable"
    assert error["hint"] == "install it, or use --compiler wasm"
