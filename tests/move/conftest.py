from __future__ import annotations

import pytest

from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.errors import CompilerUnavailable


@pytest.fixture(scope="session")
def compiler() -> Compiler:
    """The official compiler; tests that need it are skipped where it can neither be found nor fetched."""
    try:
        return Compiler()
    except CompilerUnavailable as unavailable:
        pytest.skip(str(unavailable))


@pytest.fixture(autouse=True)
def pinned_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """What tests expect of a compiler is what the pinned one says, whatever `sui` this machine has."""
    monkeypatch.setenv("WALRUS_MOVE_COMPILER", "wasm")
