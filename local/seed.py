"""The demo account: app key, settings and connectors, written at every start because the port can differ."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

from local.deployment import client
from settlement.domain.account.account import EVERY_ROLE, AccountSettings
from settlement.domain.connectors.capabilities import Capabilities, Capability
from settlement.domain.connectors.connector import EVERY_PAYMENT_SYSTEM, Connector, ConnectorProtocol, Credentials, Mode
from settlement.storage.app_keys import Caller, save
from settlement.storage.connector_credentials import SecretsManagerCredentials
from settlement.storage.dynamodb import DynamoDBStore

ACCOUNT = "demo"
APP_KEY = "local-admin"
APP_TOKEN = "local-admin-token"

_CREDENTIALS = Credentials("sandbox-key", "sandbox-token")
_SANDBOX = Connector(
    name="sandbox",
    protocol=ConnectorProtocol.PPP,
    mode=Mode.PARTIAL,
    service_url="",
    payment_systems=(EVERY_PAYMENT_SYSTEM,),
)
_UNCALLED = replace(_SANDBOX, payment_systems=())
CONNECTORS = (
    _SANDBOX,
    replace(_UNCALLED, name="sandbox-total", mode=Mode.TOTAL),
    replace(_UNCALLED, name="sandbox-hold", mode=Mode.HOLD),
    replace(
        _UNCALLED,
        name="sandbox-legacy",
        protocol=ConnectorProtocol.LEGACY,
        mode=Mode.TOTAL,
        capabilities=Capabilities(settle=Capability.SINGLE, cancel=Capability.NONE),
    ),
    replace(_UNCALLED, name="sandbox-no-refund", mode=Mode.TOTAL, capabilities=Capabilities(refund=Capability.NONE)),
)


def seed(table_name: str, secret_arn: str, *, base_url: str, aws_port: int) -> None:
    """Complete the demo account in the table; changed settings stay."""
    dynamodb = client("dynamodb", aws_port)
    store = DynamoDBStore(dynamodb, table_name)
    if store.settings(ACCOUNT) == AccountSettings():
        store.replace_settings(ACCOUNT, AccountSettings(), AccountSettings(merchant_name="DEMO"))
    vault = SecretsManagerCredentials(
        lambda: client("secretsmanager", aws_port), secret_arn, dynamodb, table_name, _now, time.sleep
    )
    seed_connectors(store, vault, f"{base_url}/sandbox-connector")
    save(dynamodb, table_name, Caller(APP_KEY, ACCOUNT, (EVERY_ROLE,)), APP_TOKEN)


def seed_connectors(store: DynamoDBStore, vault: SecretsManagerCredentials, sandbox_url: str) -> None:
    """Write the demo account's connectors with their addresses in the sandbox."""
    with vault.exclusively():
        for connector in CONNECTORS:
            stored = store.connector(ACCOUNT, connector.name)
            reference = stored.credentials if stored is not None and _has(vault, stored) else None
            reference = reference or vault.put(f"{ACCOUNT}/{connector.name}", _CREDENTIALS, keep=None)
            url = f"{sandbox_url}/{connector.name}"
            store.replace_connector(ACCOUNT, stored, replace(connector, service_url=url, credentials=reference))


def _has(vault: SecretsManagerCredentials, connector: Connector) -> bool:
    try:
        return vault.of(connector) == _CREDENTIALS
    except LookupError:
        return False


def _now() -> datetime:
    return datetime.now(UTC)
