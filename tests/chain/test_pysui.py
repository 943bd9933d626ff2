"""Unmodified pysui: publish, call, upgrade, query, watch. Runs on a real network as well, see `any_sui`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pysui.sui.sui_common.sui_commands as cmd
import pysui.sui.sui_grpc.suimsgs.sui.rpc.v2 as rpc
import pytest
from pysui.sui.sui_bcs import bcs
from pysui.sui.sui_common.executors.exec_types import ExecutorOptions, GasMode
from pysui.sui.sui_common.executors.finality import wait_for_finality
from pysui.sui.sui_grpc import pgrpc_requests as requests

from tests.chain.any_sui import REMOTE, Network, any_network, connected
from tests.chain.sandbox import PLAYGROUND, STD, SUI, modules
from tests.waiting import SECONDS
from walrus_sui.bcs.sui import TransactionEffects, parse_digest

DEPENDENCIES = ("0x1", "0x2")


@pytest.fixture
async def network(request: pytest.FixtureRequest) -> AsyncIterator[Network]:
    """A parameter is the seconds a checkpoint lags behind."""
    async with any_network(lag=getattr(request, "param", 0.0)) as found:
        yield found


@pytest.fixture
async def client(network: Network, tmp_path: Path) -> AsyncIterator[Any]:
    async with connected(network, tmp_path) as opened:
        yield opened


@pytest.fixture
def bob() -> str:
    """Somebody new."""
    return "0x" + os.urandom(32).hex()


async def ask(client: Any, command: Any) -> Any:
    result = await client.execute(command=command)
    assert result.is_ok(), result.result_string
    return result.result_data


async def execute(client: Any, transaction: Any) -> Any:
    """Whatever comes of it, known to the indexes of the network."""
    sent = await ask(client, cmd.ExecuteTransaction(**await transaction.build_and_sign()))
    outcome = await wait_for_finality(client=client, digest=sent.digest, timeout=SECONDS, poll_interval=0.05)
    assert outcome.name == ("INDEXED" if sent.effects.status.success else "FAILED_ON_CHAIN")
    return sent


async def send(client: Any, transaction: Any) -> Any:
    sent = await execute(client, transaction)
    assert sent.effects.status.success, sent.effects.status.error
    return sent


async def publish(client: Any) -> dict[str, str]:
    """The playground package; ids of what that created, by name of the type."""
    transaction = await client.transaction()
    cap = transaction.builder.publish(*code(modules()))
    await transaction.transfer_objects(transfers=[cap], recipient=client.address)
    return changed(await send(client, transaction))


def code(compiled: tuple[bytes, ...]) -> tuple[list[list[int]], list[Any]]:
    return [list(module) for module in compiled], list(map(bcs.Address.from_str, DEPENDENCIES))


def changed(sent: Any) -> dict[str, str]:
    return {change.object_type.split("::")[-1]: change.object_id for change in sent.effects.changed_objects}


def pure(transaction: Any, data: bytes) -> Any:
    """Bytes of a pure argument; pysui's own encoding is not used."""
    return transaction.builder.input_pure(bcs.BuilderArg("Pure", list(data)))


async def test_it_names_itself(client: Any, network: Network) -> None:
    chain = await ask(client, cmd.GetChainIdentifier())
    assert len(parse_digest(chain)) == 32
    epoch = await ask(client, cmd.GetBasicCurrentEpochInfo())
    assert epoch is not None
    assert int(client.current_gas_price) > 0
    validators = (await ask(client, cmd.GetCurrentValidators())).validators
    if network.embedded is not None:
        assert validators == []
        assert chain == network.embedded.chain_id
        assert client.current_gas_price == 1000
    state = await ask(client, cmd.GetLatestSuiSystemState())
    assert state is not None


