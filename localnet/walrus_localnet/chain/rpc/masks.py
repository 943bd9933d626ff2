"""Read masks: which fields of an answer a caller asked for (source: sui_localnet.md §4.11)."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from walrus_localnet.chain.rpc.refusals import invalid

M = TypeVar("M")
_Tree = dict[str, Any]
MAX_DEPTH = 32
"""Names in one path. Types of fields are messages in messages without end."""
_SHOWN = 80


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
    def of(cls, request: Any, kind: type[Any], default: str) -> Mask:
        """The mask of a request for messages of class `kind`; `default` lists the paths of an empty one.

        Raises `GRPCError` for a path that leads to no field.
        """
        paths = set(mask_paths(request))
        for path in paths:
            _check_path(kind, path)
        return cls(paths or default.split(","))

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


def _check_path(kind: Any, path: str) -> None:
    """Whether `path` is `*`, or names of fields down from class `kind`; the last may be `*`, too."""
    names = path.split(".")
    inner: Any = kind
    known = len(names) <= MAX_DEPTH
    for name in names if known else ():
        fields = {} if inner is None else _inner_kinds(inner)
        known = known and (name in fields or (name == "*" and inner is not None))
        inner = fields.get(name)
    if not known or "*" in names[:-1]:
        raise invalid(f"invalid read_mask path: expected a field of {kind.__name__}, got {path[:_SHOWN]!r}")


@functools.cache
def _inner_kinds(kind: Any) -> dict[str, Any]:
    """The fields of a class of messages, each with the class of message in it: None for values, among which are
    those of protobuf itself."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        meta = field.metadata["betterproto"]
        plain = meta.proto_type == "message" and meta.unwrap is None
        inner = kind._betterproto.cls_by_field[field.name] if plain else None
        found[field.name] = None if inner is None or ".google.protobuf" in inner.__module__ else inner
    return found


def field_names(message: Any) -> tuple[str, ...]:
    """The fields of a message."""
    return _names_of(message.__class__)


@functools.cache
def _names_of(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))
