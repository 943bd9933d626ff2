"""The official TypeScript SDK, unmodified, against a running network, over gRPC-Web."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.chain.sandbox import modules
from tests.peers.npm import NODE, PeerUnavailable, installed, node
from walrus_localnet.chain.local import LocalSui

HERE = Path(__file__).parent / "typescript"
SDK = "2.33.1"


@pytest.fixture(scope="module")
def sdk() -> Path:
    """A folder with the SDK in it, kept in the user's cache. Skips where npm cannot provide it or Node.js 22."""
    try:
        node()
        return installed(f"mysten-sui-{SDK}", [f"@mysten/sui@{SDK}"])
    except PeerUnavailable as unavailable:
        pytest.skip(str(unavailable))


async def run(sdk: Path, script: str, *arguments: str, **environment: str) -> dict[str, Any]:
    """The report a script prints. It runs as a copy of its own beside the SDK, where its imports are found."""
    with tempfile.NamedTemporaryFile(suffix=".mjs", dir=sdk) as copy:
        copy.write((HERE / script).read_bytes())
        copy.flush()
        process = await asyncio.create_subprocess_exec(
            node(), copy.name, *arguments, cwd=sdk, env={**os.environ, **environment},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    report = json.loads(output)
    assert isinstance(report, dict)
    return report


@pytest.mark.peer
@pytest.mark.parametrize("form", ["", "binary"])
async def test_the_sdk_builds_sends_and_reads(sdk: Path, form: str) -> None:
    code = [base64.b64encode(module).decode() for module in modules()]
    async with LocalSui.start() as network:
        # the second form also asks the faucet on the network's own port
        faucet = network.url if form else network.faucet_url
        report = await run(sdk, "flow.mjs", network.url, faucet, *code, FORMAT=form)
        assert report.pop("chain") == network.chain_id
    assert report.pop("node") == NODE
    report.pop("address")
    assert "abort code: 7" in report.pop("failure")
    assert report == {
        "balance": "1000000000000",
        "bob": ["7", "8"],
        "bobChange": "15",
        "events": [["Counted", "1"]],
        "counter": "41",
        "counterJson": "41",
        "owner": "Shared",
        "readOnly": True,
        "received": {"AddressOwner": "0x" + "ab" * 32, "$kind": "AddressOwner"},
        "fields": ["u64"],
        "owned": 1,
        "parameters": [["mutable", "datatype"], [None, "datatype"]],
        "missing": "notFound",
        "epoch": "0",
        "viewed": "41",
        "tried": "0",
        "notWithChecks": True,
        "parallel": ["Transaction"] * 3,
        "party": ["ConsensusAddressOwner", "8"],
        "sui": "SUI",
        "gasPrice": "1000",
        "balances": ["21"],
        "commands": "1024",
        "again": True,
        "streamed": "bigint",
        "advanced": True,
        "stepped": "2",
    }


@pytest.mark.peer
async def test_every_kind_of_account_of_the_sdk_can_pay(sdk: Path) -> None:
    async with LocalSui.start() as network:
        report = await run(sdk, "signatures.mjs", network.url, network.faucet_url)
    assert "expected signatures of" in report.pop("foreign")
    assert "weight 3 or more, got 2" in report.pop("tooFew")
    assert report == {
        "ed25519": "Transaction",
        "secp256k1": "Transaction",
        "secp256r1": "Transaction",
        "multisig": "Transaction",
        "personal": True,
    }
