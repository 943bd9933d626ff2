"""LLVM IR as text, one instruction at a time: just enough of a builder for the kernels beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Function:
    """A function of pointers and 64-bit integers that returns nothing; `p` in `signature` marks a pointer."""

    def __init__(self, name: str, signature: str) -> None:
        parameters = []
        for parameter in signature.split():
            kind, _, label = parameter.rpartition(":")
            parameters.append(f"{'ptr noalias' if kind == 'p' else 'i64'} %{label}")
        self._lines = [f"define void @{name}({', '.join(parameters)}) {{", "entry:"]
        self._count = 0
        self.block = "entry"

    def value(self, instruction: str) -> str:
        """Emit an instruction and name its result."""
        self._count += 1
        name = f"%v{self._count}"
        self._lines.append(f"  {name} = {instruction}")
        return name

    def emit(self, instruction: str) -> None:
        self._lines.append(f"  {instruction}")

    def label(self, name: str) -> None:
        self._lines.append(f"{name}:")
        self.block = name

    def i64(self, operation: str, left: object, right: object) -> str:
        return self.value(f"{operation} i64 {left}, {right}")

    def at(self, pointer: str, offset: object) -> str:
        """`pointer` moved by `offset` bytes."""
        return self.value(f"getelementptr i8, ptr {pointer}, i64 {offset}")

    def load(self, kind: str, pointer: str) -> str:
        return self.value(f"load {kind}, ptr {pointer}, align 1")

    def store(self, kind: str, value: str, pointer: str) -> None:
        self.emit(f"store {kind} {value}, ptr {pointer}, align 1")

    def jump(self, label: str) -> None:
        self.emit(f"br label %{label}")

    def branch(self, condition: str, then: str, otherwise: str) -> None:
        self.emit(f"br i1 {condition}, label %{then}, label %{otherwise}")

    def shuffle(self, kind: str, left: str, right: str, indices: Sequence[int]) -> str:
        chosen = ", ".join(f"i32 {index}" for index in indices)
        return self.value(f"shufflevector {kind} {left}, {kind} {right}, <{len(indices)} x i32> <{chosen}>")

    def broadcast(self, kind: str, lanes: int, scalar_kind: str, scalar: str) -> str:
        first = self.value(f"insertelement {kind} poison, {scalar_kind} {scalar}, i32 0")
        zeros = f"<{lanes} x i32> zeroinitializer"
        return self.value(f"shufflevector {kind} {first}, {kind} poison, {zeros}")

    def finish(self) -> str:
        """The text of the function, which ends here."""
        return "\n".join([*self._lines, "  ret void", "}", ""])


class CountedLoop:
    """`for index in range(count)`; the body must be left through `close`. A count of 0 runs it not at all."""

    def __init__(self, function: Function, name: str, count: str) -> None:
        self._function, self._name, self._count = function, name, count
        before = function.block
        function.jump(f"{name}.head")
        function.label(f"{name}.head")
        function.emit(f"%{name} = phi i64 [0, %{before}], [%{name}.next, %{name}.tail]")
        done = function.value(f"icmp sge i64 %{name}, {count}")
        function.branch(done, f"{name}.done", f"{name}.body")
        function.label(f"{name}.body")
        self.index = f"%{name}"

    def close(self) -> None:
        function, name = self._function, self._name
        function.jump(f"{name}.tail")
        function.label(f"{name}.tail")
        function.emit(f"%{name}.next = add i64 %{name}, 1")
        function.jump(f"{name}.head")
        function.label(f"{name}.done")


def constant(kind: str, values: Iterable[int]) -> str:
    """A vector constant."""
    return "<" + ", ".join(f"{kind} {value}" for value in values) + ">"
