from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from walrus_localnet.move import compiler as compilers
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.errors import CompilerUnavailable
from walrus_localnet.move.wasm import Answer, MoveWasm


class RememberingWasm(MoveWasm):
    """The official compiler, asked once for what many tests need: above all the framework.

    The same input gives the same answer; `test_building_again_gives_the_same_bytes` asks it anew.
    """

    def __init__(self) -> None:
        super().__init__()
        self._answers: dict[str, Answer] = {}

    def compile(
        self, files: Mapping[str, str], dependencies: Sequence[Mapping[str, Any]], **options: Any
    ) -> Answer:
        question = json.dumps(["compile", files, dependencies, options])
        if question not in self._answers:
            self._answers[question] = super().compile(files, dependencies, **options)
        return self._answers[question]

    def test(self, files: Mapping[str, str], dependencies: Sequence[Mapping[str, Any]], **options: Any) -> Answer:
        question = json.dumps(["test", files, dependencies, options])
        if question not in self._answers:
            self._answers[question] = super().test(files, dependencies, **options)
        return self._answers[question]


@pytest.fixture(scope="session")
def wasm() -> MoveWasm:
    """Tests that need the compiler are skipped where it can neither be found nor fetched."""
    try:
        return RememberingWasm()
    except CompilerUnavailable as unavailable:
        pytest.skip(str(unavailable))


@pytest.fixture(scope="session")
def compiler(wasm: MoveWasm) -> Compiler:
    """The official compiler."""
    return Compiler(wasm)


@pytest.fixture
def one_compiler(wasm: MoveWasm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts a compiler of its own, as the command line does, gets the one all tests share."""
    monkeypatch.setattr(compilers, "MoveWasm", lambda: wasm)


@pytest.fixture(autouse=True)
def pinned_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """What tests expect of a compiler is what the pinned one says, whatever `sui` this machine has."""
    monkeypatch.setenv("WALRUS_MOVE_COMPILER", "wasm")
