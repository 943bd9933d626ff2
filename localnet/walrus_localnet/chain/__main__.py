"""`python -m walrus_localnet.chain`: a local Sui network until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import signal
import sys
from pathlib import Path

from walrus_localnet.chain.local import LOOPBACK, LocalSui
from walrus_sui.errors import WalrusError


def main() -> int:
    options = _parser().parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("grpclib.server").setLevel(logging.WARNING)  # it tells of every call that is cancelled
    try:
        asyncio.run(_run(options))
    except WalrusError as error:
        sys.stderr.write(f"{error.message}\n" + (f"{error.hint}\n" if error.hint else ""))
        return 1
    except OSError as error:
        sys.stderr.write(f"cannot listen on {options.host}: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="walrus_localnet.chain", description=__doc__)
    parser.add_argument("--port", type=int, default=9000, help="gRPC port (0: any free one)")
    parser.add_argument("--faucet-port", type=int, default=9123, help="faucet port (0: any free one)")
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on")
    parser.add_argument("--dir", type=Path, help="where the network keeps its state; in memory if not given")
    parser.add_argument("--lag-ms", type=int, default=0, help="time until a checkpoint becomes known")
    parser.add_argument("--epoch-ms", type=int, help="length of a Sui epoch; at command only if not given")
    parser.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    return parser


async def _run(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with LocalSui.start(
        options.dir,
        port=options.port,
        faucet_port=options.faucet_port,
        host=options.host,
        lag=options.lag_ms / 1000,
        epoch=None if options.epoch_ms is None else options.epoch_ms / 1000,
    ) as network:
        gc.freeze()  # the framework is here to stay: looking through it for garbage takes a tenth of a second
        _announce(network, as_json=options.json)
        await stop.wait()


def _announce(network: LocalSui, *, as_json: bool) -> None:
    ready = network.describe()
    text = json.dumps(ready) if as_json else "\n".join(f"{name}: {value}" for name, value in ready.items())
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
