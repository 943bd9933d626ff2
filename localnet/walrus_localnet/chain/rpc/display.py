"""How an object wants to be shown: the templates its publisher wrote, filled with its fields (`sui::display`).

A template is text with `{path}` in it; a path names a field or, with dots, one in a struct of the object; `\\`
before a brace takes it as it is. A field that cannot be filled is null, with the reason among the errors.
"""

from __future__ import annotations

import re
from typing import Any

from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.objects import type_of
from walrus_localnet.chain.rpc.json import render, to_message
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.vm import from_struct_tag
from walrus_sui.bcs import U16, Bytes32, Struct
from walrus_sui.bcs.sui import DatatypeTag, MoveObject, Object, StructTag
from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI

Templates = tuple[tuple[str, str], ...]
"""Names and templates, in the publisher's order."""
MAX_DEPTH = 10
"""Names in a path."""
_PIECE = re.compile(r"\\([{}\\])|\{([^{}]*)\}")


class DisplayObject(Struct):
    """The contents of a `0x2::display::Display<T>`."""

    object_id: Bytes32
    templates: Templates
    version: U16


class Unfilled(Exception):
    """Why a template cannot be filled."""


class Displays:
    """Shows the objects of one answer."""

    def __init__(self, ledger: Ledger) -> None:
        self._store = ledger.store
        self._machine = ledger.machine
        self._known: dict[StructTag, Templates | None] = {}

    def show(self, message: rpc.Object, obj: Object, mask: Mask) -> rpc.Object:
        """The message with the object's display, if that was asked for by name and there is one."""
        if mask.names("display"):
            message.display = self.of(obj)
        return message

    def of(self, obj: Object) -> rpc.Display | None:
        """None for an object whose type has no display, or none of which a version has been announced."""
        struct = type_of(obj)
        templates = None if struct is None else self._templates(struct)
        if struct is None or templates is None:
            return None
        assert isinstance(obj.data, MoveObject)
        type_ = from_struct_tag(struct)
        fields = render(self._machine, type_, self._machine.from_bytes(type_, obj.data.contents))
        output: dict[str, str | None] = {}
        errors: dict[str, str] = {}
        for name, template in templates:
            try:
                output[name] = fill(template, fields)
            except Unfilled as error:
                output[name], errors[name] = None, str(error)
        return rpc.Display(output=to_message(output), errors=to_message(errors) if errors else None)

    def _templates(self, struct: StructTag) -> Templates | None:
        if struct not in self._known:
            self._known[struct] = self._find(struct)
        return self._known[struct]

    def _find(self, struct: StructTag) -> Templates | None:
        """Those of the display object with the highest version."""
        kind = StructTag(FRAMEWORK_SUI, "display", "Display", (DatatypeTag(struct),))
        data = (obj.data for obj in self._store.of_type(str(kind)))
        found = [DisplayObject.from_bytes(item.contents) for item in data if isinstance(item, MoveObject)]
        best = max(found, key=lambda display: display.version, default=None)
        return best.templates if best is not None and best.version else None


def fill(template: str, fields: Any) -> str:
    """Raises `Unfilled`."""
    return _PIECE.sub(lambda piece: piece[1] or _text(_lookup(piece[2], fields), piece[2]), template)


def _lookup(path: str, fields: Any) -> Any:
    names = path.split(".")
    if len(names) > MAX_DEPTH:
        raise Unfilled(f"expected at most {MAX_DEPTH} names in a path, got {len(names)}")
    for name in names:
        if not isinstance(fields, dict) or name not in fields:
            raise Unfilled(f"expected the field {path}, got an object without it")
        fields = fields[name]
    return fields


def _text(value: Any, path: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        raise Unfilled(f"expected {path} to be one value, got several")
    return str(value)
