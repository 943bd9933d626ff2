"""One request of every method that reads or executes, as clients send them."""

from __future__ import annotations

from typing import Any

from tests.chain.sandbox import CLOCK, Program, Sandbox, publish
from walrus_localnet.chain.rpc.json import to_message
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.chain.rpc.programs import program_message
from walrus_localnet.chain.sandbox import Account
from walrus_sui.bcs import U64, sui
from walrus_sui.bcs.sui import TransactionDataV1, format_address, format_digest

ALL = protobuf.FieldMask(paths=["*"])
EXECUTE = "/sui.rpc.v2.TransactionExecutionService/ExecuteTransaction"


def busy_transaction(box: Sandbox) -> TransactionDataV1:
    """Alice's, on the playground that is published for it: an object made and changed, two shared, coins split."""
    play = publish(box)
    program = Program()
    name, size = program.pure(str, "toy"), program.pure(U64, 7)
    toy = program.call(play.package, "toys::make", name, size)
    program.call(play.package, "toys::put_field", toy, program.pure(U64, 1), program.pure(U64, 2))
    counter = program.shared(box.object(play.counter))
    program.call(play.package, "toys::count", counter, program.shared(box.object(CLOCK), mutable=False))
    program.call(play.package, "toys::optional", program.pure(U64 | None, 3), counter)
    numbers = program.add(sui.MakeMoveVec(sui.U64Tag(), (size,)))
    program.call(play.package, "toys::sum", numbers, counter)
    program.send(box.bob.address, toy, *program.split(sui.GasCoin(), 1, 2))
    return box.data(program, budget=50_000_000)


def signed(account: Account, raw: bytes) -> bytes:
    """A request to execute the bytes, for which the signature holds whatever they are."""
    signature = account.sign_digest(sui.blake2b256(bytes(3), raw))
    return bytes(
        rpc.ExecuteTransactionRequest(
            transaction=rpc.Transaction(bcs=rpc.Bcs(value=raw)),
            signatures=[rpc.UserSignature(bcs=rpc.Bcs(value=signature))],
        )
    )


def real_requests(box: Sandbox, data: TransactionDataV1) -> list[tuple[str, bytes]]:
    """Path and body of each."""
    counter = _shared_input(data)
    services = {
        "LedgerService": _ledger_requests(box, counter),
        "StateService": _state_requests(box, counter),
        "MovePackageService": _package_requests(),
        "TransactionExecutionService": _simulations(box, data),
        "SubscriptionService": {
            f"Subscribe{what}": getattr(rpc, f"Subscribe{what}Request")(read_mask=ALL)
            for what in ("Checkpoints", "Transactions", "Events")
        },
        "NameService": {
            "LookupName": rpc.LookupNameRequest(name="walrus.sui"),
            "ReverseLookupName": rpc.ReverseLookupNameRequest(address=format_address(box.alice.address)),
        },
        "SignatureVerificationService": {"VerifySignature": _verification(box, data)},
    }
    found = [
        (f"/sui.rpc.v2.{service}/{name}", bytes(request))
        for service, requests in services.items()
        for name, request in requests.items()
    ]
    return [*found, _unchecked(box, data), (EXECUTE, signed(box.alice, data.to_bytes()))]


def _ledger_requests(box: Sandbox, counter: str) -> dict[str, Any]:
    last = box.ledger.store.transactions_of(box.ledger.head.summary.sequence_number)[-1]
    digest, options = format_digest(last.digest), rpc.QueryOptions(limit=5)
    sender = rpc.SenderFilter(address=format_address(box.alice.address))
    term = rpc.TransactionTerm(literals=[rpc.TransactionLiteral(sender=sender, negated=True)])
    return {
        "GetServiceInfo": rpc.GetServiceInfoRequest(),
        "GetObject": rpc.GetObjectRequest(object_id=counter, read_mask=ALL),
        "BatchGetObjects": rpc.BatchGetObjectsRequest(requests=[rpc.GetObjectRequest(object_id="0x6", version=3)]),
        "GetTransaction": rpc.GetTransactionRequest(digest=digest, read_mask=ALL),
        "BatchGetTransactions": rpc.BatchGetTransactionsRequest(digests=[digest]),
        "GetCheckpoint": rpc.GetCheckpointRequest(sequence_number=2, read_mask=ALL),
        "GetEpoch": rpc.GetEpochRequest(epoch=0, read_mask=ALL),
        "ListCheckpoints": rpc.ListCheckpointsRequest(start_checkpoint=1, end_checkpoint=4, options=options),
        "ListTransactions": rpc.ListTransactionsRequest(
            start_checkpoint=1, options=options, filter=rpc.TransactionFilter(terms=[term])
        ),
        "ListEvents": rpc.ListEventsRequest(end_checkpoint=9, options=options, read_mask=ALL),
    }


