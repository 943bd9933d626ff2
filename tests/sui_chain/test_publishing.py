"""Publishing, linking and upgrading packages on a local network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import pytest

from walrus_localnet.move.artifacts import built_package
from walrus_sui.bcs.sui import parse_address
from walrus_sui.chain import BuiltPackage, Keypair, SuiClient, publish, upgrade
from walrus_sui.chain.publishing import LinkedPackage, UpgradeCap
from walrus_sui.errors import ContractMismatch, ObjectNotFound, TransactionFailed


@dataclass(frozen=True)
class Package:
    """A package that no compiler made."""

    modules: tuple[bytes, ...]
    name: str = "odd"
    dependencies: tuple[str, ...] = ("Sui",)
    placeholders: Mapping[str, bytes] = field(default_factory=dict)


def wal() -> BuiltPackage:
    return built_package("wal")


async def test_publishing_runs_the_initialisers(sui: SuiClient, alice: Keypair) -> None:
    publication = await publish(sui, alice, wal(), {})
    supply = publication.one("coin", "Coin")
    assert int.from_bytes(supply.contents[32:], "little") == 5 * 10**18
    assert str(supply.type.type_args[0]) == f"0x{publication.package.hex()}::wal::WAL"
    published = await sui.get_package(publication.package)
    assert list(published.package.modules) == ["wal"]
    assert published.previous_transaction == publication.executed.digest
    cap = (await sui.get_object(publication.upgrade_cap)).parse(UpgradeCap)
    assert (cap.package, cap.version) == (publication.package, 1)


async def test_a_dependency_published_later_is_linked_in(sui: SuiClient, alice: Keypair) -> None:
    walrus = built_package("walrus")
    currency = await publish(sui, alice, wal(), {})
    contracts = await publish(sui, alice, walrus, {"wal": currency.package})
    found = (await sui.get_package(contracts.package)).package
    assert currency.package in found.linkage
    assert not any(walrus.placeholders["wal"] in module for module in found.modules.values())
    with pytest.raises(ObjectNotFound):
        await sui.get_package(walrus.placeholders["wal"])


async def test_a_dependency_without_an_id(sui: SuiClient, alice: Keypair) -> None:
    with pytest.raises(ContractMismatch, match="the id of wal"):
        await publish(sui, alice, built_package("walrus"), {})


async def test_a_placeholder_that_nothing_uses(sui: SuiClient, alice: Keypair) -> None:
    odd = Package(wal().modules, placeholders={"other": bytes([0xAB]) * 32})
    with pytest.raises(ContractMismatch, match="placeholder of other"):
        await publish(sui, alice, odd, {"other": bytes([1]) * 32})


@pytest.mark.parametrize("module", [b"", b"garbage", b"\xa1\x1c\xeb\x0b\x06\x00\x00\x00"])
async def test_bytes_that_are_no_module(sui: SuiClient, alice: Keypair, module: bytes) -> None:
    with pytest.raises(TransactionFailed):
        await publish(sui, alice, Package((module,)), {})


async def test_an_upgrade_is_a_new_package_with_the_old_types(sui: SuiClient, alice: Keypair) -> None:
    first = await publish(sui, alice, wal(), {})
    second = await upgrade(sui, alice, first.upgrade_cap, wal(), {})
    assert second != first.package
    assert (await sui.get_package(second)).package.version == 2
    cap = (await sui.get_object(first.upgrade_cap)).parse(UpgradeCap)
    assert (cap.package, cap.version) == (second, 2)
    third = await upgrade(sui, alice, first.upgrade_cap, wal(), {})
    assert (await sui.get_package(third)).package.version == 3


async def test_an_upgrade_that_drops_a_module(sui: SuiClient, alice: Keypair) -> None:
    first = await publish(sui, alice, wal(), {})
    other = Package(built_package("walrus").modules[:1], dependencies=("MoveStdlib", "Sui"))
    with pytest.raises(TransactionFailed):
        await upgrade(sui, alice, first.upgrade_cap, other, {})


def test_what_an_upgrade_is_authorised_for() -> None:
    def hashed(data: bytes) -> bytes:
        return blake2b(data, digest_size=32).digest()

    one, two = parse_address("0x1"), parse_address("0x2")
    parts = sorted([hashed(b"a"), hashed(b"b"), one, two])
    assert LinkedPackage((b"a", b"b"), (two, one)).digest == hashed(b"".join(parts))
