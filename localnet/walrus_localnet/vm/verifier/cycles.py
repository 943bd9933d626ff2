"""No circles: of modules, of generic calls that make ever larger types, and no loops that are tangled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from walrus_localnet.vm.blocks import blocks_of
from walrus_localnet.vm.bytecode import Module, Op
from walrus_localnet.vm.errors import VerificationError
from walrus_localnet.vm.graph import Graph
from walrus_localnet.vm.linker import LinkedFunction, LinkedModule
from walrus_localnet.vm.shapes import Shapes
from walrus_localnet.vm.types import Datatype, Type, TypeParameter, Vector

MAX_LOOP_DEPTH = 5

Parameter = tuple[int, int]
"""A function of the module and one of its type parameters."""


def check_modules(modules: Mapping[str, Module]) -> None:
    """Raises `VerificationError` if modules of a package use each other in a circle."""
    finished: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise VerificationError(f"modules use each other in a circle: {' -> '.join((*path, name))}")
        if name in finished or name not in modules:
            return
        for address, needed in modules[name].dependencies:
            if address == modules[name].address:
                visit(needed, (*path, name))
        finished.add(name)

    for name in modules:
        visit(name, ())


def check_instantiations(linked: LinkedModule) -> None:
    """Raises `VerificationError` if a circle of generic calls wraps a type parameter into a larger type."""
    edges: dict[Parameter, set[Parameter]] = defaultdict(set)
    growing: list[tuple[Parameter, Parameter]] = []
    for source, target, grows in _generic_calls(linked):
        edges[source].add(target)
        if grows:
            growing.append((source, target))
    for source, target in growing:
        if source in _reachable(edges, target):
            raise VerificationError(f"{linked.functions[source[0]]} calls itself with ever larger types")


def check_loops(function: LinkedFunction) -> None:
    """Raises `VerificationError` if a loop of the function has two ways in, or if loops are nested too deep."""
    code = function.definition.code
    if code is None:
        return
    graph = Graph(blocks_of(code))
    if not graph.is_reducible:
        raise VerificationError(f"{function} has a loop with two ways in")
    depth = max((sum(header in loop for loop in graph.loops.values()) for header in graph.loops), default=0)
    if depth > MAX_LOOP_DEPTH:
        raise VerificationError(f"{function} nests {depth} loops, more than {MAX_LOOP_DEPTH}")


def _generic_calls(linked: LinkedModule) -> Iterator[tuple[Parameter, Parameter, bool]]:
    """Which parameter of a caller ends up in which of a called function of this module, and whether wrapped."""
    shapes = Shapes(linked)
    for function in linked.functions:
        code = function.definition.code
        for instruction in code.instructions if code else ():
            if instruction.op is not Op.CALL_GENERIC:
                continue
            shape = shapes.call(instruction)
            if shape.target.module is not linked:
                continue
            for index, argument in enumerate(shape.type_args):
                for parameter in _parameters(argument):
                    grows = not isinstance(argument, TypeParameter)
                    yield (function.index, parameter), (shape.target.index, index), grows


def _parameters(type_: Type) -> Iterator[int]:
    if isinstance(type_, TypeParameter):
        yield type_.index
    elif isinstance(type_, Vector):
        yield from _parameters(type_.element)
    elif isinstance(type_, Datatype):
        for argument in type_.type_args:
            yield from _parameters(argument)


def _reachable(edges: Mapping[Parameter, set[Parameter]], start: Parameter) -> set[Parameter]:
    found, waiting = {start}, [start]
    while waiting:
        for following in edges.get(waiting.pop(), ()):
            if following not in found:
                found.add(following)
                waiting.append(following)
    return found
