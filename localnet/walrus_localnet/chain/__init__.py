"""An embedded Sui network for development: objects, transactions, checkpoints, gRPC and a faucet, one process."""
