"""Instructions that only touch the stack and the locals of their frame.

Each takes the operand stack, the locals and its prepared operand. Operand types are known to fit: the code has
passed `flow`. What a value or reference looks like is told in `types`.
"""

from __future__ import annotations

from walrus_localnet.vm.errors import PrimitiveError
from walrus_localnet.vm.layouts import Copy
from walrus_localnet.vm.types import MAX_VECTOR_LENGTH, VECTOR_FULL, Value

Stack = list[Value]


def nothing(stack: Stack, locals_: Stack, operand: None) -> None:
    """NOP, a branch to the next instruction, and FREEZE_REF: both kinds of reference look the same."""


def pop(stack: Stack, locals_: Stack, operand: None) -> None:
    stack.pop()


def push(stack: Stack, locals_: Stack, operand: Value) -> None:
    """Literals and constants that cannot change."""
    stack.append(operand)


def push_copy(stack: Stack, locals_: Stack, operand: tuple[Copy, Value]) -> None:
    """Constants that are containers."""
    copy, value = operand
    stack.append(copy(value))


# locals ------------------------------------------------------------------------------------------------------
def load(stack: Stack, locals_: Stack, operand: int) -> None:
    """COPY_LOC of a value that cannot change, and MOVE_LOC."""
    stack.append(locals_[operand])


def copy_local(stack: Stack, locals_: Stack, operand: tuple[int, Copy]) -> None:
    index, copy = operand
    stack.append(copy(locals_[index]))


def store(stack: Stack, locals_: Stack, operand: int) -> None:
    locals_[operand] = stack.pop()


def borrow_local(stack: Stack, locals_: Stack, operand: int) -> None:
    """Of a primitive local; a container's reference is the container, so that is a `load`."""
    stack.append((locals_, operand))


# references --------------------------------------------------------------------------------------------------
def borrow_primitive_field(stack: Stack, locals_: Stack, operand: int) -> None:
    stack[-1] = (stack[-1], operand)


def borrow_container_field(stack: Stack, locals_: Stack, operand: int) -> None:
    stack[-1] = stack[-1][operand]


def read_primitive(stack: Stack, locals_: Stack, operand: None) -> None:
    container, index = stack[-1]
    stack[-1] = container[index]


def read_container(stack: Stack, locals_: Stack, operand: Copy) -> None:
    stack[-1] = operand(stack[-1])


def write_primitive(stack: Stack, locals_: Stack, operand: None) -> None:
    container, index = stack.pop()
    container[index] = stack.pop()


def write_container(stack: Stack, locals_: Stack, operand: None) -> None:
    container = stack.pop()
    container[:] = stack.pop()


# structs and variants ----------------------------------------------------------------------------------------
def pack(stack: Stack, locals_: Stack, operand: int) -> None:
    start = len(stack) - operand
    stack[start:] = [stack[start:]]


def pack_bytes(stack: Stack, locals_: Stack, operand: int) -> None:
    start = len(stack) - operand
    stack[start:] = [bytearray(stack[start:])]


def unpack(stack: Stack, locals_: Stack, operand: None) -> None:
    stack.extend(stack.pop())


def unpack_vector(stack: Stack, locals_: Stack, operand: int) -> None:
    vector = stack.pop()
    if len(vector) != operand:
        raise PrimitiveError(f"expected a vector of {operand} elements, got {len(vector)}")
    stack.extend(vector)


def pack_variant(stack: Stack, locals_: Stack, operand: tuple[int, int]) -> None:
    tag, count = operand
    start = len(stack) - count
    stack[start:] = [[tag, *stack[start:]]]


def unpack_variant(stack: Stack, locals_: Stack, operand: int) -> None:
    value = stack.pop()
    _check_tag(value, operand)
    stack.extend(value[1:])


def borrow_variant(stack: Stack, locals_: Stack, operand: tuple[int, tuple[bool, ...]]) -> None:
    """References to all fields; the operand tells which fields are containers."""
    tag, containers = operand
    value = stack.pop()
    _check_tag(value, tag)
    for index, is_container in enumerate(containers, 1):
        stack.append(value[index] if is_container else (value, index))


def _check_tag(value: Value, tag: int) -> None:
    if value[0] != tag:
        raise PrimitiveError(f"expected variant {tag}, got {value[0]}")


# arithmetic --------------------------------------------------------------------------------------------------
def add(stack: Stack, locals_: Stack, operand: int) -> None:
    """`operand` is the largest value of the type, here and below."""
    right = stack.pop()
    result = stack[-1] + right
    if result > operand:
        raise PrimitiveError("overflow in an addition")
    stack[-1] = result


def subtract(stack: Stack, locals_: Stack, operand: int) -> None:
    right = stack.pop()
    result = stack[-1] - right
    if result < 0:
        raise PrimitiveError("a subtraction below zero")
    stack[-1] = result


def multiply(stack: Stack, locals_: Stack, operand: int) -> None:
    right = stack.pop()
    result = stack[-1] * right
    if result > operand:
        raise PrimitiveError("overflow in a multiplication")
    stack[-1] = result


