"""Inputs given as JSON: what their bytes are follows from the parameters they are given for (source:
sui_localnet.md §2, §4.10).

The forms are those in which values are rendered: small integers as numbers, all of them as decimal text, addresses
and ids as hex, bytes as base64 or a list, an option as its value or null.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from walrus_localnet.chain.ptb.pure import ASCII, OBJECT_ID, STRING, is_option
from walrus_localnet.chain.rpc.messages import protobuf
from walrus_localnet.vm import ADDRESS, BOOL, BYTES, Datatype, Primitive, Type, Vector
from walrus_sui.bcs import uleb
from walrus_sui.bcs.sui import parse_address
from walrus_sui.errors import BcsError

_EXACT = 1 << 53
"""JSON's numbers are exact below."""


def literal_bytes(value: protobuf.Value, types: Sequence[Type]) -> bytes:
    """The BCS of a value that is used as all of `types`, which must agree on it. Raises `BcsError`."""
    if not types:
        raise BcsError("expected a literal that some command uses, got one that none does")
    found = {_encode(value, type_) for type_ in types}
    if len(found) != 1:
        names = ", ".join(sorted(map(str, types)))
        raise BcsError(
            f"expected a literal that is used as one type, got one that means different bytes as {names}"
        )
    return found.pop()


def _encode(value: protobuf.Value, type_: Type) -> bytes:
    match type_:
        case Primitive(bits=bits) if bits:
            return _integer(value, type_, bits)
        case Vector() if type_ == BYTES and value.string_value is not None:
            return _bytes(value.string_value)
        case Vector(element) if value.list_value is not None:
            items = value.list_value.values
            return uleb(len(items)) + b"".join(_encode(item, element) for item in items)
        case Datatype(type_args=arguments) if is_option(type_):
            return b"\x00" if value.null_value is not None else b"\x01" + _encode(value, arguments[0])
    if type_ == BOOL and value.bool_value is not None:
        return bytes([value.bool_value])
    if type_ in (ADDRESS, OBJECT_ID) and value.string_value is not None:
        return parse_address(value.string_value)
    if type_ in (STRING, ASCII) and value.string_value is not None:
        text = value.string_value.encode()
        return uleb(len(text)) + text
    raise _unfit(value, type_)


def _integer(value: protobuf.Value, type_: Type, bits: int) -> bytes:
    number: float | int | None = value.number_value
    if value.string_value is not None and value.string_value.isascii() and value.string_value.isdigit():
        number = int(value.string_value[:80])
    if number is None or not 0 <= number < 1 << bits or number != int(number):
        raise _unfit(value, type_)
    if isinstance(number, float) and number > _EXACT:
        raise BcsError(f"expected numbers above {_EXACT} as text, got {number:g} as a number")
    return int(number).to_bytes(bits // 8, "little")


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BcsError(f"expected base64 for vector<u8>, got {text[:40]!r}") from error
    return uleb(len(data)) + data


def _unfit(value: protobuf.Value, type_: Type) -> BcsError:
    return BcsError(f"expected a literal of type {type_}, got {str(value.to_dict())[:80]}")
