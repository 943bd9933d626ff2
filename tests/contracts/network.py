"""The contracts on a chain in this process: one account that owns every coin, stake, blob and node, and its calls.

Every call is one transaction. What a contract refuses raises `Aborted`; the clock stands still unless told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from walrus_localnet.chain.errors import LocalChainError
from walrus_localnet.chain.objects import coin_balance
from walrus_localnet.chain.ptb.failure import describe
from walrus_localnet.chain.records import TransactionRecord
from walrus_localnet.chain.sandbox import Account, Program, Sandbox
from walrus_localnet.move.artifacts import built_package
from walrus_sui.bcs import U8, U16, U32, U64, Bytes32, sui
from walrus_sui.bcs.sui import Argument, Failure, SharedOwner
from walrus_sui.bcs.sui.framework import CLOCK_ID
from walrus_sui.chain.publishing import LinkedPackage
from walrus_sui.chain.types import Blob
from walrus_sui.crypto import (
    Deletable,
    Message,
    Permanent,
    ProofOfPossession,
    SecretKey,
    StorageConfirmation,
    aggregate_signatures,
)
from walrus_sui.crypto.messages import DenyListUpdate

Given = Callable[[Program], Argument]
"""An argument of a call, made in the program that calls."""
RS2 = 1


class Aborted(Exception):
    """A contract refused a call."""

    def __init__(self, module: str, code: int) -> None:
        super().__init__(f"{module} {code}")
        self.module, self.code = module, code


@dataclass(frozen=True)
class Node:
    node_id: bytes
    cap: bytes
    secret_key: SecretKey


@dataclass(frozen=True)
class Settings:
    n_shards: int
    epoch_ms: int
    epochs_ahead: int
    sync_timeout_ms: int
    bond_per_shard: int = 0


@dataclass
class Network:
    box: Sandbox
    owner: Account
    settings: Settings
    wal: bytes
    package: bytes
    purse: bytes
    """The coin that pays everything and takes every payout."""
    system: bytes
    staking: bytes
    treasury: bytes
    slashing: bytes

    # calling ------------------------------------------------------------------------------------------------
    def run(self, program: Program) -> TransactionRecord:
        """Raises `Aborted`, or `LocalChainError` for any other failure."""
        record = self.box.run(program, self.owner, budget=50_000_000_000)
        status = record.outcome.status
        if isinstance(status, Failure):
            if isinstance(status.error, sui.MoveAbort):
                raise Aborted(status.error.location.module.name, status.error.code)
            raise LocalChainError(f"expected success or an abort, got {describe(status.error)}")
        return record

    def call(self, program: Program, target: str, *given: Given) -> Argument:
        return program.call(self.package, target, *(make(program) for make in given))

    def act(self, target: str, *given: Given, keeps: bool = False) -> TransactionRecord:
        """One call in a transaction of its own; its result goes to the owner if it `keeps` it."""
        program = Program()
        result = self.call(program, target, *given)
        if keeps:
            program.send(self.owner.address, result)
        return self.run(program)

    def obj(self, object_id: bytes) -> Given:
        """An object by its id, shared or owned."""

        def make(program: Program) -> Argument:
            found = self.box.object(object_id)
            if isinstance(found.owner, SharedOwner):
                return program.shared(found, mutable=object_id != CLOCK_ID)
            return program.owned(self.box.ref(object_id))

        return make

    def sender(self, program: Program) -> Argument:
        return program.call(self.package, "auth::authenticate_sender")

    def as_cap(self, node: Node) -> Given:
        kind = sui.DatatypeTag(sui.StructTag(self.package, "storage_node", "StorageNodeCap", ()))
        return lambda program: program.call(
            self.package, "auth::authenticate_with_object", self.obj(node.cap)(program), type_args=[kind]
        )

    def balance(self) -> int:
        return coin_balance(self.box.object(self.purse)) or 0

    def _paid(self, amount: int, target: str, *given: Given, after: Sequence[Given] = ()) -> TransactionRecord:
        """A call whose arguments end, but for `after`, with a coin of `amount`; the result goes to the owner."""
        program = Program()
        (coin,) = program.split(self.obj(self.purse)(program), amount)
        result = program.call(
            self.package, target, *(make(program) for make in given), coin, *(make(program) for make in after)
        )
        if target.endswith("stake_with_pool"):
            program.send(self.owner.address, result)
        return self.run(program)

    def _received(self, target: str, *given: Given) -> int:
        """A call that returns a coin: how much was in it, which is in the purse now."""
        before = self.balance()
        program = Program()
        coin = self.call(program, target, *given)
        program.add(sui.MergeCoins(self.obj(self.purse)(program), (coin,)))
        self.run(program)
        return self.balance() - before

    # nodes --------------------------------------------------------------------------------------------------
    def register(self, commission: int, storage_price: int, write_price: int, capacity: int, epoch: int) -> Node:
        """A node whose key follows from how many transactions there were."""
        sequence = self.box.ledger.head.summary.sequence_number
        secret_key = SecretKey.generate(blake2b(sequence.to_bytes(8, "little"), digest_size=32).digest())
        public_key = bytes(secret_key.public_key)
        proof = secret_key.sign(ProofOfPossession(self.owner.address, public_key).signed_bytes(epoch))
        program = Program()
        empty = [program.pure(str, "") for _ in range(3)]
        metadata = program.call(self.package, "node_metadata::new", *empty)
        cap = self.call(
            program,
            "staking::register_candidate",
            self.obj(self.staking),
            pure(str, "node"),
            pure(str, "127.0.0.1:1"),
            lambda _: metadata,
            pure(bytes, public_key),
            pure(bytes, b"\x02" + bytes(32)),
            pure(bytes, proof),
            pure(U16, commission),
            pure(U64, storage_price),
            pure(U64, write_price),
            pure(U64, capacity),
        )
        program.send(self.owner.address, cap)
        record = self.run(program)
        (made,), (pool,) = self.box.created(record, "StorageNodeCap"), self.box.created(record, "StakingPool")
        return Node(pool, made, secret_key)

    def vote(self, node: Node, what: str, value: int) -> None:
        target = f"staking::set_{what}_vote"
        self.act(target, self.obj(self.staking), self.obj(node.cap), pure(U64, value))

    def update_prices(self) -> None:
        self.act("staking::update_prices", self.obj(self.staking), self.obj(self.system))

    def set_commission(self, node: Node, rate: int) -> None:
        self.act("staking::set_next_commission", self.obj(self.staking), self.obj(node.cap), pure(U16, rate))

    def collect_commission(self, node: Node) -> int:
        given = (self.obj(self.staking), pure(Bytes32, node.node_id), self.as_cap(node))
        return self._received("staking::collect_commission", *given)

    def deposit_bond(self, node: Node, amount: int) -> None:
        given = (self.obj(self.staking), pure(Bytes32, node.node_id))
        self._paid(amount, "staking::deposit_bond", *given)

    def request_bond(self, node: Node, amount: int) -> None:
        given = (self.obj(self.staking), pure(Bytes32, node.node_id), self.as_cap(node), pure(U64, amount))
        self.act("staking::request_bond_withdrawal", *given)

    def withdraw_bond(self, node: Node) -> int:
        given = (self.obj(self.staking), pure(Bytes32, node.node_id), self.as_cap(node))
        return self._received("staking::withdraw_bond", *given)

    # stake --------------------------------------------------------------------------------------------------
    def stake(self, node: Node, amount: int) -> bytes:
        after = [pure(Bytes32, node.node_id)]
        record = self._paid(amount, "staking::stake_with_pool", self.obj(self.staking), after=after)
        return self.box.created(record, "StakedWal")[0]

    def request_withdraw(self, stake: bytes) -> None:
        self.act("staking::request_withdraw_stake", self.obj(self.staking), self.obj(stake))

    def withdraw(self, stake: bytes) -> int:
        return self._received("staking::withdraw_stake", self.obj(self.staking), self.obj(stake))

    def split_stake(self, stake: bytes, amount: int) -> bytes:
        record = self.act("staked_wal::split", self.obj(stake), pure(U64, amount), keeps=True)
        return self.box.created(record, "StakedWal")[0]

    # epochs -------------------------------------------------------------------------------------------------
    def voting_end(self) -> None:
        self.act("staking::voting_end", self.obj(self.staking), self.obj(CLOCK_ID))

    def change_epoch(self) -> TransactionRecord:
        shared = (self.staking, self.system, self.treasury, CLOCK_ID)
        return self.act("staking::initiate_epoch_change_v2", *map(self.obj, shared))

    def report(self, node: Node, epoch: int) -> None:
        given = (self.obj(self.staking), self.obj(node.cap), pure(U32, epoch), self.obj(CLOCK_ID))
        self.act("staking::epoch_sync_done", *given)

    def force_sync(self) -> None:
        self.act("staking::force_sync_done", self.obj(self.staking), self.obj(CLOCK_ID))

    # storage ------------------------------------------------------------------------------------------------
    def store(self, root_hash: bytes, size: int, encoded: int, epochs: int, deletable: bool) -> bytes:
        """Buys the space and registers a blob on it."""
        program = Program()
        system, purse = self.obj(self.system)(program), self.obj(self.purse)(program)
        space = (program.pure(U64, encoded), program.pure(U32, epochs))
        storage = program.call(self.package, "system::reserve_space", system, *space, purse)
        return self._register(program, storage, root_hash, size, deletable)

    def store_on(self, storage: bytes, root_hash: bytes, size: int, deletable: bool) -> bytes:
        """Registers a blob on storage that is there."""
        program = Program()
        return self._register(program, self.obj(storage)(program), root_hash, size, deletable)

    def _register(self, program: Program, storage: Argument, root: bytes, size: int, deletable: bool) -> bytes:
        system, purse = self._input_of(program, self.system), self._input_of(program, self.purse)
        values = (program.address(blob_id(root, size)), program.address(root), program.pure(U64, size))
        kind = (program.pure(U8, RS2), program.pure(bool, deletable))
        blob = program.call(self.package, "system::register_blob", system, storage, *values, *kind, purse)
        program.send(self.owner.address, blob)
        return self.box.created(self.run(program), "Blob")[0]

    def _input_of(self, program: Program, object_id: bytes) -> Argument:
        """The object as an input of the program, which must not have it twice."""
        self.obj(object_id)(other := Program())
        (wanted,) = other.inputs
        return sui.Input(program.inputs.index(wanted)) if wanted in program.inputs else program.input(wanted)

    def certify(self, blob_object: bytes, signers: Sequence[Node], epoch: int) -> TransactionRecord:
        """With the signatures of `signers`, who are all members, in order of the committee."""
        blob = self.blob(blob_object)
        persistence = Deletable(blob_object) if blob.deletable else Permanent()
        certificate = certificate_of(StorageConfirmation(blob.blob_id, persistence), signers, epoch)
        return self.act("system::certify_blob", self.obj(self.system), self.obj(blob_object), *certificate)

    def deny(self, node: Node, sequence: int, size: int, signers: Sequence[Node], epoch: int) -> None:
        """Takes over a node's deny list of so many bytes, signed by all members."""
        update = DenyListUpdate(node.node_id, sequence, size, bytes(32))
        certificate = certificate_of(update, signers, epoch)
        self.act("system::update_deny_list", self.obj(self.system), self.obj(node.cap), *certificate)

    def extend(self, blob_object: bytes, epochs: int) -> None:
        given = (self.obj(self.system), self.obj(blob_object), pure(U32, epochs), self.obj(self.purse))
        self.act("system::extend_blob", *given)

    def delete(self, blob_object: bytes) -> bytes:
        """Returns the id of the storage, which the owner keeps."""
        storage = self.blob(blob_object).storage.object_id
        self.act("system::delete_blob", self.obj(self.system), self.obj(blob_object), keeps=True)
        return storage

    def subsidize(self, amount: int, epochs: int) -> None:
        self._paid(amount, "system::add_subsidy", self.obj(self.system), after=[pure(U32, epochs)])

    def blob(self, blob_object: bytes) -> Blob:
        return Blob.from_bytes(self.box.contents(blob_object))

    # penalties ----------------------------------------------------------------------------------------------
    def slash_commission(self, voters: Sequence[Node], candidate: Node) -> None:
        """All votes, and what they decide, in one transaction."""
        self._slash("slashing", "execute_slashing", voters, candidate)

    def slash_stake(self, voters: Sequence[Node], candidate: Node, basis_points: int) -> None:
        self._slash("stake_penalty", "execute_stake_penalty", voters, candidate, pure(U16, basis_points))

    def _slash(self, vote: str, execute: str, voters: Sequence[Node], candidate: Node, *more: Given) -> None:
        program = Program()
        manager, staking = self.obj(self.slashing)(program), self.obj(self.staking)(program)
        against = program.address(candidate.node_id)
        penalty = [make(program) for make in more]
        for node in voters:
            voter = program.address(node.node_id)
            call = (manager, staking, self.sender(program), voter, against, *penalty)
            program.call(self.package, f"slashing::vote_for_{vote}", *call)
        treasury = self.obj(self.treasury)(program)
        program.call(self.package, f"slashing::{execute}", manager, staking, treasury, against, *penalty)
        self.run(program)


