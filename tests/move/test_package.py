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
        ('[package]\nname = "Own"\n[dependencies]\nOther = { r.mvr = "@other/other" }', "not a local folder"),
        ('[package]\nname = "Own"\n[dependencies]\nOther = "1.0"', "not a local folder"),
        ('[package]\nname = "Own"\n[dependencies]\nOther = { local = "nowhere" }', "Other is not in .*/nowhere"),
        (
            '[package]\nname = "Own"\n[dependencies]\nOther = { local = ".", addr_subst = { a = "b" } }',
            "addr_subst of dependency Other is not supported",
        ),
        ('[package]\nname = "Own"\n[dependencies]\nOwn2 = { local = "." }', "in a circle"),
    ],
)
def test_unusable_manifest(tmp_path: Path, manifest: str, complaint: str) -> None:
    with pytest.raises(PackageError, match=complaint):
        load(write_package(tmp_path, manifest))


GIT = 'Other = { git = "https://example.org/o.git", subdir = "move/other", rev = "v1" }'


def test_other_repositories_are_not_fetched_but_it_is_said_how(tmp_path: Path) -> None:
    with pytest.raises(PackageError) as caught:
        load(write_package(tmp_path, f'[package]\nname = "Own"\n[dependencies]\n{GIT}'))
    assert "nothing is fetched" in caught.value.message
    assert caught.value.hint == (
        "run `git clone https://example.org/o.git ../Other && git -C ../Other checkout v1` here "
        'and write Other = { local = "../Other/move/other" }'
    )


@pytest.mark.parametrize("name", ["Sui", "sui", "MoveStdlib", "std", "SuiSystem", "Renamed"])
def test_the_framework_under_any_name(tmp_path: Path, name: str) -> None:
    where = 'git = "https://example.org/sui.git", subdir = "crates/sui-framework/packages/sui-framework"'
    package = load(write_package(tmp_path, f'[package]\nname = "Own"\n[dependencies]\n{name} = {{ {where} }}'))
    assert [needed.name for needed in package.dependencies] == ["MoveStdlib", "Sui"]


def test_dependencies_of_dependencies_come_first_and_once(tmp_path: Path) -> None:
    for name, needs in (("a", ""), ("b", "a"), ("c", "ab"), ("own", "cb")):
        lines = [f'{other} = {{ local = "../{other}" }}' for other in needs]
        write_package(tmp_path / name, "\n".join(['[package]\nname = "' + name + '"\n[dependencies]', *lines]))
    package = load(tmp_path / "own")
    assert [needed.name for needed in package.dependencies] == ["MoveStdlib", "Sui", "a", "b", "c"]


DEV = """[package]
name = "own"
[addresses]
own = "0x0"
admin = "0xa"
[dev-addresses]
admin = "0xb"
[dependencies]
coin = { local = "../coin" }
[dev-dependencies]
coin = { local = "../fake/coin" }
helpers = { local = "../helpers" }
"""


def test_sections_for_tests_count_for_tests_of_the_package_itself(tmp_path: Path) -> None:
    root = write_package(tmp_path / "own", DEV)
    for folder in ("coin", "fake/coin", "helpers"):
        write_package(tmp_path / folder, f'[package]\nname = "{Path(folder).name}"')
    built, tested = load(root), Package.load(root, framework_directory(), tests=True)
    assert [needed.root.name for needed in built.dependencies[2:]] == ["coin"]
    assert [needed.root for needed in tested.dependencies[2:]] == [
        tmp_path / "fake" / "coin",
        tmp_path / "helpers",
    ]
    assert (built.addresses["admin"][-1], tested.addresses["admin"][-1]) == (0xA, 0xB)
    user = write_package(tmp_path / "user", '[package]\nname = "user"\n[dependencies]\nown = { local = "../own" }')
    used = Package.load(user, framework_directory(), tests=True)
    assert [needed.name for needed in used.dependencies[2:]] == ["coin", "own"]
    assert used.dependencies[-1].addresses["admin"][-1] == 0xA


def test_addresses_for_tests_alone(tmp_path: Path) -> None:
    root = write_package(tmp_path, '[package]\nname = "Own"\n[addresses]\nown = "0x0"\n[dev-addresses]\nx = "0x1"')
    assert load(root).addresses == {"own": bytes(32)}
    with pytest.raises(PackageError, match=r"\[dev-addresses\] names x, \[addresses\] does not"):
        Package.load(root, framework_directory(), tests=True)


def test_edition_is_legacy_unless_it_is_named(tmp_path: Path) -> None:
    assert load(write_package(tmp_path / "a", '[package]\nname = "a"')).edition == "legacy"
    assert (
        load(write_package(tmp_path / "b", '[package]\nname = "b"\nedition = "2024.beta"')).edition == "2024.beta"
    )


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
