from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.move.test_package import load, write_package
from walrus_localnet.move.artifacts import BuiltPackage, read_manifest, read_package
from walrus_localnet.move.build import build, write
from walrus_localnet.move.compiler import Compiler, Outcome
from walrus_localnet.move.errors import ArtifactError, CompileError, CompilerError, PackageError
from walrus_localnet.move.wasm import MoveWasm
from walrus_localnet.vm.bytecode import read_module

MANIFEST = '[package]\nname = "own"\nedition = "2024"\n[addresses]\nown = "0x0"\n'
SOURCE = "module own::m;\npublic fun seven(): u64 { 7 }\n#[test] fun holds() { assert!(seven() == 7) }\n"


def test_compiles_at_zero(tmp_path: Path, compiler: Compiler) -> None:
    (module,) = compiler.compile(load(write_package(tmp_path, MANIFEST, SOURCE))).modules
    assert (read_module(module).address, read_module(module).name) == (bytes(32), "m")


def test_compiler_goes_on_after_an_error(tmp_path: Path, compiler: Compiler) -> None:
    with pytest.raises(CompileError, match=r"(?s)error\[E04007\].*sources/m\.move:1"):
        compiler.compile(load(write_package(tmp_path / "bad", MANIFEST, "module own::m; fun f(): u64 { true }")))
    assert compiler.compile(load(write_package(tmp_path / "good", MANIFEST, SOURCE))).modules


def test_report_tells_passed_from_failed(tmp_path: Path, compiler: Compiler) -> None:
    source = SOURCE + "#[test] fun wrong() { assert!(seven() == 8, 3) }\n"
    report = compiler.test(load(write_package(tmp_path, MANIFEST, source)))
    assert {result.name: result.outcome for result in report.results} == {
        "own::m::holds": Outcome.PASSED,
        "own::m::wrong": Outcome.FAILED,
    }
    assert not report.passed
    assert "sources/m.move:4" in report.text


def test_tests_that_do_not_compile_are_no_report(tmp_path: Path, compiler: Compiler) -> None:
    with pytest.raises(CompileError, match="error"):
        compiler.test(load(write_package(tmp_path, MANIFEST, "module own::m; #[test] fun f() { g() }")))


def test_modules_come_after_those_they_use(tmp_path: Path, compiler: Compiler) -> None:
    root = write_package(tmp_path, MANIFEST, "module own::a; public fun f(): u64 { own::z::g() }")
    (root / "sources" / "z.move").write_text("module own::z; public fun g(): u64 { 1 }")
    assert build(load(root), compiler).module_names == ("z", "a")


def test_package_without_modules(tmp_path: Path, compiler: Compiler) -> None:
    with pytest.raises(PackageError, match="declare no module"):
        build(load(write_package(tmp_path, MANIFEST, "// nothing yet\n")), compiler)


def test_dependency_is_linked_at_its_placeholder(tmp_path: Path, compiler: Compiler) -> None:
    write_package(tmp_path / "coin", MANIFEST.replace("own", "coin"), SOURCE.replace("own", "coin"))
    manifest = MANIFEST.replace("[addresses]", '[dependencies]\ncoin = { local = "../coin" }\n[addresses]')
    root = write_package(tmp_path / "own", manifest, "module own::m; public fun f(): u64 { coin::m::seven() }")
    built = build(load(root), compiler)
    assert (built.placeholders["coin"], "m") in read_module(built.modules[0]).dependencies


def test_written_package_reads_back_and_damage_is_found(tmp_path: Path, compiler: Compiler) -> None:
    built = build(load(write_package(tmp_path / "own", MANIFEST, SOURCE)), compiler)
    (tmp_path / "out").mkdir()
    write(tmp_path / "out", [built])
    assert read_package(tmp_path / "out", "own") == built
    (tmp_path / "out" / "own" / "m.mv").write_bytes(b"something else")
    with pytest.raises(ArtifactError, match="SHA-256"):
        read_package(tmp_path / "out", "own")
    with pytest.raises(ArtifactError, match="no compiled package other"):
        read_package(tmp_path / "out", "other")


def write_in_turn(directory: Path, packages: list[BuiltPackage]) -> None:
    for package in packages:
        write(directory, [package])


def test_nobody_sees_half_of_a_build(tmp_path: Path, compiler: Compiler) -> None:
    """Two builds take turns while others read: they always get one of them, whole."""
    first = build(load(write_package(tmp_path / "first", MANIFEST, SOURCE)), compiler)
    changed = write_package(tmp_path / "second", MANIFEST, SOURCE.replace("7", "8"))
    (changed / "sources" / "n.move").write_text(SOURCE.replace("own::m", "own::n"))
    second = build(load(changed), compiler)
    (tmp_path / "out").mkdir()
    write(tmp_path / "out", [first])
    with ThreadPoolExecutor(3) as pool:
        writing = pool.submit(write_in_turn, tmp_path / "out", [second, first] * 30)
        seen = []
        while not writing.done():
            seen.append(read_package(tmp_path / "out", "own"))
        writing.result()
    assert {package.module_names for package in seen} == {first.module_names, second.module_names}
    assert all(package in (first, second) for package in seen)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", "own"]


def test_packages_that_are_gone_are_removed(tmp_path: Path, compiler: Compiler) -> None:
    own = build(load(write_package(tmp_path / "own", MANIFEST, SOURCE)), compiler)
    write(tmp_path, [replace(own, name="former")])
    write(tmp_path, [own], keep_others=False)
    assert list(read_manifest(tmp_path)) == ["own"]
    assert not (tmp_path / "former").exists()


def test_a_call_that_takes_too_long_is_stopped(
    tmp_path: Path, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The official runner has no limit of its own: this test would never end."""
    endless = load(write_package(tmp_path / "endless", MANIFEST, "module own::m;\n#[test] fun f() { loop {} }\n"))
    monkeypatch.setattr("walrus_localnet.move.wasm._RUN_SECONDS", 2)
    with pytest.raises(CompilerError, match="did not end within 2 seconds"):
        compiler.test(endless)
    monkeypatch.setattr("walrus_localnet.move.wasm._RUN_SECONDS", 900)
    assert compiler.test(load(write_package(tmp_path / "sound", MANIFEST, SOURCE))).passed


def test_too_few_addresses_for_the_compiler(tmp_path: Path, wasm: MoveWasm) -> None:
    """In a process of its own, as no process gets back what it gave up."""
    package = write_package(tmp_path, MANIFEST, SOURCE)
    program = (
        "import resource, sys\n"
        "from walrus_cli.main import run\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\n"
        f"sys.exit(run(['move', 'build', {str(package)!r}, '--json']))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    error = json.loads(ended.stdout)["error"]
    assert error["code"] == "move_compiler"
    assert "ulimit -v" in error["hint"]
