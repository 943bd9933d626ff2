"""Clients that keep a network busy over native gRPC, and remember every answer they got."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from grpclib.client import Channel
from grpclib.const import Cardinality
from grpclib.exceptions import StreamTerminatedError

from tests.chain.sandbox import CLOCK, STD, SUI, Account, Program, modules
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_sui.bcs import U64, sui
from walrus_sui.bcs.sui import (
    Created,
    GasData,
    NoExpiration,
    ObjectRef,
    TransactionDataV1,
    TransactionEffects,
    TransactionEffectsV2,
    parse_address,
    parse_digest,
)

BUDGET = 200_000_000


@dataclass(frozen=True)
class Shop:
    """The playground package on a network, and its shared counter."""

    package: bytes
    counter: sui.SharedObject


@dataclass
class Customer:
    """One account on one connection. Everything it needs to know it asks the network."""

    account: Account
    answered: dict[str, str] = field(default_factory=dict)
    """Digest of every transaction whose answer arrived, with the digest of its effects."""
    channel: Channel = field(init=False)

    def connect(self, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        self.channel = Channel(host, int(port))

    async def shop(self, shop: Shop, friend: bytes, chance: random.Random, begun: asyncio.Event) -> None:
        """Transactions of all kinds until the network is gone. `begun` is set with the first answer."""
        with suppress(OSError, StreamTerminatedError):
            while True:
                try:
                    await self._transact(shop, friend, chance)
                finally:
                    begun.set()

    async def publish(self) -> Shop:
        program = Program()
        program.send(self.account.address, program.add(sui.Publish(modules(), (STD, SUI))))
        coins, _ = await self._owned()
        effects = await self.send(program, coins[0])
        package = next(c.object_id for c in effects.changed_objects if isinstance(c.after, sui.PackageWrite))
        counter = next(
            change.object_id
            for change in effects.changed_objects
            if isinstance(change.after, sui.ObjectWrite) and isinstance(change.after.owner, sui.SharedOwner)
            if isinstance(change.id_operation, Created)
        )
        return Shop(package, sui.SharedObject(counter, effects.lamport_version, 1))

    async def _transact(self, shop: Shop, friend: bytes, chance: random.Random) -> None:
        coins, things = await self._owned()
        program = Program()
        program.send(friend, *program.split(sui.GasCoin(), *(chance.randrange(1, 10**6) for _ in range(3))))
        counter = program.input(sui.ObjectInput(shop.counter))
        program.call(shop.package, "toys::count", counter, _clock(program))
        for kind, reference in things[: chance.randrange(4)]:
            _use(program, shop, kind, program.owned(reference), friend)
        toy = program.call(shop.package, "toys::make", program.pure(str, "toy"), program.pure(U64, 7))
        program.call(shop.package, "toys::put_field", toy, program.pure(U64, 1), program.pure(U64, 2))
        program.send(self.account.address, toy)
        if chance.random() < 0.2:
            program.call(shop.package, "toys::fail")
        await self.send(program, coins[0], *coins[1 : chance.randrange(1, 10)])

    async def send(self, program: Program, *gas: ObjectRef) -> TransactionEffectsV2:
        payment = GasData(tuple(gas), self.account.address, 1000, BUDGET)
        data = TransactionDataV1(program.build(), self.account.address, payment, NoExpiration())
        request = rpc.ExecuteTransactionRequest(
            transaction=rpc.Transaction(bcs=rpc.Bcs(value=data.to_bytes())),
            signatures=[rpc.UserSignature(bcs=rpc.Bcs(value=self.account.sign(data)))],
            read_mask=protobuf.FieldMask(paths=["digest", "effects.bcs", "effects.digest"]),
        )
        answer = await self.ask("TransactionExecutionService/ExecuteTransaction", request)
        executed = answer.transaction
        assert parse_digest(executed.digest) == data.digest()
        self.answered[executed.digest] = executed.effects.digest
        effects = TransactionEffects.from_bytes(executed.effects.bcs.value)
        assert isinstance(effects, TransactionEffectsV2)
        return effects

    async def found(self) -> dict[str, str]:
        """The answered transactions as the network knows them now."""
        known: dict[str, str] = {}
        digests = list(self.answered)
        mask = protobuf.FieldMask(paths=["digest", "effects.digest"])
        for start in range(0, len(digests), 500):
            request = rpc.BatchGetTransactionsRequest(digests=digests[start : start + 500], read_mask=mask)
            answer = await self.ask("LedgerService/BatchGetTransactions", request)
            some = [result.transaction for result in answer.transactions if result.transaction is not None]
            known |= {transaction.digest: transaction.effects.digest for transaction in some}
        return known

    async def _owned(self) -> tuple[list[ObjectRef], list[tuple[str, ObjectRef]]]:
        """Its SUI coins, largest first, and toys and boxes with the names of their types."""
        request = rpc.ListOwnedObjectsRequest(
            owner=sui.format_address(self.account.address),
            page_size=1000,
            read_mask=protobuf.FieldMask(paths=["object_id", "version", "digest", "object_type", "balance"]),
        )
        answer = await self.ask("StateService/ListOwnedObjects", request)
        coins = sorted(
            (item for item in answer.objects if item.balance is not None), key=lambda item: -item.balance
        )
        things = [(item.object_type.split("::")[-1], item) for item in answer.objects if item.balance is None]
        known = {"Toy", "Box"}
        return [_ref(coin) for coin in coins], [(kind, _ref(item)) for kind, item in things if kind in known]

    async def ask(self, method: str, request: Any) -> Any:
        response = getattr(rpc, f"{method.split('/')[1]}Response")
        path = f"/sui.rpc.v2.{method}"
        async with self.channel.request(path, Cardinality.UNARY_UNARY, type(request), response) as stream:
            await stream.send_message(request, end=True)
            return await stream.recv_message()


def _use(program: Program, shop: Shop, kind: str, thing: sui.Argument, friend: bytes) -> None:
    """Boxes are opened and their toys given away; toys are boxed."""
    if kind == "Box":
        program.send(friend, program.call(shop.package, "toys::unwrap", thing))
    else:
        program.call(shop.package, "uses::twice", thing)
        program.send(friend, program.call(shop.package, "toys::wrap", thing))


def _clock(program: Program) -> sui.Argument:
    return program.input(sui.ObjectInput(sui.SharedObject(CLOCK, 1, 0)))


def _ref(item: rpc.Object) -> ObjectRef:
    assert item.object_id is not None
    assert item.version is not None
    assert item.digest is not None
    return ObjectRef(parse_address(item.object_id), item.version, parse_digest(item.digest))
