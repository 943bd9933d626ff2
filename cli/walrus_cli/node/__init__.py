"""Commands of those who run a storage node."""
