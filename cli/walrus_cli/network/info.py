"""`walrus info`: the network as its chain describes it, as a whole or one section."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from walrus_cli import loop, output
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json

if TYPE_CHECKING:
    from pathlib import Path

    from walrus_cli.network.facts import Facts

app = typer.Typer()


class Section(StrEnum):
    """What `walrus info` can be asked for."""

    ALL = "all"
    EPOCH = "epoch"
    STORAGE = "storage"
    SIZE = "size"
    PRICE = "price"
    BFT = "bft"
    COIN = "coin"
    COMMITTEE = "committee"


_MAIN = (Section.EPOCH, Section.STORAGE, Section.SIZE, Section.PRICE)
_MORE = (Section.BFT, Section.COIN, Section.COMMITTEE)


@app.command("info")
def info(
    section: Annotated[
        Section | None, typer.Argument(help="One section, or all.", show_default="the first four")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Epoch, storage, sizes and prices of the network; or its committee, coin and fault tolerance."""
    facts = loop.run(_facts(config))
    if section is None or section is Section.ALL:
        sections = _MAIN if section is None else (*_MAIN, *_MORE)
        document = {f"{one.value}Info": facts.document(one.value) for one in sections}
        output.result(document, "\n".join(facts.text(one.value) for one in sections))
    else:
        output.result(facts.document(section.value), facts.text(section.value))


async def _facts(config: Path | None) -> Facts:
    from walrus_cli.network.facts import Facts

    async with open_client(config) as client:
        network, contracts = await client.network(), client.contracts
        ids = [member.node_id for member in network.committee.members]
        pools = {pool.object_id: pool for pool in await contracts.pools(ids)}
        return Facts(network, pools, str(contracts.wal_type))
