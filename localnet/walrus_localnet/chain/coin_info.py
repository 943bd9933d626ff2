"""What is known of a currency: its metadata object and its treasury (layouts of `sui::coin`)."""

from __future__ import annotations

from dataclasses import dataclass

from walrus_localnet.chain.store import Store
from walrus_sui.bcs import U8, U64, Bytes32, Struct
from walrus_sui.bcs.sui import MoveObject, StructTag, TypeTag
from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI


class CoinMetadata(Struct):
    object_id: Bytes32
    decimals: U8
    name: str
    symbol: str
    description: str
    icon_url: str | None


class TreasuryCap(Struct):
    object_id: Bytes32
    total_supply: U64


@dataclass(frozen=True)
class CoinInfo:
    metadata: CoinMetadata | None
    treasury: TreasuryCap | None


def coin_info(store: Store, coin: TypeTag) -> CoinInfo:
    """What the ledger's live objects tell of a currency; objects wrapped in others cannot be seen."""
    metadata, treasury = _contents(store, coin, "CoinMetadata"), _contents(store, coin, "TreasuryCap")
    return CoinInfo(
        None if metadata is None else CoinMetadata.from_bytes(metadata),
        None if treasury is None else TreasuryCap.from_bytes(treasury),
    )


def _contents(store: Store, coin: TypeTag, name: str) -> bytes | None:
    for obj in store.of_type(str(StructTag(FRAMEWORK_SUI, "coin", name, (coin,)))):
        if isinstance(obj.data, MoveObject):
            return obj.data.contents
    return None
