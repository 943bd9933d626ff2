"""Where the `walrus` script and `python -m walrus_cli` begin, before anything is loaded that takes a while."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line of this process and exit."""
    try:
        from walrus_cli.main import main as walrus
    except KeyboardInterrupt:
        sys.exit(130)  # nothing has begun
    walrus()


if __name__ == "__main__":
    main()
