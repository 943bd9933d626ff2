"""What importing the library must not cost."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("pysui", "grpclib", "betterproto2", "httpx", "walrus_localnet")


def test_pysui_is_loaded_only_when_a_connection_opens() -> None:
    script = f"import sys, walrus_sui.chain; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
