"""Natives against published vectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from walrus_localnet.vm import U64, Machine, Meter, MoveAbort, UnsupportedNative
from walrus_localnet.vm.natives import NATIVES
from walrus_localnet.vm.natives.weierstrass import SECP256K1, SECP256R1
from walrus_sui.crypto.bls import ORDER

BLS = json.loads((Path(__file__).parents[1] / "vectors" / "bls.json").read_text())


def call(sandbox, name, *arguments):
    """Bytes in, bytes out."""
    converted = [bytearray(a) if isinstance(a, bytes) and len(a) != 32 else a for a in arguments]
    (result,) = sandbox.call(f"natives::{name}", *converted)
    return bytes(result) if isinstance(result, bytearray) else result


@pytest.mark.parametrize(
    ("name", "data", "digest"),
    [
        # FIPS 180-4 and FIPS 202 examples, RFC 7693 parameters, and Keccak's original padding
        ("sha2", b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("sha3", b"abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
        ("sha3", b"", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"),
        ("blake2b", b"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
        ("keccak", b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        ("keccak", b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        ("keccak", b"testing", "5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02"),
    ],
)
def test_hashes(shared_sandbox, name, data, digest):
    assert call(shared_sandbox, name, data).hex() == digest


def test_keccak_at_its_block_edges(shared_sandbox):
    """The permutation is SHA-3's, so absorbing whole blocks must agree with a second, streaming use of it."""
    lengths = (135, 136, 137, 272)
    digests = {call(shared_sandbox, "keccak", bytes(n)) for n in lengths}
    assert len(digests) == len(lengths)
    # Ethereum's empty trie: keccak of the RLP of an empty string
    expected = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
    assert call(shared_sandbox, "keccak", b"\x80").hex() == expected


def test_strings(shared_sandbox):
    text = "häßlich".encode()
    assert call(shared_sandbox, "utf8", text)
    assert not call(shared_sandbox, "utf8", b"\xff")
    assert call(shared_sandbox, "substring", text, 1, 3) == "ä".encode()
    assert call(shared_sandbox, "index_of", text, "ß".encode()) == 3
    assert call(shared_sandbox, "index_of", text, b"z") == len(text)
    for start, end in ((1, 2), (2, 3), (3, 1), (0, 100)):
        with pytest.raises(MoveAbort):
            call(shared_sandbox, "substring", text, start, end)


def test_addresses(shared_sandbox):
    address = bytes(range(32))
    number = int.from_bytes(address, "big")
    assert call(shared_sandbox, "address_number", address) == number
    assert call(shared_sandbox, "number_address", number) == address
    assert shared_sandbox.call("natives::bytes_address", bytearray(address)) == [address]
    with pytest.raises(MoveAbort, match="code 0"):
        shared_sandbox.call("natives::bytes_address", bytearray(31))


def test_bls_signatures(shared_sandbox):
    message = bytes.fromhex(BLS["msg"])
    pairs = list(zip(BLS["pks"], BLS["sigs"], strict=True))
    for key, signature in pairs:
        assert call(shared_sandbox, "min_pk", bytes.fromhex(signature), bytes.fromhex(key), message)
    (key, signature), (other, _) = pairs[0], pairs[1]
    good, mine = bytes.fromhex(signature), bytes.fromhex(key)
    assert not call(shared_sandbox, "min_pk", good, bytes.fromhex(other), message)
    assert not call(shared_sandbox, "min_pk", good, mine, message + b"!")
    assert not call(shared_sandbox, "min_pk", bytes.fromhex(BLS["wrong_dst_sig"]), mine, message)
    for bad in (b"", good[:-1], bytes(96), b"\xff" * 96, b"\xc0" + bytes(95)):
        assert not call(shared_sandbox, "min_pk", bad, mine, message)
    for bad in (b"", mine[:-1], bytes(48), b"\xff" * 48, b"\xc0" + bytes(47)):
        assert not call(shared_sandbox, "min_pk", good, bad, message)
        assert not call(shared_sandbox, "min_sig", bad, good, message)


