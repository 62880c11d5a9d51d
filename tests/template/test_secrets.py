"""Which role may read which secret: the connectors' credentials, and what seals the console's sessions."""

from __future__ import annotations

from typing import Any

from tests.template.cloudformation import load_template, own_roles, referred, statements

ROLES = own_roles(load_template())


def test_only_those_who_call_connectors_may_read_their_credentials() -> None:
    actions = _secret_actions("ConnectorCredentials")
    assert set(actions) == {
        "ConnectorCallbackRole",
        "ConnectorConfigurationRole",
        "OperatorConsoleRole",
        "SettlementStepsRole",
    }
    writers = {name for name, found in actions.items() if "secretsmanager:PutSecretValue" in found}
    assert writers == {"ConnectorConfigurationRole", "OperatorConsoleRole"}


def test_only_the_console_may_read_what_seals_its_sessions() -> None:
    assert _secret_actions("ConsoleSecret") == {"OperatorConsoleRole": {"secretsmanager:GetSecretValue"}}


def test_no_role_reads_another_secret() -> None:
    assert {referred(statement["Resource"]) for _, statement in _secret_statements()} == {
        "ConnectorCredentials",
        "ConsoleSecret",
    }


def _secret_statements() -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, statement)
        for name in ROLES
        for statement in statements(ROLES[name]["Policies"])
        if any(action.startswith("secretsmanager:") for action in statement["Action"])
    ]


def _secret_actions(secret: str) -> dict[str, set[str]]:
    """What each role may do with a secret."""
    return {
        name: set(statement["Action"])
        for name, statement in _secret_statements()
        if referred(statement["Resource"]) == secret
    }
