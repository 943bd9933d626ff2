"""Every package of the project: its Move unit tests, and that the committed bytecode is what its sources give."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from walrus_localnet.move.artifacts import BuiltPackage, build_directory, read_manifest, read_package
from walrus_localnet.move.build import all_packages, build, own_packages, source_hash, source_tree
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.package import Package
from walrus_localnet.move.unit_tests.engines import EngineReport, run_tests

TESTED = [package for package in all_packages(source_tree()) if any((package.root / "tests").rglob("*.move"))]
PUBLISHED = own_packages(source_tree())


def name_of(value: object) -> str:
    return value.name if isinstance(value, Package) else str(value)


@pytest.fixture(scope="module")
def tested(compiler: Compiler) -> Callable[[Package], EngineReport]:
    """What the unit tests of a package come to, which does not change."""
    reports: dict[str, EngineReport] = {}

    def report(package: Package) -> EngineReport:
        if package.name not in reports:
            reports[package.name] = run_tests(package, compiler)
        return reports[package.name]

    return report


@pytest.mark.parametrize("package", TESTED, ids=name_of)
def test_unit_tests_pass_on_the_official_vm_and_on_ours(
    package: Package, tested: Callable[[Package], EngineReport]
) -> None:
    report = tested(package)
    failed = [verdict for verdict in report.verdicts if not verdict.passed]
    assert not failed, "\n".join(engine.text for engine in report.reports.values())
    on_both = [verdict for verdict in report.verdicts if verdict.official and verdict.own]
    assert on_both


def test_only_tests_that_need_bls_are_kept_from_the_official_vm(tested: Callable[[Package], EngineReport]) -> None:
    alone = [verdict.name for verdict in tested(PUBLISHED["Sui"]).verdicts if verdict.official is None]
    assert len(alone) == 11
    assert {name.split("::")[1] for name in alone} == {"crypto_tests"}


def built(name: str) -> BuiltPackage:
    return read_package(build_directory(), name)


@pytest.mark.parametrize("name", PUBLISHED)
def test_committed_bytecode_belongs_to_the_sources(name: str) -> None:
    assert built(name).source_hash == source_hash(PUBLISHED[name]), "run `python -m walrus_localnet.move build`"


@pytest.fixture(scope="module")
def forgetful_compiler(compiler: Compiler) -> Compiler:
    """A compiler of its own, asked anew for everything."""
    return Compiler()


@pytest.mark.parametrize("name", PUBLISHED)
def test_building_again_gives_the_same_bytes(name: str, forgetful_compiler: Compiler) -> None:
    assert build(PUBLISHED[name], forgetful_compiler) == built(name)


def test_manifest_names_exactly_the_published_packages() -> None:
    assert set(read_manifest(build_directory())) == set(PUBLISHED)
