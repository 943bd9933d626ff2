"""Command lines that say more than options do: several values at once, pairs, ids that begin with a dash."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from typer import BadParameter
from typer.core import TyperCommand

_ID_WITH_DASH = re.compile(r"-[A-Za-z0-9_-]{42}|-[A-Za-z0-9_-]{49}")
"""The id of a blob, or of a file in a quilt."""


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


class TakesOneKind(TyperCommand):
    """A command that takes `--deletable` or `--permanent`, not both: their order is not to decide about money."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        options = args[: args.index("--")] if "--" in args else args
        if {"--deletable", "--permanent"} <= set(options):
            raise BadParameter("expected one of --deletable and --permanent, got both", ctx=ctx)
        return super().parse_args(ctx, args)


class TakesQuiltFiles(ManyValues, TakesOneKind):
    """A command that stores many files as one blob of one kind."""
