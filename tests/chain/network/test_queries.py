"""Lists, subscriptions, filters and the smaller services, over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from grpclib.const import Status

from tests.chain.rpc_client import call, refusal
from tests.chain.sandbox import CLOCK, STD, SUI, Account, Playground, Program, Sandbox
from tests.chain.test_upgrades import SECOND, upgrade, written_package
from tests.waiting import eventually, in_time
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.chain.records import CheckpointRecord
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.move.artifacts import built_package
from walrus_sui.bcs import encode, sui
from walrus_sui.bcs.sui import blake2b256, format_address, format_digest

END = rpc.QueryEndReason


@pytest.fixture
def play(box: Sandbox, play: Playground) -> Playground:
    """After five events."""
    for _ in range(5):
        program = Program()
        counter = program.shared(box.object(play.counter))
        program.call(play.package, "toys::count", counter, program.shared(box.object(CLOCK), mutable=False))
        box.succeed(program, box.bob)
    return play


def mask(*paths: str) -> protobuf.FieldMask:
    return protobuf.FieldMask(paths=list(paths))


def event_filter(text: str, *, negated: bool = False) -> rpc.EventFilter:
    literal = rpc.EventLiteral(negated=negated, event_type=rpc.EventTypeFilter(event_type=text))
    return rpc.EventFilter(terms=[rpc.EventTerm(literals=[literal])])


def one(literal: rpc.TransactionLiteral) -> rpc.TransactionFilter:
    return rpc.TransactionFilter(terms=[rpc.TransactionTerm(literals=[literal])])


async def test_events_come_with_where_they_are(network: LocalSui, play: Playground) -> None:
    request = rpc.ListEventsRequest(
        filter=event_filter(f"{format_address(play.package)}::toys::Counted"), read_mask=mask("*")
    )
    *found, last = await call(network.url, "LedgerService", "ListEvents", request)
    assert [frame.event.json.struct_value.fields["value"].string_value for frame in found] == list("12345")
    assert last.event is None
    assert last.end.reason is END.LEDGER_TIP
    assert last.watermark.checkpoint == network.ledger.head.summary.sequence_number
    checkpoints = [frame.event.checkpoint for frame in found]
    assert checkpoints == sorted(set(checkpoints))
    assert {frame.event.event_index for frame in found} == {0}


@pytest.mark.parametrize("descending", [False, True])
async def test_pages_follow_each_other(network: LocalSui, play: Playground, descending: bool) -> None:
    ordering = rpc.Ordering.DESCENDING if descending else rpc.Ordering.ASCENDING
    everything = await call(network.url, "LedgerService", "ListTransactions", rpc.ListTransactionsRequest())
    expected = [frame.transaction.digest for frame in everything if frame.transaction]
    found, cursor = [], None
    for _ in range(100):
        options = rpc.QueryOptions(limit=3, ordering=ordering)
        if cursor is not None and descending:
            options.before = cursor
        elif cursor is not None:
            options.after = cursor
        page = await call(
            network.url, "LedgerService", "ListTransactions", rpc.ListTransactionsRequest(options=options)
        )
        found += [frame.transaction.digest for frame in page if frame.transaction]
        cursor = page[-1].watermark.cursor
        if page[-1].end.reason is not END.ITEM_LIMIT:
            break
    assert found == (expected[::-1] if descending else expected)


async def test_filters_combine(network: LocalSui, box: Sandbox, play: Playground) -> None:
    package, bob = format_address(play.package), format_address(box.bob.address)

    async def count(wanted: rpc.TransactionFilter) -> int:
        frames = await call(
            network.url, "LedgerService", "ListTransactions", rpc.ListTransactionsRequest(filter=wanted)
        )
        return sum(frame.transaction is not None for frame in frames)

    literal = rpc.TransactionLiteral
    calls = literal(move_call=rpc.MoveCallFilter(function=f"{package}::toys::count"))
    by_bob = literal(sender=rpc.SenderFilter(address=bob))
    not_bob = literal(sender=rpc.SenderFilter(address=bob), negated=True)
    assert await count(one(calls)) == 5
    assert await count(one(literal(move_call=rpc.MoveCallFilter(function=package)))) == 5
    assert await count(one(literal(move_call=rpc.MoveCallFilter(function=f"{package}::uses")))) == 0
    assert await count(one(literal(package_write=rpc.PackageWriteFilter()))) == 2
    assert await count(one(literal(emit_module=rpc.EmitModuleFilter(module=f"{package}::toys")))) == 5
    touched = literal(affected_object=rpc.AffectedObjectFilter(object_id=format_address(play.counter)))
    assert await count(one(touched)) == 6
    paid = literal(affected_address=rpc.AffectedAddressFilter(address=bob))
    assert await count(one(paid)) == 6
    both = rpc.TransactionFilter(terms=[rpc.TransactionTerm(literals=[calls, not_bob])])
    assert await count(both) == 0
    either = rpc.TransactionFilter(
        terms=[
            rpc.TransactionTerm(literals=[by_bob]),
            rpc.TransactionTerm(literals=[literal(package_write=rpc.PackageWriteFilter())]),
        ]
    )
    assert await count(either) == 7


async def test_bounds_of_a_list(network: LocalSui, play: Playground) -> None:
    request = rpc.ListCheckpointsRequest(start_checkpoint=1, end_checkpoint=3)
    *found, last = await call(network.url, "LedgerService", "ListCheckpoints", request)
    assert [frame.checkpoint.sequence_number for frame in found] == [1, 2]
    assert last.end.reason is END.CHECKPOINT_BOUND
    for bad in (
        rpc.ListEventsRequest(options=rpc.QueryOptions(after=b"nonsense")),
        rpc.ListEventsRequest(filter=rpc.EventFilter()),
        rpc.ListEventsRequest(filter=rpc.EventFilter(terms=[rpc.EventTerm(literals=[rpc.EventLiteral()])])),
        rpc.ListEventsRequest(filter=event_filter("zzz::a::b")),
    ):
        assert await refusal(network.url, "LedgerService", "ListEvents", bad) is Status.INVALID_ARGUMENT


@pytest.fixture
def listeners(network: LocalSui, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Where those who subscribed began."""
    began: list[int] = []
    follow = network.feed.follow

    async def noted() -> AsyncIterator[CheckpointRecord]:
        began.append(network.feed.head.summary.sequence_number)
        async for record in follow():
            yield record

    monkeypatch.setattr(network.feed, "follow", noted)
    return began


