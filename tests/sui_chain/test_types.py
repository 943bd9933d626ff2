"""Layouts of on-chain structs and events against bytes spelled out by hand (contracts.md §1)."""

from __future__ import annotations

import pytest

from walrus_sui import bcs
from walrus_sui.bcs import sui
from walrus_sui.chain import events, types
from walrus_sui.chain.events import parse_event
from walrus_sui.errors import BcsError, ContractMismatch

PACKAGE = bytes([5]) * 32
BLOB_ID = bytes(range(32))
OBJECT_ID = bytes([7]) * 32


def u16(value: int) -> bytes:
    return value.to_bytes(2, "little")


def u32(value: int) -> bytes:
    return value.to_bytes(4, "little")


def u64(value: int) -> bytes:
    return value.to_bytes(8, "little")


def walrus_event(name: str, contents: bytes, *, package: bytes = PACKAGE, module: str = "events") -> sui.Event:
    return sui.Event(PACKAGE, "system", bytes(32), sui.StructTag(package, module, name, ()), contents)


def test_blob() -> None:
    storage = bytes([9]) * 32 + u32(3) + u32(8) + u64(1 << 20)
    raw = OBJECT_ID + u32(3) + BLOB_ID + u64(500) + b"\x01" + b"\x01" + u32(4) + storage + b"\x01"
    expected = types.Blob(
        object_id=OBJECT_ID,
        registered_epoch=3,
        blob_id=BLOB_ID,
        size=500,
        encoding_type=1,
        certified_epoch=4,
        storage=types.Storage(bytes([9]) * 32, 3, 8, 1 << 20),
        deletable=True,
    )
    assert types.Blob.from_bytes(raw) == expected
    assert expected.to_bytes() == raw


def test_system_state() -> None:
    key = bytes(96)
    member = b"\x60" + key + u16(10) + OBJECT_ID
    committee = b"\x01" + member + u16(10) + u32(2) + b"\x30" + bytes(48)
    ring = u32(1) + u32(2) + b"\x02" + u32(2) + u64(5) + u64(6) + u32(3) + u64(7) + u64(8)
    event_blobs = b"\x01" + BLOB_ID + u64(99) + b"\x01" + BLOB_ID + u64(100) + u16(4)
    raw = committee + u64(1000) + u64(900) + u64(10) + u64(20) + ring + event_blobs + bytes([3]) * 32
    state = types.SystemStateInnerV1.from_bytes(raw)
    assert state.to_bytes() == raw
    assert state.committee.members == (types.BlsCommitteeMember(key, 10, OBJECT_ID),)
    assert (state.committee.n_shards, state.committee.epoch) == (10, 2)
    assert (state.storage_price_per_unit_size, state.write_price_per_unit_size) == (10, 20)
    assert state.future_accounting.ring_buffer[1] == types.FutureAccounting(3, 7, 8)
    assert state.event_blob_certification_state.aggregate_weight_per_blob == {types.EventBlob(BLOB_ID, 100): 4}


@pytest.mark.parametrize(
    ("tail", "state"),
    [
        (b"\x00" + u16(7), types.EpochChangeSync(7)),
        (b"\x01" + u64(1234), types.EpochChangeDone(1234)),
        (b"\x02" + u64(1234), types.NextParamsSelected(1234)),
    ],
)
def test_staking_state(tail: bytes, state: types.EpochState) -> None:
    committee = b"\x02" + bytes(32) + b"\x02" + u16(0) + u16(1) + OBJECT_ID + b"\x01" + u16(2)
    raw = (
        u16(3) + u64(60_000) + u64(17) + bytes([1]) * 32 + u64(2) + u32(1) + bytes([2]) * 32
        + b"\x00" + committee + b"\x00" + b"\x01" + u64(1) + u64(2) + u64(3) + tail + bytes([4]) * 32
    )  # fmt: skip
    parsed = types.StakingInnerV1.from_bytes(raw)
    assert parsed.to_bytes() == raw
    assert list(parsed.committee.items()) == [(bytes(32), (0, 1)), (OBJECT_ID, (2,))]
    assert (parsed.next_committee, parsed.previous_committee) == (None, {})
    assert parsed.epoch_state == state


