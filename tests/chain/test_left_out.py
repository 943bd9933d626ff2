"""What the local network leaves out it refuses by name, with the status for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from grpclib.const import Status
from grpclib.exceptions import GRPCError

from tests.chain.rpc_client import call
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.chain.sandbox import Account, Program, Sandbox
from walrus_sui.bcs import sui
from walrus_sui.bcs.sui import TransactionDataV1, format_address

ALICE = format_address(Account("alice").address)
KINDS = rpc.TransactionExpirationTransactionExpirationKind
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def data(network: LocalSui) -> TransactionDataV1:
    program = Program()
    program.add(sui.MakeMoveVec(sui.U8Tag(), ()))
    return Sandbox.over(network.ledger, network.faucet).data(program)


async def refused(network: LocalSui, method: str, request: object) -> str:
    services = {"VerifySignature": "SignatureVerificationService", "GetObject": "LedgerService"}
    with pytest.raises(GRPCError) as caught:
        await call(network.url, services.get(method, "TransactionExecutionService"), method, request)
    assert caught.value.status is Status.UNIMPLEMENTED
    return caught.value.message or ""


def executing(data: TransactionDataV1, signature: rpc.UserSignature) -> rpc.ExecuteTransactionRequest:
    transaction = rpc.Transaction(bcs=rpc.Bcs(value=data.to_bytes()))
    return rpc.ExecuteTransactionRequest(transaction=transaction, signatures=[signature])


@pytest.mark.parametrize(
    ("signature", "name"),
    [
        (rpc.UserSignature(bcs=rpc.Bcs(value=b"\x05" + bytes(300))), "zkLogin"),
        (rpc.UserSignature(zklogin=rpc.ZkLoginAuthenticator()), "zkLogin"),
        (rpc.UserSignature(bcs=rpc.Bcs(value=b"\x06" + bytes(300))), "passkey"),
        (rpc.UserSignature(passkey=rpc.PasskeyAuthenticator()), "passkey"),
    ],
    ids=["zklogin-bytes", "zklogin", "passkey-bytes", "passkey"],
)
async def test_accounts(
    network: LocalSui, data: TransactionDataV1, signature: rpc.UserSignature, name: str
) -> None:
    said = await refused(network, "ExecuteTransaction", executing(data, signature))
    assert said == f"{name} accounts are not offered by the local network"
    message = rpc.Bcs(name="TransactionData", value=data.to_bytes())
    verification = rpc.VerifySignatureRequest(message=message, signature=signature)
    assert await refused(network, "VerifySignature", verification) == said


async def test_address_balances(network: LocalSui) -> None:
    withdrawal = rpc.Input(
        kind=rpc.InputInputKind.FUNDS_WITHDRAWAL, funds_withdrawal=rpc.FundsWithdrawal(amount=1)
    )
    draft = rpc.Transaction(
        kind=rpc.TransactionKind(programmable_transaction=rpc.ProgrammableTransaction(inputs=[withdrawal])),
        sender=ALICE,
    )
    said = await refused(network, "SimulateTransaction", rpc.SimulateTransactionRequest(transaction=draft))
    assert said == "withdrawals from address balances are not offered by the local network"


@pytest.mark.parametrize(
    ("expiration", "message"),
    [
        (rpc.TransactionExpiration(kind=KINDS.VALIDITY), "expirations that name validators"),
        (rpc.TransactionExpiration(kind=KINDS.VALID_DURING, max_timestamp=LATER), "expirations by timestamp"),
    ],
    ids=["validity", "timestamp"],
)
async def test_expirations(network: LocalSui, expiration: rpc.TransactionExpiration, message: str) -> None:
    empty = rpc.TransactionKind(programmable_transaction=rpc.ProgrammableTransaction())
    draft = rpc.Transaction(kind=empty, sender=ALICE, expiration=expiration)
    said = await refused(network, "SimulateTransaction", rpc.SimulateTransactionRequest(transaction=draft))
    assert said == f"{message} are not offered by the local network"


async def test_a_signature_may_come_with_its_length(network: LocalSui, data: TransactionDataV1) -> None:
    signature = Account("alice").sign(data)
    prefixed = rpc.UserSignature(bcs=rpc.Bcs(value=bytes([len(signature)]) + signature))
    answer = await call(
        network.url, "TransactionExecutionService", "ExecuteTransaction", executing(data, prefixed)
    )
    assert answer.transaction.effects.status.success


async def test_sui_itself_is_described(network: LocalSui) -> None:
    request = rpc.GetCoinInfoRequest(coin_type="0x2::sui::SUI")
    answer = await call(network.url, "StateService", "GetCoinInfo", request)
    assert (answer.metadata.symbol, answer.metadata.name, answer.metadata.decimals) == ("SUI", "Sui", 9)


async def test_the_system_state_tells_what_is_true_and_its_object_is_not_there(network: LocalSui) -> None:
    epoch = rpc.GetEpochRequest(read_mask=protobuf.FieldMask(paths=["*"]))
    answer = (await call(network.url, "LedgerService", "GetEpoch", epoch)).epoch
    state = answer.system_state
    assert (answer.epoch, state.epoch) == (0, 0)
    assert (answer.reference_gas_price, state.reference_gas_price) == (1000, 1000)
    assert state.epoch_start_timestamp_ms == network.ledger.genesis_ms
    assert (state.validators.total_stake, state.validators.active_validators) == (0, [])
    assert (state.stake_subsidy, state.storage_fund) == (None, None)
    with pytest.raises(GRPCError, match="not found"):
        await call(network.url, "LedgerService", "GetObject", rpc.GetObjectRequest(object_id="0x5"))


async def test_epochs_on_a_timer_say_how_long_they_are() -> None:
    request = rpc.GetEpochRequest(read_mask=protobuf.FieldMask(paths=["system_state"]))
    for seconds, expected in ((None, 24 * 3600 * 1000), (90.0, 90_000)):
        async with LocalSui.start(epoch=seconds) as network:
            answer = await call(network.url, "LedgerService", "GetEpoch", request)
            assert answer.epoch.system_state.parameters.epoch_duration_ms == expected
