"""Certifying blobs, with what is paid or kept at the same moment (contracts.md §6.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from walrus_sui import bcs
from walrus_sui.chain.contracts.payment import destroy_zero, split_payments
from walrus_sui.chain.contracts.pricing import Prices
from walrus_sui.chain.contracts.reads import ContractReads
from walrus_sui.chain.execution import ExecutedTransaction
from walrus_sui.chain.keys import Keypair
from walrus_sui.chain.signed import OnSigned
from walrus_sui.chain.transaction import TransactionBuilder
from walrus_sui.chain.types import SystemStateInnerV1
from walrus_sui.crypto import Certificate


@dataclass(frozen=True)
class BlobCertification:
    """A certificate as the contract takes it, for the Blob object `object_id`.

    With `freeze` the certificate is kept as an object of its own, which any contract can rely on.
    """

    object_id: bytes
    signature: bytes
    signers_bitmap: bytes
    message: bytes
    freeze: bool = False

    @classmethod
    def of(cls, object_id: bytes, certificate: Certificate, member_count: int, *, freeze: bool = False) -> Self:
        """`member_count` is the size of the committee whose members signed."""
        bitmap = certificate.bitmap(member_count)
        return cls(object_id, certificate.signature, bitmap, certificate.message, freeze)


@dataclass(frozen=True)
class BlobExtension:
    """`epochs` more for a certified blob that occupies `storage_size` encoded bytes."""

    object_id: bytes
    storage_size: int
    epochs: int


class CertificationCalls(ContractReads):
    async def certify_blobs(
        self,
        keypair: Keypair,
        certifications: Sequence[BlobCertification],
        extensions: Sequence[BlobExtension] = (),
        *,
        system: SystemStateInnerV1 | None = None,
        on_signed: OnSigned | None = None,
    ) -> ExecutedTransaction:
        """Certify blobs, then pay for the `extensions`, all or none.

        `system` spares reading the prices: where it is out of date the transaction aborts. Raises `MoveAborted`,
        such as for a certificate the contract does not accept, and `InsufficientFunds`.
        """

        async def build() -> TransactionBuilder:
            tx = TransactionBuilder(routine=True)
            for item in certifications:
                self._certify(tx, item)
            if extensions:
                await self._extend(tx, keypair.address, extensions, system or await self.system())
            return tx

        return await self.sui.execute(build, keypair, on_signed=on_signed)

    def _certify(self, tx: TransactionBuilder, item: BlobCertification) -> None:
        parts = (tx.pure(bytes, part) for part in (item.signature, item.signers_bitmap, item.message))
        arguments = (tx.object(self.system_object), tx.object(item.object_id), *parts)
        if item.freeze:
            self._call(tx, "availability_certificate", "certify_blob_and_freeze", arguments)
        else:
            self._call(tx, "system", "certify_blob", arguments)

    async def _extend(
        self,
        tx: TransactionBuilder,
        owner: bytes,
        extensions: Sequence[BlobExtension],
        system: SystemStateInnerV1,
    ) -> None:
        prices = Prices.of(system)
        cost = sum(prices.storage_cost(item.storage_size, item.epochs) for item in extensions)
        (coin,) = await split_payments(self.sui, tx, owner, self.wal_type, (cost,))
        for item in extensions:
            arguments = (tx.object(self.system_object), tx.object(item.object_id))
            self._call(tx, "system", "extend_blob", (*arguments, tx.pure(bcs.U32, item.epochs), coin))
        destroy_zero(tx, self.wal_type, coin)
