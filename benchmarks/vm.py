"""The Move machine: instructions a second, first calls, and a call as contracts make them.

    python -m benchmarks.vm

Every figure is the best of several runs; gas is counted throughout. One gas unit is one instruction (natives and
copies of large values count as more), so the rates of the pure loops are instructions a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from sys import stdout

from tests.vm.conftest import Sandbox
from walrus_localnet.vm import Datatype, Machine, Value, linker
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.machine import EngineName

LOOPS = (("bench::sum_loop", 300_000), ("bench::fibonacci", 21), ("bench::sieve", 60_000))
DEPOSITS = 500


def best_of(run: Callable[[], object], repeat: int = 5) -> float:
    """Least wall time in seconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def loops(engine: EngineName) -> dict[str, float]:
    """Million instructions a second of each pure loop."""
    sandbox = Sandbox(engine)
    shrink = 1 if engine == "generated" else 10
    rates = {}
    for name, size in LOOPS:
        size = size - 5 if name == "bench::fibonacci" and shrink > 1 else size // (shrink if size > 100 else 1)
        seconds = best_of(lambda name=name, size=size: sandbox.call(name, size))  # type: ignore[misc]
        rates[name] = sandbox.meter.used / seconds / 1e6
    return rates


class Vault:
    """A shared vault and coins to bring to it."""

    def __init__(self, engine: EngineName = "generated") -> None:
        self.sandbox = Sandbox(engine)
        self.sui = Datatype(self.sandbox.sui, "sui", "SUI")
        (self.vault,) = self.sandbox.call("bench::new_vault", self.sandbox.context, type_args=[self.sui])

    def coin(self, amount: int) -> Value:
        return [[[self.sandbox.world.fresh_id()]], [amount]]

    def deposit(self) -> None:
        self.sandbox.call("bench::deposit", self.vault, self.coin(5), self.sandbox.context, type_args=[self.sui])


def first_call() -> float:
    """Seconds for the first deposit on a fresh machine: reading, linking, checking, generating, compiling."""
    times = []
    for _ in range(5):
        vault = Vault()
        vault.sandbox.machine = Machine(vault.sandbox.packages)
        times.append(best_of(vault.deposit, 1))
    return min(times)


def first_framework_call() -> float:
    """Seconds for the first `coin::split` on a fresh machine, in a process that has read the framework before."""
    sandbox = Sandbox()
    type_args = [Datatype(sandbox.sui, "sui", "SUI")]

    def split() -> None:
        sandbox.machine = Machine(sandbox.packages)
        coin = [[[bytes(32)]], [100]]
        sandbox.call_in(sandbox.sui, "coin::split", coin, 5, sandbox.context, type_args=type_args)

    return best_of(split)


def warm_deposit() -> float:
    """Seconds a deposit when everything was called before."""
    vault = Vault()

    def many() -> None:
        for _ in range(DEPOSITS):
            vault.deposit()

    return best_of(many) / DEPOSITS


def whole_framework() -> float:
    """Seconds to read, link and type-check every function of the framework."""
    sandbox = Sandbox()

    def load() -> None:
        linker._read.cache_clear()
        knowledge = Knowledge(sandbox.packages)
        for package in (sandbox.std, sandbox.sui):
            linked = knowledge.linker.root(package)
            for name in linked.package.modules:
                for function in linked.module(name).functions:
                    if function.definition.code is not None:
                        knowledge.flow(function)

    return best_of(load, 3)


def main() -> None:
    engines: tuple[EngineName, ...] = ("generated", "interpreted")
    for engine in engines:
        for name, rate in loops(engine).items():
            stdout.write(f"{engine:12} {name:18} {rate:8.1f} M instructions/s\n")
    stdout.write(f"first call of coin::split       {first_framework_call() * 1e3:8.2f} ms\n")
    stdout.write(f"first deposit                   {first_call() * 1e3:8.2f} ms\n")
    stdout.write(f"deposit, warm                   {warm_deposit() * 1e6:8.1f} us\n")
    stdout.write(f"framework read, linked, checked {whole_framework() * 1e3:8.1f} ms\n")


if __name__ == "__main__":
    main()
