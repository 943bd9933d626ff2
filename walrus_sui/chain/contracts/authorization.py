"""Who may act for a node: its commission and its votes, handed on to an address or to an object's holder."""

from __future__ import annotations

from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder
from walrus_sui.chain.types import Authorized, AuthorizedAddress, AuthorizedObject
from walrus_sui.errors import ContractMismatch


class AuthorizationCalls(ContractReads):
    """Each call is one transaction of whom the node's pool names; others get `MoveAborted` or `NotOwner`."""

    async def set_commission_receiver(
        self, keypair: Keypair, node_id: bytes, receiver: Authorized
    ) -> ExecutedTransaction:
        """Hand on the right to the node's commission."""
        (pool,) = await self.pools((node_id,))
        return await self._hand_on(keypair, "set_commission_receiver", node_id, pool.commission_receiver, receiver)

    async def set_governance_authorized(
        self, keypair: Keypair, node_id: bytes, authorized: Authorized
    ) -> ExecutedTransaction:
        """Hand on the right to vote for the node."""
        (pool,) = await self.pools((node_id,))
        current = pool.governance_authorized
        return await self._hand_on(keypair, "set_governance_authorized", node_id, current, authorized)

    async def collect_commission_of(self, keypair: Keypair, node_id: bytes) -> int:
        """Take a node's commission as whoever it is for; gives the FROST that came."""
        (pool,) = await self.pools((node_id,))
        tx = TransactionBuilder()
        proof = await self._authenticate(tx, keypair, pool.commission_receiver)
        coin = self._staking_call(tx, "collect_commission", tx.address(node_id), proof)
        tx.transfer_objects([coin], keypair.address)
        return await self.received_wal(await self.sui.execute(tx, keypair))

    async def _hand_on(
        self, keypair: Keypair, function: str, node_id: bytes, current: Authorized, new: Authorized
    ) -> ExecutedTransaction:
        tx = TransactionBuilder()
        proof = await self._authenticate(tx, keypair, current)
        self._staking_call(tx, function, tx.address(node_id), proof, self._authorized(tx, new))
        return await self.sui.execute(tx, keypair)

    async def _authenticate(
        self, tx: TransactionBuilder, keypair: Keypair, authorized: Authorized
    ) -> CommandResult:
        """A proof that the account is, or holds, what is authorized. Raises `NotOwner` for another's object."""
        if not isinstance(authorized, AuthorizedObject):
            return self._call(tx, "auth", "authenticate_sender", ())
        held = await self._own(authorized.object_id, keypair.address)
        return tx.move_call(
            self.package,
            "auth",
            "authenticate_with_object",
            type_args=(held.type,),
            arguments=(tx.object(held.object_id),),
        )

    def _authorized(self, tx: TransactionBuilder, authorized: Authorized) -> CommandResult:
        match authorized:
            case AuthorizedAddress(address):
                return self._call(tx, "auth", "authorized_address", (tx.address(address),))
            case AuthorizedObject(object_id):
                return self._call(tx, "auth", "authorized_object", (tx.address(object_id),))
        raise ContractMismatch(f"expected an address or an object, got {authorized}")
