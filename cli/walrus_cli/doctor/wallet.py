"""Checks of the wallet's files."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from walrus_cli.doctor.findings import Findings
from walrus_sui.bcs.sui import format_address
from walrus_sui.chain import Wallet
from walrus_sui.errors import WalrusError

if TYPE_CHECKING:
    from walrus_sui.chain import Keypair
    from walrus_sui.config import ClientConfig


def check_wallet(findings: Findings, network: ClientConfig) -> Keypair | None:
    """The account that pays, if there is one that can be used."""
    if network.wallet is None:
        findings.warn(
            "wallet",
            "none: blobs can be read, not stored",
            f"make one with `walrus generate-sui-wallet` and name it in {network.source} as wallet_config",
        )
        return None
    try:
        wallet = Wallet.load(network.wallet.path, network.wallet.active_address)
    except WalrusError as error:
        findings.error("wallet", error, "make one with `walrus generate-sui-wallet`")
        return None
    address = format_address(wallet.keypair.address)
    exposed = [str(path) for path in _files(network.wallet.path) if _is_exposed(path)]
    if exposed:
        findings.warn("wallet", f"{address}, but others can read {', '.join(exposed)}", f"chmod 600 {exposed[0]}")
    elif wallet.rpc_url not in network.rpc_urls:
        findings.warn(
            "wallet",
            f"{address}; its environment is {wallet.rpc_url}, the configuration's {network.rpc_url}",
            "if these are two networks, name a wallet of the right one with --wallet",
        )
    else:
        findings.ok("wallet", f"{address} in {network.wallet.path}")
    return wallet.keypair


def _files(wallet: Path) -> tuple[Path, ...]:
    return wallet, wallet.parent / "sui.keystore"


def _is_exposed(path: Path) -> bool:
    return path.suffix == ".keystore" and path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
