"""`walrus get-wal` and `generate-sui-wallet`: an account, and WAL in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from walrus_cli import loop, output
from walrus_cli.amounts import amount_text, parse_amount
from walrus_cli.ids import object_id
from walrus_cli.opening import find_network, open_client
from walrus_cli.options import Config, Json
from walrus_sui.errors import ConfigError, InputError, WalletError

app = typer.Typer()


@app.command("get-wal")
def get_wal(
    exchange_id: Annotated[
        str | None,
        typer.Option(help="The exchange, 0x….", show_default="the first of exchange_objects in the configuration"),
    ] = None,
    amount: Annotated[str, typer.Option(help="How much to change: MIST, or such as 0.5SUI.")] = "0.5SUI",
    config: Config = None,
    json: Json = False,
) -> None:
    """Change SUI into WAL, on networks that have an exchange."""
    mist = parse_amount(amount, "SUI")
    frost = loop.run(_exchange(exchange_id, mist, config))
    document = {"amountSui": mist, "amountWal": frost}
    output.result(document, f"{amount_text(frost, 'WAL')} for {amount_text(mist, 'SUI')}")


async def _exchange(exchange_id: str | None, mist: int, config: Path | None) -> int:
    network = find_network(config)
    if exchange_id is not None:
        desk = object_id(exchange_id)
    elif network.exchange_objects:
        desk = network.exchange_objects[0]
    else:
        raise ConfigError(
            f"expected exchange_objects in {network.source}, got none",
            hint="pass --exchange-id; the public main network has no exchange: buy WAL there",
        )
    async with open_client(config) as client:
        return await client.contracts.exchange_for_wal(client.signer, desk, mist)


class SuiNetwork(NamedTuple):
    """Where a Sui network is reached, and who gives SUI away there."""

    alias: str
    rpc_url: str
    faucet_url: str | None


_NETWORKS = {
    "localnet": SuiNetwork("localnet", "http://127.0.0.1:9000", "http://127.0.0.1:9123"),
    "devnet": SuiNetwork("devnet", "https://fullnode.devnet.sui.io:443", "https://faucet.devnet.sui.io"),
    "testnet": SuiNetwork("testnet", "https://fullnode.testnet.sui.io:443", "https://faucet.testnet.sui.io"),
    "mainnet": SuiNetwork("mainnet", "https://fullnode.mainnet.sui.io:443", None),
}


def _network_here() -> SuiNetwork | None:
    """The local network of this machine, if one has been made."""
    from walrus_localnet.testbed.localnet import Localnet
    from walrus_sui.config import default_localnet_directory

    localnet = Localnet(default_localnet_directory())
    if not localnet.exists:
        return None
    manifest = localnet.manifest()
    return SuiNetwork("localnet", manifest.rpc_url, manifest.faucet_url)


def parse_network(text: str) -> SuiNetwork:
    """A known network's name, or `RPC_URL` or `RPC_URL;FAUCET_URL`. Raises `InputError`."""
    if text in _NETWORKS:
        return (_network_here() if text == "localnet" else None) or _NETWORKS[text]
    rpc_url, _, faucet_url = text.partition(";")
    if not rpc_url.startswith(("http://", "https://")):
        raise InputError(f"expected one of {', '.join(_NETWORKS)}, or RPC_URL;FAUCET_URL, got {text!r}")
    return SuiNetwork("custom", rpc_url, faucet_url or None)


@app.command("generate-sui-wallet")
def generate_sui_wallet(
    path: Annotated[
        Path | None, typer.Option(help="The wallet's client.yaml.", show_default="that of the sui tool")
    ] = None,
    sui_network: Annotated[
        str, typer.Option(help="localnet, devnet, testnet, mainnet, or RPC_URL;FAUCET_URL.")
    ] = "testnet",
    use_faucet: Annotated[bool, typer.Option("--use-faucet", help="Ask the network's faucet for SUI.")] = False,
    faucet_timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for it.")] = 60.0,
    json: Json = False,
) -> None:
    """Make a new account: a wallet that the `sui` tool can use too."""
    from walrus_sui.bcs.sui import format_address
    from walrus_sui.chain import Keypair, Wallet
    from walrus_sui.config import default_wallet_path

    network = parse_network(sui_network)
    if use_faucet and network.faucet_url is None:
        raise InputError(f"expected a network with a faucet, got {sui_network}")
    file = path or default_wallet_path()
    for taken in (file, file.parent / "sui.keystore"):
        if taken.exists():
            raise WalletError(f"expected no file at {taken}, got one", hint="choose another place with --path")
    wallet = Wallet(Keypair.generate(), network.rpc_url)
    wallet.save(file, environment=network.alias)
    address = format_address(wallet.keypair.address)
    if use_faucet and network.faucet_url is not None:
        loop.run(_ask_faucet(network.faucet_url, address, faucet_timeout))
    output.result({"walletAddress": address, "path": str(file)}, f"{address}\nwallet in {file}")


async def _ask_faucet(url: str, address: str, timeout: float) -> None:
    import httpx

    from walrus_sui.errors import ChainUnreachable

    body = {"FixedAmountRequest": {"recipient": address}}
    hint = f"the wallet is there all the same; send SUI to {address}"
    try:
        async with httpx.AsyncClient(timeout=timeout) as http:
            answer = await http.post(f"{url.rstrip('/')}/v2/gas", json=body)
    except httpx.HTTPError as error:
        raise ChainUnreachable(f"expected the faucet at {url} to answer, got: {error!r}", hint=hint) from error
    if not answer.is_success:
        message = f"expected SUI from the faucet at {url}, got {answer.status_code}: {answer.text:.200}"
        raise ChainUnreachable(message, hint=hint)
