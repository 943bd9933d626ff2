"""`walrus store`: files to the network."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walrus_cli import loop, output
from walrus_cli.blobs.sharing import share_stored
from walrus_cli.blobs.store_report import Entry, show
from walrus_cli.files import standard_input
from walrus_cli.opening import open_client
from walrus_cli.options import Config, Json
from walrus_cli.words import TakesOneKind
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from walrus_sui.client import Network, Storable, StoreOutcome, StoreRequest

app = typer.Typer()

STDIN = Path("-")
_HOW_TO_GO_ON = "store it again, or `walrus store --resume`: what is paid for is not paid again"


@app.command("store", cls=TakesOneKind)
def store(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files to store, each as one blob; all files of a folder; - for standard input."),
    ] = None,
    epochs: Annotated[
        str | None, typer.Option(help="For how many epochs, this one included, or `max`.", show_default="1")
    ] = None,
    end_epoch: Annotated[
        int | None, typer.Option(help="Or until the beginning of this epoch.", show_default=False)
    ] = None,
    earliest_expiry_time: Annotated[
        datetime.datetime | None,
        typer.Option(help="Or for as many epochs as it takes to last until then (UTC).", show_default=False),
    ] = None,
    deletable: Annotated[
        bool, typer.Option("--deletable/--permanent", help="Whether the owner may delete it before its end.")
    ] = True,
    attribute: Annotated[
        list[str] | None, typer.Option("--attribute", metavar="KEY=VALUE", help="To go with the blob on chain.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Pay again for what is stored already or the wallet has registered.")
    ] = False,
    ignore_resources: Annotated[
        bool, typer.Option("--ignore-resources", help="Do not use storage and registrations of the wallet.")
    ] = False,
    freeze_certificate: Annotated[
        bool, typer.Option("--freeze-certificate", help="Keep the certificate as an object on chain.")
    ] = False,
    share: Annotated[
        bool, typer.Option("--share", help="Then share it for ever, so that anybody may keep it alive.")
    ] = False,
    upload_relay: Annotated[str | None, typer.Option("--upload-relay", hidden=True)] = None,
    skip_tip_confirmation: Annotated[bool, typer.Option("--skip-tip-confirmation", hidden=True)] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Encode, and show id, sizes and cost only.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Finish what was broken off; without files, all of it.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> int:
    """Encode files, register them on Sui, upload their slivers and certify them.

    What a store that was broken off has paid for is used when the same file is stored again.
    """
    if upload_relay is not None or skip_tip_confirmation:
        raise InputError(
            "expected to bring the slivers to the storage nodes itself: this client knows no upload relays",
            hint="leave out --upload-relay and --skip-tip-confirmation",
        )
    if share and not files:
        raise typer.BadParameter("expected files with --share; `walrus share` shares what is stored")
    if not files and not resume:
        raise typer.BadParameter("expected at least one file, or --resume to finish what was broken off")
    if [epochs, end_epoch, earliest_expiry_time].count(None) < 2:
        raise typer.BadParameter("expected one of --epochs, --end-epoch and --earliest-expiry-time, got more")
    terms = _Terms(
        "1" if epochs is None else epochs,
        end_epoch,
        earliest_expiry_time,
        deletable,
        _attributes(attribute or []),
        force,
        ignore_resources,
        freeze_certificate,
        share,
    )
    try:
        entries = loop.run(_run(files or [], terms, config, dry_run=dry_run))
    except KeyboardInterrupt as error:
        raise output.Interrupted(_HOW_TO_GO_ON) from error
    return show(entries)


@dataclass(frozen=True)
class _Terms:
    """What the options say of how to store."""

    epochs: str
    end_epoch: int | None
    earliest_end: datetime.datetime | None
    deletable: bool
    attributes: Mapping[str, str]
    force: bool
    ignore_resources: bool
    freeze_certificate: bool
    share: bool

    def request(self, network: Network) -> StoreRequest:
        from walrus_sui.client import StoreRequest

        return StoreRequest(
            self._epochs(network),
            self.deletable,
            self.force,
            self.attributes,
            self.ignore_resources,
            self.freeze_certificate,
        )

    def _epochs(self, network: Network) -> int:
        if self.end_epoch is not None:
            return self.end_epoch - network.epoch
        if self.earliest_end is not None:
            return _epochs_until(network, self.earliest_end.replace(tzinfo=datetime.UTC))
        if self.epochs == "max":
            return network.max_epochs_ahead
        if not (self.epochs.isascii() and self.epochs.isdecimal()):
            raise InputError(f"expected a number of epochs or `max`, got {self.epochs!r}")
        return int(self.epochs)


def _epochs_until(network: Network, date: datetime.datetime) -> int:
    """The fewest epochs, the current one included, that last until `date`. Raises `InputError`."""
    for epochs in range(1, network.max_epochs_ahead + 1):
        end = network.start_of(network.epoch + epochs)
        if end is None:
            raise InputError("expected to know when epochs end, but one is just beginning", hint="try again soon")
        if end >= date:
            return epochs
    raise InputError(f"expected a time within the {network.max_epochs_ahead} epochs that are sold, got {date}")


async def _run(files: Sequence[Path], terms: _Terms, config: Path | None, *, dry_run: bool) -> list[Entry]:
    async with open_client(config) as client:
        if not files:
            with output.progress() as listener:
                resumed = await client.resume_stores(on_progress=listener)
            return [Entry(_name(outcome), outcome) for outcome in resumed]
        network = await client.network()
        request = terms.request(network)
        names, items = _items(files, network.params.max_blob_size)
        with output.progress() as listener:
            if dry_run:
                plans = await client.plan_stores(items, request, on_progress=listener)
                return [Entry(name, plan) for name, plan in zip(names, plans, strict=True)]
            outcomes = await client.store_many(items, request, on_progress=listener)
        shared = await share_stored(client, outcomes) if terms.share else {}
        return [
            Entry(name, outcome, shared.get(outcome.blob_id))
            for name, outcome in zip(names, outcomes, strict=True)
        ]


def _items(files: Sequence[Path], most: int) -> tuple[list[str], list[Storable]]:
    """The names and the contents of all blobs. No more than `most` bytes and one are read from standard input."""
    if files.count(STDIN) > 1:
        raise InputError("expected standard input (-) once, got it more often")
    paths = [found for path in files for found in _expanded(path)]
    items: list[Storable] = [standard_input().buffer.read(most + 1) if path == STDIN else path for path in paths]
    return [str(path) for path in paths], items


def _expanded(path: Path) -> list[Path]:
    """A file itself, or all files in a folder and the folders in it."""
    if not path.is_dir():
        return [path]
    found = sorted(item for item in path.rglob("*") if item.is_file())
    if not found:
        raise InputError(f"expected at least one file in {path}, got none")
    return found


def _attributes(pairs: Sequence[str]) -> Mapping[str, str]:
    attributes = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise InputError(f"expected an attribute such as color=blue, got {pair!r}")
        attributes[key] = value
    return attributes


def _name(outcome: StoreOutcome) -> str:
    from walrus_sui.client import StoreFailure

    if isinstance(outcome, StoreFailure):
        return str(outcome.source.path)
    return str(outcome.path)
