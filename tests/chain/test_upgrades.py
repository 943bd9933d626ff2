"""New versions of packages: what they may change, and what stays."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.chain.sandbox import PLAYGROUND, STD, SUI, Playground, Program, Sandbox, modules, publish
from tests.chain.test_objects import new_toy, toy_size
from walrus_localnet.chain.objects import type_of
from walrus_localnet.chain.packages import original_id, package_digest
from walrus_localnet.chain.records import TransactionRecord
from walrus_sui.bcs import U8, sui
from walrus_sui.bcs.sui import MovePackage, TypeTag, UpgradeErrorKind

FIRST, SECOND = modules(), modules(PLAYGROUND / "second")
COMPATIBLE, ADDITIVE, DEPENDENCIES_ONLY = 0, 128, 192


def upgrade(
    box: Sandbox,
    play: Playground,
    code: Sequence[bytes],
    *,
    current: bytes | None = None,
    policy: int = COMPATIBLE,
    digest: bytes | None = None,
) -> TransactionRecord:
    program = Program()
    cap = program.owned(box.ref(play.cap))
    asked = program.pure(bytes, digest or package_digest(code, (STD, SUI)))
    ticket = program.call(SUI, "package::authorize_upgrade", cap, program.pure(U8, policy), asked)
    receipt = program.add(sui.Upgrade(tuple(code), (STD, SUI), current or play.package, ticket))
    program.call(SUI, "package::commit_upgrade", cap, receipt)
    return box.run(program)


def written_package(record: TransactionRecord) -> bytes:
    assert record.outcome.status == sui.Success(), record.outcome.status
    (found,) = (c.object_id for c in record.outcome.changed_objects if isinstance(c.after, sui.PackageWrite))
    return found


def refusal(record: TransactionRecord) -> UpgradeErrorKind:
    status = record.outcome.status
    assert isinstance(status, sui.Failure)
    assert isinstance(status.error, sui.PackageUpgradeError)
    return status.error.kind


def test_a_second_version_keeps_types_and_changes_code(box: Sandbox, play: Playground) -> None:
    toy = new_toy(box, play)
    second = written_package(upgrade(box, play, SECOND))
    package = box.object(second).data
    assert isinstance(package, MovePackage)
    assert (package.version, original_id(package)) == (2, play.package)
    origins = {origin.datatype: origin.package for origin in package.type_origins}
    assert (origins["Toy"], origins["Gadget"]) == (play.package, second)
    assert box.contents(play.cap)[32:64] == second

    for version, expected in ((play.package, 6), (second, 13)):
        program = Program()
        program.call(version, "uses::twice", program.owned(box.ref(toy)))
        box.succeed(program)
        assert toy_size(box, toy) == expected

    program = Program()
    gadget = program.call(second, "toys::gadget", program.owned(box.ref(toy)))
    program.send(box.alice.address, gadget)
    made = box.created(box.succeed(program), "Gadget")[0]
    struct = type_of(box.object(made))
    assert struct is not None
    assert struct.address == second


def test_versions_follow_each_other(box: Sandbox, play: Playground) -> None:
    second = written_package(upgrade(box, play, SECOND))
    assert refusal(upgrade(box, play, SECOND)) == sui.PackageIdDoesNotMatch(play.package, second)
    third = written_package(upgrade(box, play, SECOND, current=second))
    package = box.object(third).data
    assert isinstance(package, MovePackage)
    assert (package.version, original_id(package)) == (3, play.package)
    assert {o.datatype: o.package for o in package.type_origins}["Gadget"] == second


def test_what_exists_may_not_go(box: Sandbox, play: Playground) -> None:
    second = written_package(upgrade(box, play, SECOND))
    assert refusal(upgrade(box, play, FIRST, current=second)) == sui.IncompatibleUpgrade()
    assert refusal(upgrade(box, play, SECOND[:1], current=second)) == sui.IncompatibleUpgrade()


@pytest.mark.parametrize(
    ("policy", "code", "accepted"),
    [(ADDITIVE, SECOND, True), (DEPENDENCIES_ONLY, FIRST, True), (DEPENDENCIES_ONLY, SECOND, False)],
)
def test_stricter_policies(
    box: Sandbox, play: Playground, policy: int, code: tuple[bytes, ...], accepted: bool
) -> None:
    record = upgrade(box, play, code, policy=policy)
    if accepted:
        written_package(record)
    else:
        assert refusal(record) == sui.IncompatibleUpgrade()


def test_only_what_was_authorised(box: Sandbox, play: Playground) -> None:
    other = refusal(upgrade(box, play, SECOND, digest=bytes(32)))
    assert other == sui.DigestDoesNotMatch(package_digest(SECOND, (STD, SUI)))
    assert refusal(upgrade(box, play, SECOND, current=play.counter)) == sui.NotAPackage(play.counter)
    unknown = b"\x99" * 32
    assert refusal(upgrade(box, play, SECOND, current=unknown)) == sui.UnableToFetchPackage(unknown)
    another = publish(box)
    assert refusal(upgrade(box, play, SECOND, current=another.package)) == sui.PackageIdDoesNotMatch(
        another.package, play.package
    )


def test_a_failed_upgrade_leaves_the_package(box: Sandbox, play: Playground) -> None:
    cap = box.contents(play.cap)
    upgrade(box, play, SECOND[:1])
    assert box.contents(play.cap) == cap
    written_package(upgrade(box, play, SECOND))


def test_types_are_found_through_any_version(box: Sandbox, play: Playground) -> None:
    second = written_package(upgrade(box, play, SECOND))
    for version in (play.package, second):
        toy = new_toy(box, play)
        program = Program()
        given = program.owned(box.ref(toy))
        tag = TypeTag.parse(f"0x{version.hex()}::toys::Toy")
        program.call(second, "toys::same", given, given, type_args=[tag])
        vector = program.add(sui.MakeMoveVec(tag, (given,)))
        program.call(play.package, "toys::total_size", vector, program.shared(box.object(play.counter)))
        box.succeed(program)
