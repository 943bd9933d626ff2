"""Fetches the compiler once, checks that it is the pinned one, and keeps it in the user's cache.

The compiler is the WASM build inside the npm package `@zktx.io/sui-move-builder` (move_toolchain.md §1). npm is
only asked for the tarball; nothing of the package is executed by npm or node. Trust comes from two pinned digests:
npm's integrity value for the tarball and SHA-256 for the extracted file, which is checked again on every start.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from walrus_localnet.move.errors import CompilerError, CompilerUnavailable

NPM_PACKAGE = "@zktx.io/sui-move-builder"
VERSION = "0.5.1"
COMPILER = f"sui-move 1.71.1 ({NPM_PACKAGE} {VERSION})"
TARBALL_ENV = "WALRUS_MOVE_TARBALL"

_INTEGRITY = "GUaeAREsa2YOVO9oK8xv3CNtaODBWgpjl4Xc8/YNc4KK1HC8kwl1jwT8ZqJ8Er9iWKojIvSYWwEFTyGMpI8SNQ=="
_WASM_SHA256 = "1cbe53f471504b64986fb328e7c487878cf2ccff8dd44c0bf17e9c1ee8654543"
_WASM_MEMBER = "package/dist/full/sui_move_wasm_bg.wasm"
_MAX_WASM_BYTES = 32 << 20
_DOWNLOAD_SECONDS = 180


def cache_directory() -> Path:
    """Where the compiler lives: `$XDG_CACHE_HOME/walrus-sui/move/<version>`, readable by its owner only."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    directory = Path(base) / "walrus-sui" / "move" / VERSION
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Compiled machine code is loaded from here later: nobody else may write to it.
    directory.chmod(0o700)
    return directory


def compiler_wasm() -> Path:
    """The checked WASM file, fetched first when it is not in the cache.

    Raises `CompilerUnavailable` when it cannot be fetched, `CompilerError` when what came is not the pinned file.
    """
    wasm = cache_directory() / "compiler.wasm"
    if not (wasm.exists() and _sha256(wasm) == _WASM_SHA256):
        _install(wasm)
    return wasm


def _install(wasm: Path) -> None:
    with tempfile.TemporaryDirectory(dir=wasm.parent) as scratch:
        tarball = _tarball(Path(scratch))
        _check_integrity(tarball)
        extracted = Path(scratch) / wasm.name
        extracted.write_bytes(_extract(tarball))
        if (digest := _sha256(extracted)) != _WASM_SHA256:
            raise CompilerError(f"expected a compiler with SHA-256 {_WASM_SHA256}, got {digest}")
        extracted.replace(wasm)


def _tarball(scratch: Path) -> Path:
    given = os.environ.get(TARBALL_ENV)
    return Path(given) if given else _download(scratch)


def _download(scratch: Path) -> Path:
    hint = f"install npm, or set {TARBALL_ENV} to a tarball made by `npm pack {NPM_PACKAGE}@{VERSION}`"
    npm = shutil.which("npm")
    if npm is None:
        raise CompilerUnavailable(
            "building Move packages needs npm once, to fetch the compiler; npm was not found", hint=hint
        )
    command = [npm, "pack", f"{NPM_PACKAGE}@{VERSION}", "--ignore-scripts", "--pack-destination", str(scratch)]
    try:
        subprocess.run(command, cwd=scratch, check=True, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS)
    except subprocess.CalledProcessError as error:
        raise CompilerUnavailable(
            f"npm could not fetch the compiler: {error.stderr.strip()}", hint=hint
        ) from error
    except subprocess.TimeoutExpired as error:
        message = f"npm did not fetch the compiler within {_DOWNLOAD_SECONDS} seconds"
        raise CompilerUnavailable(message, hint=hint) from error
    found = list(scratch.glob("*.tgz"))
    if len(found) != 1:
        raise CompilerUnavailable(f"expected one tarball from npm pack, got {len(found)}", hint=hint)
    return found[0]


def _check_integrity(tarball: Path) -> None:
    try:
        digest = hashlib.sha512(tarball.read_bytes()).digest()
    except OSError as error:
        raise CompilerError(f"cannot read the compiler's tarball {tarball}: {error.strerror}") from error
    came = base64.b64encode(digest).decode()
    if came != _INTEGRITY:
        raise CompilerError(
            f"expected {NPM_PACKAGE} {VERSION} with integrity sha512-{_INTEGRITY}, got sha512-{came}"
        )


def _extract(tarball: Path) -> bytes:
    with tarfile.open(tarball, "r:gz") as archive:
        try:
            member = archive.extractfile(_WASM_MEMBER)
        except KeyError:
            member = None
        if member is None:
            raise CompilerError(f"expected {_WASM_MEMBER} in the compiler's tarball, it is not there")
        return member.read(_MAX_WASM_BYTES)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
