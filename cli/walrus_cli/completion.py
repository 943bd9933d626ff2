"""`walrus completion`: scripts that complete commands and options in a shell, without starting Python for it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from walrus_cli import output
from walrus_cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from walrus_cli.reference import Command, Parameter

app = typer.Typer()


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@app.command("completion")
def completion(
    shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.")] = Shell.BASH,
    json: Json = False,
) -> None:
    """Print a completion script; `source <(walrus completion)` uses it at once."""
    from walrus_cli.reference import commands, global_options

    script = _fish(commands()) if shell is Shell.FISH else _bash(commands(), global_options())
    if shell is Shell.ZSH:
        script = "autoload -U +X bashcompinit && bashcompinit\n" + script
    output.result({"shell": shell.value, "script": script}, script.rstrip("\n"))


def _bash(commands: Iterable[Command], before: Iterable[Parameter]) -> str:
    """Words after the options passed over so far choose a case; files complete where nothing else does."""
    everything = list(commands)
    first = list(dict.fromkeys(word for command in everything for word in _names(command)))
    cases = [_case("", [*first, *_flags(before)])]
    groups = dict.fromkeys(command.path[0] for command in everything if len(command.path) > 1)
    cases += [_case(group, [one.path[1] for one in everything if one.path[0] == group]) for group in groups]
    cases += [_case(path, _flags(command.parameters)) for command in everything for path in _paths(command)]
    return _BASH.replace("CASES", "\n".join(cases))


def _case(path: str, words: Iterable[str]) -> str:
    return f'    "{path}") words="{" ".join(words)}" ;;'


def _names(command: Command) -> tuple[str, ...]:
    return (command.path[0], *command.aliases)


def _paths(command: Command) -> Iterator[str]:
    yield " ".join(command.path)
    yield from command.aliases


def _flags(parameters: Iterable[Parameter]) -> list[str]:
    return [flag for item in parameters for flag in (*item.flags, *item.off_flags) if flag.startswith("--")]


_BASH = """\
_walrus() {
  local current="${COMP_WORDS[COMP_CWORD]}" path="" words="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    case "$word" in -*) continue ;; esac
    case "$path" in
      "") _walrus_knows "$word" && path="$word" ;;
      *" "*) ;;
      *) _walrus_knows "$path $word" && path="$path $word" ;;
    esac
  done
  _walrus_words "$path"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
_walrus_knows() {
  local words=""
  _walrus_words "$1"
  [ -n "$words" ]
}
_walrus_words() {
  case "$1" in
CASES
    *) words="" ;;
  esac
}
complete -o default -F _walrus walrus
"""


def _fish(commands: Iterable[Command]) -> str:
    lines = ["complete -c walrus -f -n __fish_use_subcommand"]
    groups: dict[str, list[str]] = {}
    for command in commands:
        if len(command.path) > 1:
            groups.setdefault(command.path[0], []).append(command.path[1])
        lines += [
            f"complete -c walrus -n __fish_use_subcommand -a {name} -d {_quoted(command.help)}"
            for name in _names(command)
        ]
    for group, names in groups.items():
        chosen = f"__fish_seen_subcommand_from {group}; and not __fish_seen_subcommand_from {' '.join(names)}"
        lines.append(f"complete -c walrus -f -n {_quoted(chosen)} -a {_quoted(' '.join(names))}")
    lines += [line for command in commands for line in _fish_options(command)]
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _fish_options(command: Command) -> Iterator[str]:
    seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in command.path)
    for item in command.options:
        for flag in _flags([item]):
            value = "" if item.is_switch else " -r"
            yield f"complete -c walrus -n {_quoted(seen)} -l {flag[2:]}{value} -d {_quoted(item.help)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
