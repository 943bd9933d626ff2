"""Compiling kernels in process with LLVM, and keeping the object code for the next process.

The cache holds machine code, so only files that this user alone can write are trusted: the directory is 0700 and
ours, each file is ours, regular, and carries the hash of its contents. Anything else is compiled afresh.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import llvmlite
import llvmlite.binding as llvm

Kernel = Callable[..., None]
"""A compiled function; arguments are integers, also for pointers."""

logger = logging.getLogger(__name__)

_DIGEST = 32


@functools.cache
def host() -> tuple[str, dict[str, bool]]:
    """Name and features of this machine's processor, as LLVM calls them."""
    _initialize()
    return llvm.get_host_cpu_name(), dict(llvm.get_host_cpu_features())


@functools.cache
def _initialize() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


class Library:
    """Compiled functions of pointers and 64-bit integers. Keeps the code alive as long as itself."""

    def __init__(self, source: Callable[[], str], key: str, cpu: str, features: str) -> None:
        """`source` gives the IR, and is asked only when the cache has nothing under `key`."""
        _initialize()
        target = llvm.Target.from_triple(llvm.get_process_triple())
        machine = target.create_target_machine(cpu=cpu, features=features, opt=2, reloc="pic", codemodel="small")
        name = hashlib.sha256(f"{llvmlite.__version__}\n{cpu}\n{features}\n{key}".encode()).hexdigest()
        code = _cached(name)
        if code is None:
            module = llvm.parse_assembly(source())
            module.verify()
            code = machine.emit_object(module)
            _keep(name, code)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def function(self, name: str, arguments: int) -> Kernel:
        """The function `name` of so many 64-bit arguments. Calling it lets other threads run."""
        address = self._engine.get_function_address(name)
        if not address:
            raise RuntimeError(f"expected a kernel named {name}, got none")
        return ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * arguments)(address)


def cache_directory() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "walrus-sui" / "kernels"


def _cached(name: str) -> bytes | None:
    try:
        directory = _private_directory()
        descriptor = os.open(directory / name, os.O_RDONLY | os.O_NOFOLLOW)
    except (OSError, RuntimeError):
        return None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
            return None
        content = file.read()
    digest, code = content[:_DIGEST], content[_DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None


def _keep(name: str, code: bytes) -> None:
    """Best effort: without a place to keep it, the code is compiled again next time."""
    try:
        directory = _private_directory()
        descriptor, temporary = tempfile.mkstemp(dir=directory)
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(code).digest() + code)
        os.replace(temporary, directory / name)
    except (OSError, RuntimeError) as error:
        logger.debug("compiled kernels are not kept: %s", error)


def _private_directory() -> Path:
    """The cache directory, if it is a real directory of this user that nobody else can write."""
    directory = cache_directory()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"expected {directory} to be a directory of this user with mode 0700")
    return directory
