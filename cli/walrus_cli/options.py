"""Options that more than one command takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from walrus_cli import output

Json = Annotated[bool, typer.Option("--json", callback=output.choose_json, help="Answer in JSON.")]
Config = Annotated[
    Path | None, typer.Option("--config", help="The client_config.yaml to use [env: WALRUS_CONFIG].")
]
