"""Options that more than one command takes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from walrus_cli import output, trace

Json = Annotated[
    bool, typer.Option("--json", envvar="WALRUS_JSON", callback=output.choose_json, help="Answer in JSON.")
]
Config = Annotated[
    Path | None, typer.Option("--config", envvar="WALRUS_CONFIG", help="The client_config.yaml to use.")
]
Context = Annotated[
    str | None,
    typer.Option("--context", envvar="WALRUS_CONTEXT", help="Which of the contexts in it."),
]
RpcUrl = Annotated[
    str | None, typer.Option("--rpc-url", envvar="WALRUS_RPC_URL", help="The Sui full node, instead of rpc_urls.")
]
TraceCli = Annotated[
    str | None,
    typer.Option(
        "--trace-cli",
        envvar="WALRUS_TRACE_CLI",
        callback=trace.begin,
        metavar="file=PATH",
        help="Write what the program does to a file.",
    ),
]
Wallet = Annotated[
    Path | None, typer.Option("--wallet", envvar="WALRUS_WALLET", help="Pay with this wallet (a client.yaml).")
]
GasBudget = Annotated[
    int | None,
    typer.Option(
        "--gas-budget",
        envvar="WALRUS_GAS_BUDGET",
        min=1,
        help="MIST that a transaction may cost.",
        show_default="what a simulation says",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


@dataclass(frozen=True)
class Choice:
    """Which network, and who pays there how much; `None` is what the configuration says."""

    config: Path | None = None
    context: str | None = None
    rpc_url: str | None = None
    wallet: Path | None = None
    gas_budget: int | None = None


_NOTHING = Choice()
_chosen: ContextVar[Choice] = ContextVar("walrus_cli_choice", default=_NOTHING)


def chosen() -> Choice:
    """What the command line says so far: before the command's name, and at the command."""
    return _chosen.get()


def choose(choice: Choice) -> None:
    """Take `choice` where it says something, and leave the rest as it was."""
    before = _chosen.get()
    _chosen.set(
        Choice(
            choice.config or before.config,
            choice.context or before.context,
            choice.rpc_url or before.rpc_url,
            choice.wallet or before.wallet,
            choice.gas_budget or before.gas_budget,
        )
    )


@contextmanager
def choosing() -> Iterator[None]:
    """One command line: what it chooses is forgotten at its end."""
    token = _chosen.set(_NOTHING)
    try:
        yield
    finally:
        _chosen.reset(token)


VARIABLES = (
    "WALRUS_CONFIG",
    "WALRUS_CONTEXT",
    "WALRUS_RPC_URL",
    "WALRUS_WALLET",
    "WALRUS_GAS_BUDGET",
    "WALRUS_TRACE_CLI",
)
"""Of options that may stand before the command's name too."""

_ADDED = {
    "context": Context,
    "rpc_url": RpcUrl,
    "wallet": Wallet,
    "gas_budget": GasBudget,
    "trace_cli": TraceCli,
}
"""What every command on a network takes beside `--config`."""


def on_network(command: Callable[..., Any]) -> Callable[..., Any]:
    """`command`, which takes `--config`, with the other options that say which network and who pays.

    They are kept in `chosen()`. A command without `config: Config` is given back as it is.
    """
    signature = inspect.signature(command, eval_str=True)
    config = signature.parameters.get("config")
    if config is None or config.annotation != Config or hasattr(command, "__wrapped__"):
        return command

    @functools.wraps(command)
    def chooses(**given: Any) -> Any:
        said = {name: given.pop(name) for name in _ADDED}
        said.pop("trace_cli")
        choose(Choice(given["config"], **said))
        return command(**given)

    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [parameter.replace(kind=kind) for parameter in signature.parameters.values()]
    parameters += [
        inspect.Parameter(name, kind, default=None, annotation=annotation) for name, annotation in _ADDED.items()
    ]
    chooses.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    chooses.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return chooses
