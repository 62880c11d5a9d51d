"""The document speaks: every operation says what it does, refuses with and looks like, every property what it is."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from settlement.api.contract.described import Described, Relayed
from settlement.api.contract.descriptions import DESCRIBED
from settlement.api.contract.document import codes_of, make_document
from settlement.api.contract.examples import recorded
from tests.support.api_examples import examples_of, settled
from tests.support.service import Heard

DOCUMENT = make_document()
BARE_UNITS = {"Minor units.", "UTC, without a zone or a fraction.", "ISO 8601 in UTC, to the microsecond."}
"""What types say by themselves; a property says also of what."""

BY_THE_AUTHORIZER = {(401, "1")}
"""What no function answers with: the authorizer lets nobody in who has no key."""
_OF_A_RETRY = {(409, "1402"), (409, "CHK00342"), (409, "CHK0054"), (409, "CHK0096")}
OF_THE_PLAN = {
    "cancelOrder": {(409, "CHK0096")},
    "cancelDocument": {(409, "CHK0096")},
    "previewCancel": {(409, "CHK0096")},
    "previewCancelDocument": {(409, "CHK0096")},
    "notifyInvoice": {(409, "CHK0054")},
    "notifyDocumentInvoice": {(409, "CHK0054")},
    "previewInvoice": {(409, "CHK0054")},
    "previewDocumentInvoice": {(409, "CHK0054")},
    "requestCancellation": {(409, "CHK0096")},
    "previewCancellation": {(409, "CHK0096")},
    "retryOperation": _OF_A_RETRY,
    "previewRetry": _OF_A_RETRY,
    "retryModification": {(409, "OMS003")},
}
"""What the plan of an operation can refuse (``tests/unit/test_acceptance.py``); no tour gets there."""


def operation_of(route: Described) -> Any:
    """The route's operation in the document."""
    return DOCUMENT["paths"][route.path][route.method]


def properties() -> list[tuple[str, dict[str, Any]]]:
    """Every property of every schema, by its schema and name."""
    schemas = DOCUMENT["components"]["schemas"].items()
    return [(f"{name}.{key}", value) for name, schema in schemas for key, value in schema.get("properties", {}).items()]


def test_examples_are_what_the_functions_answer(heard: list[Heard]) -> None:
    assert settled(recorded()) == settled(examples_of(heard)), "run make openapi"


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.name)
def test_operation_says_what_it_does_and_which_codes_it_refuses_with(route: Described) -> None:
    text = operation_of(route)["description"]

    assert text.startswith(route.about)
    assert route.about.endswith(".")
    assert route.about.rstrip(".") != route.summary
    for status, codes in codes_of(route).items():
        for code in codes:
            assert f"- {status} `{code}`: " in text


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.name)
def test_every_documented_code_can_occur_and_no_other_does(
    route: Described, heard: list[Heard], refused: list[Heard]
) -> None:
    answers = [answer for answer in (*heard, *refused) if answer.route is route and answer.status not in route.answers]
    found = {(answer.status, answer.json["error"]["code"]) for answer in answers}
    documented = {(status, code) for status, codes in codes_of(route).items() for code in codes}

    assert found <= documented
    assert documented - found <= BY_THE_AUTHORIZER | OF_THE_PLAN.get(route.name, set())


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.name)
def test_operation_has_an_example_that_fits_its_schemas(route: Described) -> None:
    operation, example = operation_of(route), recorded()[route.name]
    response = operation["responses"][str(example["status"])]

    assert all("example" in parameter for parameter in operation.get("parameters", ()) if parameter["required"])
    if "requestBody" in operation:
        require_fit(operation["requestBody"]["content"]["application/xml" if route.is_xml else "application/json"])
    if "content" in response and not isinstance(route.answers[example["status"]], Relayed):
        require_fit(next(iter(response["content"].values())))


def require_fit(content: dict[str, Any]) -> None:
    """Check that a body's example is one of its schema."""
    schema = content["schema"] | {"components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(content["example"])


def test_every_property_has_a_description_of_its_own() -> None:
    found = properties()
    bare = {name for name, value in found if value.get("description", "") in BARE_UNITS | {""}}

    assert len(found) > 1000
    assert not bare


def test_no_description_ends_without_a_full_stop_or_cites_a_rule() -> None:
    texts = [(name, value["description"]) for name, value in properties()]

    assert not [(name, text) for name, text in texts if "§" in text or (not text[0].isupper() and text[0] != "`")]


def test_document_is_small_enough_to_be_served() -> None:
    assert len(json.dumps(DOCUMENT, ensure_ascii=False).encode()) < 5_000_000
