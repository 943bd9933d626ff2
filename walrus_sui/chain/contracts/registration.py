"""Registering blobs, on storage bought or cut from what the account has (contracts.md §2.4, §6.2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from walrus_sui import bcs
from walrus_sui.bcs.sui.ids import created_object_id
from walrus_sui.chain.contracts.base import STORAGE
from walrus_sui.chain.contracts.payment import destroy_zero, split_payments
from walrus_sui.chain.contracts.pricing import Prices, encoded_size
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.events import BlobRegistered, parse_event
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.signed import SignedTransaction
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder, Usable
from walrus_sui.chain.types import Blob, Storage, SystemStateInnerV1
from walrus_sui.errors import ContractMismatch, ObjectNotFound
from walrus_sui.redstuff import ENCODING_TYPE_RS2


@dataclass(frozen=True)
class BlobRegistration:
    """A blob to register: `size` is unencoded bytes, `epochs` how many, counting the current one.

    With `storage`, the id of a Storage object of the account, no space is bought: what the blob needs is cut from
    that, and the rest stays with the account. Several blobs of one transaction may name the same storage.
    """

    blob_id: bytes
    root_hash: bytes
    size: int
    epochs: int
    deletable: bool = True
    encoding_type: int = ENCODING_TYPE_RS2
    attributes: Mapping[str, str] = field(default_factory=dict)
    storage: bytes | None = None


OnRegistration = Callable[[SignedTransaction, tuple[bytes, ...]], Awaitable[None]]
"""Is told of a registration before it is sent, and which ids the Blob objects will have if it is executed.

