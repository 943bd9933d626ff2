"""Where the sources of the framework lie: `std` (0x1) and `sui` (0x2)."""

from __future__ import annotations

from pathlib import Path


def framework_directory() -> Path:
    """Beside the installed package, or `move/framework` of a source tree."""
    here = Path(__file__).resolve()
    installed = here.parents[1] / "framework"
    return installed if installed.is_dir() else here.parents[3] / "move" / "framework"