def test_the_aggregate_key_verifies_the_aggregate_signature(shared_sandbox):
    """What a certificate check does on chain: sum the keys in G1, then one verification."""
    keys = [bytearray.fromhex(key) for key in BLS["pks"]]
    (total,) = shared_sandbox.call("natives::g1_sum", keys)
    assert call(shared_sandbox, "min_pk", bytes.fromhex(BLS["agg"]), bytes(total), bytes.fromhex(BLS["msg"]))
    first_two = call(shared_sandbox, "g1_add", bytes(keys[0]), bytes(keys[1]))
    assert call(shared_sandbox, "g1_add", first_two, bytes(keys[2])) == bytes(total)
    assert call(shared_sandbox, "g1_sub", bytes(total), bytes(keys[2])) == first_two


def test_g1_generator(shared_sandbox):
    # x and y of the generator (the BLS12-381 specification), and twice the generator
    generator = bytes.fromhex(
        "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
    )
    double = "a572cbea904d67468808c8eb50a9450c9721db309128012543902d0ac358a62ae28f75bb8f1c7c42c39a8c5529bf0f4e"
    y = "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"
    assert call(shared_sandbox, "g1_add", generator, generator).hex() == double
    assert call(shared_sandbox, "g1_uncompressed", generator).hex() == "17" + generator.hex()[2:] + y
    identity = b"\xc0" + bytes(47)
    assert call(shared_sandbox, "g1_sub", generator, generator) == identity
    assert call(shared_sandbox, "g1_uncompressed", identity) == b"\x40" + bytes(95)
    for bad in (bytes(48), b"\xff" * 48, generator[:-1], b"\xc0" + bytes(46) + b"\x01"):
        with pytest.raises(MoveAbort, match="code 1"):
            call(shared_sandbox, "g1_add", bad, generator)


# signatures --------------------------------------------------------------------------------------------------
def sui(sandbox, name, *arguments):
    """Call a framework function with bytes as vectors."""
    converted = [bytearray(a) if isinstance(a, bytes) else a for a in arguments]
    (result,) = sandbox.call_in(sandbox.sui, name, *converted)
    return bytes(result) if isinstance(result, bytearray) else result


def test_ed25519(shared_sandbox):
    # RFC 8032, test 2
    key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert sui(shared_sandbox, "ed25519::ed25519_verify", signature, key, b"\x72")
    for bad in ((signature, key, b"\x73"), (signature[:-1], key, b"\x72"), (signature, key[:-1], b"\x72")):
        assert not sui(shared_sandbox, "ed25519::ed25519_verify", *bad)
    assert not sui(shared_sandbox, "ed25519::ed25519_verify", bytes(64), bytes(32), b"")


def test_hmac(shared_sandbox):
    # NIST's HMAC-SHA3-256 example: 32-byte key, shorter than the block
    message = b"Sample message for keylen<blocklen"
    expected = "4fe8e202c4f058e8dddc23d8c34e467343e23555e24fc2f025d598f558f67205"
    assert sui(shared_sandbox, "hmac::hmac_sha3_256", bytes(range(32)), message).hex() == expected


CURVES = {
    "ecdsa_k1::secp256k1": (ec.SECP256K1(), SECP256K1.n),
    "ecdsa_r1::secp256r1": (ec.SECP256R1(), SECP256R1.n),
}


def signed(curve, order, message):
    """A key, and its signature in the lower half, made by another library."""
    private = ec.derive_private_key(0xC0FFEE, curve)
    r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
    public = private.public_key()
    compressed = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    whole = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return compressed, whole, r.to_bytes(32, "big"), min(s, order - s).to_bytes(32, "big")


