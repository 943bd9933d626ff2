"""`walrus move` on folders of any package."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.move.test_package import write_package
from walrus_cli.main import run
from walrus_localnet.move.artifacts import read_package
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.vm.bytecode import read_module

MANIFEST = '[package]\nname = "own"\nedition = "2024"\n'
SOURCE = (
    "module own::m;\npublic fun seven(): u64 { 7 }\n"
    "#[test] fun right() { assert!(seven() == 7) }\n#[test] fun wrong() { assert!(seven() == 8, 3) }\n"
)

pytestmark = pytest.mark.usefixtures("one_compiler")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_package(tmp_path / "own", MANIFEST, SOURCE)


def answer(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> Any:
    capsys.readouterr()
    assert run(["move", *map(str, words), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_build_names_modules_and_writes_them(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = answer(capsys, "build", package, "--output", tmp_path / "out")
    assert document["package"] == "own"
    assert [module["name"] for module in document["modules"]] == ["m"]
    assert read_package(tmp_path / "out", "own").entry() == {
        key: value for key, value in document.items() if key not in ("package", "warnings")
    }


def test_error_of_the_compiler_is_shown_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = write_package(tmp_path / "own", MANIFEST, "module own::m;\nfun f(): u64 { true }\n")
    error = answer(capsys, "build", broken, code=8)["error"]
    assert error["code"] == "move_compile"
    assert "sources/m.move:2" in error["message"]
    assert "error[E04007]: incompatible types" in error["message"]


def test_folder_without_a_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "build", tmp_path, code=8)["error"]["code"] == "move_package"


def test_tests_run_on_both_machines(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "test", package, code=1)
    assert (document["passed"], document["failed"], document["differing"]) == (1, 1, [])
    assert document["tests"] == [
        {"name": "own::m::right", "official": "passed", "vm": "passed"},
        {"name": "own::m::wrong", "official": "failed", "vm": "failed"},
    ]


@pytest.mark.parametrize(("engine", "other"), [("official", "vm"), ("vm", "official")])
def test_filter_and_engine(package: Path, engine: str, other: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "test", package, "--filter", "right", "--engine", engine)
    assert document["tests"] == [{"name": "own::m::right", engine: "passed", other: None}]


def test_report_for_people(
    package: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("walrus_cli.output._json_wanted", False)
    assert run(["move", "test", str(package)]) == 1
    text = capsys.readouterr().out
    assert "[ PASS    ] own::m::right" in text
    assert "[ FAIL    ] own::m::wrong\n            aborted with code 3" in text
    assert text.endswith("1 of 2 tests passed\n")


def test_payload_of_a_package(package: Path, capsys: pytest.CaptureFixture[str], compiler: Compiler) -> None:
    document = answer(capsys, "publish-payload", package)
    (module,) = (read_module(base64.b64decode(text)) for text in document["modules"])
    assert (module.name, module.address) == ("m", bytes(32))
    assert [int(dependency, 16) for dependency in document["dependencies"]] == [1, 2]
    assert len(base64.b64decode(document["digest"])) == 32


def test_payload_with_an_id_that_is_none(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        "NAME=ID" in answer(capsys, "publish-payload", package, "--published", "wal", code=8)["error"]["message"]
    )
    assert answer(capsys, "publish-payload", package, "--published", "wal=0xzz", code=8)["error"]["code"] == "bcs"


def test_framework_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "check-framework")
    assert document["differ"] == []
    assert len(document["leftOut"]) == 80


def test_package_with_an_address_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = '[package]\nname = "Elsewhere"\nedition = "2024.beta"\n[addresses]\nown = "0xdead"\n'
    package = write_package(tmp_path / "own", manifest, SOURCE)
    assert answer(capsys, "build", package)["address"].endswith("dead")
    assert answer(capsys, "test", package, "--filter", "right")["passed"] == 1
    (text,) = answer(capsys, "publish-payload", package)["modules"]
    assert read_module(base64.b64decode(text)).address == bytes(32)
