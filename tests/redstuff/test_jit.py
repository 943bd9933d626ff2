"""Kept machine code is believed only when nobody else can have written it."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
import pytest

from walrus_sui.redstuff import kernels
from walrus_sui.redstuff.kernels import galois, jit, native
from walrus_sui.redstuff.kernels.parallel import for_each
from walrus_sui.redstuff.kernels.portable import PortableEngine

FILL = """
define void @fill(ptr %target, i64 %value) {
  store i64 %value, ptr %target
  ret void
}
"""


class Compiler:
    """Counts how often it is asked for the source."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        return FILL

    def load(self) -> jit.Library:
        name, features = jit.host()
        return jit.Library(self, "test", name, ",".join(f"{'+' if on else '-'}{f}" for f, on in features.items()))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "walrus-sui" / "kernels"


def works(library: jit.Library) -> bool:
    target = np.zeros(1, dtype=np.uint64)
    library.function("fill", 2)(target.ctypes.data, 42)
    return int(target[0]) == 42


def test_code_is_kept_for_this_user_alone(cache: Path) -> None:
    compiler = Compiler()
    assert works(compiler.load())
    (kept,) = cache.iterdir()
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    content = kept.read_bytes()
    assert hashlib.sha256(content[32:]).digest() == content[:32]
    assert works(compiler.load())
    assert compiler.asked == 1


def test_damaged_code_is_compiled_again(cache: Path) -> None:
    compiler = Compiler()
    compiler.load()
    (kept,) = cache.iterdir()
    good = kept.read_bytes()
    for damaged in (good[:-1], good[:40] + b"\xff" + good[41:], b""):
        kept.write_bytes(damaged)
        assert works(compiler.load())
        assert kept.read_bytes() == good
    assert compiler.asked == 4


def test_code_that_others_could_have_written_is_not_run(cache: Path) -> None:
    compiler = Compiler()
    compiler.load()
    (kept,) = cache.iterdir()
    kept.chmod(0o622)
    assert works(compiler.load())
    assert compiler.asked == 2
    elsewhere = cache.parent / "elsewhere"
    kept.rename(elsewhere)
    kept.symlink_to(elsewhere)
    assert works(compiler.load())
    assert compiler.asked == 3
    cache.chmod(0o770)
    assert works(compiler.load())
    assert compiler.asked == 4


def test_a_directory_that_is_none_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert works(Compiler().load())


def test_only_named_functions_are_there(cache: Path) -> None:
    with pytest.raises(RuntimeError, match="named absent"):
        Compiler().load().function("absent", 0)


@pytest.mark.parametrize("machine", native.machines(), ids=lambda m: f"{m.variant.kind}-{8 * m.variant.width}")
def test_every_variant_compiles_and_agrees(cache: Path, machine: native.Machine) -> None:
    assert kernels.agrees(native.NativeEngine(machine))
    assert len(list(cache.iterdir())) == 1


def test_without_a_compiler_the_portable_engine_serves(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> list[native.Machine]:
        raise RuntimeError("no target")

    monkeypatch.setattr(native, "machines", broken)
    kernels.engine.cache_clear()
    try:
        assert isinstance(kernels.engine(), PortableEngine)
        assert "no target" in caplog.text
        monkeypatch.setattr(native, "machines", list)
        kernels.engine.cache_clear()
        assert isinstance(kernels.engine(), PortableEngine)
    finally:
        kernels.engine.cache_clear()


def test_an_engine_that_fails_its_check_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kernels, "agrees", lambda _: False)
    kernels.engine.cache_clear()
    try:
        assert isinstance(kernels.engine(), PortableEngine)
        assert "wrong results" in caplog.text
    finally:
        kernels.engine.cache_clear()


def test_work_is_shared_out_once_and_failures_come_back() -> None:
    done: list[int] = []
    for_each(range(100), lambda: done.append, threads=3)
    assert sorted(done) == list(range(100))

    def fail(item: int) -> None:
        if item == 7:
            raise ValueError("seven")

    with pytest.raises(ValueError, match="seven"):
        for_each(range(1000), lambda: fail, threads=2)


def test_the_cache_lies_in_the_home_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert jit.cache_directory() == tmp_path / ".cache" / "walrus-sui" / "kernels"


def test_the_kernels_for_arm_compile() -> None:
    """They cannot be run on this machine; what they compute is checked on every machine when they are loaded."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = native.Machine("neoverse-n1", "", galois.Variant("tbl", 16), 4, 2)
    module = llvm.parse_assembly(native._module(machine))
    module.verify()
    target = llvm.Target.from_triple("aarch64-unknown-linux-gnu")
    assembly = target.create_target_machine(cpu=machine.cpu, opt=2, reloc="pic").emit_assembly(module)
    assert "tbl\t" in assembly