@pytest.mark.parametrize("name", sorted(CURVES))
def test_ecdsa(shared_sandbox, name):
    curve, order = CURVES[name]
    key, _, r, s = signed(curve, order, b"message")

    def verify(*arguments):
        return sui(shared_sandbox, f"{name}_verify", *arguments)

    assert verify(r + s, key, b"message", 1)
    high = (order - int.from_bytes(s, "big")).to_bytes(32, "big")
    other = bytes([key[0] ^ 1]) + key[1:]
    for bad in (
        (r + s, key, b"other", 1),
        (r + s, key, b"message", 0),
        (r + s, key, b"message", 2),
        (r + s, other, b"message", 1),
        (r + high, key, b"message", 1),
        (r + s + b"\0", key, b"message", 1),
        (bytes(64), key, b"message", 1),
        (r + s, key[:-1], b"message", 1),
        (r + s, b"\x02" + b"\xff" * 32, b"message", 1),
    ):
        assert not verify(*bad)
    recovered = {
        sui(shared_sandbox, f"{name}_ecrecover", r + s + bytes([identity]), b"message", 1) for identity in (0, 1)
    }
    assert key in recovered
    for bad, code in (((r + s, b"", 1), 1), ((r + s + b"\x04", b"", 1), 1), ((bytes(65), b"", 1), 0)):
        with pytest.raises(MoveAbort, match=f"code {code}"):
            sui(shared_sandbox, f"{name}_ecrecover", *bad)
    with pytest.raises(MoveAbort, match="code 0"):
        sui(shared_sandbox, f"{name}_ecrecover", r + s + b"\0", b"message", 9)


def test_ecdsa_with_the_published_vector(shared_sandbox):
    # RFC 6979, A.2.5: P-256, SHA-256, "sample"; s taken to the lower half
    x = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    s = 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8
    signature = bytes.fromhex(r) + (SECP256R1.n - s).to_bytes(32, "big")
    key = bytes.fromhex("03" + x)
    assert sui(shared_sandbox, "ecdsa_r1::secp256r1_verify", signature, key, b"sample", 1)


def test_decompressing_a_key(shared_sandbox):
    key, whole, _, _ = signed(*CURVES["ecdsa_k1::secp256k1"], b"")
    assert sui(shared_sandbox, "ecdsa_k1::decompress_pubkey", key) == whole
    with pytest.raises(MoveAbort, match="code 2"):
        sui(shared_sandbox, "ecdsa_k1::decompress_pubkey", b"\x02" + bytes(32))


# groups ------------------------------------------------------------------------------------------------------
def native(sandbox, name, *arguments):
    return sui(sandbox, f"group_ops::internal_{name}", *arguments)


def number(value):
    return (value % ORDER).to_bytes(32, "big")


def test_scalars(shared_sandbox):
    a, b = 2**254 + 12345, ORDER - 7
    assert native(shared_sandbox, "add", 0, number(a), number(b)) == number(a + b)
    assert native(shared_sandbox, "sub", 0, number(a), number(b)) == number(a - b)
    assert native(shared_sandbox, "mul", 0, number(a), number(b)) == number(a * b)
    assert native(shared_sandbox, "div", 0, number(a), number(b)) == number(b * pow(a, -1, ORDER))
    assert native(shared_sandbox, "validate", 0, number(a))
    for bad in (ORDER.to_bytes(32, "big"), bytes(31)):
        assert not native(shared_sandbox, "validate", 0, bad)
        with pytest.raises(MoveAbort, match="code 1"):
            native(shared_sandbox, "add", 0, number(a), bad)
    with pytest.raises(MoveAbort, match="code 1"):
        native(shared_sandbox, "div", 0, number(0), number(b))


