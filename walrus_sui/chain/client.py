"""One Sui full node: typed reads, and transactions signed, sent and seen through to a checkpoint."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from types import TracebackType
from typing import Any, Self

from walrus_sui.bcs import Bytes32, FixedBytes
from walrus_sui.bcs.sui import (
    DatatypeTag,
    Event,
    StructTag,
    TransactionData,
    TransactionEffectsV2,
    TypeTag,
    format_address,
    format_digest,
)
from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI, SUI_TYPE
from walrus_sui.bcs.sui.ids import dynamic_field_id
from walrus_sui.chain.answers import effects_of, events_of, object_of, transaction_of
from walrus_sui.chain.attempt import Build
from walrus_sui.chain.checkpoints import Checkpoint, follow_checkpoints, read_checkpoint
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.objects import ChainObject, ChainPackage, Coin, DynamicField, coin_type
from walrus_sui.chain.sender import Sender
from walrus_sui.chain.signed import OnSigned, SignedTransaction
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.chain.transport import Transport
from walrus_sui.errors import ChainError, ContractMismatch, ObjectNotFound

_BATCH = 50
_PAGE = 200
_NOT_FOUND = 5
_OBJECT_MASK = ("bcs",)


class SuiClient:
    """A connection to one full node.

        async with SuiClient("http://127.0.0.1:9000") as sui:
            system = await sui.get_object(system_object)

    All methods raise `ChainError`s: `ChainUnreachable` when no answer comes, `ChainRefused` when it is an error.
    """

    def __init__(
        self,
        rpc_url: str,
        *,
        timeout: float = 30.0,
        patience: float = 3.0,
        finality: float = 60.0,
        gas_budget: int | None = None,
    ) -> None:
        """`rpc_url` is `http://host:port` or `https://host`.

        A call may take `timeout` seconds; for `patience` seconds it is repeated while no answer comes. Once
        executed, a transaction may take `finality` seconds until a checkpoint holds it. With `gas_budget` (MIST)
        each may cost up to that, without it what a simulation says and a margin.
        """
        self.gas_budget = gas_budget
        self.transport = Transport(rpc_url, timeout=timeout, patience=patience)
        self.walrus_packages: set[bytes] = set()
        """Packages whose aborts are named by the constants of the Walrus contracts."""
        self._sender = Sender(self, finality)

    @property
    def rpc_url(self) -> str:
        return self.transport.rpc_url

    async def __aenter__(self) -> Self:
        self.transport.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self.transport.close()

    async def chain_id(self) -> str:
        """The digest of the first checkpoint, in base58: it names the network."""
        info = await self._read("LEDGER", "get_service_info", self._messages.GetServiceInfoRequest())
        return str(info.chain_id)

    async def reference_gas_price(self) -> int:
        """MIST per unit of computation."""
        request = self._messages.GetEpochRequest(read_mask=self.transport.mask(("reference_gas_price",)))
        answer = await self._read("LEDGER", "get_epoch", request)
        return int(answer.epoch.reference_gas_price)

    async def get_object(self, object_id: bytes, *, version: int | None = None) -> ChainObject:
        """A Move object, at its latest version unless given.

        Raises `ObjectNotFound`, also for a version that is no longer kept, or `ContractMismatch` for a package.
        """
        return _move_object((await self._get_batch((object_id,), version))[0], object_id)

    async def get_objects(self, object_ids: Iterable[bytes]) -> tuple[ChainObject, ...]:
        """Several at once, in the order asked for. Raises as `get_object` if any of them is not there."""
        ids = tuple(object_ids)
        return tuple(map(_move_object, await self._get_all(ids), ids))

    async def get_package(self, package: bytes) -> ChainPackage:
        """A published package by its storage id. Raises `ObjectNotFound`, or `ContractMismatch` for an object."""
        found = (await self._get_all((package,)))[0]
        if not isinstance(found, ChainPackage):
            raise ContractMismatch(f"expected a package at {format_address(package)}, got an object")
        return found

    async def get_dynamic_field(
        self, parent: bytes, name_type: TypeTag, name: bytes, *, name_layout: Any, value_layout: Any
    ) -> DynamicField:
        """The field of `parent` under `name` (its BCS). Raises `ObjectNotFound`."""
        found = await self.get_object(dynamic_field_id(parent, name_type, name))
        return DynamicField.read(found, name_layout, value_layout)

    async def get_dynamic_object(self, parent: bytes, name_type: TypeTag, name: bytes) -> ChainObject:
        """The object that hangs under `parent` by `name` (its BCS). Raises `ObjectNotFound`."""
        wrapper = DatatypeTag(StructTag(FRAMEWORK_SUI, "dynamic_object_field", "Wrapper", (name_type,)))
        raw = FixedBytes(len(name))
        field = await self.get_dynamic_field(parent, wrapper, name, name_layout=raw, value_layout=Bytes32)
        return await self.get_object(field.value)

    async def owned_objects(self, owner: bytes, type: StructTag | None = None) -> tuple[ChainObject, ...]:
        """What an address owns, of one type if given; without type arguments a type means all instances."""
        request = self._messages.ListOwnedObjectsRequest(
            owner=format_address(owner),
            page_size=_PAGE,
            object_type=None if type is None else str(type),
            read_mask=self.transport.mask(_OBJECT_MASK),
        )
        found: list[ChainObject] = []
        while True:
            page = await self._read("STATE", "list_owned_objects", request)
            parsed = map(object_of, page.objects)
            found += (item for item in parsed if isinstance(item, ChainObject))
            if not page.next_page_token:
                self._sender.saw(found)
                return tuple(found)
            request.page_token = page.next_page_token

    async def coins(self, owner: bytes, coin: StructTag = SUI_TYPE) -> tuple[ChainObject, ...]:
        """The coin objects of one currency, largest first; see `coin_balance`."""
        found = await self.owned_objects(owner, coin_type(coin))
        return tuple(sorted(found, key=coin_balance, reverse=True))

    async def payment_coins(self, owner: bytes, coin: StructTag, amount: int) -> tuple[tuple[bytes, int], ...]:
        """Coins to pay `amount` from, ids and balances, largest first: all there are unless those known suffice.

        Balances are remembered between transactions of this client. If somebody else spends from them the next
        transaction is refused, and has to be built anew, as `execute` does with one given as a function.
        """
        known = self._sender.purse(owner, coin)
        if sum(balance for _, balance in known) >= amount:
            return tuple(known)
        return tuple((found.object_id, coin_balance(found)) for found in await self.coins(owner, coin))

    async def balance(self, owner: bytes, coin: StructTag = SUI_TYPE) -> int:
        """The sum of all coins of one currency, in its smallest unit."""
        request = self._messages.GetBalanceRequest(owner=format_address(owner), coin_type=str(coin))
        answer = await self._read("STATE", "get_balance", request)
        return int(answer.balance.balance or 0)

    async def function_parameters(self, package: bytes, module: str, function: str) -> tuple[Any, ...]:
        """The signatures (`OpenSignature` messages) of a Move function's parameters."""
        request = self._messages.GetFunctionRequest(
            package_id=format_address(package), module_name=module, name=function
        )
        answer = await self._read("MOVEPACKAGE", "get_function", request)
        return tuple(answer.function.parameters)

    async def transaction_data(self, digest: bytes) -> TransactionData:
        """A transaction as it was signed. Raises `ObjectNotFound`."""
        return transaction_of(await self._transaction(digest, "transaction.bcs"))

    async def transaction_effects(self, digest: bytes) -> TransactionEffectsV2:
        """What a transaction did, successful or not. Raises `ObjectNotFound`."""
        return effects_of(await self._transaction(digest, "effects.bcs"))

    async def transaction_events(self, digest: bytes) -> tuple[Event, ...]:
        """The events of a transaction. Raises `ObjectNotFound`."""
        return events_of(await self._transaction(digest, "events.bcs"))

    async def transaction_checkpoint(self, digest: bytes) -> int | None:
        """The checkpoint that holds a transaction, None while there is none yet. Raises `ObjectNotFound`."""
        found = await self._transaction(digest, "checkpoint")
        return None if found.checkpoint is None else int(found.checkpoint)

    async def execute(
        self, build: TransactionBuilder | Build, keypair: Keypair, *, on_signed: OnSigned | None = None
    ) -> ExecutedTransaction:
        """Sign and send a transaction, and wait until a checkpoint holds it.

        Transactions of one account are sent one after the other; one that depends on what the account owns is
        given as a function, which builds it when its turn has come. `on_signed` is awaited before it is sent.
        Raises `MoveAborted` and other `TransactionFailed`s, `TransactionRejected`, `InsufficientGas`,
        `ObjectNotFound`, `FinalityTimeout`.
        """
        return await self._sender.execute(build, keypair, on_signed)

    @property
    def own_checkpoint(self) -> int | None:
        """The latest checkpoint that holds a transaction of this client; None if it has sent none."""
        return self._sender.latest

    async def resend(self, signed: SignedTransaction) -> ExecutedTransaction:
        """See a transaction through that may have been sent before; it is executed at most once.

        Raises as `execute`; `TransactionRejected` if it was not executed and no longer can be.
        """
        return await self._sender.resend(signed)

    async def created_objects(self, executed: ExecutedTransaction, type: StructTag) -> tuple[ChainObject, ...]:
        """The objects of one type that a transaction created."""
        return tuple(item for item in await self.get_objects(executed.created) if item.type == type)

    async def latest_checkpoint(self) -> int:
        """The sequence number of the latest checkpoint."""
        return (await read_checkpoint(self.transport, None)).sequence

    def checkpoints(self, start: int) -> AsyncGenerator[Checkpoint, None]:
        """Every checkpoint from number `start` on, in order and without gaps, as soon as it exists.

        Never ends by itself: it waits for what is to come, and through lost connections and restarts of the full
        node. Raises `ObjectNotFound` if the full node no longer keeps a checkpoint that is asked for.
        """
        return follow_checkpoints(self.transport, start)

    @property
    def _messages(self) -> Any:
        return self.transport.messages

    async def _read(self, service: str, method: str, request: Any) -> Any:
        return await self.transport.repeat(service, method, request)

    async def _transaction(self, digest: bytes, *fields: str) -> Any:
        request = self._messages.GetTransactionRequest(
            digest=format_digest(digest), read_mask=self.transport.mask(fields)
        )
        return (await self._read("LEDGER", "get_transaction", request)).transaction

    async def _get_all(self, object_ids: tuple[bytes, ...]) -> list[ChainObject | ChainPackage]:
        found: list[ChainObject | ChainPackage] = []
        for start in range(0, len(object_ids), _BATCH):
            found += await self._get_batch(object_ids[start : start + _BATCH])
        return found

    async def _get_batch(
        self, object_ids: tuple[bytes, ...], version: int | None = None
    ) -> list[ChainObject | ChainPackage]:
        messages = self._messages
        request = messages.BatchGetObjectsRequest(
            requests=[
                messages.GetObjectRequest(object_id=format_address(item), version=version) for item in object_ids
            ],
            read_mask=self.transport.mask(_OBJECT_MASK),
        )
        answer = await self._read("LEDGER", "batch_get_objects", request)
        if len(answer.objects) != len(object_ids):
            raise ChainError(f"expected {len(object_ids)} objects in the answer, got {len(answer.objects)}")
        return [_found(result, wanted) for result, wanted in zip(answer.objects, object_ids, strict=True)]


def coin_balance(coin: ChainObject) -> int:
    """The amount a coin object holds, in the smallest unit."""
    return coin.parse(Coin).balance


def _found(result: Any, wanted: bytes) -> ChainObject | ChainPackage:
    if result.object is None:
        if result.error is not None and result.error.code != _NOT_FOUND:
            raise ChainError(f"expected object {format_address(wanted)}, got: {result.error.message}")
        raise ObjectNotFound(f"expected object {format_address(wanted)} on chain, got none")
    return object_of(result.object)


def _move_object(found: ChainObject | ChainPackage, wanted: bytes) -> ChainObject:
    if not isinstance(found, ChainObject):
        raise ContractMismatch(f"expected a Move object at {format_address(wanted)}, got a package")
    return found
