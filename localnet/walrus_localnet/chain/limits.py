"""What one transaction may use (source: sui_localnet.md §4.7; the values are Sui's protocol limits)."""

from __future__ import annotations

REFERENCE_GAS_PRICE = 1000
"""MIST for one unit of computation."""
MAX_GAS_PRICE = 100_000
MIN_GAS_UNITS = 1000
INSTRUCTIONS_PER_UNIT = 50
"""Move instructions that cost one unit of computation."""
MAX_INSTRUCTIONS = 20_000_000
"""What one transaction may execute, whatever its budget."""
MAX_BUDGET = 50_000_000_000
MAX_TRANSACTION_BYTES = 128 * 1024
MAX_INPUT_OBJECTS = 2048
"""Gas coins among them."""
MAX_COMMANDS = 1024
ARGUMENTS_END = 512
"""Of what is called an end there may be less, not as much."""
TYPE_ARGUMENTS_END = 16
PURE_BYTES_END = 16 * 1024
MAX_PUBLISHED = 5
"""Packages published and upgraded by one transaction."""
MAX_GAS_COINS = 256
MAX_OBJECT_BYTES = 250 * 1024
MAX_PACKAGE_BYTES = 100 * 1024
MAX_MODULES = 128
MAX_DEPENDENCIES = 32
PROTOCOL_VERSION = 100
