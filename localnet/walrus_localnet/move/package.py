"""Move packages on disk: Move.toml, sources, tests, named addresses and dependencies.

Supported is what Sui packages use: `[package] name, edition, published-at`, `[addresses]`, `[dependencies]` with
`local` paths, and the implicit framework. A dependency on Sui or MoveStdlib, however it is written (git, local or
implied), is answered by this project's own framework, so that a build never needs the network.
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
_IMPLIED = frozenset({STD, SUI, "SuiSystem", "Bridge", "DeepBook"})
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
    def load(cls, root: Path, framework: Path) -> Package:
        """Reads the package in `root`; `framework` is the folder that holds our `std` and `sui`.

        Raises `PackageError` for a missing or malformed manifest, or a dependency that cannot be had.
        """
        return _Loader(framework).load(root.resolve(), ())

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
    def __init__(self, framework: Path) -> None:
        self._framework = framework.resolve()

    def load(self, root: Path, path: tuple[Path, ...]) -> Package:
        if root in path:
            raise PackageError(
                f"packages depend on each other in a circle: {' -> '.join(p.name for p in (*path, root))}"
            )
        manifest = _manifest(root)
        header = _table(manifest, "package", root)
        name = _word(header.get("name"), "a package name of letters, digits, - and _", root)
        dependencies = self._dependencies(name, _table(manifest, "dependencies", root), root, (*path, root))
        return Package(
            name=name,
            root=root,
            edition=_word(header.get("edition", "2024"), "an edition such as 2024", root),
            addresses=self._addresses(name, _table(manifest, "addresses", root), root),
            published_at=_FRAMEWORK_ADDRESSES.get(name) or _published_at(header, root),
            dependencies=dependencies,
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
            if dependency in _IMPLIED:
                continue
            local = where.get("local") if isinstance(where, dict) else None
            if not isinstance(local, str):
                raise PackageError(
                    f"{root / 'Move.toml'}: dependency {dependency} is not a local folder: {where!r}",
                    hint=f'put the package on this machine and write {dependency} = {{ local = "../path" }}',
                )
            yield (root / local).resolve()

    def _addresses(self, name: str, declared: dict[str, Any], root: Path) -> dict[str, bytes]:
        if name in _FRAMEWORK_ADDRESSES:
            return {_FRAMEWORK_FOLDERS[name]: _FRAMEWORK_ADDRESSES[name]}
        # A package without an address of its own gets one named like itself, as the newer manifests mean it.
        if not declared:
            return {name: ZERO}
        return {
            _word(key, "an address name", root): _address(value, f"{root / 'Move.toml'}: address {key}")
            for key, value in declared.items()
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
    addresses = {name: own_address if address == ZERO else address for name, address in package.addresses.items()}
    for needed in package.dependencies:
        for name, address in needed.addresses.items():
            addresses.setdefault(name, needed.link_address if address == ZERO else address)
    lines += [f'{name} = "{format_address(address)}"' for name, address in addresses.items()]
    return "\n".join(lines) + "\n"
