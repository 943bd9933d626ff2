"""Natives against published vectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from walrus_localnet.vm import MoveAbort

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
