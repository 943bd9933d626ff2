"""Giving Blob objects up (contracts.md §1.5)."""

from __future__ import annotations

from collections.abc import Sequence

from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import TransactionBuilder


class BurnCalls(ContractReads):
    async def burn_blobs(self, keypair: Keypair, object_ids: Sequence[bytes]) -> ExecutedTransaction:
        """Destroy Blob objects of the account with their storage, all or none; nothing is paid back.

        The network keeps what it stores for them until their end epoch, but nobody can extend or delete it.
        """
        tx = TransactionBuilder()
        for object_id in object_ids:
            self._call(tx, "blob", "burn", (tx.object(object_id),))
        return await self.sui.execute(tx, keypair)
