"""What 100,000 objects cost the embedded Sui network in memory and on disk.

    python -m benchmarks.chain_memory

Every case runs in a process of its own; memory is what the process holds more than before the objects were made
(resident set, after a collection). Coins are the smallest objects there are; a toy has a name of 200 bytes.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from sys import stdout

from tests.chain.sandbox import Account, Program, Sandbox, publish
from walrus_localnet.chain import limits
from walrus_localnet.chain.bootstrap import open_ledger
from walrus_localnet.chain.objects import id_of
from walrus_sui.bcs import U64, sui

OBJECTS = 100_000
A_TRANSACTION = 400
"""Objects made by each."""
NAME = "t" * 200


def resident_bytes() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def coins(box: Sandbox) -> Program:
    program = Program()
    program.send(box.bob.address, *program.split(sui.GasCoin(), *[1] * A_TRANSACTION))
    return program


def toys(box: Sandbox, package: bytes) -> Program:
    program = Program()
    name, size = program.pure(str, NAME), program.pure(U64, 1)
    made = [program.call(package, "toys::make", name, size) for _ in range(A_TRANSACTION)]
    program.send(box.bob.address, *made)
    return program


def make(directory: Path | None, kind: str) -> dict[str, float]:
    """Objects by transactions, as they come into being."""
    box = Sandbox.open(directory)
    package = publish(box).package
    before, start = resident_bytes(), time.process_time()
    for _ in range(OBJECTS // A_TRANSACTION):
        program = coins(box) if kind == "coins" else toys(box, package)
        data = box.data(program, budget=limits.MAX_BUDGET)
        box.ledger.execute(data, (box.alice.sign(data),))
    return {"bytes": resident_bytes() - before, "seconds": time.process_time() - start}


def read(directory: Path | None, kind: str) -> dict[str, float]:
    """A directory opened anew, and every object of its owner read, a page at a time as clients do."""
    ledger, _ = open_ledger(directory)
    before, start = resident_bytes(), time.process_time()
    owner, found, last = Account("bob").address, 0, b""
    while page := list(ledger.store.owned(owner, after=last, limit=1000)):
        found, last = found + len(page), id_of(page[-1])
    assert found >= OBJECTS, kind
    return {"bytes": resident_bytes() - before, "seconds": time.process_time() - start}


CASES: dict[str, Callable[[Path | None, str], dict[str, float]]] = {"make": make, "read": read}


def in_a_process(case: str, kind: str, directory: Path | None) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.chain_memory", "--case", case, "--kind", kind]
    place = [] if directory is None else ["--dir", str(directory)]
    done = subprocess.run([*command, *place], check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def say(what: str, measured: dict[str, float]) -> None:
    stdout.write(f"{what:44} {measured['bytes'] / 2**20:7.1f} MiB {measured['seconds']:6.1f} s of CPU\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=CASES)
    parser.add_argument("--kind", choices=["coins", "toys"], default="coins")
    parser.add_argument("--dir", type=Path)
    options = parser.parse_args()
    if options.case is not None:
        stdout.write(json.dumps(CASES[options.case](options.dir, options.kind)))
        return
    for kind in ("coins", "toys"):
        say(f"{OBJECTS:,} {kind} made, in memory", in_a_process("make", kind, None))
        with tempfile.TemporaryDirectory() as folder:
            say(f"{OBJECTS:,} {kind} made, in a directory", in_a_process("make", kind, Path(folder)))
            size = sum(path.stat().st_size for path in Path(folder).iterdir())
            stdout.write(f"{'  the directory':44} {size / 2**20:7.1f} MiB\n")
            say("  opened anew and all read", in_a_process("read", kind, Path(folder)))


if __name__ == "__main__":
    main()
