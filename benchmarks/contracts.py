"""What calls of the contracts take: Move instructions, objects, transaction bytes; and the sizes of the packages.

    python -m benchmarks.contracts

Sui's limits beside them: instructions as this project's network counts them, about 1,000 dynamic fields, 128 KiB a
transaction, 100 KiB a package, 250 KiB an object. No committee elected on chain has 1,000 members, since 150 nodes
compete for shards; certificates of so many are measured on a committee put in place for the measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from sys import stdout
from unittest.mock import patch

from tests.contracts.books import FIELD_HEADER, Books
from tests.contracts.model import WAL, encoded_size
from tests.contracts.network import Network, Settings, deploy, pure
from walrus_localnet.chain import gas
from walrus_localnet.chain.admission import admit
from walrus_localnet.chain.limits import (
    MAX_INSTRUCTIONS,
    MAX_OBJECT_BYTES,
    MAX_PACKAGE_BYTES,
    MAX_TRANSACTION_BYTES,
)
from walrus_localnet.chain.objects import id_of
from walrus_localnet.chain.ptb.failure import describe
from walrus_localnet.chain.records import TransactionRecord
from walrus_localnet.chain.sandbox import Program, Sandbox
from walrus_localnet.chain.store import Store
from walrus_localnet.chain.view import View
from walrus_localnet.move.artifacts import built_package
from walrus_sui.bcs import Reader, sui
from walrus_sui.bcs.sui import Failure, MoveObject, MovePackage, Object
from walrus_sui.chain.publishing import LinkedPackage
from walrus_sui.chain.types import BlsCommittee, BlsCommitteeMember
from walrus_sui.crypto import Permanent, SecretKey, StorageConfirmation, aggregate_signatures
from walrus_sui.crypto.curve import parse_g1, sum_g1

N_SHARDS = 1000
EPOCH_MS = 1000
SIGNATURE_BYTES = 98
"""One signature of the sender, with its length."""
MAX_FIELDS = 1000
"""Of dynamic fields that one transaction on Sui may touch."""
BLOB_BYTES = 1000
ENVELOPE_BYTES = 300
"""Sender, gas and signature around what a transaction does, rounded up."""


@dataclass(frozen=True)
class Cost:
    """Of one transaction. `objects` are read, written or made, dynamic fields included; `largest` is the biggest
    one written, in bytes."""

    instructions: int
    objects: int
    largest: int
    transaction: int


class CountingView(View):
    """Remembers which objects were asked for."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.seen: set[bytes] = set()

    def latest(self, object_id: bytes) -> Object | None:
        found = super().latest(object_id)
        if found is not None and not isinstance(found.data, MovePackage):
            self.seen.add(object_id)
        return found


@dataclass
class Measured(Network):
    """A network whose transactions are measured before they are made."""

    last: Cost = field(default_factory=lambda: Cost(0, 0, 0, 0))

    def run(self, program: Program) -> TransactionRecord:
        self.last = self.measure(program)
        return super().run(program)

    def measure(self, program: Program, *instead: Object) -> Cost:
        """What the transaction takes if `instead` were on chain in place of their present versions."""
        ledger = self.box.ledger
        data = self.box.data(program, self.owner, budget=50_000_000_000)
        view = CountingView(ledger.store)
        view.apply(instead)
        with patch.object(gas, "computation_cost", wraps=gas.computation_cost) as counted:
            executed = ledger.executor.execute(view, admit(view, data), ledger.context(data))
        status = executed.effects.status
        if isinstance(status, Failure):
            raise RuntimeError(describe(status.error))
        sizes = [len(item.data.contents) for item in executed.written if isinstance(item.data, MoveObject)]
        (instructions, _), _ = counted.call_args
        size = len(data.to_bytes()) + SIGNATURE_BYTES
        return Cost(instructions, len(view.seen.union(map(id_of, executed.written))), max(sizes), size)


def network(box: Sandbox, nodes: int) -> Measured:
    """`nodes` members with 1,000 shards, in epoch 1."""
    made = Measured(**vars(deploy(box, Settings(N_SHARDS, EPOCH_MS, 53, EPOCH_MS))))
    join(made, nodes, 1000)
    made.voting_end()
    made.change_epoch()
    made.box.advance(EPOCH_MS)
    made.force_sync()
    made.box.advance(EPOCH_MS)
    return made


def join(made: Measured, nodes: int, wal: int) -> None:
    """More nodes, with unlike stakes of at least so many WAL."""
    epoch = Books(made).staking.epoch
    for number in range(nodes):
        node = made.register(500, 1000 + number, 2000 + number, 10**12, epoch)
        made.stake(node, (wal + 7 * number) * WAL)


def single_calls(box: Sandbox) -> list[tuple[str, Cost]]:
    made, rows = network(box, 13), []
    size = encoded_size(BLOB_BYTES, N_SHARDS)
    made.store(bytes(32), BLOB_BYTES, size, 3, False)
    made.store(bytes(31) + b"\x01", BLOB_BYTES, size, 3, False)
    rows.append(("reserve and register, 3 epochs", made.last))
    made.store(bytes(31) + b"\x02", BLOB_BYTES, size, 53, False)
    rows.append(("reserve and register, 53 epochs", made.last))
    node = made.register(500, 1000, 2000, 10**12, 1)
    made.stake(node, 10 * WAL)
    rows.append(("stake", made.last))
    return rows


