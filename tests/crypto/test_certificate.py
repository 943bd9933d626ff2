"""Who must sign, how signers are written down, and every way a certificate fails."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walrus_sui import bcs
from walrus_sui.crypto import (
    BlsCommittee,
    BlsMember,
    Certificate,
    Permanent,
    SecretKey,
    SignedMessage,
    StorageConfirmation,
    certify,
    signers_of,
)
from walrus_sui.crypto.certificate import all_signed, invalid_signers
from walrus_sui.crypto.curve import compress_g1, parse_g1
from walrus_sui.errors import BcsError, CertificateError, PointError, SignatureInvalid

KEYS = [SecretKey(1000 + i) for i in range(4)]
COMMITTEE = BlsCommittee(
    7, 10, tuple(BlsMember(bytes(k.public_key), w) for k, w in zip(KEYS, (4, 3, 2, 1), strict=True))
)
EXPECTED = StorageConfirmation(b"\x11" * 32, Permanent())
OTHER = StorageConfirmation(b"\x22" * 32, Permanent())


def confirmations(*signers: int) -> dict[int, SignedMessage]:
    return {signer: SignedMessage.sign(EXPECTED, 7, KEYS[signer]) for signer in signers}


@pytest.mark.parametrize("signers", [(0, 1), (0, 2, 3), (3, 2, 1, 0)])
def test_a_quorum_makes_a_certificate(signers: tuple[int, ...]) -> None:
    certificate = certify(COMMITTEE, EXPECTED, confirmations(*signers))
    assert certificate.signers == tuple(sorted(signers))
    certificate.verify(COMMITTEE, EXPECTED)
    assert Certificate.from_bytes(certificate.to_bytes()) == certificate


@pytest.mark.parametrize("signers", [(1, 2, 3), (0, 3), (3,)])
def test_less_than_a_quorum_does_not(signers: tuple[int, ...]) -> None:
    with pytest.raises(CertificateError, match="quorum of 10 shards, got a weight of"):
        certify(COMMITTEE, EXPECTED, confirmations(*signers))


def test_one_correct_needs_more_than_a_third() -> None:
    signed = confirmations(0)
    certificate = Certificate((0,), EXPECTED.signed_bytes(7), signed[0].signature)
    certificate.verify_one_correct(COMMITTEE, EXPECTED)
    weak = Certificate((1,), EXPECTED.signed_bytes(7), confirmations(1)[1].signature)
    with pytest.raises(CertificateError, match="more than a third"):
        weak.verify_one_correct(COMMITTEE, EXPECTED)


def test_a_false_signature_spoils_the_aggregate_and_is_traced() -> None:
    signed = confirmations(0, 1, 2)
    signed[1] = SignedMessage(signed[1].serialized_message, KEYS[1].sign(b"something else"))
    with pytest.raises(SignatureInvalid):
        certify(COMMITTEE, EXPECTED, signed)
    assert invalid_signers(COMMITTEE, signed) == (1,)
    assert not all_signed(COMMITTEE, EXPECTED.signed_bytes(7), signed)
    assert all_signed(COMMITTEE, EXPECTED.signed_bytes(7), confirmations(0, 2))


def test_what_is_no_signature_was_not_signed() -> None:
    signed = confirmations(0, 1)
    signed[1] = SignedMessage(signed[1].serialized_message, b"\xff" * 96)
    assert not all_signed(COMMITTEE, EXPECTED.signed_bytes(7), signed)


def test_confirmations_of_something_else_are_not_aggregated() -> None:
    with pytest.raises(CertificateError, match="member 1"):
        certify(COMMITTEE, EXPECTED, confirmations(0) | {1: SignedMessage.sign(OTHER, 7, KEYS[1])})
    with pytest.raises(CertificateError, match="member 1"):
        certify(COMMITTEE, EXPECTED, confirmations(0) | {1: SignedMessage.sign(EXPECTED, 8, KEYS[1])})


def test_a_certificate_is_for_one_message_of_one_epoch() -> None:
    certificate = certify(COMMITTEE, EXPECTED, confirmations(0, 1))
    with pytest.raises(CertificateError):
        certificate.verify(COMMITTEE, OTHER)
    with pytest.raises(CertificateError):
        certificate.verify(BlsCommittee(8, 10, COMMITTEE.members), EXPECTED)


@pytest.mark.parametrize("signers", [(0, 1, 1), (0, 1, 4)])
def test_unknown_and_repeated_signers(signers: tuple[int, ...]) -> None:
    good = certify(COMMITTEE, EXPECTED, confirmations(0, 1))
    with pytest.raises(CertificateError):
        Certificate(signers, good.message, good.signature).verify(COMMITTEE, EXPECTED)


def test_more_signers_claimed_than_signed() -> None:
    good = certify(COMMITTEE, EXPECTED, confirmations(0, 1))
    with pytest.raises(SignatureInvalid):
        Certificate((0, 1, 2), good.message, good.signature).verify(COMMITTEE, EXPECTED)


def test_committees_whose_weights_do_not_add_up() -> None:
    with pytest.raises(CertificateError):
        BlsCommittee(1, 11, COMMITTEE.members)
    with pytest.raises(CertificateError):
        BlsCommittee(1, 10, (*COMMITTEE.members, BlsMember(bytes(KEYS[0].public_key), 0)))
    with pytest.raises(PointError):
        _ = BlsCommittee(1, 1, (BlsMember(bytes(48), 1),)).public_keys


def test_the_total_key_is_the_sum_of_all() -> None:
    total = SecretKey(sum(1000 + i for i in range(4))).public_key
    assert COMMITTEE.total_key.to_compressed_bytes() == bytes(total)
    some = SecretKey(1000 + 1003).public_key
    assert COMMITTEE.aggregate_key([0, 3]).to_compressed_bytes() == bytes(some)
    assert compress_g1(total.uncompressed) == parse_g1(bytes(total)).to_compressed_bytes()


BITMAPS = json.loads((Path(__file__).parent.parent / "vectors" / "ref_recovery.json").read_text())["bitmap"]


@pytest.mark.parametrize("case", BITMAPS, ids=lambda case: case["hex"])
def test_bitmaps(case: dict[str, object]) -> None:
    signers, members = case["signers"], case["members"]
    assert isinstance(signers, list)
    assert isinstance(members, int)
    assert Certificate(tuple(signers), b"", bytes(96)).bitmap(members).hex() == case["hex"]
    assert signers_of(bytes.fromhex(str(case["hex"])), members) == tuple(sorted(signers))


def test_short_bitmaps_are_fine_and_bits_beyond_the_members_are_not() -> None:
    assert signers_of(b"", 17) == ()
    assert signers_of(b"\x81", 17) == (0, 7)
    with pytest.raises(CertificateError):
        signers_of(b"\x00\x00\x02", 17)
    with pytest.raises(CertificateError):
        signers_of(bytes(4), 17)
    with pytest.raises(CertificateError):
        Certificate((17,), b"", bytes(96)).bitmap(17)


@given(kind=st.sampled_from([Certificate, SignedMessage]), head=st.binary(max_size=40), tail=st.binary(max_size=3))
def test_any_bytes_parse_or_are_refused(kind: type[bcs.Struct], head: bytes, tail: bytes) -> None:
    for data in (head, head + bytes(96) + tail):
        with contextlib.suppress(BcsError):
            assert kind.from_bytes(data).to_bytes() == data


@given(members=st.integers(1, 40), bitmap=st.binary(max_size=7))
def test_any_bitmap_names_members_or_is_refused(members: int, bitmap: bytes) -> None:
    with contextlib.suppress(CertificateError):
        assert all(signer < members for signer in signers_of(bitmap, members))


@given(st.integers(1, 200), st.data())
def test_bitmaps_round_trip(members: int, data: st.DataObject) -> None:
    signers = tuple(sorted(data.draw(st.sets(st.integers(0, members - 1)))))
    assert signers_of(Certificate(signers, b"", bytes(96)).bitmap(members), members) == signers
