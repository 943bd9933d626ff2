"""Our encoding of messages is that of their own classes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chain.sandbox import CLOCK, Playground, Program, Sandbox
from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.rpc.json import to_message
from walrus_localnet.chain.rpc.ledger_service import LedgerService
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.chain.rpc.package_service import PackageService
from walrus_localnet.chain.rpc.transactions import checkpoint_message
from walrus_localnet.chain.rpc.wire import Codec, encode
from walrus_sui.bcs.sui import format_address
from walrus_sui.grpc.reading import decode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_any_json(value: object) -> None:
    message = to_message(value)
    assert encode(message) == bytes(message)
    assert protobuf.Value.parse(encode(message)).to_dict() == message.to_dict()
    assert decode(protobuf.Value, encode(message)).to_dict() == message.to_dict()


@given(st.integers(0, 2**64 - 1), st.binary(max_size=300), st.booleans() | st.none())
def test_numbers_bytes_and_flags(number: int, data: bytes, flag: bool | None) -> None:
    message = rpc.Object(version=number, has_public_transfer=flag, contents=rpc.Bcs(name="", value=data))
    assert encode(message) == bytes(message)


@pytest.mark.parametrize(
    "message",
    [
        rpc.GetServiceInfoResponse(timestamp=datetime(2026, 1, 1, 1, 2, 3, 456000, UTC), epoch=0),
        protobuf.Struct(fields={"a": to_message(True), "": to_message(None), "b": to_message([1])}),
        rpc.NameRecord(name="", data={"x": "1", "": ""}),
        rpc.TypeParameter(constraints=[rpc.Ability.COPY, rpc.Ability.KEY], is_phantom=False),
        rpc.TransactionLiteral(negated=False),
        rpc.TransactionLiteral(negated=True, package_write=rpc.PackageWriteFilter()),
        rpc.ObjectSet(objects=[rpc.Object(object_id="0x1"), rpc.Object(version=1)]),
    ],
)
def test_messages_with_every_kind_of_field(message: object) -> None:
    assert encode(message) == bytes(message)  # type: ignore[call-overload]


async def test_real_answers(box: Sandbox, play: Playground) -> None:
    program = Program()
    counter = program.shared(box.object(play.counter))
    program.call(play.package, "toys::count", counter, program.shared(box.object(CLOCK), mutable=False))
    box.succeed(program)
    program.call(play.package, "toys::fail")
    box.run(program)
    everything = Mask(["*"])
    height = box.ledger.head.summary.sequence_number
    for number in (0, height - 1, height):
        record = box.ledger.store.checkpoint(number)
        assert record is not None
        message = checkpoint_message(record, box.ledger, everything)
        assert encode(message) == bytes(message)
        assert decode(rpc.Checkpoint, encode(message)) == rpc.Checkpoint.parse(bytes(message))
    package = await PackageService(box.ledger).get_package(
        rpc.GetPackageRequest(package_id=format_address(play.package))
    )
    assert encode(package) == bytes(package)
    ledger = LedgerService(box.ledger, CheckpointFeed(box.ledger))
    epoch = await ledger.get_epoch(rpc.GetEpochRequest(read_mask=protobuf.FieldMask(paths=["*"])))
    assert encode(epoch) == bytes(epoch)


def test_an_answer_of_another_kind_is_not_sent() -> None:
    with pytest.raises(TypeError, match="expected a Object"):
        Codec().encode(rpc.Bcs(), rpc.Object)
