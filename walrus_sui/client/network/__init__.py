"""A Walrus network seen from a client: its state on chain, its storage nodes, connections to them."""
