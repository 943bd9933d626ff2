"""The description of the node's HTTP API in OpenAPI 3.1, made from the table of operations (protocol.md §1)."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Any

from walrus_node.api.operations import OPERATIONS, PATH_PARAMETERS, Operation, Query, Schema
from walrus_sui.storage import Reason
from walrus_sui.storage.routes import BCS_CONTENT_TYPE

_ABOUT = (
    "Blobs by slivers, confirmations and recovery. Bodies of BCS are application/octet-stream. Success is wrapped "
    'as {"success": {"code", "data"}}; a refusal says why in error.details[0].reason. Requests that no route can '
    "make sense of (a blob id that is none, say) are answered in plain text."
)


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {"type": "object", "properties": required | (optional or {}), "required": list(required)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_COUNT: Schema = {"type": "integer", "minimum": 0}
_EPOCH_OR_NONE: Schema = {"type": ["integer", "null"], "minimum": 0}
_BASE64: Schema = {"type": "string", "contentEncoding": "base64"}
_COUNTS = _object({"count_deletable_total": _COUNT, "count_deletable_certified": _COUNT})
_EVENT = _object({"txDigest": {"type": "string"}, "eventSeq": {"type": "string", "pattern": "^[0-9]+$"}})
_SHARD_STATUS: Schema = {"enum": ["unknown", "ready", "inTransfer", "inRecovery", "readOnly"]}
_SHARDS: Schema = {"type": "array", "items": _object({"shard": _COUNT, "status": _SHARD_STATUS})}

SCHEMAS: dict[str, Schema] = {
    "Error": _object(
        {
            "error": _object(
                {
                    "status": {"type": "string"},
                    "code": {"type": "integer"},
                    "message": {"type": "string"},
                    "details": {"type": "array", "items": _ref("ErrorInfo"), "minItems": 1},
                }
            )
        }
    ),
    "ErrorInfo": _object(
        {
            "@type": {"const": "ErrorInfo"},
            "reason": {"enum": [reason.value for reason in Reason]},
            "domain": {"type": "string"},
            "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    ),
    "SignedMessage": _object({"serializedMessage": _BASE64, "signature": _BASE64}),
    "Confirmation": _object({"signed": _ref("SignedMessage")}),
    "BundleReceipt": _object(
        {"stored": _COUNT, "buffered": _COUNT, "existed": _COUNT},
        {
            "signed": _ref("SignedMessage"),
            "unsigned": _object({"reason": {"type": "string"}, "message": {"type": "string"}}),
        },
    ),
    "BlobStatus": {
        "oneOf": [
            {"const": "nonexistent"},
            _object({"invalid": _object({"event": _EVENT})}),
            _object({"deletable": _object({"initialCertifiedEpoch": _EPOCH_OR_NONE, "deletableCounts": _COUNTS})}),
            _object(
                {
                    "permanent": _object(
                        {
                            "endEpoch": _COUNT,
                            "isCertified": {"type": "boolean"},
                            "statusEvent": _EVENT,
                            "deletableCounts": _COUNTS,
                            "initialCertifiedEpoch": _EPOCH_OR_NONE,
                        }
                    )
                }
            ),
        ]
    },
    "ServiceHealthInfo": _object(
        {
            "uptime": _object({"secs": _COUNT, "nanos": _COUNT}),
            "epoch": _COUNT,
            "publicKey": _BASE64,
            "nodeStatus": {"type": "string"},
            "eventProgress": _object(
                {"persisted": _COUNT, "pending": _COUNT, "highestFinishedEventIndex": _EPOCH_OR_NONE}
            ),
            "shardSummary": _object(
                {
                    "owned": _COUNT,
                    "ownedShardStatus": _object(
                        dict.fromkeys(("unknown", "ready", "inTransfer", "inRecovery"), _COUNT)
                    ),
                    "readOnly": _COUNT,
                }
            ),
        },
        {
            "shardDetail": _object({"owned": _SHARDS, "other": _SHARDS}),
            "latestCheckpointSequenceNumber": _EPOCH_OR_NONE,
        },
    ),
}


def document() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Walrus storage node", "version": version("walrus-sui"), "description": _ABOUT},
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _operation_id(operation),
        "summary": operation.about,
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "description": operation.body,
            "content": {BCS_CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        }
    return described


def _operation_id(operation: Operation) -> str:
    words = re.sub(r"[{}]", "", operation.path.removeprefix("/v1/")).replace("/", "_")
    return f"{operation.method.lower()}_{words}"


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = []
    for name in re.findall(r"{(\w+)}", operation.path):
        schema, about = PATH_PARAMETERS[name]
        found.append({"name": name, "in": "path", "required": True, "schema": schema, "description": about})
    found += [_parameter("query", query) for query in operation.query]
    return found + [_parameter("header", header) for header in operation.headers]


def _parameter(place: str, query: Query) -> dict[str, Any]:
    described = {"name": query.name, "in": place, "schema": query.schema, "description": query.about}
    return described | ({"required": True} if query.required else {})


def _responses(operation: Operation) -> dict[str, Any]:
    found = {str(code): _success(operation) for code in operation.codes}
    refusals = dict(operation.refusals)
    refusals.setdefault(400, ())
    if operation.body is not None:
        found["413"] = {"description": "The body is too long", "content": {"text/plain": _TEXT}}
        refusals[503] = _BUSY if operation.method == "PUT" else _BUSY[:1]
    if operation.headers:
        found["401"] = {"description": "The header is missing", "content": {"text/plain": _TEXT}}
    return found | {
        str(code): _refusal(reasons) for code, reasons in sorted(refusals.items()) if code == 400 or reasons
    }


def _success(operation: Operation) -> dict[str, Any]:
    if isinstance(operation.answer, str):
        schema: Schema = {"type": "string", "format": "binary"}
        return {"description": operation.answer, "content": {BCS_CONTENT_TYPE: {"schema": schema}}}
    envelope = _object({"success": _object({"code": {"type": "integer"}, "data": operation.answer})})
    return {"description": "Success", "content": {"application/json": {"schema": envelope}}}


_BUSY = (Reason.UNAVAILABLE, Reason.STORAGE_UNAVAILABLE)
_TEXT: dict[str, Schema] = {"schema": {"type": "string"}}


def _refusal(reasons: tuple[Reason, ...]) -> dict[str, Any]:
    content: dict[str, Any] = {"text/plain": _TEXT}
    if reasons:
        content["application/json"] = {"schema": _ref("Error")}
    return {"description": ", ".join(reasons) or "The request makes no sense", "content": content}
