"""Every command with its arguments, as data: for the page in docs, shell completion and `walrus json`.

`python -m walrus_cli.reference docs/cli.md` writes the part of that page that is below its marker.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARKER = "<!-- written by python -m walrus_cli.reference docs/cli.md -->"


@dataclass(frozen=True)
class Parameter:
    """An option, or an argument if it has no `flags`.

    `off_flags` turn a switch off. `kind` is what a value looks like, empty for a switch. `variable` is the
    environment variable that sets an option, `default` the text of what holds without it.
    """

    name: str
    flags: tuple[str, ...]
    off_flags: tuple[str, ...]
    kind: str
    help: str
    variable: str | None
    default: str | None
    required: bool
    repeatable: bool

    @property
    def is_switch(self) -> bool:
        return bool(self.flags) and not self.kind


@dataclass(frozen=True)
class Command:
    """One command by the words that lead to it; `aliases` are other last words."""

    path: tuple[str, ...]
    help: str
    parameters: tuple[Parameter, ...]
    aliases: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[Parameter, ...]:
        return tuple(item for item in self.parameters if item.flags)

    @property
    def arguments(self) -> tuple[Parameter, ...]:
        return tuple(item for item in self.parameters if not item.flags)


@functools.cache
def global_options() -> tuple[Parameter, ...]:
    """The options that may stand before the command's name as well."""
    from walrus_cli.main import build_command

    return tuple(item for item in _parameters(build_command([])) if not {"--help", "--version"} & {*item.flags})


@functools.cache
def commands() -> tuple[Command, ...]:
    """All commands in the order of the help, groups as what is in them."""
    from walrus_cli.main import COMMANDS

    return tuple(
        command for name, entry in COMMANDS.items() if entry.alias_of is None for command in commands_of(name)
    )


@functools.cache
def commands_of(name: str) -> tuple[Command, ...]:
    """The command of that name, or those of the group. Nothing else is imported."""
    from walrus_cli.main import COMMANDS, build_command

    aliases = tuple(other for other, entry in COMMANDS.items() if entry.alias_of == name)
    found = build_command([name]).commands[name]
    return tuple(
        Command(path, _first_paragraph(command.help), tuple(_parameters(command)), aliases)
        for path, command in _leaves((name,), found)
    )


def _leaves(path: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, found in inner.items():
        yield from _leaves((*path, name), found)


def _parameters(command: Any) -> Iterator[Parameter]:
    for item in command.params:
        if getattr(item, "hidden", False):
            continue
        is_option = item.param_type_name == "option"
        yield Parameter(
            name=item.name,
            flags=tuple(item.opts) if is_option else (),
            off_flags=tuple(item.secondary_opts) if is_option else (),
            kind="" if is_option and item.is_flag else _kind(item),
            help=" ".join((item.help or "").split()),
            variable=item.envvar if is_option else None,
            default=_default(item),
            required=bool(item.required),
            repeatable=bool(getattr(item, "multiple", False)) or item.nargs == -1,
        )


def _kind(item: Any) -> str:
    shown = item.metavar or item.name.upper().replace("_", "-")
    return str(shown).rstrip("…")


def _default(item: Any) -> str | None:
    if isinstance(getattr(item, "show_default", None), str):
        return str(item.show_default)
    value = item.default
    if item.required or value is None or value is False or value == ():
        return None
    if value is True:
        return str(item.opts[0])
    return str(getattr(value, "value", value))


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def markdown() -> str:
    """The generated part of docs/cli.md."""
    shared = {item.variable for item in global_options()}
    parts = ["## Options of every command\n", *_table(global_options()), "", "## Commands\n"]
    for command in commands():
        parts += _section(command, [item for item in command.options if item.variable not in shared])
    return "\n".join(parts).rstrip() + "\n"


def _section(command: Command, options: list[Parameter]) -> list[str]:
    words = [*command.path, *map(_argument_word, command.arguments)]
    lines = [f"### walrus {' '.join(command.path)}\n", f"`walrus {' '.join(words)}`\n", f"{command.help}"]
    if command.aliases:
        lines[-1] += f" Also as `{'`, `'.join(command.aliases)}`."
    lines.append("")
    lines += [f"- `{item.kind}`: {item.help}" for item in command.arguments if item.help]
    if any(item.help for item in command.arguments):
        lines.append("")
    return [*lines, *_table(options), *([""] if options else [])]


def _argument_word(item: Parameter) -> str:
    word = item.kind + ("…" if item.repeatable else "")
    return word if item.required else f"[{word}]"


def _table(options: Iterable[Parameter]) -> list[str]:
    rows = [_row(item) for item in options if "--help" not in item.flags]
    head = ["| option | meaning | default | variable |", "|---|---|---|---|"]
    return [*head, *rows] if rows else []


def _row(item: Parameter) -> str:
    flags = ", ".join(f"`{flag}`" for flag in (*item.flags, *item.off_flags))
    kind = f" `{item.kind}{'…' if item.repeatable else ''}`" if item.kind else ""
    default = "required" if item.required else item.default or ""
    cells = (flags + kind, item.help, default, f"`{item.variable}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write_page(path: Path) -> None:
    """Replace what is below the marker of the page at `path`."""
    head, marker, _ = path.read_text().partition(MARKER)
    if not marker:
        raise SystemExit(f"expected the line {MARKER} in {path}")
    path.write_text(f"{head}{MARKER}\n\n{markdown()}")


if __name__ == "__main__":
    write_page(Path(sys.argv[1]))
