"""Storing and reading, measured: `python -m benchmarks.store_read --help`."""
