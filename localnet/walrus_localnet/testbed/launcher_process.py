"""The process that storage nodes are copied from: `python -m walrus_localnet.testbed.launcher_process`.

It imports what a node needs, then makes a copy of itself (fork) for every request on standard input; it opens
nothing and starts no thread. Requests and answers are one line each: `{"title", "log", "configs"}` asks for one
process that runs the nodes of `configs`, and its pid comes back; `release` lets all of them live on. Without that
they are killed when standard input ends, so that nothing is left of a start that was broken off.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from walrus_localnet.testbed.launcher import RELEASE
from walrus_localnet.testbed.processes import open_private


def main() -> None:
    """Answer requests until standard input ends."""
    import walrus_node.service  # noqa: F401
    from walrus_sui.chain.transport import preload
    from walrus_sui.redstuff import kernels

    preload()
    kernels.engine()  # or each node loads the compiled kernels when it meets its first blob
    pids: list[int] = []
    for line in sys.stdin.buffer:
        if line == RELEASE:
            return
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become_nodes(request)
        pids.append(pid)
    for pid in pids:  # nobody waits for them, so that none of these ids is another process's by now
        os.kill(pid, signal.SIGKILL)


def _become_nodes(request: dict[str, Any]) -> NoReturn:
    """Leave the launcher behind and run the nodes until the end of this process."""
    code = 1
    try:
        _answer_from_own_session(request["title"])
        code = _run_nodes(map(Path, request["configs"]), Path(request["log"]))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)  # whatever happened: a copy never goes on as a second launcher


def _answer_from_own_session(title: str) -> None:
    from setproctitle import setproctitle

    os.setsid()
    setproctitle(title)
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()


def _run_nodes(configs: Iterable[Path], log_path: Path) -> int:
    from walrus_node.__main__ import run_nodes

    with open(os.devnull, "rb") as nothing, open_private(log_path, "ab") as log:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    return run_nodes(configs)


if __name__ == "__main__":
    main()
