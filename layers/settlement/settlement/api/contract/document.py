"""The OpenAPI 3.1 document, made of the table of routes and the models it names.

``python -m settlement.api.contract.document`` writes it beside this file, from where it is served.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from settlement.api.contract.attribute_docs import docs_of, parts_of
from settlement.api.contract.described import CHAPTERS, Content, Described, Listed, Model, Relayed, Tag, Written
from settlement.api.contract.descriptions import DESCRIBED
from settlement.api.contract.examples import recorded, request_of
from settlement.api.contract.parameters import ID, USER
from settlement.api.contract.refusals import WHEN
from settlement.api.contract.served import FILE
from settlement.api.shared.answer import Error
from settlement.api.shared.schema import UNIT
from settlement.domain.errors import InvalidRequest

VERSION = "0.1.0"

_CITATION = re.compile(r" \((?:[^()]*§|[RD][1-9])[^()]*\)")
"""Where a rule comes from, as docstrings cite it."""

Json = dict[str, Any]

_INFO = {
    "title": "quita",
    "version": VERSION,
    "summary": "Settles orders invoice by invoice, behind the interfaces of an OMS and its payment gateway.",
    "description": (
        "Amounts are integers of minor units (cents) unless said otherwise. Refusals have the body "
        '`{"error": {"code", "message", "exception": null}}` and leave no trace; after 429, 500, 502, 503 and '
        "504 the same request may be sent again. Unknown fields of a request are ignored, unless its schema says that "
        "there are no additional ones. Whole numbers may be written with a point (`5000.0`) or as a text of digits."
    ),
    "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
}
_SERVERS = [
    {"url": "http://127.0.0.1:3000", "description": "The local stack"},
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com/v1",
        "description": "The deployed service",
        "variables": {"api": {"default": "api"}, "region": {"default": "us-east-1"}},
    },
]
_SECURITY = {
    "appKey": {"type": "apiKey", "in": "header", "name": "X-VTEX-API-AppKey"},
    "appToken": {"type": "apiKey", "in": "header", "name": "X-VTEX-API-AppToken"},
}
_REFUSALS = {
    400: "A field is missing, of the wrong type or outside its limits, or the request rules itself out",
    401: "Key and token are missing or wrong, or the signature is not the payment's",
    403: "The app key lacks the role, or is not of the account that the query names",
    404: "There is no such thing in this account",
    409: "The state of the order or transaction does not take this, or an id is taken by something else",
    412: "Changed since the version that `If-Match` names",
    413: "The body is too large: 1,000,000 bytes, and 10 MB at the API",
    429: "Too many requests",
    500: "A fault of the service",
    502: "The service did not answer the API, or a connector did not answer the service",
    503: "Too many writers on one order: not taken",
    504: "No answer in time",
}
_OF_EVERY_ROUTE = (429, 500, 502, 504)
_OF_KEYED_ROUTES = (400, 401, 403)
_DONE = {200: "Done", 201: "Placed", 202: "Taken; it is carried out after the answer", 204: "Done", 503: "Unavailable"}


def statuses(route: Described) -> set[int]:
    """Every status that is documented of a route."""
    keyed = _OF_KEYED_ROUTES if route.roles else ()
    return {*route.answers, *route.refusals, *keyed, *_OF_EVERY_ROUTE}


def codes_of(route: Described) -> dict[int, tuple[str, ...]]:
    """The codes that a route refuses with, those of its guard included, by status."""
    if not route.roles:
        return route.refusals
    user_refused = InvalidRequest.code
    others = (code for code in route.refusals.get(400, ()) if code != user_refused)
    return {401: ("1",), 403: ("2",)} | route.refusals | {400: (user_refused, *others)}


def make_document() -> Json:
    """Return the document."""
    paths: dict[str, Json] = {}
    for route in DESCRIBED:
        paths.setdefault(route.path, {})[route.method] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": _SERVERS,
        "tags": [{"name": tag.value, "description": f"{CHAPTERS[tag]}."} for tag in Tag],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": _SECURITY, "responses": _refusal_responses()},
    }


def _operation(route: Described) -> Json:
    operation: Json = {"operationId": route.name, "summary": route.summary, "tags": [route.tag.value]}
    operation["description"] = "\n\n".join(_paragraphs(route))
    if route.roles:
        operation["x-roles"] = [role.value for role in route.roles]
        operation["security"] = [{"appKey": [], "appToken": []}]
    else:
        operation["security"] = []
    if parameters := [*_path_parameters(route), *_other_parameters(route)]:
        operation["parameters"] = parameters
    if route.body is not None:
        content = _content(route.body, request_of(route.name, "body"))
        operation["requestBody"] = {"required": route.body_required, "content": content}
    if route.is_xml:
        content = {"application/xml": {"schema": {"type": "string"}} | _example(request_of(route.name, "body"))}
        operation["requestBody"] = {"required": True, "content": content}
    operation["responses"] = {str(status): _response(route, status) for status in sorted(statuses(route))}
    return operation


def _paragraphs(route: Described) -> Iterator[str]:
    """What the route does, the role it needs, and the codes it refuses with."""
    yield route.about
    if route.roles:
        yield f"Needs the role {' or '.join(f'`{role.value}`' for role in route.roles)}."
    codes = [(status, code) for status, codes in sorted(codes_of(route).items()) for code in codes]
    if codes:
        yield "Refuses with\n\n" + "\n".join(f"- {status} `{code}`: {WHEN[status, code]}" for status, code in codes)


def _path_parameters(route: Described) -> Iterator[Json]:
    for name in re.findall(r"{(\w+)}", route.path):
        example = request_of(route.name, "path").get(name)
        yield {"name": name, "in": "path", "required": True, "schema": ID} | _example(example)


def _other_parameters(route: Described) -> Iterator[Json]:
    for parameter in (*route.parameters, *((USER,) if route.roles else ())):
        told = request_of(route.name, "headers" if parameter.where == "header" else "query").get(parameter.name)
        yield {
            "name": parameter.name,
            "in": parameter.where,
            "description": parameter.about,
            "required": parameter.required,
            "schema": parameter.schema,
        } | _example(_as_typed(told, parameter.schema))


def _as_typed(told: str | None, schema: Json) -> Any:
    """What a query says, as its schema has it."""
    return int(told) if told is not None and schema["type"] == "integer" else told


def _example(value: Any) -> Json:
    return {} if value is None or value == {} else {"example": value}


def _response(route: Described, status: int) -> Json:
    if status not in route.answers:
        return {"$ref": f"#/components/responses/{status}"}
    response: Json = {"description": _DONE[status]}
    if route.answer_headers:
        response["headers"] = {
            name: {"description": about, "schema": {"type": "string"}} for name, about in route.answer_headers.items()
        }
    content, example = route.answers[status], recorded().get(route.name, {})
    answer = example.get("answer") if example.get("status") == status else None
    return response if content is None else response | {"content": _content(content, answer)}


def _refusal_responses() -> Json:
    retry_after = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}}}
    return {
        str(status): {"description": about, "content": _content(Error)}
        | ({"headers": retry_after} if status == 503 else {})
        for status, about in _REFUSALS.items()
    }


def _content(content: Content, example: Any = None) -> Json:
    if isinstance(content, Written):
        shown = {content.types[0]: _example(example)}
        return {type_: {"schema": {"type": "string"}} | shown.get(type_, {}) for type_ in content.types}
    media_type = "*/*" if isinstance(content, Relayed) else "application/json"
    return {media_type: {"schema": _schema(content)} | ({} if example is None else {"example": example})}


def _schema(content: Content) -> Json:
    match content:
        case Listed(of):
            return {"type": "array", "items": _schema(of)}
        case dict():
            return content
        case None | Relayed() | Written():
            return {}
        case _:
            return {"$ref": f"#/components/schemas/{content.__name__}"}


def _models() -> dict[str, Model]:
    found: dict[str, Model] = {Error.__name__: Error}
    for route in DESCRIBED:
        for content in (route.body, *route.answers.values()):
            model = content.of if isinstance(content, Listed) else content
            if isinstance(model, type):
                found[model.__name__] = model
    return found


def _schemas() -> Json:
    roots = [*_models().values()]
    inputs = [(root.__name__, "validation", TypeAdapter(root)) for root in roots]
    _, schemas = TypeAdapter.json_schemas(inputs, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    parts = {part.__name__: part for root in roots for part in parts_of(root)}
    definitions: Json = schemas["$defs"]
    return {name: _plain(_told(definitions[name], parts.get(name))) for name in sorted(definitions)}


def _told(schema: Json, part: type | None) -> Json:
    """The schema of a class with the text under each of its keys, and the unit of the key's type after it."""
    docs = {} if part is None else docs_of(part)
    names = {field.alias or name: name for name, field in getattr(part, "model_fields", {}).items()}
    for key, value in schema.get("properties", {}).items():
        told = (docs.get(names.get(key, key)), value.get("description"), *sorted(_units(value)))
        if words := list(dict.fromkeys(text for text in told if text)):
            value["description"] = " ".join(words)
    return schema


