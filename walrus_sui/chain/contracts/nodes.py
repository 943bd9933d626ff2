"""Calls of those who run nodes: registration, parameters, commission, attestations (contracts.md §1.17, §3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from walrus_sui import bcs
from walrus_sui.bcs.sui import DatatypeTag
from walrus_sui.chain.contracts.base import CAP
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.transaction import CommandResult, TransactionBuilder, Usable
from walrus_sui.chain.types import StorageNodeCap, StorageNodeInfo, StoredNodeMetadata
from walrus_sui.crypto import ProofOfPossession, SecretKey


@dataclass(frozen=True)
class NodeMetadata:
    """What people see of a node."""

    image_url: str = ""
    project_url: str = ""
    description: str = ""


@dataclass(frozen=True)
class NodeRegistration:
    """How a node applies. `network_address` is `host:port`, `network_public_key` 33 bytes (compressed P-256).

    `commission_rate` is in basis points; prices are votes in FROST per MiB, `node_capacity` in bytes.
    """

    name: str
    network_address: str
    network_public_key: bytes
    commission_rate: int
    storage_price: int
    write_price: int
    node_capacity: int
    metadata: NodeMetadata = field(default_factory=NodeMetadata)


@dataclass(frozen=True)
class EventBlobReport:
    """A node's word for a blob of events: which blob, up to which checkpoint, in which epoch."""

    blob_id: bytes
    root_hash: bytes
    size: int
    encoding_type: int
    ending_checkpoint: int
    epoch: int


