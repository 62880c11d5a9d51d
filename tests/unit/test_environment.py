"""A variable of the environment says what it may, or what is wrong with it."""

from typing import Any

import pytest

from settlement.environment import Environment, EnvironmentFault


@pytest.mark.parametrize(
    ("name", "variable", "text", "value"),
    [
        ("table_name", "TABLE_NAME", "orders", "orders"),
        ("sandbox", "SANDBOX", "true", True),
        ("sandbox", "SANDBOX", "false", False),
        ("answer_wait_seconds", "ANSWER_WAIT_SECONDS", "0", 0.0),
        ("answer_wait_seconds", "ANSWER_WAIT_SECONDS", "0.3", 0.3),
        ("connector_timeout_seconds", "CONNECTOR_TIMEOUT_SECONDS", "20", 20.0),
    ],
)
def test_variable_has_its_type(name: str, variable: str, text: str, value: Any) -> None:
    read = getattr(Environment({variable: text}), name)

    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "variable", "text"),
    [
        ("table_name", "TABLE_NAME", ""),
        ("sandbox", "SANDBOX", "True"),
        ("sandbox", "SANDBOX", "1"),
        ("sandbox", "SANDBOX", ""),
        ("answer_wait_seconds", "ANSWER_WAIT_SECONDS", "-1"),
        ("answer_wait_seconds", "ANSWER_WAIT_SECONDS", "nan"),
        ("answer_wait_seconds", "ANSWER_WAIT_SECONDS", "inf"),
        ("answer_wait_seconds", "ANSWER_WAIT_SECONDS", "8 s"),
        ("connector_timeout_seconds", "CONNECTOR_TIMEOUT_SECONDS", "0"),
        ("sandbox_hang_seconds", "SANDBOX_HANG_SECONDS", ""),
    ],
)
def test_what_a_variable_does_not_take_is_named_with_what_it_takes(name: str, variable: str, text: str) -> None:
    with pytest.raises(EnvironmentFault, match=rf"^the environment variable {variable} is '{text}'; it takes \w"):
        getattr(Environment({variable: text}), name)


def test_missing_variable_is_named_with_what_it_takes() -> None:
    with pytest.raises(
        EnvironmentFault, match=r"^the environment variable SANDBOX is not set; it takes true or false$"
    ):
        _ = Environment({}).sandbox


def test_variable_with_a_default_need_not_be_set() -> None:
    assert Environment({}).sandbox_hang_seconds == 8


def test_only_what_is_asked_for_has_to_be_set() -> None:
    assert Environment({"TABLE_NAME": "orders"}).table_name == "orders"


def test_cloud_is_where_lambda_runs_the_function_and_no_emulator() -> None:
    function = {"AWS_LAMBDA_FUNCTION_NAME": "settlement_steps"}
    assert Environment(function).is_in_the_cloud
    assert Environment(function | {"AWS_ENDPOINT_URL": "https://dynamodb.eu-west-1.amazonaws.com"}).is_in_the_cloud
    assert not Environment(function | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}).is_in_the_cloud
    assert not Environment({}).is_in_the_cloud


def test_authorities_are_those_of_the_tools_of_aws() -> None:
    assert Environment({}).certificate_authorities is None
    assert Environment({"AWS_CA_BUNDLE": "", "REQUESTS_CA_BUNDLE": "b"}).certificate_authorities == "b"
    assert Environment({"AWS_CA_BUNDLE": "a", "REQUESTS_CA_BUNDLE": "b"}).certificate_authorities == "a"
