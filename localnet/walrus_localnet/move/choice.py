"""Which compiler does the work: the `sui` binary on PATH, or the pinned WASM build."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from enum import Enum

from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.errors import CompilerError
from walrus_localnet.move.pinned import COMPILER
from walrus_localnet.move.sui_binary import SuiBinary


class Choice(Enum):
    """`AUTO` takes the binary when there is one that is new enough."""

    AUTO = "auto"
    SUI = "sui"
    WASM = "wasm"


def choose(choice: Choice, note: Callable[[str], None]) -> Compiler:
    """The compiler chosen; what was chosen, and why, goes to `note` in one line.

    Raises `CompilerError` when the binary is wanted and is not there, or the WASM build cannot be fetched.
    """
    binary = _binary(choice, note)
    compiler = Compiler(binary)
    note(f"compiler: {compiler}")
    return compiler


def oldest_binary() -> tuple[int, int]:
    """Major and minor version of the pinned build: older binaries never saw the framework they would compile."""
    found = re.search(r"(\d+)\.(\d+)", COMPILER)
    assert found is not None
    return int(found[1]), int(found[2])


def _binary(choice: Choice, note: Callable[[str], None]) -> SuiBinary | None:
    if choice is Choice.SUI:
        return SuiBinary.find()
    if choice is Choice.WASM or shutil.which("sui") is None:
        return None
    try:
        found = SuiBinary.find()
    except CompilerError as error:
        note(f"the `sui` on PATH is passed over: {error.message}")
        return None
    if found.version[:2] < oldest_binary():
        wanted = ".".join(map(str, oldest_binary()))
        note(f"{found} is passed over: it is older than {wanted}; --compiler sui takes it all the same")
        return None
    return found
