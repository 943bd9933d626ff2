"""Unmodified pysui against a running network."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pysui.sui.sui_common.sui_commands as cmd
import pytest
from grpclib.client import Channel
from pysui import GroupProtocol, NetworkType, PysuiConfiguration, client_factory
from pysui.sui.sui_bcs import bcs
from pysui.sui.sui_common.executors.finality import wait_for_finality
from pysui.sui.sui_grpc import pgrpc_requests as requests

from tests.chain.sandbox import modules
from walrus_localnet.chain.local import LocalSui
from walrus_sui.bcs.sui import TransactionEffects, parse_address, parse_digest

BOB = "0x" + "ab" * 32


@pytest.fixture
async def network(request: pytest.FixtureRequest) -> AsyncIterator[LocalSui]:
    """A parameter is the seconds a checkpoint lags behind."""
    async with LocalSui.start(lag=getattr(request, "param", 0.0)) as running:
        yield running


@pytest.fixture
async def client(network: LocalSui, tmp_path: Path) -> AsyncIterator[Any]:
    key = base64.b64encode(bytes([0]) + bytes(range(32))).decode()
    config = PysuiConfiguration.initialize_config(
        in_folder=tmp_path, init_groups=[{"name": "unused", "make_active": True}]
    )
    addresses = config.new_group(
        group_name="local",
        profile_block=[
            {"profile_name": "local", "url": network.url, "network_type": NetworkType.LOCAL, "make_active": True}
        ],
        key_block=[{"key_string": key, "alias": "key"}],
        active_address_index=0,
        group_protocol=GroupProtocol.GRPC,
        make_group_active=True,
        persist=False,
    )
    network.faucet.fund(parse_address(addresses[0]))
    made = client_factory(config)
    tls = made._channel
    made._channel = Channel(host=tls._host, port=tls._port, ssl=None)
    tls.close()
    async with made as opened:
        opened.address = addresses[0]
        yield opened


async def ask(client: Any, command: Any) -> Any:
    result = await client.execute(command=command)
    assert result.is_ok(), result.result_string
    return result.result_data


async def send(client: Any, transaction: Any) -> Any:
    sent = await ask(client, cmd.ExecuteTransaction(**await transaction.build_and_sign()))
    assert sent.effects.status.success, sent.effects.status.error
    return sent


async def publish(client: Any) -> tuple[str, str]:
    """The playground package; its id and that of its shared counter."""
    transaction = await client.transaction()
    dependencies = [bcs.Address.from_str("0x1"), bcs.Address.from_str("0x2")]
    cap = transaction.builder.publish([list(module) for module in modules()], dependencies)
    await transaction.transfer_objects(transfers=[cap], recipient=client.address)
    sent = await send(client, transaction)
    changed = {change.object_type.split("::")[-1]: change.object_id for change in sent.effects.changed_objects}
    return changed["package"], changed["Counter"]


async def test_it_names_itself(client: Any, network: LocalSui) -> None:
    assert await ask(client, cmd.GetChainIdentifier()) == network.chain_id
    epoch = await ask(client, cmd.GetBasicCurrentEpochInfo())
    assert client.current_gas_price == 1000
    assert epoch is not None
    state = await ask(client, cmd.GetLatestSuiSystemState())
    assert state is not None


async def test_coins_are_split_and_sent(client: Any) -> None:
    transaction = await client.transaction()
    coins = await transaction.split_coin(coin=transaction.gas, amounts=[1_000_000, 2_000_000])
    await transaction.transfer_objects(transfers=coins, recipient=BOB)
    sent = await send(client, transaction)
    effects = TransactionEffects.from_bytes(sent.effects.bcs.value)
    assert effects.digest() == parse_digest(sent.effects.digest)
    outcome = await wait_for_finality(client=client, digest=sent.digest, timeout=10)
    assert outcome.name == "INDEXED"
    coins = await ask(client, cmd.GetGas(owner=BOB))
    assert sorted(coin.balance for coin in coins.objects) == [1_000_000, 2_000_000]
    balance = await ask(client, cmd.GetAddressCoinBalance(owner=BOB))
    assert balance.balance.balance == 3_000_000
    changes = {change.address: int(change.amount) for change in sent.balance_changes}
    assert changes[BOB] == 3_000_000
    assert changes[client.address] < -3_000_000


async def test_a_package_is_published_called_and_read(client: Any, network: LocalSui) -> None:
    package, counter = await publish(client)
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


async def test_a_failing_call_charges_gas_only(client: Any) -> None:
    package, _ = await publish(client)
    before = (await ask(client, cmd.GetAddressCoinBalance(owner=client.address))).balance.balance
    transaction = await client.transaction()
    await transaction.move_call(target=f"{package}::toys::fail", arguments=[])
    sent = await ask(client, cmd.ExecuteTransaction(**await transaction.build_and_sign()))
    assert sent.effects.status.success is False
    error = sent.effects.status.error
    assert error.kind.name == "MOVE_ABORT"
    assert (error.abort.abort_code, error.abort.location.function_name) == (7, "fail")
    assert error.command == 0 or error.command is None
    used = sent.effects.gas_used
    net = used.computation_cost + used.storage_cost - used.storage_rebate
    after = (await ask(client, cmd.GetAddressCoinBalance(owner=client.address))).balance.balance
    assert before - after == net


async def test_checkpoints_are_followed(client: Any) -> None:
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
    await transaction.transfer_objects(transfers=[coin], recipient=BOB)
    built = await transaction.build_and_sign()
    sent = await ask(client, cmd.ExecuteTransaction(**built))
    seen = await asyncio.wait_for(see(sent.digest), 10)
    assert seen == list(range(seen[0], sent.checkpoint + 1))

    latest = (await ask(client, cmd.GetLatestCheckpoint())).checkpoint
    assert latest.sequence_number == sent.checkpoint
    by_digest = (await ask(client, cmd.GetCheckpointByDigest(digest=latest.digest))).checkpoint
    assert by_digest.summary.bcs.value == latest.summary.bcs.value
    found = await ask(client, cmd.GetTransaction(digest=sent.digest))
    assert (found.checkpoint, found.digest) == (sent.checkpoint, sent.digest)


@pytest.mark.parametrize("network", [0.3], indirect=True)
async def test_finality_can_take_a_while(client: Any) -> None:
    transaction = await client.transaction()
    coin = await transaction.split_coin(coin=transaction.gas, amounts=[7])
    await transaction.transfer_objects(transfers=[coin], recipient=BOB)
    sent = await send(client, transaction)
    assert sent.checkpoint is None
    unknown = await client.execute(command=cmd.GetTransaction(digest=sent.digest))
    assert unknown.result_data is None
    outcome = await wait_for_finality(client=client, digest=sent.digest, timeout=10, poll_interval=0.05)
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
