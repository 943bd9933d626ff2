from __future__ import annotations

import stat
from importlib.metadata import version
from pathlib import Path

import pytest
import wasmtime

from walrus_localnet.move import pinned
from walrus_localnet.move.errors import CompilerError, CompilerUnavailable
from walrus_localnet.move.wasm import load_module


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(pinned.TARBALL_ENV, raising=False)
    return tmp_path / "cache"


def test_cache_belongs_to_its_owner_alone() -> None:
    assert stat.S_IMODE(pinned.cache_directory().stat().st_mode) == 0o700


def test_another_tarball_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.tgz").write_bytes(b"not the compiler")
    monkeypatch.setenv(pinned.TARBALL_ENV, str(tmp_path / "other.tgz"))
    with pytest.raises(CompilerError, match=r"expected .* with integrity sha512-"):
        pinned.compiler_wasm()


def test_tampered_file_in_the_cache_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    (pinned.cache_directory() / "compiler.wasm").write_bytes(b"\0asm")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CompilerUnavailable, match="npm was not found"):
        pinned.compiler_wasm()


def test_missing_tarball(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pinned.TARBALL_ENV, str(tmp_path / "nowhere.tgz"))
    with pytest.raises(CompilerError, match="cannot read the compiler's tarball"):
        pinned.compiler_wasm()


def test_damaged_machine_code_is_made_anew(tmp_path: Path) -> None:
    """Shown with the smallest module there is, as the compiler takes many seconds to become machine code."""
    wasm = tmp_path / "small.wasm"
    wasm.write_bytes(b"\0asm\1\0\0\0")
    kept = tmp_path / f"small-wasmtime-{version('wasmtime')}-interruptible.cwasm"
    kept.write_bytes(b"not machine code")
    engine = wasmtime.Engine()
    assert load_module(engine, wasm).exports == []
    assert kept.stat().st_size > 100
    wasm.unlink()  # from now on only what was kept can answer
    assert load_module(engine, wasm).exports == []
