"""The described API is the served one: routes, roles, statuses and bodies; and the files are current."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from pydantic import ConfigDict, TypeAdapter

from settlement.api.contract.described import Described, Listed, Relayed, Written
from settlement.api.contract.descriptions import DESCRIBED
from settlement.api.contract.document import codes_of, make_document, statuses
from settlement.api.contract.refusals import WHEN
from settlement.api.contract.routes import ROUTE, ROUTES
from settlement.api.contract.served import FILE
from settlement.api.shared.answer import Error
from testkit.shop import Shop
from tests.support.service import Heard, Service
from tests.template.cloudformation import CHECKOUT, load_template

DOCUMENT = make_document()

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
    """Function, method, path and whether a key is needed; sandbox and console are not part of the API."""
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
        if name != "OperatorConsoleFunction"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "Api"
    }


def test_described_routes_are_those_of_the_template() -> None:
    assert {(route.function, route.method, route.path, bool(route.roles)) for route in ROUTES} == template_routes()


def test_every_route_of_the_table_is_described_once() -> None:
    assert sorted(described.name for described in DESCRIBED) == sorted(ROUTE)


def test_functions_bind_their_routes_by_name_each_one_once_and_no_others() -> None:
    bound = []
    for app in sorted((CHECKOUT / "functions").glob("*/app.py")):
        text = app.read_text(encoding="utf-8")
        assert not re.search(r"@api\.(?!serves\()", text), app
        bound += [
            (app.parent.name, name)
            for names in re.findall(r"@api\.serves\((.+)\)", text)
            for name in re.findall(r'"(\w+)"', names)
        ]
    assert sorted(bound) == sorted((route.function, route.name) for route in ROUTES)


def test_no_route_or_name_is_described_twice() -> None:
    assert len({route.id for route in DESCRIBED}) == len({route.name for route in DESCRIBED}) == len(DESCRIBED)


def test_file_is_current_and_the_only_one() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == DOCUMENT, "run make openapi"
    assert [path for folder in ("docs", "layers") for path in (CHECKOUT / folder).rglob("openapi.json")] == [FILE]


@pytest.mark.parametrize(
    ("headers", "context", "address"),
    [
        (
            {"Host": "a1.execute-api.eu-west-1.amazonaws.com", "X-Forwarded-Proto": "https"},
            {"path": "/v1/openapi.json", "stage": "v1"},
            "https://a1.execute-api.eu-west-1.amazonaws.com/v1",
        ),
        ({"host": "oms.example"}, {"path": "/openapi.json", "stage": "v1"}, "https://oms.example"),
        ({"host": "oms.example"}, {"path": "/settle/openapi.json", "stage": "v1"}, "https://oms.example/settle"),
        ({}, {"domainName": "oms.example", "path": "/openapi.json"}, "https://oms.example"),
        (
            {"Host": "127.0.0.1:3000", "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/"},
            {"path": "/v1/openapi.json", "stage": "v1"},
            "http://127.0.0.1:3000",
        ),
    ],
    ids=["stage", "custom domain", "base path", "no host", "local stack"],
)
def test_served_document_names_the_address_it_is_served_from(
    headers: dict[str, str], context: dict[str, str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Service(Shop(), monkeypatch).call("GET", "/openapi.json", headers=headers, context=context).json

    assert [server["url"] for server in served["servers"]] == [address]
    assert served | {"servers": None} == DOCUMENT | {"servers": None}


def test_every_reference_leads_somewhere() -> None:
    for reference in re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(DOCUMENT)):
        assert reference[1] in DOCUMENT["components"][reference[0]]


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
    found = list(schemas_in(DOCUMENT))
    assert len(found) > 1000
    for schema in found:
        Draft202012Validator.check_schema(schema)
        assert schema.keys() <= KEYWORDS


@pytest.mark.parametrize(
    "pattern", sorted(set(re.findall(r'"pattern": ("(?:[^"\\\\]|\\\\.)*")', json.dumps(DOCUMENT))))
)
def test_every_pattern_is_read_alike_by_python_and_ecma_262(pattern: str) -> None:
    text = json.loads(pattern)
    re.compile(text)
    assert not re.search(r"\(\?[^:=!]|\\[AZzGpPkgQE]", text)


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.name)
def test_every_documented_status_can_occur_and_no_other_does(route: Described, heard: list[Heard]) -> None:
    found = {answer.status for answer in heard if answer.route is route}

    assert found <= statuses(route)
    assert statuses(route) - found <= BY_API_GATEWAY


def test_every_documented_code_is_in_the_catalogue() -> None:
    for route in DESCRIBED:
        assert {(status, code) for status, codes in codes_of(route).items() for code in codes} <= WHEN.keys()


def exactly(described: Any) -> TypeAdapter[Any]:
    """Lists of an answer; a key that no ``TypedDict`` names is a fault."""
    return TypeAdapter(list[described], config=ConfigDict(extra="forbid"))


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.name)
def test_every_answer_is_exactly_what_its_model_says(route: Described, heard: list[Heard]) -> None:
    answers = [answer for answer in heard if answer.route is route]
    assert answers
    for answer in answers:
        content = route.answers.get(answer.status, Error)
        if content is None:
            assert answer.text == ""
        elif isinstance(content, Written):
            assert answer.headers["Content-Type"].partition(";")[0] in content.types
        elif not isinstance(content, dict | Relayed):
            wrapped = answer.text if isinstance(content, Listed) else f"[{answer.text}]"
            exactly(content.of if isinstance(content, Listed) else content).validate_json(wrapped, strict=True)


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.name)
def test_every_answer_validates_against_the_document(route: Described, heard: list[Heard]) -> None:
    responses = DOCUMENT["paths"][route.path][route.method]["responses"]
    for answer in heard:
        if answer.route is not route or not answer.text or isinstance(route.answers.get(answer.status), Relayed):
            continue
        response = responses[str(answer.status)]
        if "$ref" in response:
            response = DOCUMENT["components"]["responses"][str(answer.status)]
        schema = response["content"][answer.headers["Content-Type"].partition(";")[0]]["schema"]
        Draft202012Validator(schema | {"components": DOCUMENT["components"]}).validate(answer.content)


@pytest.mark.parametrize("route", [route for route in DESCRIBED if route.roles], ids=lambda route: route.name)
def test_the_documented_roles_are_the_ones_needed(route: Described, heard: list[Heard]) -> None:
    refusal = next(answer for answer in heard if answer.route is route and answer.status == 403)

    assert any(f"the role {role.value}" in refusal.json["error"]["message"] for role in route.roles)
