"""Asking a faucet for SUI (sui_localnet.md §4.11)."""

from __future__ import annotations

import httpx

from walrus_localnet.testbed.errors import StartFailed
from walrus_sui.bcs.sui import format_address

_SECONDS = 30


async def request_sui(faucet_url: str, recipient: bytes) -> None:
    """Have the faucet send its usual amount to `recipient`. Raises `StartFailed` if it does not."""
    body = {"FixedAmountRequest": {"recipient": format_address(recipient)}}
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=_SECONDS) as http:
            answer = await http.post(f"{faucet_url}/v2/gas", json=body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise StartFailed(
            f"expected the faucet at {faucet_url} to answer, got: {error or type(error).__name__}",
            hint="say where it is with --sui-faucet",
        ) from error
    if not answer.is_success:
        raise StartFailed(
            f"expected SUI from the faucet at {faucet_url}, got {answer.status_code}: {answer.text:.200}"
        )
