"""Move packages on disk: Move.toml, sources, tests, named addresses and dependencies.

Supported is what Sui packages use: `[package] name, edition, published-at`, `[addresses]`, `[dependencies]` with
`local` paths, their `dev-` counterparts where tests are wanted, and the implicit framework. A dependency on Sui or
MoveStdlib, however it is written (git, local or implied), is answered by this project's own framework, so that a
build never needs the network.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from walrus_localnet.move.errors import PackageError
from walrus_sui.bcs.sui import format_address, parse_address
from walrus_sui.errors import BcsError

ZERO = bytes(32)
STD = "MoveStdlib"
SUI = "Sui"
_FRAMEWORK_ADDRESSES = {STD: parse_address("0x1"), SUI: parse_address("0x2")}
_FRAMEWORK_FOLDERS = {STD: "std", SUI: "sui"}
_FRAMEWORK_PLACES = ("packages/move-stdlib", "packages/sui-framework")
_IMPLIED = frozenset({STD, SUI, "SuiSystem", "Bridge", "DeepBook", "std", "sui", "sui_system"})
DEFAULT_EDITION = "legacy"
"""Of a manifest that names none, as the compiler has it."""
_WORD = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_MAX_SOURCE_BYTES = 4 << 20


@dataclass(frozen=True)
class Package:
    """One package and, in `dependencies`, all it needs, dependencies of dependencies first."""

    name: str
    root: Path
    edition: str
    addresses: dict[str, bytes]
    published_at: bytes | None
    dependencies: tuple[Package, ...] = field(repr=False)

    @classmethod
    def load(cls, root: Path, framework: Path, *, tests: bool = False) -> Package:
        """Reads the package in `root`; `framework` is the folder that holds our `std` and `sui`.

        With `tests`, its `[dev-addresses]` and `[dev-dependencies]` go before the others of the same names; those
        of packages it depends on never count.

        Raises `PackageError` for a missing or malformed manifest, or a dependency that cannot be had.
        """
        return _Loader(framework, tests=tests).load(root.resolve(), ())

    @property
    def is_framework(self) -> bool:
        return self.name in _FRAMEWORK_ADDRESSES

    @property
    def link_address(self) -> bytes:
        """The address this package's modules have for those who depend on it.

        Its published address if it has one; otherwise a placeholder which only depends on its name.
        """
        return self.published_at or placeholder(self.name)

    def sources(self, *, tests: bool = False) -> dict[str, str]:
        """Path inside the package -> text of every source, of the tests too when wanted.

        Raises `PackageError` when there is none, or one cannot be read.
        """
        folders = ("sources", "tests") if tests else ("sources",)
        found = {str(path.relative_to(self.root)): _read(path) for path in self._files(folders)}
        if not found:
            raise PackageError(f"package {self.name} has no sources in {self.root / 'sources'}")
        return found

    def _files(self, folders: tuple[str, ...]) -> Iterator[Path]:
        for folder in folders:
            yield from sorted((self.root / folder).rglob("*.move"))


def placeholder(name: str) -> bytes:
    """The 32-byte address an unpublished package is compiled at when others depend on it."""
    return blake2b(f"unpublished Move package {name}".encode(), digest_size=32).digest()


class _Loader:
    def __init__(self, framework: Path, *, tests: bool) -> None:
        self._framework = framework.resolve()
        self._tests = tests

    def load(self, root: Path, path: tuple[Path, ...]) -> Package:
        """The package in `root`, which the packages of `path` depend on one through the other."""
        if root in path:
            raise PackageError(
                f"packages depend on each other in a circle: {' -> '.join(p.name for p in (*path, root))}"
            )
        manifest = _manifest(root)
        header = _table(manifest, "package", root)
        name = _word(header.get("name"), "a package name of letters, digits, - and _", root)
        with_dev = self._tests and not path
        dependencies = _table(manifest, "dependencies", root)
        if with_dev:
            dependencies = {**dependencies, **_table(manifest, "dev-dependencies", root)}
        return Package(
            name=name,
            root=root,
            edition=_word(header.get("edition", DEFAULT_EDITION), "an edition such as 2024", root),
            addresses=_addresses(name, manifest, root, with_dev=with_dev),
            published_at=_FRAMEWORK_ADDRESSES.get(name) or _published_at(header, root),
            dependencies=self._dependencies(name, dependencies, root, (*path, root)),
        )

    def _dependencies(
        self, name: str, declared: dict[str, Any], root: Path, path: tuple[Path, ...]
    ) -> tuple[Package, ...]:
        found: dict[str, Package] = {}
        for folder in self._folders(name, declared, root):
            package = self.load(folder, path)
            for needed in (*package.dependencies, package):
                known = found.setdefault(needed.name, needed)
                if known.root != needed.root:
                    where = f"{known.root} and {needed.root}"
                    raise PackageError(f"{root / 'Move.toml'}: two packages are called {known.name}: {where}")
        return tuple(found.values())

    def _folders(self, name: str, declared: dict[str, Any], root: Path) -> Iterator[Path]:
        if name != STD:
            yield self._framework / _FRAMEWORK_FOLDERS[STD]
        if name not in _FRAMEWORK_ADDRESSES:
            yield self._framework / _FRAMEWORK_FOLDERS[SUI]
        for dependency, where in declared.items():
            if not _is_framework(dependency, where):
                yield _local_folder(dependency, where, root)


def _is_framework(dependency: str, where: object) -> bool:
    """Whether a dependency, by its name or its place in the repository of Sui, is one our framework answers."""
    place = where.get("subdir") if isinstance(where, dict) else None
    return dependency in _IMPLIED or (isinstance(place, str) and place.rstrip("/").endswith(_FRAMEWORK_PLACES))


def _local_folder(dependency: str, where: object, root: Path) -> Path:
    manifest = root / "Move.toml"
    local = where.get("local") if isinstance(where, dict) else None
    if not isinstance(where, dict) or not isinstance(local, str):
        raise PackageError(
            f"{manifest}: dependency {dependency} is not a local folder, and nothing is fetched: {where!r}",
            hint=_how_to_get(dependency, where),
        )
    if "addr_subst" in where:
        raise PackageError(
            f"{manifest}: addr_subst of dependency {dependency} is not supported",
            hint=f"give the addresses their values in the Move.toml of {dependency}",
        )
    folder = (root / local).resolve()
    if not (folder / "Move.toml").is_file():
        raise PackageError(
            f"{manifest}: dependency {dependency} is not in {folder}: Move.toml does not exist there"
        )
    return folder


def _how_to_get(dependency: str, where: object) -> str:
    """The steps from a dependency on a repository to one on a folder."""
    folder = f"../{dependency}"
    if not isinstance(where, dict) or not isinstance(where.get("git"), str):
        return f'put the package on this machine and write {dependency} = {{ local = "{folder}" }}'
    steps = f"git clone {where['git']} {folder}"
    if isinstance(where.get("rev"), str):
        steps += f" && git -C {folder} checkout {where['rev']}"
    place = f"{folder}/{where['subdir']}" if isinstance(where.get("subdir"), str) else folder
    return f'run `{steps}` here and write {dependency} = {{ local = "{place}" }}'


def _addresses(name: str, manifest: dict[str, Any], root: Path, *, with_dev: bool) -> dict[str, bytes]:
    if name in _FRAMEWORK_ADDRESSES:
        return {_FRAMEWORK_FOLDERS[name]: _FRAMEWORK_ADDRESSES[name]}
    # A package without an address of its own gets one named like itself, as the newer manifests mean it.
    addresses = _address_table(manifest, "addresses", root) or {name: ZERO}
    if not with_dev:
        return addresses
    others = _address_table(manifest, "dev-addresses", root)
    if unknown := others.keys() - addresses.keys():
        raise PackageError(
            f"{root / 'Move.toml'}: [dev-addresses] names {', '.join(sorted(unknown))}, [addresses] does not",
            hint="declare it in [addresses] too",
        )
    return addresses | others


def _address_table(manifest: dict[str, Any], key: str, root: Path) -> dict[str, bytes]:
    return {
        _word(name, "an address name", root): _address(value, f"{root / 'Move.toml'}: address {name}")
        for name, value in _table(manifest, key, root).items()
    }


def _manifest(root: Path) -> dict[str, Any]:
    path = root / "Move.toml"
    try:
        return tomllib.loads(_read(path))
    except tomllib.TOMLDecodeError as error:
        raise PackageError(f"{path} is not valid TOML: {error}") from error


def _word(value: object, expected: str, root: Path) -> str:
    """A name that is safe in paths and in a manifest written anew."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise PackageError(f"expected {expected} in {root / 'Move.toml'}, got {value!r}")
    return value


