"""Keys and addresses against accounts of the official Sui SDK, and bad input."""

from __future__ import annotations

import base64

import nacl.signing
import pytest

from walrus_sui.bcs import sui
from walrus_sui.chain import Keypair, bech32
from walrus_sui.errors import BcsError, WalletError

# private keys and addresses published with the test suite of @mysten/sui
OFFICIAL = [
    (
        "suiprivkey1qrwsjvr6gwaxmsvxk4cfun99ra8uwxg3c9pl0nhle7xxpe4s80y05ctazer",
        "0xa2d14fad60c56049ecf75246a481934691214ce413e6a8ae2fe6834c173a6133",
    ),
    (
        "suiprivkey1qzdvpa77ct272ultqcy20dkw78dysnfyg90fhcxkdm60el0qht9mvzlsh4j",
        "0x1ada6e6f3f3e4055096f606c746690f1108fcc2ca479055cc434a3e1d3f758aa",
    ),
    (
        "suiprivkey1qqqscjyyr64jea849dfv9cukurqj2swx0m3rr4hr7sw955jy07tzgcde5ut",
        "0xe69e896ca10f5a77732769803cc2b5707f0ab9d4407afb5e4b4464b89769af14",
    ),
]


@pytest.mark.parametrize(("text", "address"), OFFICIAL)
def test_official_accounts(text: str, address: str) -> None:
    keypair = Keypair.from_suiprivkey(text)
    assert sui.format_address(keypair.address) == address
    assert keypair.suiprivkey == text
    assert Keypair.from_keystore_entry(keypair.keystore_entry).address == keypair.address


def test_a_signature_covers_the_intent_and_the_transaction() -> None:
    keypair = Keypair(bytes(range(32)))
    gas = sui.GasData((), keypair.address, 1000, 5_000_000)
    transaction = sui.TransactionDataV1(
        sui.ProgrammableTransaction((), ()), keypair.address, gas, sui.NoExpiration()
    )
    signature = keypair.sign(transaction)
    assert len(signature) == 97
    assert (signature[0], signature[65:]) == (0, keypair.public_key)
    message = sui.blake2b256(b"\0\0\0" + transaction.to_bytes())
    nacl.signing.VerifyKey(keypair.public_key).verify(message, signature[1:65])


@pytest.mark.parametrize(
    "text",
    ["", "suiprivkey1", "suiprivkey1qqqq", OFFICIAL[0][0][:-1] + "q", OFFICIAL[0][0].upper(), "x" * 1000,
     bech32.encode("suiprivkey", bytes(32)), bech32.encode("suiprivkey", b"\x01" + bytes(32)),
     bech32.encode("other", bytes(33))],
)  # fmt: skip
def test_text_that_is_no_private_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(WalletError) as caught:
        Keypair.from_suiprivkey(text)
    assert len(text) < 20 or text not in str(caught.value)


@pytest.mark.parametrize(
    "raw", [b"", b"\0", b"\x02" + bytes(32), bytes(34)], ids=["empty", "short", "secp256r1", "long"]
)
def test_keystore_entries_of_other_schemes_or_sizes_are_refused(raw: bytes) -> None:
    with pytest.raises(WalletError):
        Keypair.from_keystore_entry(base64.b64encode(raw).decode())
    with pytest.raises(WalletError, match="base64"):
        Keypair.from_keystore_entry("!")


def test_a_keypair_does_not_show_its_key() -> None:
    keypair = Keypair.generate()
    assert keypair.suiprivkey not in repr(keypair)
    assert sui.format_address(keypair.address) in repr(keypair)


# a1, a2: strings of BIP-173's own test vectors
@pytest.mark.parametrize("text", ["a12uel5l", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"])
def test_bech32_vectors(text: str) -> None:
    prefix = text[: text.rindex("1")]
    if prefix == "a":
        assert bech32.decode(prefix, text) == b""
        assert bech32.encode(prefix, b"") == text
    else:
        # 32 words of 5 bits are exactly 20 bytes: 00443214c74254b635cf84653a56d7c675be77df
        payload = bytes.fromhex("00443214c74254b635cf84653a56d7c675be77df")
        assert bech32.decode(prefix, text) == payload
        assert bech32.encode(prefix, payload) == text


def test_digest_text_is_base58() -> None:
    # base58 of 32 zero bytes is 32 ones; the chain id of Sui's mainnet is its genesis checkpoint's digest
    assert sui.format_digest(bytes(32)) == "1" * 32
    mainnet = "4btiuiMPvEENsttpZC7CZ53DruC3MAgfznDbASZ7DR6S"
    assert sui.parse_digest(mainnet)[:4].hex() == "35834a8a"
    assert sui.format_digest(sui.parse_digest(mainnet)) == mainnet


@pytest.mark.parametrize("text", ["", "1" * 31, "1" * 33, "0" * 32, "l" * 43, "z" * 44, "z" * 10_000])
def test_text_that_is_no_digest(text: str) -> None:
    with pytest.raises(BcsError):
        sui.parse_digest(text)