def pure(hint: object, value: object) -> Given:
    return lambda program: program.pure(hint, value)


def certificate_of(message: Message, signers: Sequence[Node], epoch: int) -> tuple[Given, Given, Given]:
    """Signature, bitmap and message, signed by all members."""
    signed = message.signed_bytes(epoch)
    signature = aggregate_signatures([node.secret_key.sign(signed) for node in signers])
    bitmap = ((1 << len(signers)) - 1).to_bytes(-(-len(signers) // 8), "little")
    return pure(bytes, signature), pure(bytes, bitmap), pure(bytes, signed)


def blob_id(root_hash: bytes, size: int) -> bytes:
    """contracts.md §2.4: the hash of encoding type, size and root."""
    return blake2b(bytes([RS2]) + size.to_bytes(8, "little") + root_hash, digest_size=32).digest()


def deploy(box: Sandbox, settings: Settings) -> Network:
    """Publish the contracts and create a network in epoch 0, which may end at once."""
    owner = box.alice
    wal = box.publish(LinkedPackage.of(built_package("wal"), {}).modules)
    linked = LinkedPackage.of(built_package("walrus"), {"wal": wal.package})
    walrus = box.publish(linked.modules, linked.dependencies)
    (init_cap,) = box.created(walrus.record, "InitCap")
    (treasury,) = box.created(wal.record, "ProtectedTreasury")
    (purse,) = box.created(wal.record, "Coin")
    program = Program()
    limits = (program.pure(U64, settings.sync_timeout_ms), program.pure(U64, settings.bond_per_shard))
    cap = program.call(
        walrus.package,
        "init::initialize_with_parameters",
        program.owned(box.ref(init_cap)),
        program.owned(box.ref(walrus.cap)),
        program.pure(U64, 0),
        program.pure(U64, settings.epoch_ms),
        program.pure(U16, settings.n_shards),
        program.pure(U32, settings.epochs_ahead),
        program.call(walrus.package, "network_parameters::new", *limits),
        program.shared(box.object(CLOCK_ID), mutable=False),
    )
    program.send(owner.address, cap)
    record = box.succeed(program, owner)
    (system,), (staking,) = box.created(record, "System"), box.created(record, "Staking")
    (slashing,) = box.created(record, "SlashingManager")
    return Network(box, owner, settings, wal.package, walrus.package, purse, system, staking, treasury, slashing)
