"""`python -m walrus_node --config walrus-node.yaml`: one storage node until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from walrus_node import process
from walrus_node.config import NodeConfig
from walrus_node.service import serve
from walrus_sui.client.parallel import together
from walrus_sui.errors import WalrusError

_ENDING = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("walrus_node")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m walrus_node", description="A Walrus storage node.")
    parser.add_argument("--config", type=Path, required=True, help="path of walrus-node.yaml")
    parser.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    arguments = parser.parse_args()
    return run_nodes([arguments.config], arguments.log_level)


def run_nodes(configs: Iterable[Path], log_level: str = "INFO") -> int:
    """Run nodes in this process until a signal ends it or one of them fails; they log to standard error.

    Gives the exit code.
    """
    logging.basicConfig(
        level=log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        process.run(_run(configs))
    except WalrusError as error:
        log.error("%s%s", error.message, f" ({error.hint})" if error.hint else "")
        return 1
    return 0


async def _run(paths: Iterable[Path]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, stop.set)
    try:
        await together(serve(NodeConfig.load(path), stop) for path in paths)
    finally:
        for number in _ENDING:  # uvloop would leave its own to a process that goes on
            loop.remove_signal_handler(number)


if __name__ == "__main__":
    sys.exit(main())
