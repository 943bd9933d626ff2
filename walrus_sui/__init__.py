"""Walrus for Python: RedStuff erasure coding, certificates, and a client for blobs recorded on Sui."""
