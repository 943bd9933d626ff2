"""The network that the command line names, and the account that pays there."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from walrus_cli.options import chosen

if TYPE_CHECKING:
    from walrus_sui.client import WalrusClient
    from walrus_sui.config import ClientConfig


def find_network(config: Path | None = None) -> ClientConfig:
    """The configuration that the options mean. Raises `ConfigError`."""
    from walrus_sui.config import WalletConfig, find_config

    choice = chosen()
    found = find_config(config or choice.config, choice.context)
    found = dataclasses.replace(found, gas_budget=choice.gas_budget)
    if choice.rpc_url is not None:
        found = dataclasses.replace(found, rpc_urls=(choice.rpc_url,))
    if choice.wallet is not None:
        found = dataclasses.replace(found, wallet=WalletConfig(choice.wallet))
    return found


def open_client(config: Path | None = None) -> WalrusClient:
    """A client of that network, to be entered with `async with`. Raises `ConfigError`."""
    network = find_network(config)  # before the client is loaded, which takes a while
    from walrus_sui.client import WalrusClient

    return WalrusClient(network)
