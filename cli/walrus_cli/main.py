"""The `walrus` command: which word leads to which module.

A module is imported only when its command is on the command line, so `walrus --help` stays quick whatever others
need.
"""

from __future__ import annotations

import copy
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.models import CommandInfo

from walrus_cli import output
from walrus_cli.options import VARIABLES as SHARED_VARIABLES
from walrus_cli.options import (
    Choice,
    Config,
    Context,
    GasBudget,
    Json,
    RpcUrl,
    TraceCli,
    Wallet,
    choose,
    choosing,
    on_network,
)
from walrus_cli.values import convert_plainly
from walrus_sui.errors import WalrusError


class Entry(NamedTuple):
    """Where a command lives. The module's `app` either has a command of that name or is itself the group.

    `alias_of` is the command's name there; aliases are not in the list of commands.
    """

    module: str
    help: str
    alias_of: str | None = None


COMMANDS = {
    "store": Entry("walrus_cli.blobs.store", "Store files and certify them on chain."),
    "read": Entry("walrus_cli.blobs.read", "Read a blob back from the storage nodes."),
    "blob-status": Entry("walrus_cli.blobs.status", "What the storage nodes say about a blob."),
    "store-quilt": Entry("walrus_cli.blobs.quilts", "Store many files as one blob."),
    "read-quilt": Entry("walrus_cli.blobs.quilts", "Read files of a quilt."),
    "list-patches-in-quilt": Entry("walrus_cli.blobs.quilts", "Which files a quilt holds."),
    "list-blobs": Entry("walrus_cli.blobs.owned", "The blobs that the wallet owns."),
    "extend": Entry("walrus_cli.blobs.owned", "Pay for more epochs of a blob."),
    "delete": Entry("walrus_cli.blobs.owned", "Delete deletable blobs."),
    "burn-blobs": Entry("walrus_cli.blobs.burning", "Destroy Blob objects."),
    "share": Entry("walrus_cli.blobs.sharing", "Share a blob, so that anybody may keep it alive."),
    "fund-shared-blob": Entry("walrus_cli.blobs.sharing", "Pay for the extensions of a shared blob."),
    "get-blob-attribute": Entry("walrus_cli.blobs.attributes", "The attributes of a Blob object."),
    "set-blob-attribute": Entry("walrus_cli.blobs.attributes", "Add or replace attributes."),
    "remove-blob-attribute-fields": Entry("walrus_cli.blobs.attributes", "Remove some attributes."),
    "remove-blob-attribute": Entry("walrus_cli.blobs.attributes", "Remove all attributes."),
    "certificate": Entry("walrus_cli.blobs.certificates", "Show and verify certificates of availability."),
    "doctor": Entry("walrus_cli.doctor.command", "Check configuration, wallet, network and machine."),
    "get-wal": Entry("walrus_cli.network.money", "Change SUI into WAL."),
    "stake": Entry("walrus_cli.network.staking", "Stake WAL with storage nodes."),
    "request-withdraw-stake": Entry("walrus_cli.network.staking", "Ask for stake back."),
    "withdraw-stake": Entry("walrus_cli.network.staking", "Take stake back with its rewards."),
    "list-staked-wal": Entry("walrus_cli.network.staking", "The stake that the wallet owns."),
    "generate-sui-wallet": Entry("walrus_cli.network.money", "Make a new account."),
    "info": Entry("walrus_cli.network.info", "Epoch, committee, sizes and prices of the network."),
    "health": Entry("walrus_cli.network.health", "How the storage nodes are."),
    "blob-id": Entry("walrus_cli.coding.encoding", "Compute the blob id of files without storing them."),
    "convert-blob-id": Entry("walrus_cli.coding.encoding", "Convert a blob id from a decimal number."),
    "encode": Entry("walrus_cli.coding.encoding", "Encode a file into sliver pairs."),
    "decode": Entry("walrus_cli.coding.encoding", "Decode a file from its slivers."),
    "json": Entry("walrus_cli.json_command", "Run a command given as JSON."),
    "completion": Entry("walrus_cli.completion", "Print a completion script for a shell."),
    "write": Entry("walrus_cli.blobs.store", "The same as store.", "store"),
    "resolve-quilt": Entry(
        "walrus_cli.blobs.quilts", "The same as list-patches-in-quilt.", "list-patches-in-quilt"
    ),
    "node-admin": Entry("walrus_cli.node.admin", "Commission and votes of a storage node."),
    "localnet": Entry("walrus_cli.local.localnet", "A whole Walrus network on this machine."),
    "demo": Entry("walrus_cli.local.demo", "Store a file, lose four nodes, read it back."),
    "node": Entry("walrus_cli.node.node", "Set up and run a storage node."),
    "move": Entry("walrus_cli.local.move", "Build and test Move packages."),
}

