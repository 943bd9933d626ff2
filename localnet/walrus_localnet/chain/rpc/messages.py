"""The protobuf messages of `sui.rpc.v2`.

They come from pysui, which generates them from Sui's own definitions: the local network speaks exactly what the
project's client was built against, and there is no second copy of the protocol to keep in step. This is the only
module of the local network that imports pysui.
"""

from __future__ import annotations

from walrus_sui.grpc.protocol import messages_alone

with messages_alone():
    import pysui.sui.sui_grpc.suimsgs.google.protobuf as protobuf
    import pysui.sui.sui_grpc.suimsgs.sui.rpc.v2 as rpc
    from pysui.sui.sui_grpc.suimsgs.google.rpc import Status

__all__ = ["Status", "protobuf", "rpc"]
