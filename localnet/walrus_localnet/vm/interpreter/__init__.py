"""The reference engine: readable, exact, metered."""

from walrus_localnet.vm.interpreter.engine import Interpreter

__all__ = ["Interpreter"]
