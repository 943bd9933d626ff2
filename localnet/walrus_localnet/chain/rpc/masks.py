"""Read masks: which fields of an answer a caller asked for (source: sui_localnet.md §4.11)."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

M = TypeVar("M")
_Tree = dict[str, Any]


class Mask:
    """A tree of field names. A path selects all below it; `*` selects everything."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._tree: _Tree | None = {}
        for path in paths:
            self._add(path.split("."))

    def _add(self, names: list[str]) -> None:
        if self._tree is None:
            return
        if names == ["*"]:
            self._tree = None
            return
        child = self._tree.setdefault(names[0], Mask(()))
        if len(names) == 1:
            child._tree = None
        else:
            child._add(names[1:])

    @classmethod
    def of(cls, request: Any, default: str) -> Mask:
        """The mask of a request; `default` lists the paths of an empty one."""
        return cls(mask_paths(request) or default.split(","))

    def __contains__(self, name: str) -> bool:
        return self._tree is None or name in self._tree

    def names(self, name: str) -> bool:
        """Whether the field was asked for by its name, not by a wildcard alone."""
        return self._tree is not None and name in self._tree

    def below(self, name: str) -> Mask:
        """The mask of the message in field `name`."""
        if self._tree is None:
            return self
        found = self._tree.get(name)
        return found if isinstance(found, Mask) else Mask(())

    def chosen(self, fields: dict[str, Callable[[], Any]]) -> dict[str, Any]:
        """The values of those fields that were asked for; the others are not worked out."""
        return {name: value() for name, value in fields.items() if name in self}

    def cut(self, message: M) -> M:
        """A message with only the chosen fields set."""
        if self._tree is None:
            return message
        chosen: dict[str, Any] = {}
        for name in field_names(message):
            if name in self._tree:
                chosen[name] = self.below(name)._cut_value(getattr(message, name))
        return type(message)(**chosen)

    def _cut_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._cut_value(item) for item in value]
        return self.cut(value) if self._tree is not None and dataclasses.is_dataclass(value) else value


def mask_paths(request: Any) -> tuple[str, ...]:
    """The paths of a request's mask; none for an empty one."""
    mask = request.read_mask
    return () if mask is None else tuple(mask.paths)


def field_names(message: Any) -> tuple[str, ...]:
    """The fields of a message."""
    return _names_of(message.__class__)


@functools.cache
def _names_of(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))