async def test_subscriptions_see_what_comes(
    network: LocalSui, box: Sandbox, play: Playground, listeners: list[int]
) -> None:
    wanted = one(rpc.TransactionLiteral(sender=rpc.SenderFilter(address=format_address(box.alice.address))))
    request = rpc.SubscribeTransactionsRequest(filter=wanted, read_mask=mask("digest"))
    coming = asyncio.create_task(call(network.url, "SubscriptionService", "SubscribeTransactions", request, 2))
    events = rpc.SubscribeEventsRequest(
        filter=event_filter(format_address(play.package)), read_mask=mask("contents")
    )
    counted = asyncio.create_task(call(network.url, "SubscriptionService", "SubscribeEvents", events, 2))

    async def both_listen() -> bool:
        return len(listeners) == 2

    await eventually(both_listen)
    digests = []
    for _ in range(2):
        program = Program()
        counter = program.shared(box.object(play.counter))
        program.call(play.package, "toys::count", counter, program.shared(box.object(CLOCK), mutable=False))
        digests.append(format_digest(box.succeed(program, box.alice).digest))
    frames = await in_time(coming)
    assert [frame.transaction.digest for frame in frames] == digests
    frames = await in_time(counted)
    values = [int.from_bytes(frame.event.contents.value[32:], "little") for frame in frames]
    assert values == [5, 6], "the first is of the checkpoint that was the latest then"


async def test_signatures_are_verified(network: LocalSui) -> None:
    key, text = Account("carol"), encode(bytes, b"hello")
    digest = blake2b256(b"\3\0\0", text)
    signature = key.sign_digest(digest)

    async def verify(raw: bytes, address: bytes | None = None) -> bool:
        request = rpc.VerifySignatureRequest(
            message=rpc.Bcs(name="PersonalMessage", value=text),
            signature=rpc.UserSignature(bcs=rpc.Bcs(value=raw)),
            address=None if address is None else format_address(address),
        )
        answer = await call(network.url, "SignatureVerificationService", "VerifySignature", request)
        return bool(answer.is_valid)

    assert await verify(signature)
    assert await verify(signature, key.address)
    assert not await verify(signature, Account("dave").address)
    other = Account("dave").sign_digest(digest)[:65] + key.public_key
    assert not await verify(other)


async def test_coins_and_packages_are_described(network: LocalSui, box: Sandbox, play: Playground) -> None:
    program = Program()
    program.send(box.alice.address, program.add(sui.Publish(built_package("wal").modules, (STD, SUI))))
    record = box.succeed(program)
    wal = written_package(record)
    coin = f"{format_address(wal)}::wal::WAL"
    found = await call(network.url, "StateService", "GetCoinInfo", rpc.GetCoinInfoRequest(coin_type=coin))
    assert (found.metadata.symbol, found.metadata.decimals) == ("WAL", 9)
    balances = await call(
        network.url,
        "StateService",
        "ListBalances",
        rpc.ListBalancesRequest(owner=format_address(box.alice.address)),
    )
    assert {entry.coin_type.split("::")[-1]: entry.balance for entry in balances.balances}["WAL"] == 5 * 10**18
    missing = rpc.GetCoinInfoRequest(coin_type="0x2::nothing::AT_ALL")
    assert await refusal(network.url, "StateService", "GetCoinInfo", missing) is Status.NOT_FOUND

    second = written_package(upgrade(box, play, SECOND))
    for package in (play.package, second):
        request = rpc.ListPackageVersionsRequest(package_id=format_address(package))
        versions = (await call(network.url, "MovePackageService", "ListPackageVersions", request)).versions
        assert [(entry.version, entry.package_id) for entry in versions] == [
            (1, format_address(play.package)),
            (2, format_address(second)),
        ]