async def test_coins_are_split_and_sent(client: Any, bob: str) -> None:
    transaction = await client.transaction()
    coins = await transaction.split_coin(coin=transaction.gas, amounts=[1_000_000, 2_000_000])
    await transaction.transfer_objects(transfers=coins, recipient=bob)
    sent = await send(client, transaction)
    effects = TransactionEffects.from_bytes(sent.effects.bcs.value)
    assert effects.digest() == parse_digest(sent.effects.digest)
    coins = await ask(client, cmd.GetGas(owner=bob))
    assert sorted(coin.balance for coin in coins.objects) == [1_000_000, 2_000_000]
    balance = await ask(client, cmd.GetAddressCoinBalance(owner=bob))
    assert balance.balance.balance == 3_000_000
    changes = {change.address: int(change.amount) for change in sent.balance_changes}
    assert changes[bob] == 3_000_000
    assert changes[client.address] < -3_000_000


async def test_a_package_is_published_called_and_read(client: Any) -> None:
    published = await publish(client)
    package, counter = published["package"], published["Counter"]
    transaction = await client.transaction()
    await transaction.move_call(target=f"{package}::toys::count", arguments=[counter, "0x6"])
    toy = await transaction.move_call(target=f"{package}::toys::make", arguments=["pysui", 9])
    await transaction.transfer_objects(transfers=[toy], recipient=client.address)
    sent = await send(client, transaction)
    assert [event.event_type.split("::")[-1] for event in sent.events.events] == ["Counted"]

    shared = await ask(client, cmd.GetObject(object_id=counter))
    assert shared.contents.value[32:40] == (1).to_bytes(8, "little")
    toys = await ask(client, cmd.GetObjectsForType(owner=client.address, object_type=f"{package}::toys::Toy"))
    assert [obj.contents.value[32:] for obj in toys.objects] == [b"\x05pysui" + (9).to_bytes(8, "little")]
    past = await ask(client, cmd.GetPastObject(object_id=counter, version=shared.owner.version))
    assert past.contents.value[32:40] == bytes(8)
    answer = await ask(client, cmd.GetFunction(package=package, module_name="toys", function_name="same"))
    function = answer.function
    assert [len(parameter.constraints) for parameter in function.type_parameters] == [1]
    structure = await ask(client, cmd.GetStructure(package=package, module_name="toys", structure_name="Toy"))
    assert [field.name for field in structure.datatype.fields] == ["id", "name", "size"]
    whole = await ask(client, cmd.GetPackage(package=package))
    assert [module.name for module in whole.package.modules] == ["toys", "uses"]

    transaction = await client.transaction()
    await transaction.move_call(target=f"{package}::toys::put_field", arguments=[toys.objects[0].object_id, 5, 50])
    await send(client, transaction)
    fields = await ask(client, cmd.GetDynamicFields(object_id=toys.objects[0].object_id))
    (only,) = fields.dynamic_fields
    assert (only.name.value, only.value.value) == ((5).to_bytes(8, "little"), (50).to_bytes(8, "little"))
    assert only.value_type == "u64"


async def test_a_package_is_upgraded(client: Any) -> None:
    published = await publish(client)
    second = modules(PLAYGROUND / "second")
    # the digest of a package: hashes of its modules and ids of its dependencies, sorted, hashed (§4.1)
    parts = sorted([*(blake2b(module, digest_size=32).digest() for module in second), STD, SUI])
    digest = blake2b(b"".join(parts), digest_size=32).digest()
    transaction = await client.transaction()
    ticket = await transaction.move_call(
        target="0x2::package::authorize_upgrade",
        arguments=[published["UpgradeCap"], pure(transaction, b"\0"), pure(transaction, b"\x20" + digest)],
    )
    package = bcs.Address.from_str(published["package"])
    receipt = transaction.builder.publish_upgrade(*code(second), package, ticket)
    await transaction.move_call(
        target="0x2::package::commit_upgrade", arguments=[published["UpgradeCap"], receipt]
    )
    upgraded = changed(await send(client, transaction))["package"]
    assert upgraded != published["package"]
    found = await ask(client, cmd.GetPackage(package=upgraded))
    assert (found.package.version, found.package.original_id) == (2, published["package"])

    # the second version grows toys by one more
    transaction = await client.transaction()
    toy = await transaction.move_call(target=f"{upgraded}::toys::make", arguments=["new", 5])
    await transaction.move_call(target=f"{upgraded}::uses::twice", arguments=[toy])
    await transaction.transfer_objects(transfers=[toy], recipient=client.address)
    made = changed(await send(client, transaction))["Toy"]
    read = await ask(client, cmd.GetObject(object_id=made))
    assert read.contents.value[-8:] == (11).to_bytes(8, "little")
    assert read.object_type == f"{published['package']}::toys::Toy"


