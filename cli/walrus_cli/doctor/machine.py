"""Checks of the machine: disk, encoding kernels, versions."""

from __future__ import annotations

import platform
import shutil
import subprocess
import tempfile
from importlib.metadata import PackageNotFoundError, version

from walrus_cli.doctor.findings import Findings

_LITTLE_DISK = 1 << 30
_PACKAGES = ("walrus-sui", "pysui", "httpx", "numpy", "llvmlite")
_TOOL_SECONDS = 10


def check_machine(findings: Findings) -> None:
    _check_disk(findings)
    _check_kernels(findings)
    _check_versions(findings)
    _check_tools(findings)


def _check_disk(findings: Findings) -> None:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    message = f"{free / (1 << 30):.1f} GiB free for temporary files in {folder}"
    if free < _LITTLE_DISK:
        findings.warn("disk", message, "make room, or name another folder in TMPDIR")
    else:
        findings.ok("disk", message)


def _check_kernels(findings: Findings) -> None:
    from walrus_sui.redstuff.kernels import engine
    from walrus_sui.redstuff.kernels.portable import PortableEngine

    if isinstance(engine(), PortableEngine):
        hint = "blob ids are right all the same; llvmlite and an x86-64 or ARM64 processor make it fast"
        findings.warn("kernels", "portable: encoding is slow here", hint)
    else:
        findings.ok("kernels", f"compiled for this processor ({platform.machine()})")


def _check_versions(findings: Findings) -> None:
    found = [f"Python {platform.python_version()}"]
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} unknown")
    findings.ok("versions", ", ".join(found))


def _check_tools(findings: Findings) -> None:
    """What only some commands need: its absence is no fault."""
    found = _tool_version("npm")
    findings.ok("tools", f"npm {found or 'not there'}; `walrus move` takes its compiler from there")


def _tool_version(tool: str) -> str | None:
    path = shutil.which(tool)
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=_TOOL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split()
    return words[-1] if words else None