def _state_requests(box: Sandbox, counter: str) -> dict[str, Any]:
    owner, coin = format_address(box.alice.address), "0x2::sui::SUI"
    return {
        "ListDynamicFields": rpc.ListDynamicFieldsRequest(parent=counter, page_size=3, read_mask=ALL),
        "ListOwnedObjects": rpc.ListOwnedObjectsRequest(
            owner=owner, object_type="0x2::coin::Coin", page_size=2, read_mask=ALL
        ),
        "GetCoinInfo": rpc.GetCoinInfoRequest(coin_type=coin),
        "GetBalance": rpc.GetBalanceRequest(owner=owner, coin_type=coin),
        "ListBalances": rpc.ListBalancesRequest(owner=owner, page_size=1),
    }


def _package_requests() -> dict[str, Any]:
    return {
        "GetPackage": rpc.GetPackageRequest(package_id="0x2"),
        "GetDatatype": rpc.GetDatatypeRequest(package_id="0x2", module_name="coin", name="Coin"),
        "GetFunction": rpc.GetFunctionRequest(package_id="0x2", module_name="coin", name="split"),
        "ListPackageVersions": rpc.ListPackageVersionsRequest(package_id="0x2", page_size=1),
    }


def _simulations(box: Sandbox, data: TransactionDataV1) -> dict[str, Any]:
    """In structure, objects named by id alone."""
    request = rpc.SimulateTransactionRequest(transaction=_draft(box, data), do_gas_selection=True, read_mask=ALL)
    return {"SimulateTransaction": request}


def _unchecked(box: Sandbox, data: TransactionDataV1) -> tuple[str, bytes]:
    """The same with values as JSON and without checks."""
    draft, values = _draft(box, data), iter(["toy", 7, 1, "2", None])
    assert draft.kind is not None
    assert draft.kind.programmable_transaction is not None
    for item in draft.kind.programmable_transaction.inputs:
        value = next(values, item) if item.pure is not None else item
        if value is not item:
            item.kind, item.pure, item.literal = None, None, to_message(value)
    checks = rpc.SimulateTransactionRequestTransactionChecks.DISABLED
    request = rpc.SimulateTransactionRequest(transaction=draft, checks=checks, read_mask=ALL)
    return "/sui.rpc.v2.TransactionExecutionService/SimulateTransaction", bytes(request)


def _draft(box: Sandbox, data: TransactionDataV1) -> rpc.Transaction:
    assert isinstance(data.kind, sui.ProgrammableTransaction)
    program = program_message(data.kind)
    for item in program.inputs:
        if item.object_id:
            item.kind, item.version, item.digest = None, None, None
    kind = rpc.TransactionKind(programmable_transaction=program)
    return rpc.Transaction(kind=kind, sender=format_address(box.alice.address))


def _verification(box: Sandbox, data: TransactionDataV1) -> rpc.VerifySignatureRequest:
    return rpc.VerifySignatureRequest(
        message=rpc.Bcs(name="TransactionData", value=data.to_bytes()),
        signature=rpc.UserSignature(bcs=rpc.Bcs(value=box.alice.sign(data))),
        address=format_address(box.alice.address),
    )


def _shared_input(data: TransactionDataV1) -> str:
    assert isinstance(data.kind, sui.ProgrammableTransaction)
    objects = [item.object for item in data.kind.inputs if isinstance(item, sui.ObjectInput)]
    shared = next(item for item in objects if isinstance(item, sui.SharedObject))
    return format_address(shared.object_id)