async def test_a_failing_call_charges_gas_only(client: Any) -> None:
    package = (await publish(client))["package"]
    before = (await ask(client, cmd.GetAddressCoinBalance(owner=client.address))).balance.balance
    transaction = await client.transaction()
    await transaction.move_call(target=f"{package}::toys::fail", arguments=[])
    sent = await execute(client, transaction)
    assert sent.effects.status.success is False
    error = sent.effects.status.error
    assert error.kind.name == "MOVE_ABORT"
    assert (error.abort.abort_code, error.abort.location.function_name) == (7, "fail")
    assert error.command == 0 or error.command is None
    used = sent.effects.gas_used
    net = used.computation_cost + used.storage_cost - used.storage_rebate
    after = (await ask(client, cmd.GetAddressCoinBalance(owner=client.address))).balance.balance
    assert before - after == net


@pytest.mark.parametrize("kind", ["serial_executor", "parallel_executor"])
async def test_the_executors_of_pysui_keep_count_of_their_coins(client: Any, bob: str, kind: str) -> None:
    coins = (await ask(client, cmd.GetGas(owner=client.address))).objects
    options = ExecutorOptions(client.address, GasMode.COINS, coins, min_threshold_balance=100_000_000)
    executor = await getattr(client, kind)(options=options)
    gifts = []
    for amount in (1, 2, 3):
        gift = await executor.new_transaction()
        coin = await gift.split_coin(coin=gift.gas, amounts=[amount])
        await gift.transfer_objects(transfers=[coin], recipient=bob)
        gifts.append(gift)
    async with asyncio.timeout(60):
        sent = await asyncio.gather(*executor.submit(gifts))
    await executor.close()
    assert [each.effects.status.success for each in sent] == [True] * 3
    for each in sent:
        await wait_for_finality(client=client, digest=each.digest, timeout=30, poll_interval=0.05)
    balance = await ask(client, cmd.GetAddressCoinBalance(owner=bob))
    assert balance.balance.balance == 6


async def test_checkpoints_are_followed(client: Any, bob: str, network: Network) -> None:
    answer = await client.execute_grpc_request(
        request=requests.SubscribeCheckpoints(field_mask=["sequence_number", "transactions.digest"])
    )
    assert answer.is_ok()

    async def see(digest: str) -> list[int]:
        seen = []
        async for item in answer.result_data:
            seen.append(item.cursor)
            if digest in [transaction.digest for transaction in item.checkpoint.transactions]:
                return seen
        raise AssertionError("the stream ended")

    transaction = await client.transaction()
    coin = await transaction.split_coin(coin=transaction.gas, amounts=[7])
    await transaction.transfer_objects(transfers=[coin], recipient=bob)
    built = await transaction.build_and_sign()
    sent = await ask(client, cmd.ExecuteTransaction(**built))
    async with asyncio.timeout(SECONDS):
        seen = await see(sent.digest)
    await wait_for_finality(client=client, digest=sent.digest, timeout=SECONDS)
    found = await ask(client, cmd.GetTransaction(digest=sent.digest))
    assert (found.checkpoint, found.digest) == (seen[-1], sent.digest)
    assert seen == list(range(seen[0], found.checkpoint + 1))

    latest = (await ask(client, cmd.GetLatestCheckpoint())).checkpoint
    assert latest.sequence_number >= found.checkpoint
    if network.embedded is not None:
        assert latest.sequence_number == found.checkpoint
    by_digest = (await ask(client, cmd.GetCheckpointByDigest(digest=latest.digest))).checkpoint
    assert by_digest.summary.bcs.value == latest.summary.bcs.value


