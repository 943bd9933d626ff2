"""Types of Sui's framework that mean something to Sui itself, and the short forms in which objects carry them
(source: sui_localnet.md §4.3)."""

from __future__ import annotations

from walrus_sui.bcs.sui.objects import (
    BalanceAccumulatorFieldType,
    CoinType,
    GasCoinType,
    MoveObjectType,
    OtherType,
    StakedSuiType,
)
from walrus_sui.bcs.sui.types import DatatypeTag, StructTag, TypeTag, parse_address
from walrus_sui.errors import BcsError

FRAMEWORK_STD = parse_address("0x1")
FRAMEWORK_SUI = parse_address("0x2")
SYSTEM_PACKAGE = parse_address("0x3")
CLOCK_ID = parse_address("0x6")
RANDOM_ID = parse_address("0x8")

SUI_TYPE = StructTag(FRAMEWORK_SUI, "sui", "SUI", ())
STAKED_SUI = StructTag(SYSTEM_PACKAGE, "staking_pool", "StakedSui", ())


def coin_struct(coin: TypeTag) -> StructTag:
    """The type of a coin object of the currency `coin`."""
    return StructTag(FRAMEWORK_SUI, "coin", "Coin", (coin,))


SUI_COIN = coin_struct(DatatypeTag(SUI_TYPE))


def coin_of(struct: StructTag) -> TypeTag | None:
    """`T` when the type is `0x2::coin::Coin<T>`."""
    if (struct.address, struct.module, struct.name) == (FRAMEWORK_SUI, "coin", "Coin") and struct.type_args:
        return struct.type_args[0]
    return None


def object_type(struct: StructTag) -> MoveObjectType:
    """The one form in which an object may carry this type."""
    if struct == SUI_COIN:
        return GasCoinType()
    if struct == STAKED_SUI:
        return StakedSuiType()
    coin = coin_of(struct)
    return OtherType(struct) if coin is None else CoinType(coin)


def struct_of(type_: MoveObjectType) -> StructTag:
    """The full type behind its short form. Raises `BcsError` for one without a struct."""
    match type_:
        case OtherType(struct):
            return struct
        case GasCoinType():
            return SUI_COIN
        case StakedSuiType():
            return STAKED_SUI
        case CoinType(coin):
            return coin_struct(coin)
        case BalanceAccumulatorFieldType(coin):
            return StructTag(FRAMEWORK_SUI, "accumulator", "Accumulator", (coin,))
    raise BcsError(f"expected the type of an object, got {type_!r}")
