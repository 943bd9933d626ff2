"""`python -m walrus_localnet.move build [PACKAGE…]`: compiles this project's packages into `move/build`."""

from __future__ import annotations

import argparse
import logging
import sys

from walrus_localnet.move.artifacts import build_directory
from walrus_localnet.move.build import build, own_packages, source_tree, write
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.errors import PackageError
from walrus_sui.errors import WalrusError

_log = logging.getLogger("walrus_localnet.move")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m walrus_localnet.move", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="compile packages into move/build")
    building.add_argument("packages", nargs="*", metavar="PACKAGE", help="names; all when none is given")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        _build(arguments.packages)
    except WalrusError as error:
        _log.error("%s", error if error.hint is None else f"{error}\n{error.hint}")
        return 1
    return 0


def _build(names: list[str]) -> None:
    packages = own_packages(source_tree())
    for unknown in set(names) - set(packages):
        raise PackageError(f"there is no package {unknown}; there are {', '.join(packages)}")
    compiler = Compiler()
    built = [build(package, compiler) for name, package in packages.items() if not names or name in names]
    write(build_directory(), built)
    for package in built:
        size = sum(map(len, package.modules))
        _log.info("%s: %d modules, %d bytes", package.name, len(package.modules), size)


if __name__ == "__main__":
    sys.exit(main())