Ids follow from a transaction's digest and the order in which it creates objects: with contracts that create others
on the way they come out wrong, so what the executed transaction says counts.
"""


class RegistrationCalls(ContractReads):
    async def register_blobs(
        self,
        keypair: Keypair,
        registrations: Sequence[BlobRegistration],
        *,
        system: SystemStateInnerV1 | None = None,
        on_signed: OnRegistration | None = None,
    ) -> tuple[Blob, ...]:
        """Reserve storage for blobs and register them, all or none; pays exactly the price of the moment.

        `system` spares reading prices and epoch: where it is out of date the transaction aborts. The Blob objects
        come in the order of `registrations` and belong to the account. Raises `InsufficientFunds`, `BlobTooLarge`,
        `MoveAborted` (such as `EStorageExceeded`, `EInvalidEpochsAhead`), and `ObjectNotFound` if a storage is not
        there any more, so that nothing was bought.
        """

        created: list[int] = []

        async def build() -> TransactionBuilder:
            builder = _Builder(self, keypair.address, system or await self.system())
            tx = await builder.build(registrations)
            created[:] = builder.blobs_created
            return tx

        async def expect(signed: SignedTransaction) -> None:
            if on_signed is not None:
                await on_signed(signed, tuple(created_object_id(signed.digest, number) for number in created))

        executed = await self.sui.execute(build, keypair, on_signed=expect)
        try:
            blobs = await self.registered_blobs(executed)
        except ObjectNotFound as error:
            raise ContractMismatch(f"blobs registered in {executed} are gone already: {error.message}") from error
        if len(blobs) != len(registrations):
            raise ContractMismatch(
                f"expected {len(registrations)} registered blobs in {executed}, got {len(blobs)}"
            )
        return blobs

    async def registered_blobs(self, executed: ExecutedTransaction) -> tuple[Blob, ...]:
        """The objects a registration created, in its order: their events come in that order too."""
        events = [parse_event(event, self.original_package) for event in executed.events]
        ids = [event.object_id for event in events if isinstance(event, BlobRegistered)]
        return tuple(found.parse(Blob) for found in await self.sui.get_objects(ids))


class _Builder:
    """One transaction that registers blobs."""

    def __init__(self, contracts: RegistrationCalls, owner: bytes, system: SystemStateInnerV1) -> None:
        self._contracts = contracts
        self._owner = owner
        self._state = system
        self._tx = TransactionBuilder(routine=True)
        self._system = self._tx.object(contracts.system_object)
        self._owned: dict[bytes, _OwnedStorage] = {}
        self._created = 0
        self.blobs_created: list[int] = []
        """How many objects the transaction creates before each Blob."""

    async def build(self, registrations: Sequence[BlobRegistration]) -> TransactionBuilder:
        sizes = [encoded_size(self._state, item.size) for item in registrations]
        await self._find_owned(item.storage for item in registrations)
        space, writing = await self._pay(registrations, sizes)
        blobs = [
            self._register(item, size, space, writing) for item, size in zip(registrations, sizes, strict=True)
        ]
        for coin in (space, writing):
            destroy_zero(self._tx, self._contracts.wal_type, coin)
        leftovers = [part for storage in self._owned.values() for part in storage.leftovers()]
        self._tx.transfer_objects([*blobs, *leftovers], self._owner)
        return self._tx

    async def _find_owned(self, object_ids: Iterator[bytes | None]) -> None:
        ids = tuple(dict.fromkeys(item for item in object_ids if item is not None))
        expected = str(self._contracts._type(*STORAGE))
        for object_id, found in zip(ids, await self._contracts.sui.get_objects(ids) if ids else (), strict=True):
            if str(found.type) != expected:
                raise ContractMismatch(f"expected a {expected}, got a {found.type}")
            self._owned[object_id] = _OwnedStorage(
                self._split_storage, found.parse(Storage), self._tx.object(object_id)
            )

    async def _pay(self, registrations: Sequence[BlobRegistration], sizes: list[int]) -> tuple[Usable, ...]:
        prices = Prices.of(self._state)
        bought = [
            prices.storage_cost(size, item.epochs)
            for size, item in zip(sizes, registrations, strict=True)
            if item.storage is None
        ]
        amounts = (sum(bought), sum(map(prices.write_cost, sizes)))
        self._created += len(amounts)
        return await split_payments(self._contracts.sui, self._tx, self._owner, self._contracts.wal_type, amounts)

    def _register(self, item: BlobRegistration, size: int, space: Usable, writing: Usable) -> CommandResult:
        tx = self._tx
        arguments = (
            self._system,
            self._storage(item, size, space),
            tx.pure(bcs.Bytes32, item.blob_id),
            tx.pure(bcs.Bytes32, item.root_hash),
            tx.pure(bcs.U64, item.size),
            tx.pure(bcs.U8, item.encoding_type),
            tx.pure(bool, item.deletable),
            writing,
        )
        self.blobs_created.append(self._created)
        blob = self._create("system", "register_blob", arguments)
        for key, value in item.attributes.items():
            pair = (blob, tx.pure(str, key), tx.pure(str, value))
            self._contracts._call(tx, "blob", "insert_or_update_metadata_pair", pair)
        return blob

    def _storage(self, item: BlobRegistration, size: int, space: Usable) -> Usable:
        if item.storage is not None:
            return self._owned[item.storage].cut(size, self._state.committee.epoch + item.epochs)
        arguments = (self._system, self._tx.pure(bcs.U64, size), self._tx.pure(bcs.U32, item.epochs), space)
        return self._create("system", "reserve_space", arguments)

    def _split_storage(self, storage: Usable, function: str, at: int) -> Usable:
        layout = bcs.U64 if function == "split_by_size" else bcs.U32
        return self._create("storage_resource", function, (storage, self._tx.pure(layout, at)))

    def _create(self, module: str, function: str, arguments: Sequence[Usable]) -> CommandResult:
        """Call a function that creates one object."""
        self._created += 1
        return self._contracts._call(self._tx, module, function, arguments)


Split = Callable[[Usable, str, int], Usable]
"""Cuts a storage by one of the contract's functions, at a size or an epoch, and gives what was cut off."""


class _OwnedStorage:
    """A Storage object while blobs are cut from it; what does not fit is passed on for the contract to refuse."""

    def __init__(self, split: Split, storage: Storage, usable: Usable) -> None:
        self._split = split
        self._end = storage.end_epoch
        self._left = storage.storage_size
        self._usable: Usable | None = usable
        self._cut_off: list[Usable] = []

    def cut(self, size: int, end_epoch: int) -> Usable:
        """`size` bytes until `end_epoch`."""
        if self._usable is None:
            raise ContractMismatch("expected storage with room for one more blob, got one that is used up")
        part, self._usable = self._usable, None
        if self._left > size:
            self._usable = self._split(part, "split_by_size", size)
        self._left -= size
        if self._end > end_epoch:
            self._cut_off.append(self._split(part, "split_by_epoch", end_epoch))
        return part

    def leftovers(self) -> list[Usable]:
        return self._cut_off if self._usable is None else [*self._cut_off, self._usable]
