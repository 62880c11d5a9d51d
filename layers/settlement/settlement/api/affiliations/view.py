"""A connector as the affiliations routes show it, without its credentials, and what its manifest says (C§4.1)."""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from settlement.api.affiliations.names import MASK, PASSWORD_MASK, Key
from settlement.domain.connectors.connector import AutoSettle, Connector, ConnectorProtocol
from settlement.domain.connectors.connector_calls import Manifest

if TYPE_CHECKING:
    from settlement.api.affiliations.answer import AffiliationAnswer, DelayAnswer, ManifestAnswer

USUAL_IMPLEMENTATIONS = {
    ConnectorProtocol.PPP: "Vtex.PaymentGateway.Connectors.PaymentProvider.PaymentProviderConnector",
    ConnectorProtocol.LEGACY: "Vtex.PaymentGateway.Connectors.LegacyConnector",
}
"""The gateway's names for the protocols that connectors speak."""

_MICROSECONDS_OF_A_DAY = timedelta(days=1) // timedelta(microseconds=1)


def affiliation_view(connector: Connector) -> "AffiliationAnswer":
    """The whole affiliation; of key and token only that they are set, and when."""
    return {
        "id": connector.affiliation_id,
        "implementation": connector.implementation or USUAL_IMPLEMENTATIONS[connector.protocol],
        "name": connector.name,
        "configuration": [
            {"name": name, "value": value, "valueKey": None}
            for name, value in (_custom_fields(connector) | _configuration(connector)).items()
        ],
        "customFields": [{"name": name, "value": value} for name, value in _custom_fields(connector).items()],
        "isdelivered": connector.enabled,
        "isConfigured": connector.credentials is not None,
    }


def manifest_view(manifest: Manifest) -> "ManifestAnswer":
    """What a connector says it can do, as the protocol writes it."""
    return {
        "paymentMethods": [
            {"name": method.name, "allowsSplit": method.allows_split.value} for method in manifest.payment_methods
        ],
        "autoSettleDelay": _delay(manifest),
        "version": manifest.version,
        "customFields": [
            {
                "name": field.name,
                "type": field.type.value,
                "options": [{"text": text, "value": value} for text, value in field.options],
            }
            for field in manifest.custom_fields
        ],
        "metadataFields": list(manifest.metadata_fields),
    }


def _custom_fields(connector: Connector) -> dict[str, str]:
    return {field.name: PASSWORD_MASK if field.value is None else field.value for field in connector.custom_fields}


def _delay(manifest: Manifest) -> "DelayAnswer | None":
    delay = manifest.auto_settle_delay
    return {"minimum": str(delay.minimum_hours), "maximum": str(delay.maximum_hours)} if delay else None


def _configuration(connector: Connector) -> dict[str, str]:
    capabilities, windows, credentials = connector.capabilities, connector.windows, connector.credentials
    delay = connector.auto_settle_delay
    return {
        Key.SERVICE_URL: connector.service_url,
        Key.APP_KEY: MASK if credentials else "",
        Key.APP_TOKEN: MASK if credentials else "",
        Key.CREDENTIALS_SET_AT: f"{credentials.set_at:%Y-%m-%dT%H:%M:%SZ}" if credentials else "",
        Key.PROVIDER_HEADERS: str(connector.provider_headers).lower(),
        Key.MODE: connector.mode.value,
        Key.SETTLE_CAPABILITY: capabilities.settle.value,
        Key.CANCEL_CAPABILITY: capabilities.cancel.value,
        Key.REFUND_CAPABILITY: capabilities.refund.value,
        Key.SETTLE_WINDOW: _days(windows.settle),
        Key.CANCEL_WINDOW: _days(windows.cancel),
        Key.REFUND_WINDOW: _days(windows.refund),
        Key.MINIMUM_GAP: str(int(connector.minimum_gap.total_seconds())),
        Key.AUTHORISATION_EXPIRES: _days_and_parts(connector.authorisation_holds),
        Key.CANCEL_VALUE_UNIT: "cents" if connector.cancel_value_in_cents else "decimal",
        Key.SANDBOX_MODE: str(connector.sandbox_mode).lower(),
        Key.PAYMENT_SYSTEMS: ",".join(connector.payment_systems),
        Key.USES_AUTO_SETTLE_OPTIONS: str(connector.auto_settle is not AutoSettle.BY_CONNECTOR).lower(),
        Key.AUTO_SETTLE: connector.auto_settle.value,
        Key.AUTO_SETTLE_DELAY: str(int(delay.total_seconds() // 3_600)) if delay is not None else "",
        Key.ACQUIRER_CNPJ: connector.acquirer_cnpj or "",
    }


def _days_and_parts(span: timedelta) -> str:
    """Write a span in days, with as many decimals as it takes."""
    return format((Decimal(span // timedelta(microseconds=1)) / _MICROSECONDS_OF_A_DAY).normalize(), "f")


def _days(window: timedelta | None) -> str:
    return "" if window is None else str(window.days)
