"""`walrus doctor`: is everything there that a user of Walrus needs, and if not, what is to be done?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from walrus_cli import loop, output
from walrus_cli.doctor.findings import Findings
from walrus_cli.opening import find_network
from walrus_cli.options import Config, Json
from walrus_sui.errors import WalrusError

if TYPE_CHECKING:
    from walrus_sui.config import ClientConfig

app = typer.Typer()


@app.command("doctor")
def doctor(config: Config = None, json: Json = False) -> None:
    """Check configuration, wallet, chain, contracts, balances, storage nodes and this machine.

    Exits with 1 if a check failed, with 0 if all are well or merely doubtful.
    """
    from walrus_cli.doctor.machine import check_machine

    findings = Findings()
    network = _check_config(findings, config)
    if network is not None:
        loop.run(_check_network(findings, network))
    check_machine(findings)
    output.result(findings.document(), findings.text())
    if findings.broken:
        raise typer.Exit(1)


def _check_config(findings: Findings, config: Path | None) -> ClientConfig | None:
    try:
        network = find_network(config)
    except WalrusError as error:
        findings.error("config", error, "start a network here with `walrus localnet up`, or pass --config")
        return None
    context = f", context {network.context}" if network.context else ""
    findings.ok("config", f"{network.source}{context}")
    return network


async def _check_network(findings: Findings, network: ClientConfig) -> None:
    from walrus_cli.doctor.network import check_network
    from walrus_cli.doctor.wallet import check_wallet

    await check_network(findings, network, check_wallet(findings, network))
