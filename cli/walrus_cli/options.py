"""Options that more than one command takes."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from walrus_cli import output

_BLOB_ID_WITH_DASH = re.compile(r"-[A-Za-z0-9_-]{42}")

Json = Annotated[bool, typer.Option("--json", callback=output.choose_json, help="Answer in JSON.")]
Config = Annotated[
    Path | None, typer.Option("--config", help="The client_config.yaml to use [env: WALRUS_CONFIG].")
]


class TakesBlobIds(TyperCommand):
    """A command whose arguments are blob ids: one in 64 begins with a dash and is no option for that."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        pairs = pairwise(["", *args])
        ids = [word for before, word in pairs if _BLOB_ID_WITH_DASH.fullmatch(word) and before != "--blob-id"]
        others = [word for word in args if word not in ids]
        if ids and "--" not in others:
            others.append("--")
        return super().parse_args(ctx, others + ids)
