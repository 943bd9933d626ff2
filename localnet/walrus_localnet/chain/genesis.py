"""The first transaction of a network: framework, clock, what SUI is, and the coin that the faucet hands out
(source: sui_localnet.md §4.9)."""

from __future__ import annotations

from collections.abc import Mapping

from walrus_localnet.chain.checkpointing import next_checkpoint
from walrus_localnet.chain.coin_info import CoinMetadata
from walrus_localnet.chain.effects import build_effects
from walrus_localnet.chain.objects import CLOCK_TYPE, RANDOM_TYPE, coin_object, id_of
from walrus_localnet.chain.packages import linkage_of, parsed, type_origins
from walrus_localnet.chain.records import Commit, TransactionRecord
from walrus_localnet.chain.system import (
    RANDOM_VERSION,
    ZERO,
    RandomField,
    RandomInner,
    RandomState,
    random_field_id,
    system_transaction,
)
from walrus_localnet.chain.writes import Writes
from walrus_sui.bcs.sui import (
    AddressOwner,
    DatatypeTag,
    GasCostSummary,
    Genesis,
    ImmutableOwner,
    MoveObject,
    MovePackage,
    Object,
    ObjectOwner,
    RawObject,
    SharedOwner,
    StructTag,
    Success,
    TransactionDataV1,
    U64Tag,
    UpgradeInfo,
)
from walrus_sui.bcs.sui.framework import CLOCK_ID, FRAMEWORK_SUI, RANDOM_ID, SUI_TYPE, object_type
from walrus_sui.bcs.sui.ids import created_object_id

FAUCET_FUNDS = 5 * 10**18
"""MIST in the faucet's coin at the start: half of all SUI there can be."""
FIRST_VERSION = 1


def genesis_commit(framework: Mapping[bytes, tuple[bytes, ...]], faucet: bytes, timestamp_ms: int) -> Commit:
    """Checkpoint 0 of a network that starts at `timestamp_ms`.

    `framework` gives the modules of every system package by its address; a package is linked with those before it.
    """
    data = _transaction(_packages(framework), faucet, timestamp_ms)
    digest = data.digest()
    objects = tuple(_object(entry, digest) for entry in _entries(data))
    writes = Writes(objects={id_of(obj): obj for obj in objects}, created={id_of(obj) for obj in objects})
    effects = build_effects(
        digest=digest,
        status=Success(),
        epoch=0,
        gas_used=GasCostSummary(0, 0, 0, 0),
        gas_id=None,
        writes=writes,
        read=[],
        events=(),
        dependencies=set(),
        lamport=FIRST_VERSION,
    )
    checkpoint = next_checkpoint(None, 0, [(effects, ())], timestamp_ms)
    record = TransactionRecord(data, (), effects, (), 0, 0, timestamp_ms)
    return Commit(checkpoint, (record,), {object_id: (obj,) for object_id, obj in writes.objects.items()})


def _transaction(packages: list[MovePackage], faucet: bytes, timestamp_ms: int) -> TransactionDataV1:
    clock = MoveObject(
        object_type(CLOCK_TYPE), False, FIRST_VERSION, CLOCK_ID + timestamp_ms.to_bytes(8, "little")
    )
    coin = coin_object(DatatypeTag(SUI_TYPE), created_object_id(ZERO, 0), FAUCET_FUNDS, FIRST_VERSION)
    entries = [RawObject(package, ImmutableOwner()) for package in packages]
    entries.append(RawObject(clock, SharedOwner(FIRST_VERSION)))
    entries.append(RawObject(coin, AddressOwner(faucet)))
    entries += _randomness()
    entries.append(RawObject(_sui_metadata(), ImmutableOwner()))
    return system_transaction(Genesis(tuple(entries)))


def _randomness() -> list[RawObject]:
    """0x8 and its state, as `sui::random::create` makes them, before the first update."""
    state = RandomState(RANDOM_ID, created_object_id(ZERO, 1), RANDOM_VERSION)
    field_id = random_field_id(state)
    field = RandomField(field_id, RANDOM_VERSION, RandomInner(RANDOM_VERSION, 0, 0, b""))
    inner = DatatypeTag(StructTag(FRAMEWORK_SUI, "random", "RandomInner", ()))
    field_type = StructTag(FRAMEWORK_SUI, "dynamic_field", "Field", (U64Tag(), inner))
    return [
        RawObject(
            MoveObject(object_type(RANDOM_TYPE), False, FIRST_VERSION, state.to_bytes()),
            SharedOwner(FIRST_VERSION),
        ),
        RawObject(
            MoveObject(object_type(field_type), False, FIRST_VERSION, field.to_bytes()),
            ObjectOwner(state.versioned_id),
        ),
    ]


def _sui_metadata() -> MoveObject:
    """The frozen `CoinMetadata<SUI>`, as `sui::sui::new` makes it."""
    metadata = CoinMetadata(
        created_object_id(ZERO, 2), decimals=9, name="Sui", symbol="SUI", description="", icon_url=None
    )
    struct = StructTag(FRAMEWORK_SUI, "coin", "CoinMetadata", (DatatypeTag(SUI_TYPE),))
    return MoveObject(object_type(struct), True, FIRST_VERSION, metadata.to_bytes())


def _entries(data: TransactionDataV1) -> tuple[RawObject, ...]:
    assert isinstance(data.kind, Genesis)
    return tuple(entry for entry in data.kind.objects if isinstance(entry, RawObject))


def _object(entry: RawObject, digest: bytes) -> Object:
    return Object(entry.data, entry.owner, digest, 0)


def _packages(framework: Mapping[bytes, tuple[bytes, ...]]) -> list[MovePackage]:
    packages: list[MovePackage] = []
    for address, modules in framework.items():
        packages.append(_package(address, modules, linkage_of(packages)))
    return packages


def _package(address: bytes, modules: tuple[bytes, ...], linkage: dict[bytes, UpgradeInfo]) -> MovePackage:
    """System modules are compiled at their address."""
    named = dict(sorted((parsed(data).name, data) for data in modules))
    return MovePackage(address, FIRST_VERSION, named, type_origins(named, address), linkage)
