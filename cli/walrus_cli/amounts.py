"""Amounts of money on the command line and on the screen (FROST and MIST are 10⁻⁹ of WAL and SUI)."""

from __future__ import annotations

import re
from decimal import Decimal

from walrus_sui.errors import InputError

_UNIT = 10**9
_MAX = (1 << 64) - 1
_TEXT = re.compile(r"(\d{1,20}|\d{1,11}\.\d{1,9})\s?(FROST|WAL|MIST|SUI)?", re.ASCII | re.IGNORECASE)
_SMALLEST = {"WAL": "FROST", "SUI": "MIST"}


def parse_amount(text: str, coin: str) -> int:
    """FROST or MIST in `text`: a number of them, or of whole coins with the coin's name, such as `1.5WAL`.

    `coin` is `WAL` or `SUI`. Raises `InputError`.
    """
    smallest = _SMALLEST[coin]
    match = _TEXT.fullmatch(text.strip())
    unit = (match[2] or smallest).upper() if match else ""
    if match is None or unit not in (coin, smallest) or ("." in match[1] and unit != coin):
        raise InputError(f"expected an amount in {smallest}, or such as 1.5{coin}, got {text!r}")
    amount = int(Decimal(match[1]) * (_UNIT if unit == coin else 1))
    if not 0 < amount <= _MAX:
        raise InputError(f"expected an amount from 1 to {_MAX} {smallest}, got {text!r}")
    return amount


def amount_text(amount: int, coin: str) -> str:
    """`1500000000` as `1.5 WAL`."""
    whole, rest = divmod(amount, _UNIT)
    decimals = f".{rest:09}".rstrip("0") if rest else ""
    return f"{whole:,}{decimals} {coin}"