def test_a_node_twice_in_a_committee_is_refused() -> None:
    with pytest.raises(BcsError, match="every key once"):
        bcs.decode(types.Assignment, b"\x02" + (bytes(32) + b"\x00") * 2)


def test_a_cap_that_has_attested() -> None:
    raw = OBJECT_ID + bytes(32) + u32(6) + b"\x01" + u64(41) + u32(5) + bytes(32) + u64(1) + u64(2)
    cap = types.StorageNodeCap.from_bytes(raw)
    assert cap.to_bytes() == raw
    assert cap.last_event_blob_attestation == types.EventBlobAttestation(41, 5)


@pytest.mark.parametrize(
    ("name", "contents", "expected"),
    [
        (
            "BlobRegistered",
            u32(1) + BLOB_ID + u64(70) + b"\x01" + u32(9) + b"\x00" + OBJECT_ID,
            events.BlobRegistered(1, BLOB_ID, 70, 1, 9, False, OBJECT_ID),
        ),
        (
            "BlobCertified",
            u32(1) + BLOB_ID + u32(9) + b"\x01" + OBJECT_ID + b"\x00",
            events.BlobCertified(1, BLOB_ID, 9, True, OBJECT_ID, False),
        ),
        (
            "BlobDeleted",
            u32(1) + BLOB_ID + u32(9) + OBJECT_ID + b"\x01",
            events.BlobDeleted(1, BLOB_ID, 9, OBJECT_ID, True),
        ),
        ("InvalidBlobID", u32(1) + BLOB_ID, events.InvalidBlobId(1, BLOB_ID)),
        ("ShardsReceived", u32(2) + b"\x02" + u16(3) + u16(4), events.ShardsReceived(2, (3, 4))),
        ("EpochParametersSelected", u32(2), events.EpochParametersSelected(2)),
        ("PricesUpdated", u32(2) + u64(5) + u64(6), events.PricesUpdated(2, 5, 6)),
    ],
)
def test_events(name: str, contents: bytes, expected: events.WalrusEvent) -> None:
    assert parse_event(walrus_event(name, contents), PACKAGE) == expected


def test_events_of_others_are_nobodys_error() -> None:
    contents = u32(1)
    assert parse_event(walrus_event("EpochChangeStart", contents, package=bytes(32)), PACKAGE) is None
    assert parse_event(walrus_event("EpochChangeStart", contents, module="other"), PACKAGE) is None
    assert parse_event(walrus_event("SomethingNew", contents), PACKAGE) is None


def test_an_event_with_other_fields() -> None:
    with pytest.raises(ContractMismatch, match="EpochChangeStart"):
        parse_event(walrus_event("EpochChangeStart", u32(1) + b"\x00"), PACKAGE)


def test_state_extended_by_a_later_version_is_read_as_far_as_known() -> None:
    params = u64(1) + u64(2) + u64(3)
    info = b"\x01n" + OBJECT_ID + b"\x01a" + b"\x60" + bytes(96) + b"\x00" + b"\x21" + bytes(33) + bytes(32)
    pool = (
        OBJECT_ID + b"\x00" + params + info + u32(0) + u32(1) + u64(5) + u64(4) + b"\x01" + u32(2) + u64(9)
        + b"\x00" + b"\x00" + u16(100) + bytes(40) + b"\x00" + u64(1) + u64(2) + b"\x00" + bytes(32)
        + b"\x01" + OBJECT_ID + bytes(40)
    )  # fmt: skip
    known = types.StakingPool.from_bytes(pool)
    assert known.to_bytes() == pool
    assert (known.node_info.name, known.node_info.network_address) == ("n", "a")
    assert known.pending_shares_withdraw == {2: 9}
    assert types.StakingPool.from_bytes(pool + u64(77)) == known
    with pytest.raises(BcsError):
        types.StakingPool.from_bytes(pool[:-1])
