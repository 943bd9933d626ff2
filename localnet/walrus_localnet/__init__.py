"""A Sui development network and a whole Walrus network on one machine."""
