"""Read masks: which paths there are, and what a request with another gets."""

from __future__ import annotations

import pytest
from grpclib.const import Status
from grpclib.exceptions import GRPCError

from tests.chain.rpc_client import refusal
from tests.chain.sandbox import Program, Sandbox
from walrus_localnet.chain.local import LocalSui
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_sui.bcs import sui

BODY = "package.modules.functions.parameters.body"


def mask_of(*paths: str) -> Mask:
    """For objects."""
    request = rpc.GetObjectRequest(read_mask=protobuf.FieldMask(paths=list(paths)))
    return Mask.of(request, rpc.Object, "digest")


def test_paths_lead_down_to_fields() -> None:
    found = mask_of("contents.value", "owner", "json", "package.*", f"{BODY}.type_parameter_instantiation.type")
    assert [name in found for name in ("contents", "owner", "json", "package", "version")] == [True] * 4 + [False]
    assert "value" in found.below("contents")
    assert "name" not in found.below("contents")
    assert "linkage" in found.below("package")
    assert "version" in mask_of("*")
    assert "digest" in mask_of()
    assert "version" not in mask_of()


@pytest.mark.parametrize(
    "path",
    [
        "nope",
        "",
        "objectId",  # as in JSON
        "owner.nope",
        "version.value",
        "version.*",
        "json.struct_value",
        "*.owner",
        "owner.",
        ".owner",
        "owner..kind",
        BODY + ".type_parameter_instantiation" * 40,
        "package." * 10**5,
    ],
    ids=lambda path: path[:40],
)
def test_paths_that_lead_nowhere(path: str) -> None:
    with pytest.raises(GRPCError, match="invalid read_mask path: expected a field of Object") as refused:
        mask_of("owner", path)
    assert refused.value.status is Status.INVALID_ARGUMENT
    assert refused.value.message is not None
    assert len(refused.value.message) < 200


def test_a_path_given_many_times_costs_little() -> None:
    assert "owner" in mask_of(*["owner"] * 10**5)


async def test_what_is_asked_for_wrongly_is_not_executed(network: LocalSui, box: Sandbox) -> None:
    program = Program()
    program.send(box.bob.address, *program.split(sui.GasCoin(), 5))
    data, before = box.data(program), network.ledger.head
    request = rpc.ExecuteTransactionRequest(
        transaction=rpc.Transaction(bcs=rpc.Bcs(value=data.to_bytes())),
        signatures=[rpc.UserSignature(bcs=rpc.Bcs(value=box.alice.sign(data)))],
        read_mask=protobuf.FieldMask(paths=["transaction.effects"]),
    )
    service = "TransactionExecutionService"
    assert await refusal(network.url, service, "ExecuteTransaction", request) is Status.INVALID_ARGUMENT
    assert network.ledger.head is before
