"""An executable called `sui` that notes what it was asked and answers as the real one is documented to.

`<folder>/asked.json` holds the words of each call but `--version`, and the files of the folder it ran in.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCRIPT = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
if sys.argv[1:] == ["--version"]:
    print({version!r})
    sys.exit()
root = pathlib.Path.cwd()
found = [path for path in root.parent.rglob("*") if path.is_file()]
files = {{str(path.relative_to(root.parent)): path.read_text() for path in found}}
note = here / "asked.json"
asked = json.loads(note.read_text()) if note.exists() else []
note.write_text(json.dumps([*asked, {{"words": sys.argv[1:], "folder": root.name, "files": files}}]))
answers = json.loads((here / "answers.json").read_text())
out, err, code = answers[sys.argv[2]]
sys.stdout.write(out.replace("ROOT", str(root)))
sys.stderr.write(err.replace("ROOT", str(root)))
sys.exit(code)
"""


@dataclass(frozen=True)
class StandIn:
    """Lives in `folder`, which belongs on PATH."""

    folder: Path

    @classmethod
    def write(cls, folder: Path, version: str = "sui 1.99.0-0123456789ab") -> StandIn:
        folder.mkdir()
        executable = folder / "sui"
        executable.write_text(_SCRIPT.format(python=sys.executable, version=version))
        executable.chmod(0o755)
        return cls(folder)

    def answers(self, **answers: tuple[str, str, int]) -> None:
        """For `build` and `test`: standard output, standard error, exit code. ROOT stands for where it runs."""
        (self.folder / "answers.json").write_text(json.dumps(answers))

    @property
    def asked(self) -> list[dict[str, Any]]:
        return list(json.loads((self.folder / "asked.json").read_text()))
