"""The published schemas of the interfaces that this service is compatible to, as JSON Schema, and their requests."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.template.cloudformation import CHECKOUT

PUBLISHED = CHECKOUT / "tests" / "contract" / "published"
CHANGES = "/api/order-system/orders/{}/changes"

Key = tuple[str, str, int]
"""Method, path with nameless parameters, status."""


def published() -> dict[Key, Any]:
    """Return the schema of every published answer that has one."""
    return dict(_corrected(dict(_answers())))


def published_request(name: str) -> Any:
    """Return a request body of the published shape."""
    return json.loads((PUBLISHED / "requests" / f"{name}.json").read_text(encoding="utf-8"))


def nameless(path: str) -> str:
    """Return a path without the names of its parameters, which differ from document to document."""
    return re.sub(r"{\w+}", "{}", path)


def _answers() -> Iterator[tuple[Key, Any]]:
    for name in ("orders", "pii", "gateway"):
        document = json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8"))
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                for status, answer in operation.get("responses", {}).items() if isinstance(operation, dict) else ():
                    for content in answer.get("content", {}).values():
                        schema = _as_json_schema(content.get("schema", {}), document)
                        yield (method, nameless(path), int(status)), schema


def _as_json_schema(schema: Any, document: Any) -> Any:
    """OpenAPI 3.0 in the words of JSON Schema: references in place, and null where it is allowed."""
    if isinstance(schema, list):
        return [_as_json_schema(part, document) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        found = document
        for part in schema["$ref"].split("/")[1:]:
            found = found[part]
        return _as_json_schema(found, document)
    plain = {
        key: _as_json_schema(value, document) for key, value in schema.items() if key not in ("nullable", "example")
    }
    if schema.get("nullable") and isinstance(schema.get("type"), str):
        plain["type"] = [schema["type"], "null"]
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    return plain


def _corrected(schemas: dict[Key, Any]) -> dict[Key, Any]:
    """Where the published schema of one answer was derived from an empty list (its items are texts), take that of the
    same key in the history, which was not: totals, add and remove of an order modification (C§2.2). The totals of the
    sum of changes are a list within a list there, and one list in its example.
    """
    history = schemas["get", CHANGES, 200]["properties"]["requests"]["items"]["properties"]
    for key in (("patch", CHANGES, 202), ("post", f"{CHANGES}/preview", 200), ("get", f"{CHANGES}/{{}}", 200)):
        schemas[key]["properties"] |= {name: history[name] for name in ("totals", "add", "remove")}
    summed = schemas["get", "/api/orders/pvt/document/{}/change-summary", 200]["properties"]
    summed["totals"] = summed["totals"]["items"]
    for part in ("refunds", "cancellations"):
        schemas["get", f"/api/pvt/transactions/{{}}/{part}", 200] = schemas[
            "get", "/api/pvt/transactions/{}/settlements", 200
        ]
    payment = schemas["get", "/api/pvt/transactions/{}/payments/{}", 200]
    schemas["get", "/api/pvt/transactions/{}/payments", 200] = {"type": "array", "items": payment}
    return schemas
