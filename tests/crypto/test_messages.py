"""The exact bytes that nodes sign, and everything that is not one of them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_sui.crypto import (
    Deletable,
    InvalidBlobId,
    Message,
    Permanent,
    ProofOfPossession,
    SecretKey,
    SignedMessage,
    StorageConfirmation,
    SyncShardRequest,
    SyncShardV1,
)
from walrus_sui.crypto.messages import DenyListBlobDeleted, DenyListUpdate, ProtocolVersion
from walrus_sui.errors import MessageError, SignatureInvalid

VECTORS = Path(__file__).parent.parent / "vectors"
OFFICIAL = json.loads((VECTORS / "quilt_and_messages.json").read_text())["messages"]
BLOB_ID = bytes.fromhex(OFFICIAL["blob_id_hex"])
OBJECT_ID = bytes.fromhex(OFFICIAL["object_id"][2:])
EPOCH = OFFICIAL["epoch"]
KEY = SecretKey(12345)


def test_confirmations_are_those_of_the_official_sdk() -> None:
    assert StorageConfirmation(BLOB_ID, Permanent()).signed_bytes(EPOCH).hex() == OFFICIAL["permanent"]
    assert StorageConfirmation(BLOB_ID, Deletable(OBJECT_ID)).signed_bytes(EPOCH).hex() == OFFICIAL["deletable"]


def reference_cases() -> list[tuple[str, Message, str]]:
    cases = []
    for case in json.loads((VECTORS / "ref_recovery.json").read_text())["cases"]:
        blob_id, expected = bytes.fromhex(case["blob_id_hex"]), case["messages"]
        request = SyncShardV1(5, 1, blob_id, 100, EPOCH)
        possession = ProofOfPossession(b"\x2a" * 32, bytes(range(48)))
        cases += [
            ("invalid blob", InvalidBlobId(blob_id), expected["invalid_blob"]),
            ("sync shard", SyncShardRequest(request), expected["sync_shard"]),
            ("possession", possession, expected["pop"]),
        ]
    return cases


@pytest.mark.parametrize(("name", "message", "expected"), reference_cases())
def test_other_messages(name: str, message: Message, expected: str) -> None:
    assert message.signed_bytes(EPOCH).hex() == expected
    assert type(message).parse_signed(bytes.fromhex(expected), EPOCH) == message


@pytest.mark.parametrize(
    ("message", "body"),
    [
        (DenyListUpdate(b"\1" * 32, 2, 3, b"\4" * 32), "01" * 32 + "02" + "00" * 7 + "03" + "00" * 7 + "04" * 32),
        (DenyListBlobDeleted(b"\5" * 32), "05" * 32),
        (ProtocolVersion(6, 7), "06000000" + "07" + "00" * 7),
    ],
    ids=["deny list", "deleted", "version"],
)
def test_messages_spelled_by_hand(message: Message, body: str) -> None:
    header = f"{message.message_type:02x}0003" + "09000000"
    assert message.signed_bytes(9).hex() == header + body
    assert type(message).parse_signed(message.signed_bytes(9), 9) == message


GOOD = StorageConfirmation(BLOB_ID, Permanent()).signed_bytes(EPOCH)
BAD = {
    "empty": b"",
    "header only": GOOD[:7],
    "half a header": GOOD[:6],
    "type": b"\x02" + GOOD[1:],
    "version": GOOD[:1] + b"\x01" + GOOD[2:],
    "application": GOOD[:2] + b"\x00" + GOOD[3:],
    "epoch": GOOD[:3] + b"\x16" + GOOD[4:],
    "truncated": GOOD[:-1],
    "trailing byte": GOOD + b"\x00",
    "unknown persistence": GOOD[:-1] + b"\x02",
    "deletable without object": GOOD[:-1] + b"\x01",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_what_is_not_a_confirmation_of_this_epoch(data: bytes) -> None:
    with pytest.raises(MessageError):
        StorageConfirmation.parse_signed(data, EPOCH)


def test_signed_messages_are_checked_before_they_are_believed() -> None:
    confirmation = StorageConfirmation(BLOB_ID, Deletable(OBJECT_ID))
    signed = SignedMessage.sign(confirmation, EPOCH, KEY)
    assert SignedMessage.from_bytes(signed.to_bytes()) == signed
    assert signed.verify(KEY.public_key, StorageConfirmation, EPOCH) == confirmation
    with pytest.raises(SignatureInvalid):
        signed.verify(SecretKey(54321).public_key, StorageConfirmation, EPOCH)
    with pytest.raises(MessageError):
        signed.verify(KEY.public_key, StorageConfirmation, EPOCH + 1)
    with pytest.raises(MessageError):
        signed.verify(KEY.public_key, InvalidBlobId, EPOCH)
    other = StorageConfirmation(BLOB_ID, Permanent()).signed_bytes(EPOCH)
    with pytest.raises(SignatureInvalid):
        dataclasses.replace(signed, serialized_message=other).verify(KEY.public_key, StorageConfirmation, EPOCH)


@settings(max_examples=300)
@given(
    kind=st.sampled_from(
        [StorageConfirmation, InvalidBlobId, ProofOfPossession, SyncShardRequest, DenyListUpdate]
    ),
    head=st.sampled_from([b"", bytes([0, 0, 3]), bytes([1, 0, 3]), bytes([3, 0, 3])]),
    data=st.binary(max_size=120),
)
def test_any_bytes_parse_or_are_refused(kind: type[Message], head: bytes, data: bytes) -> None:
    with contextlib.suppress(MessageError):
        epoch, message = kind.parse_any_epoch(head + data)
        assert message.signed_bytes(epoch) == head + data
