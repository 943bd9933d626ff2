"""The compiled packages of this project: the framework, and the contracts that are published on a new network.

They lie in `move/build` (in an installed wheel beside this package) as `<package>/<module>.mv` with one
manifest.json, which records for every package the address it was compiled at, its modules in dependency order with
their SHA-256, the hash of its sources, and the placeholders that stand for dependencies not yet published.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from walrus_localnet.move.errors import ArtifactError
from walrus_sui.bcs.sui import format_address, parse_address
from walrus_sui.errors import BcsError

MANIFEST = "manifest.json"
_REBUILD = "run `python -m walrus_localnet.move build`"


@dataclass(frozen=True)
class BuiltPackage:
    """A compiled package.

    `modules` are bytes in dependency order, at `address`; `dependencies` are the names of all packages it needs.
    Whoever publishes it replaces each address of `placeholders` in the modules with the id of the package of that
    name. `warnings` are what the compiler remarked; they are not kept with the package.
    """

    name: str
    address: bytes
    modules: tuple[bytes, ...]
    module_names: tuple[str, ...]
    dependencies: tuple[str, ...]
    placeholders: Mapping[str, bytes]
    source_hash: str
    compiler: str
    warnings: str = field(default="", compare=False)

    def entry(self) -> dict[str, Any]:
        """What the manifest says of this package."""
        return {
            "address": format_address(self.address),
            "compiler": self.compiler,
            "dependencies": list(self.dependencies),
            "placeholders": {name: format_address(address) for name, address in self.placeholders.items()},
            "sourceHash": self.source_hash,
            "modules": [
                {"name": name, "sha256": hashlib.sha256(module).hexdigest()}
                for name, module in zip(self.module_names, self.modules, strict=True)
            ],
        }


def build_directory() -> Path:
    """Where the compiled packages lie: beside the installed package, or `move/build` of a source tree."""
    here = Path(__file__).resolve()
    installed = here.parents[1] / "artifacts"
    return installed if installed.is_dir() else here.parents[3] / "move" / "build"


@cache
def built_package(name: str) -> BuiltPackage:
    """One of the compiled packages: "MoveStdlib", "Sui", "wal", "walrus", …

    Raises `ArtifactError` when it is not there or its files are not those of the manifest.
    """
    return read_package(build_directory(), name)


def read_package(directory: Path, name: str) -> BuiltPackage:
    """A package from any folder of compiled packages. Raises `ArtifactError`."""
    with held(directory, fcntl.LOCK_SH):
        return _read_package(directory, name)


@contextmanager
def held(directory: Path, how: int) -> Iterator[None]:
    """Keeps a folder of compiled packages as it is (`LOCK_SH`), or from being read (`LOCK_EX`), meanwhile.

    Raises `ArtifactError` when there is no such folder.
    """
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ArtifactError(f"cannot read {directory}: {error.strerror}", hint=_REBUILD) from error
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _read_package(directory: Path, name: str) -> BuiltPackage:
    entry = read_manifest(directory).get(name)
    if entry is None:
        raise ArtifactError(f"there is no compiled package {name} in {directory}", hint=_REBUILD)
    try:
        return _package(directory / name, name, entry)
    except (KeyError, TypeError, AttributeError, BcsError) as error:
        raise ArtifactError(
            f"{directory / MANIFEST} is damaged at package {name}: {error}", hint=_REBUILD
        ) from error


def read_manifest(directory: Path) -> dict[str, Any]:
    """Package name -> entry; empty where nothing was built yet. Raises `ArtifactError` for anything else."""
    path = directory / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ArtifactError(f"cannot read {path}: {error}", hint=_REBUILD) from error
    packages = manifest.get("packages") if isinstance(manifest, dict) else None
    if not isinstance(packages, dict):
        raise ArtifactError(f"{path} has no packages", hint=_REBUILD)
    return packages


def _package(folder: Path, name: str, entry: Mapping[str, Any]) -> BuiltPackage:
    names = tuple(str(module["name"]) for module in entry["modules"])
    digests = (str(module["sha256"]) for module in entry["modules"])
    return BuiltPackage(
        name=name,
        address=parse_address(entry["address"]),
        modules=tuple(
            _module(folder / f"{module}.mv", digest) for module, digest in zip(names, digests, strict=True)
        ),
        module_names=names,
        dependencies=tuple(map(str, entry["dependencies"])),
        placeholders={key: parse_address(address) for key, address in entry["placeholders"].items()},
        source_hash=str(entry["sourceHash"]),
        compiler=str(entry["compiler"]),
    )


def _module(path: Path, digest: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArtifactError(f"cannot read {path}: {error.strerror}", hint=_REBUILD) from error
    if (came := hashlib.sha256(data).hexdigest()) != digest:
        raise ArtifactError(f"expected {path} with SHA-256 {digest}, got {came}", hint=_REBUILD)
    return data
