"""The demo account: app key, settings and connectors, written at every start since the port may differ."""

from __future__ import annotations

from dataclasses import replace

from local.deployment import client
from settlement.domain.account import EVERY_ROLE, AccountSettings
from settlement.domain.connector import EVERY_PAYMENT_SYSTEM, Connector, ConnectorProtocol, Mode
from settlement.storage.app_keys import Caller, save
from settlement.storage.dynamodb import DynamoDBStore

ACCOUNT = "demo"
APP_KEY = "local-admin"
APP_TOKEN = "local-admin-token"

_SANDBOX = Connector(
    name="sandbox",
    protocol=ConnectorProtocol.PPP,
    mode=Mode.PARTIAL,
    partial_settle=True,
    partial_refund=True,
    service_url="",
    app_key="sandbox-key",
    app_token="sandbox-token",
    provider_headers=True,
    cancel_value_in_cents=False,
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
        partial_settle=False,
    ),
    replace(_UNCALLED, name="sandbox-no-refund", mode=Mode.TOTAL, partial_refund=False),
)


def seed(table_name: str, *, base_url: str, aws_port: int) -> None:
    """Leaves the table with the demo account complete; settings that were changed stay as they are."""
    dynamodb = client("dynamodb", aws_port)
    store = DynamoDBStore(dynamodb, table_name)
    if store.settings(ACCOUNT) == AccountSettings():
        store.save_settings(ACCOUNT, AccountSettings(merchant_name="DEMO"))
    for connector in CONNECTORS:
        url = f"{base_url}/sandbox-connector/{connector.name}"
        store.save_connector(ACCOUNT, replace(connector, service_url=url))
    save(dynamodb, table_name, Caller(APP_KEY, ACCOUNT, (EVERY_ROLE,)), APP_TOKEN)
