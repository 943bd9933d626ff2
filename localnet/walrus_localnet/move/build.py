"""Builds this project's packages into `move/build`; for developers, never needed to use the network."""

from __future__ import annotations

import fcntl
import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from walrus_localnet.move.artifacts import MANIFEST, BuiltPackage, held, read_manifest
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.errors import CompilerError, PackageError
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.move.package import Package
from walrus_localnet.vm.bytecode import Module, read_module


def source_tree() -> Path:
    """The `move` folder of this project. Raises `PackageError` outside a source tree."""
    folder = framework_directory().parent
    if not (folder / "wal").is_dir():
        raise PackageError(
            "this is an installed package without Move sources", hint="work in a clone of the project"
        )
    return folder


def own_packages(tree: Path) -> dict[str, Package]:
    """The packages that are published on a new network, by name, the framework first."""
    framework = tree / "framework"
    roots = [framework / "std", framework / "sui"]
    roots += sorted(path.parent for path in tree.glob("*/Move.toml"))
    packages = (Package.load(root, framework) for root in roots)
    return {package.name: package for package in packages}


def all_packages(tree: Path) -> list[Package]:
    """Every package of the tree, examples too."""
    framework = tree / "framework"
    return [Package.load(path.parent, framework) for path in sorted(tree.rglob("Move.toml"))]


def build(package: Package, compiler: Compiler) -> BuiltPackage:
    """Compiles one package.

    Raises `CompileError` with the compiler's diagnostics, `PackageError` when the sources declare no module.
    """
    compiled = compiler.compile(package)
    ordered = _dependencies_first(compiled.modules)
    if not ordered:
        raise PackageError(f"the sources of package {package.name} declare no module")
    unpublished = (needed for needed in package.dependencies if needed.published_at is None)
    return BuiltPackage(
        name=package.name,
        address=ordered[0][0].address,
        modules=tuple(data for _, data in ordered),
        module_names=tuple(module.name for module, _ in ordered),
        dependencies=tuple(needed.name for needed in package.dependencies),
        placeholders={needed.name: needed.link_address for needed in unpublished},
        source_hash=source_hash(package),
        compiler=str(compiler),
        warnings=compiled.warnings,
    )


def source_hash(package: Package) -> str:
    """SHA-256 over paths and texts of what is compiled, tests left out."""
    digest = hashlib.sha256()
    for path, text in package.sources().items():
        for part in (path.encode(), text.encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def write(directory: Path, packages: Iterable[BuiltPackage], *, keep_others: bool = True) -> None:
    """Replaces these packages in a folder of compiled packages; others stay or are removed.

    Everything is written beside first and moved into place at once: nobody who reads meanwhile sees half of it.
    """
    packages = list(packages)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".build-") as scratch:
        new, old = Path(scratch) / "new", Path(scratch) / "old"
        old.mkdir()
        for package in packages:
            _write_modules(new / package.name, package)
        with held(directory, fcntl.LOCK_EX):
            entries = read_manifest(directory)
            removed = set() if keep_others else set(entries) - {package.name for package in packages}
            kept = {name: entry for name, entry in entries.items() if name not in removed}
            kept |= {package.name: package.entry() for package in packages}
            manifest = new / MANIFEST
            manifest.write_text(json.dumps({"packages": dict(sorted(kept.items()))}, indent=2) + "\n")
            for name in removed | {package.name for package in packages}:
                _swap(directory / name, new / name, old / name)
            manifest.replace(directory / MANIFEST)


def _swap(place: Path, new: Path, old: Path) -> None:
    if place.exists():
        place.rename(old)
    if new.exists():
        new.rename(place)


def _write_modules(folder: Path, package: BuiltPackage) -> None:
    folder.mkdir(parents=True)
    for name, module in zip(package.module_names, package.modules, strict=True):
        (folder / f"{name}.mv").write_bytes(module)


def _dependencies_first(modules: Iterable[bytes]) -> list[tuple[Module, bytes]]:
    """Modules of one package so ordered that each comes after those it refers to; otherwise as they came."""
    parsed = {module.name: (module, data) for data in modules for module in [read_module(data)]}
    order: dict[str, None] = {}
    for name in parsed:
        for visited in _visit(name, parsed, ()):
            order.setdefault(visited)
    return [parsed[name] for name in order]


def _visit(name: str, parsed: dict[str, tuple[Module, bytes]], path: tuple[str, ...]) -> Iterator[str]:
    if name in path:
        raise CompilerError(f"modules refer to each other in a circle: {' -> '.join((*path, name))}")
    module = parsed[name][0]
    for address, needed in module.dependencies:
        if address == module.address and needed in parsed:
            yield from _visit(needed, parsed, (*path, name))
    yield name
