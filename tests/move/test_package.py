from __future__ import annotations

from pathlib import Path

import pytest

from walrus_localnet.move.errors import PackageError
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.move.package import Package, placeholder


def write_package(root: Path, manifest: str, source: str = "module own::m;") -> Path:
    (root / "sources").mkdir(parents=True)
    (root / "Move.toml").write_text(manifest)
    (root / "sources" / "m.move").write_text(source)
    return root


def load(root: Path) -> Package:
    return Package.load(root, framework_directory())


def test_framework_is_implied_and_comes_first(tmp_path: Path) -> None:
    package = load(write_package(tmp_path, '[package]\nname = "Own"\n[addresses]\nown = "0x0"'))
    assert [needed.name for needed in package.dependencies] == ["MoveStdlib", "Sui"]
    assert package.addresses == {"own": bytes(32)}
    assert package.published_at is None


def test_git_dependency_on_sui_is_answered_by_our_framework(tmp_path: Path) -> None:
    manifest = (
        '[package]\nname = "Own"\n[dependencies]\nSui = { git = "https://example.org/sui.git", rev = "main" }'
    )
    package = load(write_package(tmp_path, manifest))
    assert [needed.root.name for needed in package.dependencies] == ["std", "sui"]


def test_unpublished_dependency_stands_at_a_placeholder_of_its_own(tmp_path: Path) -> None:
    write_package(tmp_path / "coin", '[package]\nname = "coin"')
    manifest = '[package]\nname = "Own"\n[dependencies]\ncoin = { local = "../coin" }'
    coin = load(write_package(tmp_path / "own", manifest)).dependencies[-1]
    assert coin.link_address == placeholder("coin") != placeholder("wal")
    assert len(coin.link_address) == 32


def test_published_dependency_stands_where_it_was_published(tmp_path: Path) -> None:
    write_package(tmp_path / "coin", '[package]\nname = "coin"\npublished-at = "0x77"')
    manifest = '[package]\nname = "Own"\n[dependencies]\ncoin = { local = "../coin" }'
    coin = load(write_package(tmp_path / "own", manifest)).dependencies[-1]
    assert coin.link_address == bytes(31) + b"\x77"


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        ("[package]", "package name"),
        ('[package]\nname = "../own"', "package name of letters"),
        ('[package]\nname = "own"\nedition = 2024', "an edition such as 2024"),
        ('[package]\nname = "own"\n[addresses]\n"a b" = "0x0"', "address name"),
        ("[package", "not valid TOML"),
        ('package = 3\n[addresses]\nown = "0x0"', r"table \[package\]"),
        ('[package]\nname = "Own"\n[addresses]\nown = "0xwalrus"', "address of 1 to 64 hex digits"),
        ('[package]\nname = "Own"\n[addresses]\nown = 7', "address in quotes"),
        ('[package]\nname = "Own"\n[dependencies]\nOther = { git = "https://example.org" }', "not a local folder"),
        ('[package]\nname = "Own"\n[dependencies]\nOther = { local = "nowhere" }', "does not exist"),
        ('[package]\nname = "Own"\n[dependencies]\nOwn2 = { local = "." }', "in a circle"),
    ],
)
def test_unusable_manifest(tmp_path: Path, manifest: str, complaint: str) -> None:
    with pytest.raises(PackageError, match=complaint):
        load(write_package(tmp_path, manifest))


def test_two_packages_of_one_name(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_package(tmp_path / folder, '[package]\nname = "coin"')
    manifest = '[package]\nname = "own"\n[dependencies]\na = { local = "../a" }\nb = { local = "../b" }'
    with pytest.raises(PackageError, match="two packages are called coin"):
        load(write_package(tmp_path / "own", manifest))


def test_folder_without_manifest(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"Move\.toml does not exist"):
        load(tmp_path)


def test_package_without_sources(tmp_path: Path) -> None:
    (tmp_path / "Move.toml").write_text('[package]\nname = "Own"')
    with pytest.raises(PackageError, match="has no sources"):
        load(tmp_path).sources()
