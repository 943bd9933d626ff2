"""The client that waits: the same methods as the asynchronous one, and the thread that they run in."""

from __future__ import annotations

import asyncio
import inspect
import signal
import subprocess
import sys
import threading

import pytest

from tests.waiting import SECONDS
from walrus_sui.client import WalrusClient as AsyncClient
from walrus_sui.client.portal import Portal
from walrus_sui.client.sync import WalrusClient
from walrus_sui.config import ClientConfig
from walrus_sui.errors import ChainUnreachable, InputError

NOWHERE = ClientConfig(b"\1" * 32, b"\2" * 32, ("http://127.0.0.1:1",))
ONLY_ASYNC, ONLY_SYNC = {"aclose", "nodes"}, {"close"}
"""What makes no sense without a loop: closing by awaiting, and nodes that have to be awaited."""


def flows() -> dict[str, object]:
    return {
        name: member
        for name, member in vars(AsyncClient).items()
        if not name.startswith("_") and (inspect.iscoroutinefunction(member) or inspect.isasyncgenfunction(member))
    }


def test_every_method_is_there_as_it_is():
    assert flows().keys() - ONLY_ASYNC | ONLY_SYNC == {
        name
        for name, member in vars(WalrusClient).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }
    for name in flows().keys() - ONLY_ASYNC:
        ours, theirs = getattr(WalrusClient, name), getattr(AsyncClient, name)
        assert inspect.signature(ours) == inspect.signature(theirs)
        assert ours.__doc__ == theirs.__doc__
        assert not inspect.iscoroutinefunction(ours)


def test_errors_come_as_they_are():
    with WalrusClientUnopened() as walrus, pytest.raises(ChainUnreachable):
        walrus.network()


class WalrusClientUnopened:
    """A client of a chain that is not there; entering it would fail before the test begins."""

    def __enter__(self) -> WalrusClient:
        self.client = WalrusClient(NOWHERE)
        return self.client

    def __exit__(self, *_: object) -> None:
        self.client.close()


def test_a_closed_client_says_so():
    walrus = WalrusClient(NOWHERE)
    assert repr(walrus) == "<walrus_sui.client.sync.WalrusClient closed>"
    walrus.close()
    walrus.close()
    with pytest.raises(InputError, match="was closed"):
        walrus.read("x")


def test_a_client_that_was_never_used_starts_no_thread():
    before = threading.active_count()
    WalrusClient(NOWHERE).close()
    assert threading.active_count() == before


@pytest.fixture
def portal():
    opened = Portal("test")
    yield opened
    opened.stop()


def test_what_runs_there_comes_back(portal):
    async def here(x: int) -> tuple[int, str]:
        await asyncio.sleep(0)
        return x + 1, threading.current_thread().name

    assert portal.call(lambda: here(1)) == (2, "test")


async def test_a_loop_that_runs_already_is_no_hindrance(portal):
    async def answer() -> int:
        return 42

    assert portal.call(answer) == 42


def test_exceptions_of_every_kind_come_back(portal):
    async def fail(error: BaseException) -> None:
        raise error

    for error in (ValueError("no"), InputError("no"), TimeoutError()):
        with pytest.raises(type(error)):
            portal.call(lambda error=error: fail(error))


def test_several_threads_share_it(portal):
    """Each waits for the other, so neither could finish if calls ran one after the other."""
    meeting = asyncio.Barrier(2)

    async def meet() -> None:
        async with asyncio.timeout(SECONDS):
            await meeting.wait()

    other = threading.Thread(target=portal.call, args=(meet,))
    other.start()
    portal.call(meet)
    other.join()


def test_stopping_ends_what_is_under_way(portal):
    started, ended = threading.Event(), threading.Event()

    async def forever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    def stop() -> None:
        started.wait()
        portal.stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(RuntimeError, match="closed while"):
        portal.call(forever)
    stopper.join()
    assert ended.is_set()
    assert not portal.running


def test_a_listener_cannot_wait_for_its_own_thread(portal):
    async def answer() -> int:
        return 42

    async def listen() -> int:
        return portal.call(answer)

    with pytest.raises(RuntimeError, match="another thread"):
        portal.call(listen)


PROGRAM = """
import asyncio, sys
from walrus_sui.client.portal import Portal

async def hang():
    print("waiting", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        print("unwound", flush=True)

portal = Portal("test")
try:
    portal.call(hang)
except KeyboardInterrupt:
    print("interrupted", flush=True)
# not stopped: the program must end all the same
"""


def test_ctrl_c_unwinds_what_is_under_way_and_the_program_ends():
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=SECONDS)[0] == "unwound\ninterrupted\n"
    assert process.returncode == 0
