"""Options that more than one command takes."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from walrus_cli import output, trace

_ID_WITH_DASH = re.compile(r"-[A-Za-z0-9_-]{42}|-[A-Za-z0-9_-]{49}")
"""The id of a blob, or of a file in a quilt."""

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


class ManyValues(TyperCommand):
    """A command whose repeatable options also take several values at once: `--node-ids A B` is one flag."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        repeatable = {
            name
            for parameter in self.get_params(ctx)
            if getattr(parameter, "multiple", False) and parameter.nargs == 1
            for name in parameter.opts
        }
        return super().parse_args(ctx, list(_one_value_each(args, repeatable)))


def _one_value_each(args: list[str], repeatable: set[str]) -> Iterator[str]:
    """`args` with the flag of a repeatable option before each of its values."""
    flag, values = None, 0
    for word in args:
        if flag is not None and _is_value(word, is_first=values == 0):
            if values:
                yield flag
            values += 1
        else:
            flag, values = word if word in repeatable else None, 0
        yield word


def _is_value(word: str, *, is_first: bool) -> bool:
    if not word.startswith("-") or _ID_WITH_DASH.fullmatch(word):
        return True
    return is_first and not word.startswith("--")


class TakesPairs(TyperCommand):
    """A command whose `--attr` or `--tag` takes two words, which may begin with a dash but not with two."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(_pairs_joined(args)))


def _pairs_joined(args: list[str]) -> Iterator[str]:
    flag, left = "", 0
    for word in args:
        if left and not word.startswith("--"):
            left -= 1
            yield f"{flag}={word}"
        elif word in ("--attr", "--tag"):
            flag, left = word, 2
        else:
            left = 0
            yield word


class TakesBlobIds(TyperCommand):
    """A command whose arguments are blob ids: one in 64 begins with a dash and is no option for that."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with_value = {
            name
            for parameter in self.get_params(ctx)
            if parameter.param_type_name == "option" and not getattr(parameter, "is_flag", False)
            for name in parameter.opts
        }
        pairs = pairwise(["", *args])
        ids = [word for before, word in pairs if _ID_WITH_DASH.fullmatch(word) and before not in with_value]
        others = [word for word in args if word not in ids]
        if ids and "--" not in others:
            others.append("--")
        return super().parse_args(ctx, others + ids)


class TakesQuiltWords(ManyValues, TakesPairs, TakesBlobIds):
    """A command with all of that."""
