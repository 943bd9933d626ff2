"""Objects are shown as their publisher's templates say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chain.sandbox import SUI, Program, Sandbox
from tests.chain.test_entry import RULES
from walrus_localnet.chain.feed import CheckpointFeed
from walrus_localnet.chain.rpc.display import Unfilled, fill
from walrus_localnet.chain.rpc.ledger_service import LedgerService
from walrus_localnet.chain.rpc.messages import protobuf, rpc
from walrus_localnet.chain.rpc.state_service import StateService
from walrus_localnet.chain.sandbox import Published
from walrus_sui.bcs import U64
from walrus_sui.bcs.sui import TypeTag, format_address

TEMPLATES = {
    "name": "Cup of {filled} drops",
    "link": "https://example.com/{id}.png",
    "lost": "{handle}",
    "plain": r"\{not a field\}",
}


@pytest.fixture
def published(box: Sandbox) -> Published:
    return box.publish(RULES)


@pytest.fixture
def cup(box: Sandbox, published: Published) -> bytes:
    program = Program()
    made = program.call(published.package, "rules::cup")
    program.call(published.package, "rules::fill", made, program.pure(U64, 7))
    program.send(box.alice.address, made)
    return box.created(box.succeed(program), "Cup")[0]


def declare(box: Sandbox, published: Published, *, announce: bool = True) -> None:
    """The publisher says how cups are shown."""
    (publisher,) = box.created(published.record, "Publisher")
    kind = TypeTag.parse(f"{format_address(published.package)}::rules::Cup")
    program = Program()
    names, values = (program.pure(tuple[str, ...], tuple(part)) for part in zip(*TEMPLATES.items(), strict=True))
    given = program.owned(box.ref(publisher)), names, values
    display = program.call(SUI, "display::new_with_fields", *given, type_args=[kind])
    if announce:
        program.call(SUI, "display::update_version", display, type_args=[kind])
    program.send(box.alice.address, display)
    box.succeed(program)


async def shown(box: Sandbox, cup: bytes, path: str = "display") -> Any:
    mask = protobuf.FieldMask(paths=["object_id", path])
    request = rpc.GetObjectRequest(object_id=format_address(cup), read_mask=mask)
    answer = await LedgerService(box.ledger, CheckpointFeed(box.ledger)).get_object(request)
    assert answer.object is not None
    return answer.object.display


async def test_templates_are_filled(box: Sandbox, published: Published, cup: bytes) -> None:
    declare(box, published)
    display = await shown(box, cup)
    assert display.output.to_dict() == {
        "name": "Cup of 7 drops",
        "link": f"https://example.com/{format_address(cup)}.png",
        "lost": None,
        "plain": "{not a field}",
    }
    assert display.errors.to_dict() == {"lost": "expected the field handle, got an object without it"}


async def test_only_who_asks_by_name_gets_it(box: Sandbox, published: Published, cup: bytes) -> None:
    declare(box, published)
    assert await shown(box, cup, "owner") is None
    owned = rpc.ListOwnedObjectsRequest(
        owner=format_address(box.alice.address), read_mask=protobuf.FieldMask(paths=["object_type", "display"])
    )
    found = (await StateService(box.ledger).list_owned_objects(owned)).objects
    assert [item.object_type.split("::")[-1] for item in found if item.display is not None] == ["Cup"]


async def test_what_was_never_announced_is_not_shown(box: Sandbox, published: Published, cup: bytes) -> None:
    assert await shown(box, cup) is None
    declare(box, published, announce=False)
    assert await shown(box, cup) is None


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("{a} and {b.c}", "1 and x"),
        ("{yes}{nothing}", "true"),
        (r"\{a\} \\ {a}", r"{a} \ 1"),
        ("{a", "{a"),
    ],
)
def test_texts(template: str, text: str) -> None:
    assert fill(template, {"a": "1", "b": {"c": "x"}, "yes": True, "nothing": None}) == text


@pytest.mark.parametrize("template", ["{}", "{no}", "{a.b}", "{list}", "{" + ".".join("a" * 11) + "}"])
def test_what_cannot_be_filled(template: str) -> None:
    with pytest.raises(Unfilled, match="expected"):
        fill(template, {"a": "1", "list": [1]})