def _table(manifest: dict[str, Any], key: str, root: Path) -> dict[str, Any]:
    table = manifest.get(key, {})
    if not isinstance(table, dict):
        raise PackageError(f"expected a table [{key}] in {root / 'Move.toml'}, got {table!r}")
    return table


def _published_at(header: dict[str, Any], root: Path) -> bytes | None:
    value = header.get("published-at")
    return None if value is None else _address(value, f"{root / 'Move.toml'}: published-at") or None


def _address(value: object, where: str) -> bytes:
    if not isinstance(value, str):
        raise PackageError(f"{where}: expected an address in quotes, got {value!r}")
    if value == "_":
        return ZERO
    try:
        return parse_address(value)
    except BcsError as error:
        raise PackageError(f"{where}: {error.message}") from error


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_SOURCE_BYTES:
            raise PackageError(f"{path} is larger than {_MAX_SOURCE_BYTES} bytes")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PackageError(f"{path} does not exist", hint="name a folder that holds a Move.toml") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackageError(f"cannot read {path}: {error}") from error


def manifest_text(package: Package, own_address: bytes = ZERO) -> str:
    """The manifest given to the compiler for a root package, with `own_address` where it leaves addresses at zero.

    Written anew because the compiler forces an address named like the package to 0x0, whatever the manifest says.
    """
    lines = ["[package]", f'name = "{package.name}_root"', f'edition = "{package.edition}"', "[addresses]"]
    addresses = named_addresses(package, own_address)
    lines += [f'{name} = "{format_address(address)}"' for name, address in addresses.items()]
    return "\n".join(lines) + "\n"


def named_addresses(package: Package, own_address: bytes = ZERO) -> dict[str, bytes]:
    """What address names stand for in a root package, with `own_address` where it leaves them at zero."""
    addresses = {name: own_address if address == ZERO else address for name, address in package.addresses.items()}
    for needed in package.dependencies:
        for name, address in needed.addresses.items():
            addresses.setdefault(name, needed.link_address if address == ZERO else address)
    return addresses
