"""Abort codes that the compiler packed more into: the source line, and an `#[error]` constant's name and value.

Such a code has its highest bit set; below come 8 bits of an own code, 16 of the line, and two indices of 16 bits
into the module's constants, for the name and the value. All ones mean that a part is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from walrus_localnet.vm import BYTES, to_tag
from walrus_localnet.vm.bytecode import Module, read_constant
from walrus_localnet.vm.bytecode.module import Constant

_TAG = 1 << 63
_MISSING = 0xFFFF


@dataclass(frozen=True)
class CleverError:
    """`text` is the value where it is UTF-8, else `raw` has its bytes."""

    error_code: int | None
    line: int | None
    name: str | None = None
    type: str | None = None
    text: str | None = None
    raw: bytes | None = None


def clever_error(module: Module, code: int) -> CleverError | None:
    """What an abort code of `module` says, None for a plain one."""
    if not code & _TAG:
        return None
    own, line = code >> 48 & 0xFF, code >> 32 & 0xFFFF
    name, value = _constant(module, code >> 16 & _MISSING), _constant(module, code & _MISSING)
    text, raw = _shown(value)
    return CleverError(
        error_code=own or None,
        line=None if line == _MISSING else line,
        name=_shown(name)[0],
        type=None if value is None else str(to_tag(value.type)),
        text=text,
        raw=raw,
    )


def _constant(module: Module, index: int) -> Constant | None:
    return None if index == _MISSING or index >= len(module.constants) else module.constants[index]


def _shown(constant: Constant | None) -> tuple[str | None, bytes | None]:
    if constant is None:
        return None, None
    value = read_constant(constant)
    if constant.type != BYTES:
        return (str(value), None) if isinstance(value, int) else (None, constant.data)
    try:
        return bytes(value).decode(), None
    except UnicodeDecodeError:
        return None, bytes(value)
