"""Compiling and testing packages with the official compiler (move_toolchain.md §1)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from walrus_localnet.move.errors import CompileError, CompilerError
from walrus_localnet.move.package import ZERO, Package, manifest_text
from walrus_localnet.move.sui_binary import SuiBinary
from walrus_localnet.move.unit_tests.source import UnitTest, without_tests
from walrus_localnet.move.wasm import MoveWasm
from walrus_sui.bcs.sui import format_address

Transform: TypeAlias = Callable[[str], str]
"""What is done to the text of every source before it is compiled."""


@dataclass(frozen=True)
class Compiled:
    """The bytecode of one package as the compiler gives it: modules in its order, its digest, its remarks."""

    modules: tuple[bytes, ...]
    digest: bytes
    warnings: str


class Outcome(Enum):
    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed out"


@dataclass(frozen=True)
class TestResult:
    """One test function: `name` is `address::module::function`."""

    name: str
    outcome: Outcome


@dataclass(frozen=True)
class TestReport:
    """What a runner said of one package; `text` is its whole report."""

    results: tuple[TestResult, ...]
    text: str

    @property
    def passed(self) -> bool:
        return all(result.outcome is Outcome.PASSED for result in self.results)

    @property
    def endless(self) -> frozenset[str]:
        """The names of tests that were given up."""
        return frozenset(result.name for result in self.results if result.outcome is Outcome.TIMED_OUT)


class Compiler:
    """The official compiler and unit test runner, started once and used for many packages.

    Without a `tool` it is the pinned one, which alone makes what is committed.
    """

    def __init__(self, tool: MoveWasm | SuiBinary | None = None) -> None:
        self._tool = tool or MoveWasm()
        self._compiled: dict[bytes, Compiled] = {}

    def __str__(self) -> str:
        """Name and version, as manifests of compiled packages state them."""
        return str(self._tool)

    def compile(self, package: Package) -> Compiled:
        """Compiles without tests. Modules of an unpublished package are at 0x0.

        Raises `CompileError` with the compiler's diagnostics.
        """
        return self._run(*_input(package, _unchanged, manifest_text(package)))

    def compile_as(
        self, package: Package, address: bytes, transform: Transform, *, tests: bool = False
    ) -> Compiled:
        """Compiles sources after `transform`, its own addresses being `address`, its tests with it when wanted.

        Raises `CompileError` with the compiler's diagnostics.
        """
        files, dependencies = _input(package, transform, manifest_text(package, address), tests=tests)
        # The same input gives the same bytes; dependencies such as the framework come again and again.
        key = hashlib.sha256(json.dumps([files, dependencies]).encode()).digest()
        if key not in self._compiled:
            self._compiled[key] = self._run(files, dependencies, silenceWarnings=True)
        return self._compiled[key]

    def test(self, package: Package, wanted: Callable[[UnitTest], bool] = lambda _: True) -> TestReport:
        """Compiles with tests and runs the wanted ones of the package itself on the official VM.

        Raises `CompileError` when the sources do not compile.
        """
        files = _files(package, lambda text: without_tests(text, wanted), tests=True)
        files["Move.toml"] = manifest_text(package)
        answer = self._tool.test(files, _dependencies(package, _unchanged), ansiColor=False)
        results = tuple(_results(answer.text))
        if _SUMMARY not in answer.text:
            raise CompileError(answer.text.strip())
        report = TestReport(results=results, text=answer.text)
        if report.passed != answer.ok:
            raise CompilerError(f"the test runner's verdict and its report differ:\n{answer.text}")
        return report

    def _run(self, files: dict[str, str], dependencies: list[dict[str, Any]], **options: bool) -> Compiled:
        answer = self._tool.compile(files, dependencies, ansiColor=False, compileIntent="dump", **options)
        if not answer.ok:
            raise CompileError(answer.text.strip().replace(_as_source("tests/"), "tests/"))
        output = json.loads(answer.text)
        modules = tuple(base64.b64decode(module) for module in output["modules"])
        return Compiled(
            modules=modules, digest=bytes(output["digest"]), warnings=str(output.get("warnings") or "")
        )


_SUMMARY = "Test result:"
_RESULT = re.compile(r"^\[\s*(PASS|FAIL|TIMEOUT)\s*\]\s+(\S+)", re.MULTILINE)
_OUTCOMES = {"PASS": Outcome.PASSED, "FAIL": Outcome.FAILED, "TIMEOUT": Outcome.TIMED_OUT}


def _results(report: str) -> list[TestResult]:
    return [TestResult(name, _OUTCOMES[word]) for word, name in _RESULT.findall(report)]


def _as_source(path: str) -> str:
    """Outside of test mode the compiler passes over files in the folder of tests."""
    return path if path.startswith("sources/") else f"sources/{path}"


def _unchanged(text: str) -> str:
    return text


def _input(
    package: Package, transform: Transform, manifest: str, *, tests: bool = False
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    files = {_as_source(path): text for path, text in _files(package, transform, tests=tests).items()}
    return {**files, "Move.toml": manifest}, _dependencies(package, transform)


def _files(package: Package, transform: Transform, *, tests: bool = False) -> dict[str, str]:
    return {path: transform(text) for path, text in package.sources(tests=tests).items()}


def _dependencies(package: Package, transform: Transform) -> list[dict[str, Any]]:
    return [_dependency(needed, transform) for needed in package.dependencies]


def _dependency(package: Package, transform: Transform) -> dict[str, Any]:
    # Addresses a package leaves at zero are its own; for its dependents they are where it will be published.
    own = {
        name: package.link_address if address == ZERO else address for name, address in package.addresses.items()
    }
    for needed in package.dependencies:
        own |= {name: needed.link_address for name in needed.addresses if name not in own}
    files = {f"dependencies/{package.name}/{path}": text for path, text in _files(package, transform).items()}
    return {
        "name": package.name,
        "edition": package.edition,
        "addressMapping": {name: format_address(address) for name, address in own.items()},
        "publishedIdForOutput": format_address(package.link_address),
        "files": files,
    }