class NodeCalls(ContractReads):
    """What a node's operator does; `cap` is the id of the node's `StorageNodeCap`, which the account owns.

    Each call is one transaction, final when it returns, and raises `MoveAborted` for what the contract refuses.
    """

    async def register_candidate(
        self, keypair: Keypair, registration: NodeRegistration, secret_key: SecretKey
    ) -> StorageNodeCap:
        """Register a node with a proof that the account holds its BLS key; the account gets the node's cap.

        If the epoch changes meanwhile the proof is void: try again.
        """
        proof = await self._proof_of_possession(keypair, secret_key)
        tx = TransactionBuilder()
        cap = self._staking_call(
            tx,
            "register_candidate",
            tx.pure(str, registration.name),
            tx.pure(str, registration.network_address),
            self._metadata(tx, registration.metadata),
            tx.pure(bytes, bytes(secret_key.public_key)),
            tx.pure(bytes, registration.network_public_key),
            tx.pure(bytes, proof),
            tx.pure(bcs.U16, registration.commission_rate),
            tx.pure(bcs.U64, registration.storage_price),
            tx.pure(bcs.U64, registration.write_price),
            tx.pure(bcs.U64, registration.node_capacity),
        )
        tx.transfer_objects([cap], keypair.address)
        executed = await self.sui.execute(tx, keypair)
        (found,) = await self.sui.created_objects(executed, self._type(*CAP))
        return found.parse(StorageNodeCap)

    async def try_join_active_set(self, keypair: Keypair, cap: bytes) -> ExecutedTransaction:
        """Ask for a place among the nodes that may be chosen, if stake suffices by now."""
        return await self._as_node(keypair, "try_join_active_set", cap, TransactionBuilder())

    async def set_storage_price_vote(self, keypair: Keypair, cap: bytes, price: int) -> ExecutedTransaction:
        """Vote for a price in FROST per MiB and epoch."""
        tx = TransactionBuilder()
        return await self._as_node(keypair, "set_storage_price_vote", cap, tx, tx.pure(bcs.U64, price))

    async def set_write_price_vote(self, keypair: Keypair, cap: bytes, price: int) -> ExecutedTransaction:
        """Vote for a price in FROST per MiB written."""
        tx = TransactionBuilder()
        return await self._as_node(keypair, "set_write_price_vote", cap, tx, tx.pure(bcs.U64, price))

    async def set_node_capacity_vote(self, keypair: Keypair, cap: bytes, capacity: int) -> ExecutedTransaction:
        """Say how many bytes the node can hold."""
        tx = TransactionBuilder()
        return await self._as_node(keypair, "set_node_capacity_vote", cap, tx, tx.pure(bcs.U64, capacity))

    async def set_name(self, keypair: Keypair, cap: bytes, name: str) -> ExecutedTransaction:
        tx = TransactionBuilder()
        return await self._as_node(keypair, "set_name", cap, tx, tx.pure(str, name))

    async def set_network_address(self, keypair: Keypair, cap: bytes, address: str) -> ExecutedTransaction:
        """Say where the node is reached from now on, as `host:port`."""
        tx = TransactionBuilder()
        return await self._as_node(keypair, "set_network_address", cap, tx, tx.pure(str, address))

    async def set_network_public_key(self, keypair: Keypair, cap: bytes, key: bytes) -> ExecutedTransaction:
        """Change the key of the node's TLS certificate (33 bytes, compressed P-256)."""
        tx = TransactionBuilder()
        return await self._as_node(keypair, "set_network_public_key", cap, tx, tx.pure(bytes, key))

    async def set_node_metadata(self, keypair: Keypair, cap: bytes, metadata: NodeMetadata) -> ExecutedTransaction:
        tx = TransactionBuilder()
        return await self._as_node(keypair, "set_node_metadata", cap, tx, self._metadata(tx, metadata))

    async def node_metadata(self, info: StorageNodeInfo) -> NodeMetadata:
        """What a node says of itself."""
        key = DatatypeTag(self._type("extended_field", "Key"))
        field = await self.sui.get_dynamic_field(
            info.metadata, key, b"\x00", name_layout=bool, value_layout=StoredNodeMetadata
        )
        stored: StoredNodeMetadata = field.value
        return NodeMetadata(stored.image_url, stored.project_url, stored.description)

    async def set_next_public_key(
        self, keypair: Keypair, cap: bytes, secret_key: SecretKey
    ) -> ExecutedTransaction:
        """Change the BLS key from the next epoch on, with a proof that the account holds it."""
        proof = await self._proof_of_possession(keypair, secret_key)
        tx = TransactionBuilder()
        key = tx.pure(bytes, bytes(secret_key.public_key))
        return await self._as_node(keypair, "set_next_public_key", cap, tx, key, tx.pure(bytes, proof))

    async def set_next_commission(self, keypair: Keypair, cap: bytes, rate: int) -> ExecutedTransaction:
        """Change the commission, in basis points, from the epoch after next on."""
        tx = TransactionBuilder()
        return await self._as_node(keypair, "set_next_commission", cap, tx, tx.pure(bcs.U16, rate))

    async def collect_commission(self, keypair: Keypair, cap: StorageNodeCap) -> ExecutedTransaction:
        """Take the commission that may be taken; it goes to whoever holds the cap, unless redirected."""
        tx = TransactionBuilder()
        auth = self._as_holder(tx, cap)
        coin = self._staking_call(tx, "collect_commission", tx.address(cap.node_id), auth)
        tx.transfer_objects([coin], keypair.address)
        return await self.sui.execute(tx, keypair)

    async def certify_event_blob(
        self, keypair: Keypair, cap: bytes, attestation: EventBlobReport
    ) -> ExecutedTransaction:
        """Attest a blob of events; the attestation of a quorum certifies it."""
        tx = TransactionBuilder()
        arguments = (
            tx.object(self.system_object),
            tx.object(cap),
            tx.pure(bcs.Bytes32, attestation.blob_id),
            tx.pure(bcs.Bytes32, attestation.root_hash),
            tx.pure(bcs.U64, attestation.size),
            tx.pure(bcs.U8, attestation.encoding_type),
            tx.pure(bcs.U64, attestation.ending_checkpoint),
            tx.pure(bcs.U32, attestation.epoch),
        )
        self._call(tx, "system", "certify_event_blob", arguments)
        return await self.sui.execute(tx, keypair)

    async def _proof_of_possession(self, keypair: Keypair, secret_key: SecretKey) -> bytes:
        """Valid in the current epoch, for this account and key (contracts.md §2.1)."""
        message = ProofOfPossession(keypair.address, bytes(secret_key.public_key))
        return secret_key.sign(message.signed_bytes((await self.staking()).epoch))

    def _metadata(self, tx: TransactionBuilder, metadata: NodeMetadata) -> CommandResult:
        texts = (metadata.image_url, metadata.project_url, metadata.description)
        return self._call(tx, "node_metadata", "new", [tx.pure(str, text) for text in texts])

    async def _as_node(
        self, keypair: Keypair, function: str, cap: bytes, tx: TransactionBuilder, *values: Usable
    ) -> ExecutedTransaction:
        self._staking_call(tx, function, tx.object(cap), *values)
        return await self.sui.execute(tx, keypair)
