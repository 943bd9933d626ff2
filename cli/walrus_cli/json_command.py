"""`walrus json`: a command given as a JSON object, for programs (protocol.md §6.1).

    walrus json '{"config": "…", "command": {"store": {"files": ["a.jpg"], "epochs": 5}}}'

Names are those of the command line in camelCase; commands of groups are inside their group, such as
`{"certificate": {"verify": {"path": "…"}}}`.
"""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walrus_cli import output
from walrus_cli.files import standard_input
from walrus_cli.options import Json
from walrus_sui.errors import InputError

if TYPE_CHECKING:
    from walrus_cli.reference import Command, Parameter

app = typer.Typer()

_MAX_INPUT = 16 << 20
_PAIRS = ("attr", "tag")
_OTHER_NAMES = {"attributes": "attr"}
"""What Walrus' own tool calls arguments that have another name here."""
_GLOBALS = {
    "config": "--config",
    "context": "--context",
    "rpcUrl": "--rpc-url",
    "wallet": "--wallet",
    "gasBudget": "--gas-budget",
}


@app.command("json")
def run_json(
    document: Annotated[
        str | None, typer.Argument(metavar="OBJECT", help="The object.", show_default="standard input")
    ] = None,
    json: Json = False,
) -> int:
    """Run the command that a JSON object describes, and answer in JSON."""
    from walrus_cli.main import run

    output.choose_json(True)
    return run(words_of(_parse(_read() if document is None else document)))


def _read() -> str:
    try:
        return standard_input().read(_MAX_INPUT + 1)
    except UnicodeDecodeError as error:
        raise InputError(f"expected UTF-8 on standard input, got: {error}") from None


def _parse(text: str) -> Mapping[str, Any]:
    if len(text) > _MAX_INPUT:
        raise InputError(f"expected at most {_MAX_INPUT} characters of JSON, got more")
    try:
        found = json_module.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"expected a JSON object, got: {error}") from None
    return _mapping(found, "the input")


def words_of(document: Mapping[str, Any]) -> list[str]:
    """The command line that `document` stands for. Raises `InputError`."""
    unknown = set(document) - {*_GLOBALS, "command"}
    if unknown or "command" not in document:
        raise InputError(
            f"expected command and, if needed, {', '.join(_GLOBALS)}, got {', '.join(document) or 'nothing'}"
        )
    words = [
        f"{flag}={_scalar(document[key], key)}" for key, flag in _GLOBALS.items() if document.get(key) is not None
    ]
    command, values = _find(document["command"])
    switches: list[str] = []
    arguments: list[str] = []
    for key, value in values.items():
        parameter, on = _parameter(command, key)
        (switches if parameter.flags else arguments).extend(_words(parameter, value, key, on=on))
    line = [*words, *command.path, *switches, "--json"]
    return [*line, "--", *arguments] if arguments else line


def _find(value: object) -> tuple[Command, Mapping[str, Any]]:
    from walrus_cli.main import COMMANDS
    from walrus_cli.reference import commands_of

    name, inner = _only_entry(value, "command")
    known = {_camel(word): entry.alias_of or word for word, entry in COMMANDS.items()}
    found = commands_of(known[name]) if name in known else ()
    if found and len(found[0].path) > 1:
        group, (name, inner) = name, _only_entry(inner, name)
        known = {_camel(command.path[1]): "" for command in found}
        found = tuple(command for command in found if _camel(command.path[1]) == name)
        name = f"{group}.{name}"
    if not found:
        raise InputError(f"expected a command, which are {', '.join(known)}; got {name!r}")
    return found[0], _mapping(inner, name)


def _parameter(command: Command, key: str) -> tuple[Parameter, bool]:
    """What `key` names, and whether it says so or, as `permanent` of `deletable`, the opposite."""
    key = _OTHER_NAMES.get(key, key)
    for item in command.parameters:
        if key in (_camel(item.name.replace("_", "-")), *map(_flag_key, item.flags)):
            return item, True
        if key in map(_flag_key, item.off_flags):
            return item, False
    known = ", ".join(_camel(item.name.replace("_", "-")) for item in command.parameters)
    raise InputError(f"expected arguments of {' '.join(command.path)}, which are {known}; got {key!r}")


def _words(parameter: Parameter, value: object, key: str, *, on: bool) -> Iterator[str]:
    if value is None:
        return
    if parameter.is_switch:
        if not isinstance(value, bool):
            raise InputError(f"expected true or false for {key}, got {value!r:.100}")
        chosen = parameter.flags if value == on else parameter.off_flags
        yield from chosen[:1]
        return
    values = _listed(value, pairs=parameter.name in _PAIRS)
    if len(values) != 1 and not parameter.repeatable:
        raise InputError(f"expected one value for {key}, got {len(values)}")
    for item in values:
        text = _scalar(item, key)
        yield f"{parameter.flags[0]}={text}" if parameter.flags else text


def _listed(value: object, *, pairs: bool) -> list[object]:
    """One value or several; of names and their values one after the other."""
    if pairs and isinstance(value, dict):
        return [word for pair in value.items() for word in pair]
    return value if isinstance(value, list) else [value]


def _scalar(value: object, key: str) -> str:
    if isinstance(value, dict):
        return json_module.dumps(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InputError(f"expected text or a number for {key}, got {value!r:.100}")
    return str(value)


def _only_entry(value: object, what: str) -> tuple[str, Any]:
    entries = list(_mapping(value, what).items())
    if len(entries) != 1:
        raise InputError(f"expected one name in {what}, got {len(entries)}")
    return entries[0]


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"expected {what} to be an object, got {value!r:.100}")
    return value


def _flag_key(flag: str) -> str:
    return _camel(flag.lstrip("-"))


def _camel(words: str) -> str:
    first, *rest = words.split("-")
    return first + "".join(word.capitalize() for word in rest)
