"""A read-only page of the ledger for people: checkpoints, transactions, objects, accounts, packages."""

from walrus_localnet.chain.page.routes import page_routes

__all__ = ["page_routes"]