JSON_VARIABLE = "WALRUS_JSON"
EXIT_CODES = (
    "Exit codes: 0 done, 1 failed, 2 usage, 3 configuration, 4 unreachable, 5 not found, 6 refused by the chain, "
    "7 too few storage nodes, 8 bad input or data, 9 local network, 130 interrupted."
)


def build_app(words: Sequence[str]) -> typer.Typer:
    """The command tree: the real commands behind those names that occur in `words`, only their help elsewhere."""
    app = typer.Typer(
        name="walrus",
        help="Store and read blobs on Walrus, and run Walrus networks.",
        epilog="`walrus COMMAND --help` tells more. " + EXIT_CODES,
        rich_markup_mode=None,
        no_args_is_help=True,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_globals)
    for name, entry in COMMANDS.items():
        if name in words:
            _mount(app, name, entry)
        else:
            hidden = entry.alias_of is not None
            app.command(name, help=entry.help, hidden=hidden)(_not_on_this_command_line)
    return app


def build_command(words: Sequence[str]) -> Any:
    """What `build_app` describes, ready to run; every option can be set by a variable named after it."""
    command = typer.main.get_command(build_app(words))
    _prepare(command, "WALRUS")
    return command


def _prepare(command: Any, prefix: str) -> None:
    """Have values converted quickly, and variables named: `WALRUS_STORE_EPOCHS` for `walrus store --epochs`.

    A name that the option has already stays. The variables of options that all commands share are read once, with
    the options before the command's name: read again at the command they would count more than those.
    """
    convert_plainly(command)
    for item in command.params:
        if item.param_type_name != "option":
            continue
        if item.envvar is None:
            name = next(flag for flag in item.opts if flag.startswith("--"))
            item.envvar = f"{prefix}_{name[2:]}".replace("-", "_").upper()
        elif prefix != "WALRUS" and item.envvar in SHARED_VARIABLES:
            item.value_from_envvar = _nothing
    for name, inner in getattr(command, "commands", {}).items():
        entry = COMMANDS.get(name)
        known_as = entry.alias_of if entry is not None and entry.alias_of else name
        _prepare(inner, f"{prefix}_{known_as}")


def _nothing(context: object) -> None:
    return None


def _mount(app: typer.Typer, name: str, entry: Entry) -> None:
    room: typer.Typer = importlib.import_module(entry.module).app
    for command in room.registered_commands:
        if command.callback is not None:
            command.callback = on_network(command.callback)
    for command in room.registered_commands:
        if command.name == (entry.alias_of or name):
            app.registered_commands.append(_renamed(command, name))
            return
    app.add_typer(room, name=name, help=entry.help)


def _renamed(command: CommandInfo, name: str) -> CommandInfo:
    found = copy.copy(command)
    found.name = name
    return found


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        found = version("walrus-sui")
        output.result({"version": found}, f"walrus-sui {found}")
        raise typer.Exit


def _globals(
    config: Config = None,
    context: Context = None,
    rpc_url: RpcUrl = None,
    wallet: Wallet = None,
    gas_budget: GasBudget = None,
    trace_cli: TraceCli = None,
    json: Json = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Store and read blobs on Walrus, and run Walrus networks."""
    choose(Choice(config, context, rpc_url, wallet, gas_budget))


def _not_on_this_command_line() -> None:
    raise AssertionError("a command that is not among the words was run")


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code."""
    output.begin("--json" in arguments or _is_on(os.environ.get(JSON_VARIABLE, "")))
    try:
        with choosing():
            command = build_command(arguments)
            with command.make_context("walrus", [*arguments]) as context:
                code = command.invoke(context)
    except WalrusError as error:
        return output.failure(error)
    except typer.Exit as exit_:
        return exit_.exit_code
    except typer.TyperException as error:
        return output.usage_failure(error.format_message(), _help_for(error))
    except (typer.Abort, KeyboardInterrupt) as error:
        return output.interrupted(error)
    except BrokenPipeError:
        return output.nobody_listens()
    except OSError as error:
        return output.not_written(error) if error.errno in output.NO_ROOM else output.crashed(error)
    except Exception as error:
        return output.crashed(error)
    return code if isinstance(code, int) else 0


def _help_for(error: typer.TyperException) -> str:
    """The command whose help tells what a usage error did not know."""
    context = getattr(error, "ctx", None)
    return f"see `{'walrus' if context is None else context.command_path} --help`"


def _is_on(value: str) -> bool:
    return value.strip().lower() in ("1", "true", "t", "yes", "y", "on")


def main() -> NoReturn:
    """Entry point of the `walrus` script."""
    output.accept_any_text()
    sys.exit(run(sys.argv[1:]))
