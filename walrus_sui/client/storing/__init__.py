"""Storing blobs: what is there already, payment, delivery to the nodes, certificates."""
