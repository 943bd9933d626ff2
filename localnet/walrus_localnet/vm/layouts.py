"""How values of a type are copied, measured, written and read (BCS by declaration; encoding.md §6).

Work is prepared once per type as small functions; nothing looks at types again while values flow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

from walrus_localnet.vm.abilities import check_size
from walrus_localnet.vm.bytecode.cursor import Cursor
from walrus_localnet.vm.errors import InvalidValue, LinkError
from walrus_localnet.vm.linker import Linker
from walrus_localnet.vm.types import BOOL, U8, Datatype, Primitive, Type, Value, Vector, substitute
from walrus_sui.bcs import uleb

MAX_DEPTH = 128
"""Deepest nesting of values."""
FREE_NODES = 16
"""Values with fewer parts than this cost nothing to copy beyond the instruction itself."""
BYTES_PER_UNIT = 16
NODES_PER_UNIT = 4
"""What one gas unit pays for when a vector is copied or compared."""

Write = Callable[[Value, bytearray], None]
Read = Callable[[Cursor], Value]
Copy = Callable[[Value], Value]
Measure = Callable[[Value], int]


@dataclass(frozen=True, slots=True)
class Layout:
    """`nodes` counts the primitive parts a value has without its vectors, `type_nodes` the types inside the type,
    each as often as it stands there; `measure` gives the gas units a copy or comparison of a value costs, and is
    None if that is nothing whatever the value."""

    copy: Copy
    measure: Measure | None
    write: Write
    read: Read
    nodes: int
    depth: int
    type_nodes: int


class Layouts:
    """The layouts of concrete types."""

    def __init__(self, linker: Linker) -> None:
        self._linker = linker
        self._known: dict[Type, Layout] = {}
        self._building: set[Type] = set()

    def of(self, type_: Type) -> Layout:
        """Raises `LinkError` for a type that does not exist, contains itself or is too large."""
        found = self._known.get(type_)
        if found is None:
            check_size(type_)
            if type_ in self._building or len(self._building) > MAX_DEPTH:
                raise LinkError(f"the type {type_} contains itself or is nested deeper than {MAX_DEPTH}")
            self._building.add(type_)
            try:
                found = self._known[type_] = self._build(type_)
            finally:
                self._building.discard(type_)
        return found

    def _build(self, type_: Type) -> Layout:
        if isinstance(type_, Primitive):
            return _primitive(type_)
        if isinstance(type_, Vector):
            return _BYTES if type_.element is U8 else _vector(type_.element, self.of(type_.element))
        if isinstance(type_, Datatype):
            return self._datatype(type_)
        raise LinkError(f"{type_} is not the type of a value")

    def _datatype(self, type_: Datatype) -> Layout:
        info = self._linker.datatype(type_.package, type_.module, type_.name)
        if len(info.type_parameters) != len(type_.type_args):
            raise LinkError(f"expected {len(info.type_parameters)} type arguments, got the type {type_}")
        if info.variants is None:
            return _struct([self.of(substitute(field.type, type_.type_args)) for field in info.fields])
        return _enum(
            [
                [self.of(substitute(field.type, type_.type_args)) for field in variant.fields]
                for variant in info.variants
            ]
        )


def _same(value: Value) -> Value:
    return value


def _primitive(type_: Primitive) -> Layout:
    if type_.bits:
        size = type_.bits // 8
        return Layout(
            _same,
            None,
            lambda value, out: out.extend(value.to_bytes(size, "little")),
            lambda cursor: cursor.little_endian(size),
            1,
            1,
            1,
        )
    if type_ is BOOL:
        return Layout(_same, None, lambda value, out: out.append(1 if value else 0), _read_bool, 1, 1, 1)
    return Layout(_same, None, lambda value, out: out.extend(value), lambda cursor: cursor.take(32), 1, 1, 1)


def _read_bool(cursor: Cursor) -> bool:
    byte = cursor.byte()
    if byte > 1:
        raise InvalidValue(f"expected a bool of 0 or 1 at byte {cursor.position - 1}, got {byte}")
    return byte == 1


def _write_bytes(value: Value, out: bytearray) -> None:
    out.extend(uleb(len(value)))
    out.extend(value)


_BYTES = Layout(
    itemgetter(slice(None)),
    lambda value: len(value) // BYTES_PER_UNIT,
    _write_bytes,
    lambda cursor: bytearray(cursor.take(cursor.uleb())),
    1,
    2,
    2,
)


def _vector(element_type: Type, element: Layout) -> Layout:
    copy, measure, write, read = element.copy, element.measure, element.write, element.read
    nodes = element.nodes

    def write_all(value: Value, out: bytearray) -> None:
        out.extend(uleb(len(value)))
        for item in value:
            write(item, out)

    def read_all(cursor: Cursor) -> Value:
        count = cursor.uleb()
        if count > cursor.end - cursor.position:
            raise InvalidValue(f"expected {count} elements in {cursor.end - cursor.position} bytes")
        return [read(cursor) for _ in range(count)]

    def measure_all(value: Value) -> int:
        own = len(value) * nodes // NODES_PER_UNIT
        return own if measure is None else own + sum(map(measure, value))

    flat = isinstance(element_type, Primitive)
    copy_all: Copy = itemgetter(slice(None)) if flat else lambda value: [copy(item) for item in value]
    return Layout(copy_all, measure_all, write_all, read_all, 1, _deeper([element]), 1 + element.type_nodes)


def _struct(fields: list[Layout]) -> Layout:
    writes = [field.write for field in fields]
    reads = [field.read for field in fields]

    def write(value: Value, out: bytearray) -> None:
        for write_field, item in zip(writes, value, strict=True):
            write_field(item, out)

    copies = [field.copy for field in fields]
    flat = all(copy is _same for copy in copies)
    copy: Copy = itemgetter(slice(None))
    if not flat:

        def copy(value: Value) -> Value:
            return [copy_field(item) for copy_field, item in zip(copies, value, strict=True)]

    nodes = sum(field.nodes for field in fields)
    type_nodes = 1 + sum(field.type_nodes for field in fields)
    measure = _measure_fields(fields, nodes)
    return Layout(
        copy, measure, write, lambda cursor: [read(cursor) for read in reads], nodes, _deeper(fields), type_nodes
    )


def _measure_fields(fields: list[Layout], nodes: int) -> Measure | None:
    fixed = nodes // FREE_NODES
    variable = [(index, field.measure) for index, field in enumerate(fields) if field.measure is not None]
    if not variable:
        return (lambda value: fixed) if fixed else None

    def measure(value: Value) -> int:
        return fixed + sum(measure_field(value[index]) for index, measure_field in variable)

    return measure


def _enum(variants: list[list[Layout]]) -> Layout:
    structs = [_struct(fields) for fields in variants]
    nodes = 1 + max(struct.nodes for struct in structs)
    depth = max(struct.depth for struct in structs)

    def write(value: Value, out: bytearray) -> None:
        tag = value[0]
        out.extend(uleb(tag))
        structs[tag].write(value[1:], out)

    def read(cursor: Cursor) -> Value:
        tag = cursor.uleb()
        if tag >= len(structs):
            raise InvalidValue(f"expected a variant tag below {len(structs)}, got {tag}")
        return [tag, *structs[tag].read(cursor)]

    def copy(value: Value) -> Value:
        return [value[0], *structs[value[0]].copy(value[1:])]

    def measure(value: Value) -> int:
        inner = structs[value[0]].measure
        return inner(value[1:]) if inner else 0

    is_free = all(struct.measure is None for struct in structs)
    type_nodes = 1 + sum(struct.type_nodes - 1 for struct in structs)
    return Layout(copy, None if is_free else measure, write, read, nodes, depth, type_nodes)


def _deeper(parts: list[Layout]) -> int:
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > MAX_DEPTH:
        raise LinkError(f"values nested deeper than {MAX_DEPTH}")
    return depth
