"""Where the processor time of a bundle goes inside the node: `python -m benchmarks.node --stages`.

One thread, no HTTP: each stage is repeated on the same bundle and the quickest run counts, in processor time, so
that other work on the machine matters little. `verify` is coding and hashing alone, hence the most that one core
can take of slivers of this size, however cheap the rest becomes.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from walrus_node.database.objects import effects_of
from walrus_node.database.store import Cursor, Store
from walrus_sui.chain.events import BlobRegistered
from walrus_sui.redstuff import Axis, EncodedBlob, Params, SliverData, encode, shard_of_pair, verify_slivers
from walrus_sui.storage import Bundle, BundledSliver, EventId

HEADINGS = (
    f"{'sliver B':>8} {'read us':>8} {'verify us':>9} {'write us':>8} {'sum':>6}"
    f" {'verify MB/s':>11} {'all MB/s':>9}"
)
_RUNS = 30


def measure(size: int, n_shards: int, bundled: int) -> str:
    """Microseconds a sliver, for bundles of `bundled` slivers of about `size` and half as many bytes."""
    params = Params(n_shards)
    length = params.rows * params.columns * max(size // params.columns // 2 * 2, 2)
    blob = encode(secrets.token_bytes(length), n_shards=n_shards)
    body = bytearray(_bundle(blob, bundled // 2).to_bytes())
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder))
        event = BlobRegistered(1, bytes(blob.blob_id), 1, 1, 9, False, bytes(32))
        store.commit(Cursor(), effects_of(event, EventId(bytes(32), 0), store))
        read = _quickest(lambda: _parsed(Bundle.from_bytes(body)))
        bundle = Bundle.from_bytes(body)
        slivers = _parsed(bundle)
        verify = _quickest(lambda: _verify(blob, slivers))
        write = _quickest(lambda: _write(store, blob, bundle))
        store.close()
    total, volume = read + verify + write, sum(len(part.sliver) for part in bundle.slivers) / 1e6
    each = "".join(
        f"{seconds / bundled * 1e6:>{width}.1f}" for seconds, width in ((read, 9), (verify, 10), (write, 9))
    )
    return f"{size:>8}{each} {total / bundled * 1e6:>6.1f} {volume / verify:>11.0f} {volume / total:>9.0f}"


def _bundle(blob: EncodedBlob, pairs: int) -> Bundle:
    found = [blob.sliver_pair(pair) for pair in range(pairs)]
    both = [(pair, axis) for pair in found for axis in Axis]
    return Bundle(
        None, tuple(BundledSliver.of(pair.index, axis, getattr(pair, axis.value)) for pair, axis in both)
    )


def _parsed(bundle: Bundle) -> dict[Axis, list[SliverData]]:
    return {
        axis: [SliverData.within(part.sliver) for part in bundle.slivers if part.axis is axis] for axis in Axis
    }


def _verify(blob: EncodedBlob, slivers: dict[Axis, list[SliverData]]) -> None:
    for axis, found in slivers.items():
        verify_slivers(found, axis, blob.metadata)


def _write(store: Store, blob: EncodedBlob, bundle: Bundle) -> None:
    n_shards = blob.metadata.n_shards
    placed = (
        (shard_of_pair(blob.blob_id, part.pair_index, n_shards), part.axis, part.sliver) for part in bundle.slivers
    )
    store.put_data(bytes(blob.blob_id), None, placed)


def _quickest(work: Callable[[], object]) -> float:
    """Seconds of this thread's processor time."""
    found = []
    for _ in range(_RUNS):
        before = time.thread_time()
        work()
        found.append(time.thread_time() - before)
    return min(found)
