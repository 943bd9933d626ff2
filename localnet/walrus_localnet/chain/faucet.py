"""The faucet: SUI for anyone who asks, (source: sui_localnet.md §4.11)."""

from __future__ import annotations

from nacl.signing import SigningKey

from walrus_localnet.chain.errors import LocalChainError
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.limits import REFERENCE_GAS_PRICE
from walrus_localnet.chain.objects import coin_balance, reference_of
from walrus_localnet.chain.records import TransactionRecord
from walrus_localnet.chain.signatures import ED25519
from walrus_sui.bcs import U64, encode, sui
from walrus_sui.bcs.sui import (
    Created,
    GasData,
    NoExpiration,
    ProgrammableTransaction,
    TransactionDataV1,
    blake2b256,
)
from walrus_sui.bcs.sui.framework import SUI_COIN

COINS = 5
MIST_PER_COIN = 200 * 10**9
BUDGET = 100_000_000


class Faucet:
    """Sends coins from the network's own account."""

    def __init__(self, ledger: Ledger, key: SigningKey) -> None:
        self.ledger = ledger
        self.key = key
        self.address = faucet_address(key)

    def fund(self, recipient: bytes) -> list[tuple[bytes, int, bytes]]:
        """Send `COINS` new coins; their (id, amount in MIST, transaction digest). Raises `LocalChainError`."""
        record = self._execute(self._program(recipient))
        if not isinstance(record.outcome.status, sui.Success):
            raise LocalChainError(f"expected the faucet's transaction to succeed, got {record.outcome.status}")
        return [
            (change.object_id, MIST_PER_COIN, record.digest)
            for change in record.outcome.changed_objects
            if isinstance(change.id_operation, Created)
        ]

    def _program(self, recipient: bytes) -> ProgrammableTransaction:
        inputs = (sui.Pure(recipient), *[sui.Pure(encode(U64, MIST_PER_COIN))] * COINS)
        amounts = tuple(sui.Input(1 + i) for i in range(COINS))
        coins = tuple(sui.NestedResult(0, i) for i in range(COINS))
        commands = (sui.SplitCoins(sui.GasCoin(), amounts), sui.TransferObjects(coins, sui.Input(0)))
        return ProgrammableTransaction(inputs, commands)

    def _execute(self, program: ProgrammableTransaction) -> TransactionRecord:
        coins = self.ledger.store.owned(self.address, SUI_COIN)
        purse = max(coins, key=lambda coin: coin_balance(coin) or 0)
        gas = GasData((reference_of(purse),), self.address, REFERENCE_GAS_PRICE, BUDGET)
        data = TransactionDataV1(program, self.address, gas, NoExpiration())
        signature = self.key.sign(data.signing_digest()).signature
        return self.ledger.execute(data, (bytes([ED25519]) + signature + bytes(self.key.verify_key),))


def faucet_address(key: SigningKey) -> bytes:
    return blake2b256(bytes([ED25519]), bytes(key.verify_key))
