"""The messages and stubs of `sui.rpc.v2`, which pysui generates from Sui's definitions, and nothing else of it.

pysui's front page imports all it has, its GraphQL client among it: most of a second that no program here has use
for. It is passed over on the way to the messages, and read as ever when somebody imports it afterwards.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_MESSAGES = "pysui.sui.sui_grpc.suimsgs"


def sui_messages() -> Any:
    """The module of messages and stubs (`sui.rpc.v2`)."""
    found = sys.modules.get(f"{_MESSAGES}.sui.rpc.v2")
    if found is not None:
        return found
    with messages_alone():
        import pysui.sui.sui_grpc.suimsgs.sui.rpc.v2 as messages
    return messages


def well_known_messages() -> Any:
    """The module of protobuf's own messages (`google.protobuf`)."""
    sui_messages()
    return sys.modules[f"{_MESSAGES}.google.protobuf"]


@contextmanager
def messages_alone() -> Iterator[None]:
    """Within this, the messages can be imported without what pysui's `__init__` imports.

    They stay, under their names; who imports pysui itself afterwards gets all of it. Nor is pydantic imported for
    them: the message classes are made to do without, and none of Sui's is for pydantic.
    """
    spec = importlib.util.find_spec("pysui")
    if spec is None:
        raise ModuleNotFoundError("expected pysui to be installed, found none", name="pysui")
    hidden = {"pysui": importlib.util.module_from_spec(spec), "pydantic": None}
    absent = {name: module for name, module in hidden.items() if name not in sys.modules}
    sys.modules.update(absent)  # type: ignore[arg-type]  # None: not to be imported
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
