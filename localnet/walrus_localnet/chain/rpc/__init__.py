"""The network's gRPC face: Sui's `sui.rpc.v2` services over the ledger (source: sui_localnet.md §1.4, §4.11)."""
