"""The fast engine: Move functions as generated Python functions, with the interpreter's results and gas."""

from walrus_localnet.vm.generator.engine import Generator

__all__ = ["Generator"]
