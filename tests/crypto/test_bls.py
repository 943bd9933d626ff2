"""Keys and signatures against an independent library, and the encodings that must be refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walrus_sui.crypto import PublicKey, SecretKey, aggregate_signatures, verify_aggregate
from walrus_sui.crypto.bls import ORDER
from walrus_sui.crypto.curve import (
    compress_g1,
    decompress_g1,
    parse_g1,
    parse_g2,
    parse_uncompressed_g1,
    sum_g1,
    uncompressed_g1,
)
from walrus_sui.errors import KeyFormatError, PointError

VECTOR = json.loads((Path(__file__).parent.parent / "vectors" / "bls.json").read_text())
MESSAGE = bytes.fromhex(VECTOR["msg"])
KEYS = [SecretKey(int(secret, 16)) for secret in VECTOR["sks"]]
SIGNATURES = [bytes.fromhex(signature) for signature in VECTOR["sigs"]]

# generator of G1, from the curve's specification
GENERATOR = bytes.fromhex(
    "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
)
GENERATOR_XY = bytes.fromhex(
    "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
    "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"
)
INFINITY = b"\xc0" + bytes(47)
INFINITY_XY = b"\x40" + bytes(95)


@pytest.mark.parametrize("i", range(len(KEYS)))
def test_keys_and_signatures_are_those_of_the_independent_library(i: int) -> None:
    assert bytes(KEYS[i].public_key).hex() == VECTOR["pks"][i]
    assert KEYS[i].sign(MESSAGE) == SIGNATURES[i]
    assert KEYS[i].public_key.verify(MESSAGE, SIGNATURES[i])
    assert not KEYS[i].public_key.verify(MESSAGE + b"\0", SIGNATURES[i])
    assert not KEYS[i].public_key.verify(MESSAGE, SIGNATURES[i - 1])


def test_aggregate_is_that_of_the_independent_library() -> None:
    aggregate = aggregate_signatures(SIGNATURES)
    assert aggregate.hex() == VECTOR["agg"]
    public_keys = [key.public_key for key in KEYS]
    assert verify_aggregate(public_keys, MESSAGE, aggregate)
    assert not verify_aggregate(public_keys[1:], MESSAGE, aggregate)
    assert not verify_aggregate([], MESSAGE, aggregate)


def test_signatures_of_the_possession_scheme_are_refused() -> None:
    assert not KEYS[0].public_key.verify(MESSAGE, bytes.fromhex(VECTOR["wrong_dst_sig"]))


def test_key_generation_is_that_of_the_draft() -> None:
    """EIP-2333 test case 0: its master key is this KeyGen of the seed."""
    seed = bytes.fromhex(
        "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141"
        "630c7a3c4ab7c81b2f001698e7463b04"
    )
    expected = 6083874454709270928345386274498605044986640685124978867557563392430687146096
    assert int.from_bytes(SecretKey.generate(seed).to_bytes(), "big") == expected


def test_secret_keys_round_trip_and_stay_secret() -> None:
    key = KEYS[0]
    assert SecretKey.from_bytes(key.to_bytes()).public_key == key.public_key
    assert key.to_bytes().hex() not in repr(key)


@pytest.mark.parametrize("scalar", [0, ORDER, 2**256 - 1])
def test_scalars_that_are_no_key(scalar: int) -> None:
    with pytest.raises(KeyFormatError):
        SecretKey.from_bytes(scalar.to_bytes(32, "big"))


def test_keys_and_entropy_of_the_wrong_length() -> None:
    with pytest.raises(KeyFormatError):
        SecretKey.from_bytes(bytes(31))
    with pytest.raises(KeyFormatError):
        SecretKey.generate(bytes(31))


def test_both_forms_of_a_point() -> None:
    assert decompress_g1(GENERATOR) == GENERATOR_XY
    assert compress_g1(GENERATOR_XY) == GENERATOR
    assert PublicKey.from_uncompressed(GENERATOR_XY).uncompressed == GENERATOR_XY


def test_infinity_has_one_spelling_in_each_form() -> None:
    assert decompress_g1(INFINITY) == INFINITY_XY
    assert compress_g1(INFINITY_XY) == INFINITY
    assert uncompressed_g1(sum_g1([])) == INFINITY_XY


MALFORMED_G1 = {
    "short": GENERATOR[:-1],
    "long": GENERATOR + b"\0",
    "no compression flag": bytes([GENERATOR[0] & 0x7F]) + GENERATOR[1:],
    "all ones": b"\xff" * 48,
    "infinity with a sign": b"\xe0" + bytes(47),
    "infinity with a coordinate": b"\xc0" + bytes(46) + b"\x01",
    "coordinate beyond the field": b"\x9f" + b"\xff" * 47,
    "not on the curve": b"\x80" + bytes(46) + b"\x01",
    "outside the subgroup": b"\x80" + bytes(46) + b"\x04",
}


@pytest.mark.parametrize("data", MALFORMED_G1.values(), ids=MALFORMED_G1)
def test_malformed_compressed_points(data: bytes) -> None:
    with pytest.raises(PointError):
        parse_g1(data)
    with pytest.raises(PointError):
        PublicKey(data)


def test_infinity_is_no_public_key() -> None:
    with pytest.raises(PointError, match="infinity"):
        PublicKey(INFINITY)


MALFORMED_XY = {
    "short": GENERATOR_XY[:-1],
    "all zero": bytes(96),
    "compression flag": bytes([GENERATOR_XY[0] | 0x80]) + GENERATOR_XY[1:],
    "infinity flag": bytes([GENERATOR_XY[0] | 0x40]) + GENERATOR_XY[1:],
    "infinity with a coordinate": INFINITY_XY[:-1] + b"\x01",
    "not on the curve": GENERATOR_XY[:-1] + b"\xe2",
}


@pytest.mark.parametrize("data", MALFORMED_XY.values(), ids=MALFORMED_XY)
def test_malformed_uncompressed_points(data: bytes) -> None:
    with pytest.raises(PointError):
        parse_uncompressed_g1(data)


@pytest.mark.parametrize("data", [b"", bytes(96), b"\xff" * 96, b"\xe0" + bytes(95), b"\xc0" + bytes(94) + b"\1"])
def test_malformed_signatures_are_refused_and_never_crash(data: bytes) -> None:
    with pytest.raises(PointError):
        parse_g2(data)
    assert not KEYS[0].public_key.verify(MESSAGE, data)
    with pytest.raises(PointError):
        aggregate_signatures([data])


def test_infinity_is_no_signature() -> None:
    assert not KEYS[0].public_key.verify(MESSAGE, b"\xc0" + bytes(95))


def test_nothing_to_aggregate() -> None:
    with pytest.raises(PointError):
        aggregate_signatures([])


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.binary(max_size=100), st.binary(min_size=48, max_size=48), st.binary(min_size=96, max_size=96))
)
def test_bytes_are_a_point_in_its_one_spelling_or_refused(data: bytes) -> None:
    for parse, spell in ((parse_g1, lambda p: p.to_compressed_bytes()), (parse_uncompressed_g1, uncompressed_g1)):
        try:
            point = parse(data)
        except PointError:
            continue
        assert spell(point) == data
