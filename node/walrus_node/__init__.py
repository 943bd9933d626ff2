"""The Walrus storage node."""
