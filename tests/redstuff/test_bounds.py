"""Compiled kernels keep to their buffers: every array they get lies between pages that nobody may touch."""

from __future__ import annotations

import subprocess
import sys

import pytest

from walrus_sui.redstuff.kernels import native

PROGRAM = """
import ctypes
import sys
import weakref

import numpy as np

from walrus_sui.redstuff.kernels import arrays, native
from walrus_sui.redstuff.params import Params
from walrus_sui.redstuff.reed_solomon import code_for

PAGE, PROT_NONE, READ_WRITE, PRIVATE_ANONYMOUS = 4096, 0, 3, 0x22
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


def guarded(size):
    room = -(-size // 64) * 64
    pages = -(-room // PAGE)
    base = libc.mmap(None, (pages + 2) * PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0)
    for page in (0, pages + 1):
        assert libc.mprotect(base + page * PAGE, PAGE, PROT_NONE) == 0
    memory = (ctypes.c_uint8 * size).from_address(base + (pages + 1) * PAGE - room)
    weakref.finalize(memory, libc.munmap, base, (pages + 2) * PAGE)
    return np.frombuffer(memory, dtype=np.uint8)


def use_all_kernels(engine, n, k, group, size):
    code = code_for(k, n)
    work = engine.buffer(n, group, size)
    work[:k] = np.random.default_rng(1).integers(0, 256, (k, group, size), dtype=np.uint8)
    engine.extend(code, work)
    engine.line_roots(work)
    if group == 1:
        engine.leaf_hashes(work)
    else:
        _, nodes = engine.hash_block(work, n % 8 or 8)
        engine.join(np.repeat(nodes, -(-n // 8), axis=1))
    order = list(range(n - k, n))
    assert (engine.recover(code, order, [work[i] for i in order]) == work[:k]).all()


arrays.aligned = guarded
engine = native.NativeEngine(native.machines()[int(sys.argv[1])])
for n in (4, 5, 7, 9, 13, 31, 130):
    for size in (2, 6, 30, 62, 64, 66, 126, 128, 130, 514, 1090, 4098):
        for k in (Params(n).rows, Params(n).columns):
            for group in (1, 8):
                use_all_kernels(engine, n, k, group, size)
print("within bounds")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the numbers of mmap are those of Linux")
@pytest.mark.parametrize(
    "machine", range(len(native.machines())), ids=lambda i: repr(native.machines()[i].variant)
)
def test_kernels_touch_nothing_around_their_buffers(machine: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(machine)], capture_output=True, text=True, timeout=200, check=False
    )
    assert done.stdout == "within bounds\n", done.stderr
