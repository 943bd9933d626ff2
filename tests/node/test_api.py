"""The description of the API names every route of the node, and shows it to people and programs."""

from __future__ import annotations

from html import unescape

import jsonschema
import pytest

from tests.node.conftest import Node, registration
from tests.node.test_app import store_all
from walrus_node.api.openapi import SCHEMAS, document
from walrus_node.api.operations import OPERATIONS
from walrus_node.api.page import PATH
from walrus_sui.redstuff import EncodedBlob
from walrus_sui.storage import routes

METHODS = {
    routes.METADATA: {"get", "put"},
    routes.METADATA_STATUS: {"get"},
    routes.SLIVER: {"get", "put"},
    routes.SLIVER_STATUS: {"get"},
    routes.PERMANENT_CONFIRMATION: {"get"},
    routes.DELETABLE_CONFIRMATION: {"get"},
    routes.RECOVERY_SYMBOLS: {"get"},
    routes.DECODING_SYMBOLS: {"get"},
    routes.INCONSISTENCY_PROOF: {"post"},
    routes.BLOB_STATUS: {"get"},
    routes.HEALTH: {"get"},
    routes.SYNC_SHARD: {"post"},
    routes.BUNDLE: {"get", "put"},
}
"""The table of protocol.md §1.3, and bundles."""


def test_every_route_is_described() -> None:
    assert {path: operations.keys() for path, operations in document()["paths"].items()} == METHODS
    paths = {value for value in vars(routes).values() if isinstance(value, str) and value.startswith("/v1/")}
    assert paths == METHODS.keys()


def test_every_name_the_description_refers_to_is_there() -> None:
    def references(value: object) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if "$ref" in value else set()
            return own.union(*map(references, value.values()))
        return set().union(*map(references, value)) if isinstance(value, list | tuple) else set()

    assert references(document()) == {f"#/components/schemas/{name}" for name in SCHEMAS}
    for schema in SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)


async def test_programs_get_openapi_and_browsers_a_page_that_needs_nothing_else(node: Node) -> None:
    answer = await node.http.get(PATH)
    assert answer.json() == document()
    assert answer.json()["openapi"].startswith("3.1")
    page = await node.http.get(PATH, headers={"accept": "text/html,application/xhtml+xml"})
    assert page.headers["content-type"].startswith("text/html")
    for operation in OPERATIONS:
        assert operation.path in page.text
        assert operation.about in unescape(page.text)
    for foreign in ("<script", "<link", "<img", "http:", "https:", "url(", "src="):
        assert foreign not in page.text


@pytest.mark.parametrize(
    ("path", "name"),
    [(routes.HEALTH + "?detailed=true", "ServiceHealthInfo"), (routes.BLOB_STATUS, "BlobStatus")],
)
async def test_answers_are_as_described(node: Node, blob: EncodedBlob, path: str, name: str) -> None:
    node.apply(registration(blob.blob_id))
    await store_all(node, blob)
    answer = await node.http.get(path.format(blob_id=blob.blob_id))
    resolved = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    jsonschema.Draft202012Validator(resolved).validate(answer.json()["success"]["data"])