def _choices(part: Json) -> list[Json]:
    """What a part of a choice stands for: its own choices, where it had nothing but a unit beside them."""
    return part["anyOf"] if part.keys() - {UNIT} == {"anyOf"} and UNIT in part else [part]


def _units(schema: Any) -> set[str]:
    """Take the units out of a schema, and make it plain where that leaves a choice of choices, or of anything."""
    if isinstance(schema, list):
        return {unit for part in schema for unit in _units(part)}
    if not isinstance(schema, dict):
        return set()
    own = {schema.pop(UNIT)} if UNIT in schema else set()
    if "anyOf" in schema:
        own |= {part[UNIT] for part in schema["anyOf"] if UNIT in part}
        schema["anyOf"] = [inner for part in schema["anyOf"] for inner in _choices(part)]
        if any(part.keys() <= {"title"} for part in schema["anyOf"]):
            del schema["anyOf"]
    return own | {unit for part in schema.values() for unit in _units(part)}


def _plain(schema: Any) -> Any:
    """Leave out what nobody reads: titles, defaults of null, that more keys are allowed, where a rule comes from."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if isinstance(schema, str):
        return _CITATION.sub("", schema).replace("``", "`")
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _plain(part) for name, part in value.items()} if key == "properties" else _plain(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "default" and value is None)
        and not (key == "additionalProperties" and value is True)
    }


def main() -> None:
    """Write the document beside this file."""
    FILE.write_text(json.dumps(make_document(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
