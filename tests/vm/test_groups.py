"""ristretto255 and the target group of BLS12-381 against published vectors and laws."""

from __future__ import annotations

import random
import re

import pytest
from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from walrus_localnet.move.framework import framework_directory
from walrus_localnet.vm.natives import ristretto, target_group
from walrus_localnet.vm.natives.ecvrf import DOMAIN, SUITE
from walrus_sui.crypto.bls import ORDER
from walrus_sui.errors import PointError

# RFC 9496, appendix A.1: multiples of the generator
MULTIPLES = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
    "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
]
# RFC 9496, appendix A.2: not canonical, negative, without a square root, with a negative xy
NOT_ELEMENTS = [
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("scalar", range(len(MULTIPLES)))
def test_multiples_of_the_generator(scalar):
    encoded = bytes.fromhex(MULTIPLES[scalar])
    assert (ristretto.GENERATOR * scalar).encode() == encoded
    decoded = ristretto.decode(encoded)
    assert decoded is not None
    assert decoded.encode() == encoded
    assert (decoded + -decoded).encode() == bytes(32)


@pytest.mark.parametrize("encoded", [*NOT_ELEMENTS, "", "00" * 31, "00" * 33])
def test_bytes_that_are_no_element(encoded):
    assert ristretto.decode(bytes.fromhex(encoded)) is None


def test_the_group_has_its_order():
    assert (ristretto.GENERATOR * ristretto.ORDER).encode() == bytes(32)
    assert (ristretto.GENERATOR * (ristretto.ORDER + 2)).encode().hex() == MULTIPLES[2]


def test_elements_from_random_bytes():
    # RFC 9496, appendix A.3
    data = (
        "5d1be09e3d0c82fc538112490e35701979d99e06ca3e2b5b54bffe8b4dc772c1"
        "4d98b696a1bbfb5ca32c436cc61c16563790306c79eaca7705668b47dffe5bb6"
    )
    element = ristretto.from_uniform_bytes(bytes.fromhex(data))
    assert element.encode().hex() == "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46"
    chance = random.Random(5)
    for _ in range(20):
        element = ristretto.from_uniform_bytes(chance.randbytes(64))
        again = ristretto.decode(element.encode())
        assert again is not None
        assert again.encode() == element.encode()


def test_messages_are_expanded():
    # RFC 9380, appendix K.3
    expanded = ristretto.expand_message(b"", b"QUUX-V01-CS02-with-expander-SHA512-256", 32)
    assert expanded.hex() == "6b9a7312411d92f921c6f68ca0b6380730a1a4d982c507211a90964c394179ba"


def test_the_suite_names_itself():
    assert (DOMAIN, len(DOMAIN)) == (b"ECVRF_ristretto255_XMD:SHA-512_R255MAP_RO_sui_vrf", 49)
    assert DOMAIN.endswith(SUITE)


def test_hashing_to_the_group_gives_elements():
    one, other = (ristretto.hash_to_group(message, DOMAIN) for message in (b"one", b"other"))
    assert one.encode() != other.encode()
    assert (one * ristretto.ORDER).encode() == bytes(32)


# target group ------------------------------------------------------------------------------------------------
def framework_constant(name):
    """Bytes the real framework has under a name; ours has the same (`abi.txt` lists no constants)."""
    source = (framework_directory() / "sui" / "sources" / "crypto" / "bls12381.move").read_text()
    found = re.search(rf'{name}: vector<u8> =\s*x"([0-9a-f]+)"', source)
    assert found is not None
    return bytes.fromhex(found[1])


def paired(a, b):
    return target_group.pairing(G1Point() * Scalar(a), G2Point() * Scalar(b))


def test_the_pairing_of_the_generators_is_the_one_of_the_network():
    assert paired(1, 1).write() == framework_constant("GT_GENERATOR_BYTES")
    assert target_group.IDENTITY.write() == framework_constant("GT_IDENTITY_BYTES")
    assert paired(0, 1) == target_group.IDENTITY


def test_our_arithmetic_agrees_with_that_of_pairings():
    chance = random.Random(7)
    for _ in range(4):
        a, b, c = (chance.randrange(ORDER) for _ in range(3))
        e = paired(1, 1)
        assert e * Scalar(a * b % ORDER) == paired(a, b)
        assert paired(a, 1) + paired(b, 1) == paired((a + b) % ORDER, 1)
        assert paired(a, c) - paired(b, c) == paired((a - b) % ORDER, c)
        assert -paired(a, b) + paired(a, b) == target_group.IDENTITY
        assert target_group.parse(paired(a, b).write()) == paired(a, b)
    assert e * ORDER == target_group.IDENTITY


@pytest.mark.parametrize("data", [b"", bytes(575), b"\xff" * 576])
def test_bytes_that_are_no_element_of_the_target_group(data):
    with pytest.raises(PointError, match="576 bytes"):
        target_group.parse(data)
