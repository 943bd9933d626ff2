"""The database's tables, by the names of their column families, and how RocksDB keeps them."""

from __future__ import annotations

import rocksdict

from walrus_sui.redstuff import Axis

BLOB_INFO, OBJECT_INFO, METADATA, DUE, NODE = "blob-info", "object-info", "metadata", "due", "node"
SLIVERS = {Axis.PRIMARY: "primary-slivers", Axis.SECONDARY: "secondary-slivers"}

LARGE_VALUE = 4096
"""Values from this size on live in files of their own, which compaction does not rewrite."""
GARBAGE_SHARE = 0.5
"""A file with this much garbage is given up, and what is left in it written anew."""
_MEMORY_FOR_WRITES = 64 << 20


def database_options() -> rocksdict.Options:
    """What holds for all tables."""
    options = rocksdict.Options(raw_mode=True)
    options.create_if_missing(True)
    options.create_missing_column_families(True)
    options.set_keep_log_file_num(2)
    options.set_db_write_buffer_size(_MEMORY_FOR_WRITES)
    options.set_max_total_wal_size(4 * _MEMORY_FOR_WRITES)
    return options


def table_options() -> dict[str, rocksdict.Options]:
    """Every table by its name."""
    small = dict.fromkeys((BLOB_INFO, OBJECT_INFO, DUE, NODE), False)
    large = dict.fromkeys((METADATA, *SLIVERS.values()), True)
    return {name: _family_options(large=is_large) for name, is_large in (small | large).items()}


def _family_options(*, large: bool) -> rocksdict.Options:
    options = rocksdict.Options(raw_mode=True)
    if large:
        options.set_enable_blob_files(True)
        options.set_min_blob_size(LARGE_VALUE)
        options.set_enable_blob_gc(True)
        options.set_blob_gc_force_threshold(GARBAGE_SHARE)
        options.set_compression_type(rocksdict.DBCompressionType.none())  # coded data does not shrink
    return options
