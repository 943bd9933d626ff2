"""For developers of this project's Move code.

`build [PACKAGE…]` compiles its packages into `move/build`; `left-out` lists what its framework leaves out.
"""

from __future__ import annotations

import argparse
import logging
import sys

from walrus_localnet.move.artifacts import build_directory
from walrus_localnet.move.build import build, own_packages, source_tree, write
from walrus_localnet.move.check import LEFT_OUT, framework_difference, left_out_text, own_interface
from walrus_localnet.move.compiler import Compiler
from walrus_localnet.move.errors import PackageError
from walrus_localnet.move.framework import framework_directory
from walrus_sui.errors import WalrusError

_log = logging.getLogger("walrus_localnet.move")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m walrus_localnet.move", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="compile packages into move/build")
    building.add_argument("packages", nargs="*", metavar="PACKAGE", help="names; all when none is given")
    commands.add_parser("left-out", help="write move/framework/LEFT_OUT.md")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if arguments.command == "build":
            _build(arguments.packages)
        else:
            _list_left_out()
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
    write(build_directory(), built, keep_others=bool(names))
    for package in built:
        size = sum(map(len, package.modules))
        _log.info("%s: %d modules, %d bytes", package.name, len(package.modules), size)


def _list_left_out() -> None:
    text = left_out_text(framework_difference(), own_interface())
    (framework_directory() / LEFT_OUT).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
