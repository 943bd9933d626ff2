"""`walrus stake`, `request-withdraw-stake`, `withdraw-stake` and `list-staked-wal`: WAL behind storage nodes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import loop, output
from walrus_cli.amounts import amount_text, parse_amount
from walrus_cli.ids import object_ids
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_cli.words import ManyValues
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from walrus_sui.chain.types import StakedWal

app = typer.Typer()

StakeIds = Annotated[
    list[str],
    typer.Option(
        "--staked-wal-ids", "--staked-wal-id", help="StakedWal objects, 0x….", show_default=False, metavar="ID…"
    ),
]


@app.command("stake", cls=ManyValues)
def stake(
    node_ids: Annotated[
        list[str],
        typer.Option(
            "--node-ids", "--node-id", help="Nodes to stake with, 0x….", show_default=False, metavar="ID…"
        ),
    ],
    amounts: Annotated[
        list[str] | None,
        typer.Option(
            "--amounts",
            "--amount",
            metavar="AMOUNT…",
            help="FROST, or such as 1.5WAL: one for all nodes, or one for each.",
            show_default="1WAL",
        ),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Stake WAL with storage nodes; it counts from the next epoch or the one after."""
    nodes = object_ids(node_ids)
    stakes = loop.run(_stake(_share_out(nodes, amounts or ["1WAL"]), config))
    documents = [stake_document(item) for item in stakes]
    output.result({"stakedWal": documents}, "\n".join(f"staked: {_line(item)}" for item in stakes))


def _share_out(nodes: list[bytes], texts: list[str]) -> dict[bytes, int]:
    if len(texts) not in (1, len(nodes)):
        raise InputError(f"expected one amount, or one for each of {len(nodes)} nodes, got {len(texts)}")
    if len(set(nodes)) != len(nodes):
        raise InputError("expected each node once, got one several times")
    amounts = [parse_amount(text, "WAL") for text in texts]
    return dict(zip(nodes, amounts if len(amounts) > 1 else amounts * len(nodes), strict=True))


async def _stake(amounts: dict[bytes, int], config: Path | None) -> tuple[StakedWal, ...]:
    async with open_client(config) as client:
        await client.contracts.pools(amounts)
        return await client.contracts.stake_with_pools(client.signer, amounts)


@app.command("request-withdraw-stake", cls=ManyValues)
def request_withdraw_stake(staked_wal_ids: StakeIds, config: Config = None, json: Json = False) -> None:
    """Ask for stake back; it is paid out with `withdraw-stake` once its epoch has come."""
    stakes = loop.run(_request(object_ids(staked_wal_ids), config))
    documents = [stake_document(item) for item in stakes]
    output.result({"stakedWal": documents}, "\n".join(f"asked for: {_line(item)}" for item in stakes))


async def _request(stakes: list[bytes], config: Path | None) -> list[StakedWal]:
    async with open_client(config) as client:
        contracts, signer = client.contracts, client.signer
        for stake in stakes:
            await contracts.own_stake(stake, signer.address)
        for stake in stakes:
            await contracts.request_withdraw_stake(signer, stake)
        return [await contracts.own_stake(stake, signer.address) for stake in stakes]


@app.command("withdraw-stake", cls=ManyValues)
def withdraw_stake(staked_wal_ids: StakeIds, config: Config = None, json: Json = False) -> None:
    """Take stake back with its rewards, once its epoch has come, or at once if it does not count yet."""
    paid = loop.run(_withdraw(object_ids(staked_wal_ids), config))
    lines = [
        f"{item['id']}: {amount_text(item['amount'], 'WAL')} for {amount_text(item['principal'], 'WAL')} staked"
        for item in paid
    ]
    output.result({"withdrawn": paid}, "\n".join(lines))


async def _withdraw(stakes: list[bytes], config: Path | None) -> list[dict[str, Any]]:
    paid = []
    async with open_client(config) as client:
        contracts, signer = client.contracts, client.signer
        owned = [await contracts.own_stake(stake, signer.address) for stake in stakes]
        for stake in owned:
            executed = await contracts.withdraw_stake(signer, stake.object_id)
            amount = await contracts.received_wal(executed)
            paid.append({"id": "0x" + stake.object_id.hex(), "principal": stake.principal, "amount": amount})
    return paid


@app.command("list-staked-wal")
def list_staked_wal(config: Config = None, json: Json = False) -> None:
    """The stake that the wallet owns, and what it is worth by now."""
    epoch, stakes = loop.run(_owned(config))
    documents = [{**stake_document(stake), "value": value} for stake, value in stakes]
    lines = [f"{_line(stake)}, worth {amount_text(value, 'WAL')}" for stake, value in stakes]
    staked, worth = (amount_text(sum(item[key] for item in documents), "WAL") for key in ("principal", "value"))
    lines.append(f"{staked} staked in all, worth {worth}; it is epoch {epoch}")
    output.result({"stakedWal": documents}, "\n".join(lines) if stakes else "no stake")


async def _owned(config: Path | None) -> tuple[int, list[tuple[StakedWal, int]]]:
    async with open_client(config) as client:
        stakes = await client.contracts.owned_stakes(client.signer.address)
        values = await client.contracts.stake_values(stakes)
        return (await client.contracts.staking()).epoch, list(zip(stakes, values, strict=True))


def stake_document(stake: StakedWal) -> dict[str, Any]:
    """A StakedWal object; amounts are FROST."""
    epoch = _withdraw_epoch(stake)
    return {
        "id": "0x" + stake.object_id.hex(),
        "nodeId": "0x" + stake.node_id.hex(),
        "principal": stake.principal,
        "activationEpoch": stake.activation_epoch,
        "state": "staked" if epoch is None else {"withdrawing": {"withdrawEpoch": epoch}},
    }


def _withdraw_epoch(stake: StakedWal) -> int | None:
    from walrus_sui.chain.types import Withdrawing

    return stake.state.withdraw_epoch if isinstance(stake.state, Withdrawing) else None


def _line(stake: StakedWal) -> str:
    epoch = _withdraw_epoch(stake)
    state = "" if epoch is None else f", to be withdrawn from epoch {epoch} on"
    amount = amount_text(stake.principal, "WAL")
    return (
        f"0x{stake.object_id.hex()}  {amount} with node 0x{stake.node_id.hex()}, "
        f"counts from epoch {stake.activation_epoch}{state}"
    )
