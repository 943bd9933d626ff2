"""Calls the compiler's WASM exports from Python through wasmtime, without its JavaScript wrapper.

The module imports six small functions of wasm-bindgen; they are provided here. Strings go in as UTF-8 in the
module's own memory; an answer is a pointer to (success flag, text) (move_toolchain.md §1).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import wasmtime

from walrus_localnet.move.errors import CompilerError
from walrus_localnet.move.pinned import COMPILER, compiler_wasm

_RUN_SECONDS = 900
"""What one call may take."""


class Answer(NamedTuple):
    """What one export said: for `compile` JSON or diagnostics, for tests the runner's report."""

    ok: bool
    text: str


class MoveWasm:
    """One instance of the compiler. Not for use from several threads at once.

    After a crash inside the module its memory is not trustworthy any more: the next call starts a new instance.
    A call works in a thread of its own, so that whoever waits for it can be interrupted; it is then stopped.
    """

    def __init__(self) -> None:
        config = wasmtime.Config()
        config.wasm_reference_types = True
        config.epoch_interruption = True
        self._engine = wasmtime.Engine(config)
        self._module = load_module(self._engine, compiler_wasm())
        self._instance: _Instance | None = None

    def __str__(self) -> str:
        return COMPILER

    def compile(
        self, files: Mapping[str, str], dependencies: Sequence[Mapping[str, Any]], **options: Any
    ) -> Answer:
        """Compiles `files` (path -> text). On success the text is JSON: modules, dependencies, digest."""
        return self._call("compile", "wasmcompileresult", "success", files, dependencies, options)

    def test(self, files: Mapping[str, str], dependencies: Sequence[Mapping[str, Any]], **options: Any) -> Answer:
        """Compiles in test mode and runs every test of the root package; the text is the runner's report."""
        return self._call("test_with_options", "wasmtestresult", "passed", files, dependencies, options)

    def _call(self, export: str, result: str, flag: str, *arguments: object) -> Answer:
        instance = self._instance or _Instance(self._engine, self._module)
        self._instance = None
        words = [json.dumps(argument) for argument in arguments]
        with ThreadPoolExecutor(1) as thread:
            working = thread.submit(instance.call, export, result, flag, words)
            try:
                answer = working.result(_RUN_SECONDS)
            except TimeoutError:
                raise CompilerError(f"the Move compiler did not end within {_RUN_SECONDS} seconds") from None
            finally:
                self._engine.increment_epoch()  # ends what is still running
        self._instance = instance
        return answer


class _Instance:
    def __init__(self, engine: wasmtime.Engine, module: wasmtime.Module) -> None:
        self._store = wasmtime.Store(engine)
        self._store.set_epoch_deadline(1)
        self._last_error = ""
        linker = wasmtime.Linker(engine)
        for wanted in module.imports:
            if not isinstance(wanted.type, wasmtime.FuncType):
                raise CompilerError(f"the compiler wants an unknown import {wanted.name}")
            linker.define_func(wanted.module, wanted.name or "", wanted.type, self._import(wanted.name or ""))
        try:
            self._exports = linker.instantiate(self._store, module).exports(self._store)
        except wasmtime.WasmtimeError as error:
            raise CompilerError(
                f"the Move compiler cannot be started: {error}",
                hint="it reserves 4 GiB of addresses, though it uses little of that: raise `ulimit -v`",
            ) from error
        self._export("__wbindgen_start")()

    def call(self, export: str, result: str, flag: str, arguments: Sequence[str]) -> Answer:
        """Raises `CompilerError` when the module traps."""
        self._store.set_epoch_deadline(1)
        try:
            words = [word for text in arguments for word in self._pass_text(text)]
            pointer = self._export(export)(*words)
            address, length = self._export(f"{result}_output")(pointer)
            return Answer(bool(self._export(f"{result}_{flag}")(pointer)), self._read_text(address, length))
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            raise CompilerError(f"the Move compiler crashed: {self._last_error or error}") from error

    def _export(self, name: str) -> Callable[..., Any]:
        function = self._exports[name]
        assert isinstance(function, wasmtime.Func)
        return lambda *arguments: function(self._store, *arguments)

    @property
    def _memory(self) -> wasmtime.Memory:
        memory = self._exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        return memory

    def _pass_text(self, text: str) -> tuple[int, int]:
        data = text.encode()
        pointer = self._export("__wbindgen_malloc")(len(data), 1)
        self._memory.write(self._store, data, pointer & 0xFFFFFFFF)
        return pointer, len(data)

    def _read_text(self, pointer: int, length: int) -> str:
        start = pointer & 0xFFFFFFFF
        return bytes(self._memory.read(self._store, start, start + length)).decode(errors="replace")

    def _import(self, name: str) -> Callable[..., Any]:
        # wasm-bindgen appends a hash to the names of some imports.
        provided: dict[str, Callable[..., Any]] = {
            "__wbg_error": self._remember_error,
            "__wbg_new": object,
            "__wbg_stack": lambda _pointer, _error: None,
            "__wbindgen_throw": self._throw,
            "__wbindgen_init_externref_table": self._grow_externref_table,
            "now": lambda: time.time() * 1000.0,
        }
        for prefix, function in provided.items():
            if name.startswith(prefix):
                return function
        raise CompilerError(f"the compiler wants an unknown import {name}")

    def _remember_error(self, pointer: int, length: int) -> None:
        self._last_error = self._read_text(pointer, length).split("\n\nStack:")[0]

    def _throw(self, pointer: int, length: int) -> None:
        raise wasmtime.WasmtimeError(self._read_text(pointer, length))

    def _grow_externref_table(self) -> None:
        table = self._exports["__wbindgen_export_3"]
        assert isinstance(table, wasmtime.Table)
        table.grow(self._store, 4, None)


def load_module(engine: wasmtime.Engine, wasm: Path) -> wasmtime.Module:
    """The machine code of a WASM file; kept beside it, as compiling the compiler takes seconds."""
    cached = wasm.with_name(f"{wasm.stem}-wasmtime-{version('wasmtime')}-interruptible.cwasm")
    if cached.exists():
        try:
            return wasmtime.Module.deserialize_file(engine, str(cached))
        except wasmtime.WasmtimeError:
            cached.unlink()
    module = wasmtime.Module.from_file(engine, str(wasm))
    scratch = cached.with_suffix(f".{os.getpid()}")
    scratch.write_bytes(module.serialize())
    scratch.replace(cached)
    return module