@pytest.mark.parametrize(("group", "point"), [(1, G1Point), (2, G2Point)])
def test_points(shared_sandbox, group, point):
    def times(scalar):
        return (point() * Scalar(scalar)).to_compressed_bytes()

    assert native(shared_sandbox, "add", group, times(3), times(4)) == times(7)
    assert native(shared_sandbox, "sub", group, times(7), times(4)) == times(3)
    assert native(shared_sandbox, "mul", group, number(5), times(3)) == times(15)
    assert native(shared_sandbox, "div", group, number(5), times(15)) == times(3)
    scalars, elements = number(2) + number(3), times(5) + times(7)
    assert native(shared_sandbox, "multi_scalar_mul", group, scalars, elements) == times(31)
    hashed = native(shared_sandbox, "hash_to", group, b"message")
    assert native(shared_sandbox, "validate", group, hashed)
    assert not native(shared_sandbox, "validate", group, hashed[:-1] + bytes([hashed[-1] ^ 1]))
    refused = [
        ("hash_to", (group, b""), 1),
        ("multi_scalar_mul", (group, b"", b""), 1),
        ("multi_scalar_mul", (group, scalars, times(5)), 1),
        ("multi_scalar_mul", (group, number(1) * 33, times(1) * 33), 2),
        ("add", (9, times(1), times(1)), 0),
        ("hash_to", (0, b"message"), 0),
        ("multi_scalar_mul", (0, scalars, scalars), 0),
        ("pairing", (2, times(1), times(1)), 0),
        ("pairing", (1, times(1), bytes(96)), 1),
        ("hash_to", (3, b"message"), 0),
        ("convert", (group, group, times(1)), 0),
    ]
    for name, arguments, code in refused:
        with pytest.raises(MoveAbort, match=f"code {code}"):
            native(shared_sandbox, name, *arguments)
    assert not native(shared_sandbox, "validate", 9, times(1))


def test_sums_of_uncompressed_points(shared_sandbox):
    points = [bytearray((G1Point() * Scalar(n)).to_xy_bytes_be()) for n in (2, 3, 5)]
    total = native(shared_sandbox, "sum", 4, points)
    assert total == (G1Point() * Scalar(10)).to_xy_bytes_be()
    assert native(shared_sandbox, "convert", 4, 1, total) == (G1Point() * Scalar(10)).to_compressed_bytes()
    assert native(shared_sandbox, "sum", 4, []) == b"\x40" + bytes(95)
    for elements, code in (([bytearray(96)], 1), ([points[0]] * 2001, 2)):
        with pytest.raises(MoveAbort, match=f"code {code}"):
            native(shared_sandbox, "sum", 4, elements)
    with pytest.raises(MoveAbort, match="code 0"):
        native(shared_sandbox, "sum", 1, points)
    with pytest.raises(MoveAbort, match="code 1"):
        native(shared_sandbox, "convert", 4, 1, bytes(96))


def test_signatures_in_g1(shared_sandbox):
    # signature = secret * H(message) in G1, key = secret * generator in G2
    secret = Scalar(0xFEED)
    domain = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
    signature = (G1Point.hash_to_curve(b"message", domain) * secret).to_compressed_bytes()
    key = (G2Point() * secret).to_compressed_bytes()
    assert call(shared_sandbox, "min_sig", signature, key, b"message")
    assert not call(shared_sandbox, "min_sig", signature, key, b"other")
    identity = b"\xc0" + bytes(47)
    assert not call(shared_sandbox, "min_sig", identity, b"\xc0" + bytes(95), b"message")


# what is there -----------------------------------------------------------------------------------------------
def test_every_native_of_the_framework_is_there(shared_sandbox):
    for package in (shared_sandbox.std, shared_sandbox.sui):
        for module in shared_sandbox.packages.package(package).modules:
            for info in shared_sandbox.machine.functions(package, module):
                assert not info.is_native or NATIVES.get(package, module, info.name), f"{module}::{info.name}"


def test_a_native_that_is_not_there_says_so(shared_sandbox, monkeypatch):
    monkeypatch.setattr(NATIVES, "_natives", {})
    machine = Machine(shared_sandbox.packages)
    with pytest.raises(UnsupportedNative, match="ecvrf::ecvrf_verify is not offered"):
        machine.call(
            shared_sandbox.sui, "ecvrf", "ecvrf_verify", (), [bytearray()] * 4, shared_sandbox.world, Meter(10**6)
        )


def test_debug_output_goes_nowhere(shared_sandbox, capfd):
    shared_sandbox.call_in(shared_sandbox.std, "debug::print", ([5], 0), type_args=[U64])
    shared_sandbox.call_in(shared_sandbox.std, "debug::print_stack_trace")
    assert capfd.readouterr() == ("", "")
