"""Key files: the flag, the length, and no secret in any error."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walrus_sui.crypto import SecretKey, format_bls_key, parse_bls_key
from walrus_sui.crypto.keys import SECP256R1_FLAG, format_key, parse_key
from walrus_sui.errors import KeyFormatError

SECRET = bytes(range(1, 33))


def test_text_of_a_key_by_hand() -> None:
    key = SecretKey.from_bytes(SECRET)
    assert format_bls_key(key) == base64.b64encode(b"\x04" + SECRET).decode()
    assert parse_bls_key(format_bls_key(key) + "\n").to_bytes() == SECRET
    assert parse_key(SECP256R1_FLAG, format_key(SECP256R1_FLAG, SECRET)) == SECRET


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not base64!",
        base64.b64encode(SECRET).decode(),
        base64.b64encode(b"\x02" + SECRET).decode(),
        base64.b64encode(b"\x04" + SECRET + b"\0").decode(),
    ],
    ids=["empty", "no base64", "no flag", "other flag", "long"],
)
def test_text_that_is_no_key(text: str) -> None:
    with pytest.raises(KeyFormatError) as caught:
        parse_bls_key(text)
    assert not text or text not in str(caught.value)


def test_secrets_of_the_wrong_length() -> None:
    with pytest.raises(KeyFormatError):
        format_key(SECP256R1_FLAG, SECRET[:-1])


@given(st.text(max_size=60))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    with contextlib.suppress(KeyFormatError):
        parse_bls_key(text)