def certificates(box: Sandbox) -> list[tuple[str, Cost]]:
    """With as many signatures missing as may be: their keys have to be added up."""
    made, rows = network(box, 13), []
    blob = made.store(bytes(32), BLOB_BYTES, encoded_size(BLOB_BYTES, N_SHARDS), 3, False)
    for members in (10, 100, 1000):
        keys = [SecretKey.generate(number.to_bytes(32, "little")) for number in range(members)]
        program = certification(made, blob, keys)
        rows.append((f"certify, {members} members", made.measure(program, with_committee(made, keys))))
    return rows


def certification(made: Measured, blob: bytes, keys: Sequence[SecretKey]) -> Program:
    signers = len(keys) * 2 // 3 + 1
    message = StorageConfirmation(made.blob(blob).blob_id, Permanent()).signed_bytes(1)
    signature = aggregate_signatures([key.sign(message) for key in keys[:signers]])
    bitmap = ((1 << signers) - 1).to_bytes(-(-len(keys) // 8), "little")
    program = Program()
    certificate = [pure(bytes, value) for value in (signature, bitmap, message)]
    made.call(program, "system::certify_blob", made.obj(made.system), made.obj(blob), *certificate)
    return program


def with_committee(made: Measured, keys: Sequence[SecretKey]) -> Object:
    """The state of the system with other signers, each with as many shards."""
    (state,) = made.box.ledger.store.owned(made.system)
    assert isinstance(state.data, MoveObject)
    head, rest = state.data.contents[:FIELD_HEADER], state.data.contents[FIELD_HEADER:]
    old = BlsCommittee.read_from(reader := Reader(rest))
    members = tuple(
        BlsCommitteeMember(key.public_key.uncompressed, N_SHARDS // len(keys), number.to_bytes(32, "big"))
        for number, key in enumerate(keys)
    )
    total = sum_g1(parse_g1(bytes(key.public_key)) for key in keys).to_compressed_bytes()
    new = BlsCommittee(members, N_SHARDS, old.epoch, total)
    contents = head + new.to_bytes() + rest[reader.position :]
    return replace(state, data=replace(state.data, contents=contents))


def epoch_changes(box: Sandbox, nodes: int) -> list[tuple[str, Cost]]:
    """One in which the members stay, and one in which all are replaced."""
    made, rows = network(box, nodes), []
    made.store(bytes(32), BLOB_BYTES, encoded_size(BLOB_BYTES, N_SHARDS), 3, False)
    made.voting_end()
    rows.append((f"voting_end, {nodes} nodes", made.last))
    made.change_epoch()
    rows.append((f"epoch change, {nodes} nodes stay", made.last))
    made.box.advance(EPOCH_MS)
    made.force_sync()
    made.box.advance(EPOCH_MS)
    join(made, nodes, 1_000_000)
    made.voting_end()
    made.change_epoch()
    assert len(Books(made).staking.previous_committee.keys() - Books(made).staking.committee.keys()) == nodes
    rows.append((f"epoch change, {nodes} nodes replaced", made.last))
    return rows


def packages() -> list[tuple[str, int, int]]:
    """Name, bytes of modules, bytes of a transaction that publishes them."""
    found = []
    for name in ("wal", "walrus", "wal_exchange"):
        package = built_package(name)
        published = {dependency: bytes(31) + b"\x09" for dependency in package.placeholders}
        linked = LinkedPackage.of(package, published)
        program = Program()
        program.send(bytes(32), program.add(sui.Publish(linked.modules, linked.dependencies)))
        sent = len(program.build().to_bytes()) + ENVELOPE_BYTES
        found.append((name, sum(map(len, linked.modules)), sent))
    return found


def line(name: str, cost: Cost) -> str:
    return f"{name:34}{cost.instructions:>14,}{cost.objects:>9,}{cost.largest:>10,}{cost.transaction:>12,}\n"


def main() -> None:
    stdout.write(f"{'':34}{'instructions':>14}{'objects':>9}{'largest':>10}{'bytes sent':>12}\n")
    measures: list[Callable[[Sandbox], list[tuple[str, Cost]]]] = [single_calls, certificates]
    measures += [partial(epoch_changes, nodes=nodes) for nodes in (13, 100, 150)]
    for measure in measures:
        box = Sandbox.open()
        for name, cost in measure(box):
            stdout.write(line(name, cost))
        box.close()
    stdout.write(line("limit", Cost(MAX_INSTRUCTIONS, MAX_FIELDS, MAX_OBJECT_BYTES, MAX_TRANSACTION_BYTES)))
    stdout.write(f"\n{'package':14}{'code':>10}{'publishing it':>16}\n")
    for package, code, sent in packages():
        stdout.write(f"{package:14}{code:>10,}{sent:>16,}\n")
    stdout.write(f"{'limit':14}{MAX_PACKAGE_BYTES:>10,}{MAX_TRANSACTION_BYTES:>16,}\n")


if __name__ == "__main__":
    main()
