"""A node whose disk is full: it says so, promises only what it can keep, serves what it has, and recovers."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.node.conftest import make_blob
from tests.node.network import N_SHARDS
from tests.node.single import SingleNode, single_node
from tests.scale import cases
from tests.waiting import SECONDS, eventually
from walrus_node.database.store import Cursor, Store
from walrus_sui.crypto.messages import Permanent
from walrus_sui.errors import NodeRefused, NodeStoreUnwritable, NodeUnreachable
from walrus_sui.redstuff import Axis, EncodedBlob, SliverData
from walrus_sui.storage import StoredStatus

REFUSED = (503, "STORAGE_UNAVAILABLE")
FILE_LIMIT = 2 << 20
DISK = 16 << 20
RESERVES = {"to the last byte": 0, "down to the reserve": 6 << 20}
BLOB_SIZE = 1_000_000
"""Makes 4.7 MB of slivers."""


@dataclass
class Owner:
    """Uploads blobs, and remembers what was taken."""

    single: SingleNode
    taken: dict[tuple[EncodedBlob, int, Axis], SliverData] = field(default_factory=dict)

    async def fill(self, blob: EncodedBlob) -> tuple[int, str] | None:
        """Upload a registered blob; gives status and reason of the first refusal, if there is one."""
        client = self.single.node.client
        try:
            await client.store_metadata(blob.blob_id, blob.metadata)
            for pair in range(N_SHARDS):
                both = blob.sliver_pair(pair)
                for axis, sliver in ((Axis.PRIMARY, both.primary), (Axis.SECONDARY, both.secondary)):
                    await client.store_sliver(blob.blob_id, pair, axis, sliver)
                    self.taken[blob, pair, axis] = sliver
        except NodeRefused as refusal:
            return refusal.status, refusal.reason
        return None

    async def fill_when_known(self, blob: EncodedBlob) -> tuple[int, str] | None:
        """The same, once the node has seen the registration."""
        answer: tuple[int, str] | None = None

        async def known() -> bool:
            nonlocal answer
            with contextlib.suppress(NodeUnreachable):
                answer = await self.fill(blob)
                return answer is None or answer[1] != "NOT_REGISTERED"
            return False

        await eventually(known)
        return answer

    async def check_kept(self) -> None:
        for (blob, pair, axis), sliver in self.taken.items():
            assert await self.single.node.client.sliver(blob.blob_id, pair, axis) == sliver

    async def confirmation_is_refused(self, blob: EncodedBlob) -> None:
        with pytest.raises(NodeRefused) as caught:
            await self.single.node.client.confirmation(blob.blob_id, Permanent())
        assert caught.value.reason in ("MISSING_SLIVERS", "METADATA_NOT_FOUND", "STORAGE_UNAVAILABLE")

    async def fills_at_last(self, blob: EncodedBlob) -> None:
        """There is room again: sooner or later the node takes everything, and confirms it."""

        async def filled() -> bool:
            try:
                return await self.fill(blob) is None
            except NodeUnreachable:
                return False

        await eventually(filled)
        await self.single.node.client.confirmation(blob.blob_id, Permanent())


async def lives_through_it(owner: Owner, relieve: Callable[[], None]) -> None:
    """Fill the disk until the node refuses; then look at all it may and may not do, until `relieve` and after."""
    single, blobs = owner.single, [make_blob(bytes([seed]), BLOB_SIZE) for seed in range(8)]
    await single.register(blobs)
    refused, number = None, 0
    while refused is None:
        refused = await owner.fill_when_known(blobs[number])
        number += 1
    half_stored, untouched = blobs[number - 1], make_blob(b"registered meanwhile", 1000)
    assert refused == REFUSED
    await owner.confirmation_is_refused(half_stored)
    await owner.check_kept()
    assert (await single.node.client.metadata_status(untouched.blob_id)) is StoredStatus.NONEXISTENT
    await single.register([untouched])
    relieve()
    await owner.fills_at_last(half_stored)
    await owner.fills_at_last(untouched)
    await owner.check_kept()
    await single.node.kill()
    await single.node.start()
    await owner.check_kept()


@pytest.mark.e2e
async def test_a_file_that_may_grow_no_further(tmp_path: Path) -> None:
    """The system refuses the write as a full disk would; here for want of a right, which can be given back."""
    unlimited = resource.RLIM_INFINITY
    async with single_node(tmp_path, reserved_disk_bytes=0) as single:
        process = single.node.process
        assert process is not None
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (FILE_LIMIT, unlimited))

        def relieve() -> None:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))

        await lives_through_it(Owner(single), relieve)
        assert "opening the database again" in single.node.log.read_text()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"needs the right to mount a small file system: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.e2e
@pytest.mark.parametrize("name", list(RESERVES)[: cases(1, 2)])
async def test_a_disk_that_is_full(tmp_path: Path, small_disk: Path, name: str) -> None:
    reserve = RESERVES[name]
    async with single_node(tmp_path, storage_path=str(small_disk / "db"), reserved_disk_bytes=reserve) as single:

        def relieve() -> None:
            subprocess.run(["mount", "-o", f"remount,size={8 * DISK}", str(small_disk)], check=True)

        await lives_through_it(Owner(single), relieve)
        was_reopened = "opening the database again" in single.node.log.read_text()
        assert was_reopened == (reserve == 0)
        await single.node.end()


def test_uploads_leave_the_reserve_alone_and_events_do_not_need_it(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "db", reserve=1 << 60)
    with pytest.raises(NodeStoreUnwritable, match="expected at least 1152921504606846976 bytes to be free"):
        store.put_sliver(bytes(32), 1, Axis.PRIMARY, b"sliver")
    store.commit(Cursor(5, 0, 3, 1))
    store.sync()
    assert (store.cursor(), store.writes.failure) == (Cursor(5, 0, 3, 1), None)
    store.close()


def test_nothing_is_written_or_promised_after_a_write_that_failed(tmp_path: Path) -> None:
    program = f"""
import os, resource
from pathlib import Path
from walrus_node.database.store import Cursor, Store
from walrus_sui.errors import NodeStoreUnwritable
from walrus_sui.redstuff import Axis

store, told = Store.open(Path({str(tmp_path)!r})), []
store.writes.on_failure = lambda: told.append(True)
store.put_sliver(bytes(32), 1, Axis.PRIMARY, b"before")
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
refused = []
for write in (
    lambda: store.put_sliver(bytes(32), 2, Axis.PRIMARY, os.urandom(2 << 20)),
    lambda: store.commit(Cursor(1)),
    store.sync,
    lambda: store.mark_due(bytes(32)),
):
    try:
        write()
    except NodeStoreUnwritable:
        refused.append(write)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert (len(refused), told) == (4, [True])
assert store.sliver(bytes(32), 1, Axis.PRIMARY) == b"before"
store.close()
again = Store.open(Path({str(tmp_path)!r}))
again.commit(Cursor(2))
again.sync()
assert again.sliver(bytes(32), 1, Axis.PRIMARY) == b"before"
assert again.sliver(bytes(32), 2, Axis.PRIMARY) is None
assert again.cursor() == Cursor(2)
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, timeout=SECONDS)
    assert ended.returncode == 0, ended.stderr.decode()
