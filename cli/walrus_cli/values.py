"""Text from the command line as what a command takes, without loading what is needed for harder cases only.

typer converts every value, even one that is absent, through pydantic, whose import takes longer than all else that
happens before a command begins. Text and paths need none of that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args, get_origin

_PLAIN: dict[Any, Any] = {str: str, Path: Path}


class Conversion:
    """How the values of one parameter are converted: at once where they are plain, else as typer does."""

    def __init__(self, item: Any) -> None:
        self._typers_own = item.get_runtime_param
        annotation = item.type_descriptor.annotation
        inner = get_args(annotation)
        self._one = _PLAIN.get(annotation)
        self._each = _PLAIN.get(inner[0]) if get_origin(annotation) is list and len(inner) == 1 else None

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """`value` as the command's function takes it. Raises typer's `BadParameter`."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self._one is not None and isinstance(value, str):
            return self._one(value)
        if self._each is not None and isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value):
            return [self._each(one) for one in value]
        return self._typers_own().coerce(value, param=param, ctx=ctx)


def convert_plainly(command: Any) -> None:
    """Have the values of all parameters of a command converted so (typer 0.29; others go on as they do)."""
    for item in command.params:
        _convert_plainly(item)
    find_help = command.get_help_option

    def help_option(ctx: Any) -> Any:
        found = find_help(ctx)  # not among the parameters: it is made when a command line is read
        _convert_plainly(found)
        return found

    command.get_help_option = help_option


def _convert_plainly(item: Any) -> None:
    if hasattr(item, "get_runtime_param"):
        conversion = Conversion(item)
        item.get_runtime_param = lambda: conversion