def divide(stack: Stack, locals_: Stack, operand: int) -> None:
    right = stack.pop()
    if not right:
        raise PrimitiveError("a division by zero")
    stack[-1] //= right


def modulo(stack: Stack, locals_: Stack, operand: int) -> None:
    right = stack.pop()
    if not right:
        raise PrimitiveError("a division by zero")
    stack[-1] %= right


def bit_or(stack: Stack, locals_: Stack, operand: int) -> None:
    right = stack.pop()
    stack[-1] |= right


def bit_and(stack: Stack, locals_: Stack, operand: int) -> None:
    right = stack.pop()
    stack[-1] &= right


def xor(stack: Stack, locals_: Stack, operand: int) -> None:
    right = stack.pop()
    stack[-1] ^= right


def shift_left(stack: Stack, locals_: Stack, operand: int) -> None:
    bits = stack.pop()
    if bits >= operand.bit_length():
        raise PrimitiveError(f"a shift by {bits} of {operand.bit_length()} bits")
    stack[-1] = stack[-1] << bits & operand


def shift_right(stack: Stack, locals_: Stack, operand: int) -> None:
    bits = stack.pop()
    if bits >= operand.bit_length():
        raise PrimitiveError(f"a shift by {bits} of {operand.bit_length()} bits")
    stack[-1] >>= bits


def cast(stack: Stack, locals_: Stack, operand: int) -> None:
    if stack[-1] > operand:
        raise PrimitiveError(f"a cast of a number above {operand}")


# logic and comparison ----------------------------------------------------------------------------------------
def logical_not(stack: Stack, locals_: Stack, operand: None) -> None:
    stack[-1] = not stack[-1]


def logical_or(stack: Stack, locals_: Stack, operand: None) -> None:
    right = stack.pop()
    stack[-1] = stack[-1] or right


def logical_and(stack: Stack, locals_: Stack, operand: None) -> None:
    right = stack.pop()
    stack[-1] = stack[-1] and right


def less(stack: Stack, locals_: Stack, operand: None) -> None:
    right = stack.pop()
    stack[-1] = stack[-1] < right


def greater(stack: Stack, locals_: Stack, operand: None) -> None:
    right = stack.pop()
    stack[-1] = stack[-1] > right


def less_or_equal(stack: Stack, locals_: Stack, operand: None) -> None:
    right = stack.pop()
    stack[-1] = stack[-1] <= right


def greater_or_equal(stack: Stack, locals_: Stack, operand: None) -> None:
    right = stack.pop()
    stack[-1] = stack[-1] >= right


def equal(stack: Stack, locals_: Stack, operand: None) -> None:
    """Of values, and of references to containers."""
    right = stack.pop()
    stack[-1] = stack[-1] == right


def not_equal(stack: Stack, locals_: Stack, operand: None) -> None:
    right = stack.pop()
    stack[-1] = stack[-1] != right


def equal_targets(stack: Stack, locals_: Stack, operand: None) -> None:
    """Of references to primitives."""
    container, index = stack.pop()
    other, position = stack[-1]
    stack[-1] = other[position] == container[index]


def not_equal_targets(stack: Stack, locals_: Stack, operand: None) -> None:
    container, index = stack.pop()
    other, position = stack[-1]
    stack[-1] = other[position] != container[index]


# vectors -----------------------------------------------------------------------------------------------------
def vector_length(stack: Stack, locals_: Stack, operand: None) -> None:
    stack[-1] = len(stack[-1])


def borrow_primitive_element(stack: Stack, locals_: Stack, operand: None) -> None:
    index = stack.pop()
    vector = stack[-1]
    if index >= len(vector):
        raise _out_of_bounds(index, vector)
    stack[-1] = (vector, index)


def borrow_container_element(stack: Stack, locals_: Stack, operand: None) -> None:
    index = stack.pop()
    vector = stack[-1]
    if index >= len(vector):
        raise _out_of_bounds(index, vector)
    stack[-1] = vector[index]


def push_back(stack: Stack, locals_: Stack, operand: None) -> None:
    element = stack.pop()
    vector = stack.pop()
    if len(vector) >= MAX_VECTOR_LENGTH:
        raise PrimitiveError(VECTOR_FULL)
    vector.append(element)


def pop_back(stack: Stack, locals_: Stack, operand: None) -> None:
    vector = stack[-1]
    if not vector:
        raise PrimitiveError("a pop from an empty vector")
    stack[-1] = vector.pop()


def swap(stack: Stack, locals_: Stack, operand: None) -> None:
    second, first = stack.pop(), stack.pop()
    vector = stack.pop()
    if max(first, second) >= len(vector):
        raise _out_of_bounds(max(first, second), vector)
    vector[first], vector[second] = vector[second], vector[first]


def _out_of_bounds(index: int, vector: Value) -> PrimitiveError:
    return PrimitiveError(f"index {index} of a vector of {len(vector)} elements")
