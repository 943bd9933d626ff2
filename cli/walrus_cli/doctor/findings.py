"""What `walrus doctor` finds: one line a check, each ok, doubtful or broken, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from walrus_sui.errors import WalrusError


class Level(StrEnum):
    """`FAIL` means that something a user came for will not work; `WARN` that it may not, or not for long."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One check: what it is about, how it stands, and what to do if it does not stand well."""

    name: str
    level: Level
    message: str
    hint: str | None = None

    def document(self) -> dict[str, Any]:
        return {"name": self.name, "status": self.level.value, "message": self.message, "hint": self.hint}

    def line(self) -> str:
        todo = "" if self.hint is None else f"\n                    {self.hint}"
        return f"{self.level.value:5} {self.name:13} {self.message}{todo}"


@dataclass
class Findings:
    """All findings so far."""

    found: list[Finding] = field(default_factory=list)

    def ok(self, name: str, message: str) -> None:
        self.found.append(Finding(name, Level.OK, message))

    def warn(self, name: str, message: str, hint: str) -> None:
        self.found.append(Finding(name, Level.WARN, message, hint))

    def fail(self, name: str, message: str, hint: str) -> None:
        self.found.append(Finding(name, Level.FAIL, message, hint))

    def error(self, name: str, error: WalrusError, hint: str) -> None:
        """A check that ended in an error; `hint` if the error has none of its own."""
        self.fail(name, error.message, error.hint or hint)

    @property
    def broken(self) -> bool:
        return any(item.level is Level.FAIL for item in self.found)

    def document(self) -> dict[str, Any]:
        return {"ok": not self.broken, "checks": [item.document() for item in self.found]}

    def text(self) -> str:
        return "\n".join([*(item.line() for item in self.found), self._summary()])

    def _summary(self) -> str:
        levels = [item.level for item in self.found]
        return _counted(((level, levels.count(level)) for level in Level), len(levels))


def _counted(counts: Iterable[tuple[Level, int]], total: int) -> str:
    return f"{total} checks: " + ", ".join(f"{count} {level.value}" for level, count in counts)
