"""The described API is the served one: routes, roles, statuses and bodies; and the files are current."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from pydantic import TypeAdapter

from settlement.api.openapi.document import make_document, statuses
from settlement.api.openapi.parts import Error
from settlement.api.openapi.route import Listed, Relayed, Route
from settlement.api.openapi.routes import ROUTES
from settlement.api.openapi.served import FILE
from tests.support.service import Heard
from tests.template.cloudformation import CHECKOUT, load_template

KEYWORDS = frozenset(
    {
        *("$ref", "type", "enum", "const", "description", "default", "format", "anyOf"),
        *("properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"),
        *("items", "minItems", "maxItems", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    }
)
"""What the document says in JSON Schema; anything else would be another language's word, or one that needs a look."""

BY_API_GATEWAY = {401, 429, 500, 502, 504}
"""Statuses that the API answers with by itself, or on a fault."""


def template_routes() -> set[tuple[str, str, str, bool]]:
    """Function, method, path and whether a key is needed; the sandbox is not part of the API."""
    resources = load_template()["Resources"]
    return {
        (
            re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.removesuffix("Function")).lower(),
            event["Properties"]["Method"],
            event["Properties"]["Path"],
            event["Properties"].get("Auth", {}).get("Authorizer") != "NONE",
        )
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function" and resource.get("Condition") != "IsSandbox"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "Api"
    }


def test_described_routes_are_those_of_the_template() -> None:
    assert {(route.function, route.method, route.path, bool(route.roles)) for route in ROUTES} == template_routes()


def test_no_route_or_name_is_described_twice() -> None:
    assert len({route.id for route in ROUTES}) == len({route.name for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("file", [CHECKOUT / "docs" / "openapi.json", FILE], ids=["docs", "served"])
def test_file_is_current(file: Any) -> None:
    assert json.loads(file.read_text(encoding="utf-8")) == make_document(), "run make openapi"


def test_every_reference_leads_somewhere() -> None:
    document = make_document()
    for reference in re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(document)):
        assert reference[1] in document["components"][reference[0]]


def test_document_is_openapi_3_1() -> None:
    validate(json.loads(FILE.read_text(encoding="utf-8")), cls=OpenAPIV31SpecValidator)


def schemas_in(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a part of the document, those within schemas included."""
    if isinstance(part, list):
        for inner in part:
            yield from schemas_in(inner)
    elif isinstance(part, dict):
        for key, inner in part.items():
            found = inner.values() if key == "schemas" else [inner] if key == "schema" else []
            for schema in found:
                yield from _with_those_within(schema)
            if not found:
                yield from schemas_in(inner)


def _with_those_within(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for key, inner in schema.items():
        if key in ("properties", "patternProperties"):
            within = list(inner.values())
        elif key in ("items", "additionalProperties", "propertyNames", "not"):
            within = [inner] if isinstance(inner, dict) else []
        else:
            within = inner if key in ("anyOf", "oneOf", "allOf", "prefixItems") else []
        for one in within:
            yield from _with_those_within(one)


def test_every_schema_is_one_of_json_schema_2020_12() -> None:
    found = list(schemas_in(make_document()))
    assert len(found) > 1000
    for schema in found:
        Draft202012Validator.check_schema(schema)
        assert schema.keys() <= KEYWORDS


@pytest.mark.parametrize(
    "pattern", sorted(set(re.findall(r'"pattern": ("(?:[^"\\\\]|\\\\.)*")', json.dumps(make_document()))))
)
def test_every_pattern_is_read_alike_by_python_and_ecma_262(pattern: str) -> None:
    text = json.loads(pattern)
    re.compile(text)
    assert not re.search(r"\(\?[^:=!]|\\[AZzGpPkgQE]", text)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_documented_status_can_occur_and_no_other_does(route: Route, heard: list[Heard]) -> None:
    found = {answer.status for answer in heard if answer.route is route}

    assert found <= statuses(route)
    assert statuses(route) - found <= BY_API_GATEWAY


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_answer_is_exactly_what_its_model_says(route: Route, heard: list[Heard]) -> None:
    answers = [answer for answer in heard if answer.route is route]
    assert answers
    for answer in answers:
        content = route.answers.get(answer.status, Error)
        if content is None:
            assert answer.text == ""
        elif not isinstance(content, dict | Relayed):
            adapter = TypeAdapter(list[content.of] if isinstance(content, Listed) else content)  # type: ignore[name-defined]
            adapter.validate_json(answer.text, strict=True)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_answer_validates_against_the_document(route: Route, heard: list[Heard]) -> None:
    document = make_document()
    responses = document["paths"][route.path][route.method]["responses"]
    for answer in heard:
        if answer.route is not route or not answer.text or isinstance(route.answers.get(answer.status), Relayed):
            continue
        response = responses[str(answer.status)]
        if "$ref" in response:
            response = document["components"]["responses"][str(answer.status)]
        schema = response["content"]["application/json"]["schema"]
        Draft202012Validator(schema | {"components": document["components"]}).validate(answer.json)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.roles], ids=lambda route: route.name)
def test_the_documented_roles_are_the_ones_needed(route: Route, heard: list[Heard]) -> None:
    refusal = next(answer for answer in heard if answer.route is route and answer.status == 403)

    assert any(f"the role {role.value}" in refusal.json["error"]["message"] for role in route.roles)
