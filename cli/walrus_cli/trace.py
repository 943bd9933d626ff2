"""`--trace-cli`: what the program does, written to a file."""

from __future__ import annotations

from walrus_sui.errors import InputError

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_FILE = "file="


def begin(target: str | None) -> str | None:
    """Log everything to the file of `file=PATH` from now on. Raises `InputError`."""
    if target is None:
        return None
    if not target.startswith(_FILE) or target == _FILE:
        raise InputError(f"expected --trace-cli file=PATH, got {target!r}")
    import logging

    try:
        handler = logging.FileHandler(target.removeprefix(_FILE))
    except OSError as error:
        raise InputError(f"could not write {target.removeprefix(_FILE)}: {error.strerror}") from error
    handler.setFormatter(logging.Formatter(_FORMAT))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    return target
