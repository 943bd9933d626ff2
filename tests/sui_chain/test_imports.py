"""What importing the library must not cost."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("pysui", "grpclib", "betterproto2", "httpx", "walrus_localnet")


def test_pysui_is_loaded_only_when_a_connection_opens() -> None:
    script = f"import sys, walrus_sui.chain; print([name for name in {HEAVY} if name in sys.modules])"
    assert run(script) == "[]"


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_of_pysui_only_the_messages_are_loaded() -> None:
    """Its GraphQL client, its legacy configuration and its own BCS library are not used by anything here."""
    unused = ("gql", "graphql", "canoser", "pydantic", "pysui.sui.sui_pgql", "pysui.sui.sui_common")
    script = (
        "import sys; from walrus_sui.chain.transport import preload; preload()\n"
        f"print([name for name in {unused} if name in sys.modules], 'pysui.sui.sui_grpc.suimsgs' in sys.modules)"
    )
    assert run(script) == "[] True"


def test_who_wants_the_rest_of_pysui_finds_it() -> None:
    script = (
        "from walrus_sui.chain.transport import preload; preload()\n"
        "from pysui import PysuiConfiguration, client_factory; import pysui\n"
        "import pysui.sui.sui_common.sui_commands as commands\n"
        "from walrus_sui.grpc.protocol import sui_messages; from pysui.sui.sui_grpc.suimsgs.sui.rpc import v2\n"
        "print(pysui.__version__, client_factory.__name__, commands.GetObject.__name__, v2 is sui_messages())"
    )
    assert run(script) == "1.5.1 client_factory GetObject True"


def test_who_wants_pydantic_finds_it() -> None:
    script = (
        "from walrus_sui.chain.transport import preload; preload()\n"
        "import pydantic; print(pydantic.TypeAdapter(int).validate_python('5'))"
    )
    assert run(script) == "5"


def test_pysui_that_is_there_already_is_left_alone() -> None:
    script = (
        "import pysui; before = pysui.SuiRpcResult\n"
        "from walrus_sui.chain.transport import preload; preload()\n"
        "import pysui; print(pysui.SuiRpcResult is before)"
    )
    assert run(script) == "True"