async def test_events_are_watched_and_listed(client: Any) -> None:
    published = await publish(client)
    package, counter = published["package"], published["Counter"]
    term = rpc.EventTerm(literals=[rpc.EventLiteral(emit_module=rpc.EmitModuleFilter(module=f"{package}::toys"))])
    ours = rpc.EventFilter(terms=[term])
    fields = ["event_type", "json", "checkpoint", "transaction_digest"]
    watched = await client.execute_grpc_request(
        request=requests.SubscribeEvents(field_mask=fields, event_filter=ours)
    )
    assert watched.is_ok()

    async def first() -> Any:
        async for item in watched.result_data:
            if item.event is not None:
                return item.event
        raise AssertionError("the stream ended")

    seeing = asyncio.create_task(first())
    transaction = await client.transaction()
    await transaction.move_call(target=f"{package}::toys::count", arguments=[counter, "0x6"])
    sent = await send(client, transaction)
    async with asyncio.timeout(SECONDS):
        seen = await seeing
    assert seen.event_type == f"{package}::toys::Counted"
    found = await ask(client, cmd.GetTransaction(digest=sent.digest))
    listed = await client.execute_grpc_request(
        request=requests.ListEvents(field_mask=fields, start_checkpoint=found.checkpoint, event_filter=ours)
    )
    events = [item.event async for item in listed.result_data if item.event is not None]
    assert [event.event_type for event in events] == [seen.event_type]


async def test_an_object_of_a_party_is_used(client: Any) -> None:
    package = (await publish(client))["package"]
    transaction = await client.transaction()
    toy = await transaction.move_call(target=f"{package}::toys::make", arguments=["party", 4])
    owner = pure(transaction, bytes.fromhex(client.address[2:]))
    party = await transaction.move_call(target="0x2::party::single_owner", arguments=[owner])
    kind = f"{package}::toys::Toy"
    await transaction.move_call(
        target="0x2::transfer::public_party_transfer", arguments=[toy, party], type_arguments=[kind]
    )
    made = changed(await send(client, transaction))["Toy"]
    held = await ask(client, cmd.GetObject(object_id=made))
    assert held.owner.kind.name == "CONSENSUS_ADDRESS"
    assert held.owner.address == client.address
    parties = await ask(client, cmd.GetPartyObjects(owner=client.address))
    assert made in [obj.object_id for obj in parties.objects]

    transaction = await client.transaction()
    reference = bcs.SharedObjectReference(bcs.Address.from_str(made), held.owner.version, True)
    await transaction.move_call(
        target=f"{package}::uses::twice", arguments=[bcs.ObjectArg("SharedObject", reference)]
    )
    await send(client, transaction)
    read = await ask(client, cmd.GetObject(object_id=made))
    assert read.contents.value[-8:] == (8).to_bytes(8, "little")


@pytest.mark.skipif(REMOTE is not None, reason="a real network is as slow as it is")
@pytest.mark.parametrize("network", [3600.0], indirect=True)
async def test_finality_can_take_a_while(client: Any, bob: str, network: Network) -> None:
    transaction = await client.transaction()
    coin = await transaction.split_coin(coin=transaction.gas, amounts=[7])
    await transaction.transfer_objects(transfers=[coin], recipient=bob)
    sent = await ask(client, cmd.ExecuteTransaction(**await transaction.build_and_sign()))
    assert sent.checkpoint is None
    unknown = await client.execute(command=cmd.GetTransaction(digest=sent.digest))
    assert unknown.result_data is None
    assert network.embedded is not None
    feed = network.embedded.feed
    asyncio.get_running_loop().call_later(0.3, feed._show, feed.ledger.head)
    outcome = await wait_for_finality(client=client, digest=sent.digest, timeout=SECONDS, poll_interval=0.05)
    assert outcome.name == "INDEXED"
    found = await ask(client, cmd.GetTransaction(digest=sent.digest))
    latest = (await ask(client, cmd.GetLatestCheckpoint())).checkpoint
    assert found.checkpoint == latest.sequence_number


async def test_what_is_missing_is_said_so(client: Any) -> None:
    missing = await client.execute(command=cmd.GetObject(object_id="0x1234"))
    assert missing.is_err()
    unknown = await client.execute(command=cmd.GetTransaction(digest="1" * 32))
    assert unknown.result_data is None
    nothing = await client.execute(command=cmd.GetCheckpointBySequence(sequence_number=10**6))
    assert nothing.is_err()
    many = await ask(client, cmd.GetMultipleObjects(object_ids=["0x6", "0x1234"]))
    assert [result.error.code if result.error else 0 for result in many.objects] == [0, 5]
