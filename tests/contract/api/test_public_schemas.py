"""Answers have every key that the published schemas require, and no value of another type."""

import pytest
from jsonschema import Draft202012Validator

from settlement.api.contract.descriptions import DESCRIBED
from tests.contract.api.public_schemas import Key, nameless, published
from tests.support.service import Heard

SERVED = {(route.method, nameless(route.path)) for route in DESCRIBED}
SCHEMAS = {key: schema for key, schema in published().items() if key[:2] in SERVED}
NEVER_HERE = {401, 429}
"""Answered by the API itself."""


def test_schemas_are_found_of_the_main_routes() -> None:
    assert len(SCHEMAS) >= 20


@pytest.mark.parametrize("key", SCHEMAS, ids=str)
def test_answer_validates_against_the_published_schema(key: Key, heard: list[Heard]) -> None:
    method, path, status = key
    answers = [
        answer.json
        for answer in heard
        if (answer.route.method, nameless(answer.route.path), answer.status) == (method, path, status)
    ]

    assert answers or status in NEVER_HERE
    faults = {
        f"{error.json_path.replace('[0]', '[]')}: {error.message[:150]}"
        for answer in answers
        for error in Draft202012Validator(SCHEMAS[key]).iter_errors(answer)
    }
    assert not faults
