"""Request bodies of the affiliations routes: a connector's configuration as names and values of text (C§4.1)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, StrictBool, WithJsonSchema

from settlement.api.affiliations.names import (
    MASK,
    MAX_AUTHORISATION_DAYS,
    MAX_GAP_SECONDS,
    MAX_WINDOW_DAYS,
    PASSWORD_MASK,
    Key,
)
from settlement.api.shared.request import Body, Name
from settlement.api.shared.written import MAX_CODE_DIGITS, Shaped, text_of_number
from settlement.domain.connectors.capabilities import Capabilities, Capability, Windows
from settlement.domain.connectors.cnpj import is_cnpj
from settlement.domain.connectors.connector import (
    DEFAULT_AUTHORISATION_HOLDS,
    EVERY_PAYMENT_SYSTEM,
    AutoSettle,
    Connector,
    ConnectorProtocol,
    Credentials,
    Mode,
)
from settlement.domain.connectors.custom_fields import MAX_CUSTOM_FIELDS
from settlement.domain.errors import InvalidRequest
from settlement.use_cases.connectors.configure_connector import GivenFields

PPP_IMPLEMENTATION = "PaymentProvider.PaymentProviderConnector"
"""What the class of every connector that speaks the Payment Provider Protocol has in its name (C§3.4)."""

MAX_AUTO_SETTLE_HOURS = 720

Choice = TypeVar("Choice", bound=StrEnum)


def _text_of(value: Any) -> Any:
    """Take a boolean or whole number for its text."""
    return str(value).lower() if isinstance(value, bool) else text_of_number(value)


Implementation = Annotated[str, Shaped("[A-Za-z0-9_.]{1,200}", "1 to 200 of A-Z a-z 0-9 _ .")]
ConnectorName = Annotated[
    str,
    Shaped(
        r"[^\s\x00-\x1f\x7f#/]([^\x00-\x1f\x7f#/]{0,98}[^\s\x00-\x1f\x7f#/])?",
        "1 to 100 characters, none of them # or / or a control, no space at either end",
    ),
]
ConfigurationText = Annotated[
    str,
    BeforeValidator(_text_of),
    Field(max_length=2_000),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": 2_000},
                {"type": "integer", "minimum": 0, "maximum": 10**MAX_CODE_DIGITS - 1},
                {"type": "boolean"},
            ]
        }
    ),
]


class ConfigurationItem(Body):
    """One name of a configuration with its value."""

    name: Name
    """A setting such as `serviceUrl` or `mode`, or a custom field that the connector's manifest declares."""
    value: ConfigurationText | None = None
    """Its value as text."""
    value_key: Annotated[str, Field(max_length=100)] | None = None
    """Ignored."""


class CustomFieldItem(Body):
    """A custom field that the connector's manifest declares, with the merchant's value."""

    name: Name
    """Its name in the connector's manifest."""
    value: ConfigurationText | None = None
    """The merchant's value; `***` or null keeps a password as it is."""


class AffiliationBody(Body):
    """``POST /api/pvt/affiliations`` and ``PUT /api/pvt/affiliations/{affiliationId}``.

    One that is not delivered takes no new payments. What ``isConfigured`` says is not looked at: an affiliation is
    configured once it has credentials.
    """

    id: Annotated[str, Field(max_length=100)] | None = None
    """The affiliation's id, as it was shown; another one is refused."""
    implementation: Implementation
    """The protocol that the connector speaks, by the gateway's name for it."""
    name: ConnectorName
    """The connector's name; payments name it as `connector`."""
    isdelivered: Annotated[StrictBool, Field(alias="isdelivered")] = True
    """Whether it takes new payments."""
    is_configured: StrictBool | None = None
    """As it was shown; it changes nothing."""
    configuration: Annotated[list[ConfigurationItem], Field(max_length=100)]
    """Address, behaviour and credentials, each as a name and a text; custom fields may stand here too."""
    custom_fields: Annotated[list[CustomFieldItem], Field(max_length=MAX_CUSTOM_FIELDS, default_factory=list)]
    """The custom fields that the connector's manifest declares; all of them are needed."""
    accept_without_manifest: StrictBool = False
    """Whether custom fields are saved unchecked, as passwords, while the connector's manifest cannot be read."""

    def as_connector(self) -> Connector:
        """Return the connector to save, without credentials; raises ``InvalidRequest``, naming what is wrong."""
        settings = self._settings()
        is_ppp = PPP_IMPLEMENTATION in self.implementation
        capabilities = Capabilities(
            settle=settings.one_of(Key.SETTLE_CAPABILITY, Capability, Capability.SINGLE),
            cancel=settings.one_of(Key.CANCEL_CAPABILITY, Capability, Capability.NONE),
            refund=settings.one_of(Key.REFUND_CAPABILITY, Capability, Capability.MULTIPLE),
        )
        auto_settle, delay = settings.auto_settle()
        return Connector(
            name=self.name,
            protocol=ConnectorProtocol.PPP if is_ppp else ConnectorProtocol.LEGACY,
            mode=_mode(settings, capabilities, is_ppp=is_ppp),
            service_url=settings.required(Key.SERVICE_URL),
            capabilities=capabilities,
            windows=Windows(
                settings.days(Key.SETTLE_WINDOW), settings.days(Key.CANCEL_WINDOW), settings.days(Key.REFUND_WINDOW)
            ),
            minimum_gap=timedelta(seconds=settings.integer(Key.MINIMUM_GAP, 0, MAX_GAP_SECONDS) or 0),
            authorisation_holds=settings.authorisation_holds(),
            provider_headers=settings.flag(Key.PROVIDER_HEADERS, default=True),
            cancel_value_in_cents=settings.one_of(Key.CANCEL_VALUE_UNIT, CancelValueUnit, CancelValueUnit.DECIMAL)
            is CancelValueUnit.CENTS,
            sandbox_mode=settings.flag(Key.SANDBOX_MODE, default=False),
            payment_systems=settings.payment_systems(),
            auto_settle=auto_settle,
            auto_settle_delay=delay,
            acquirer_cnpj=settings.cnpj(Key.ACQUIRER_CNPJ),
            enabled=self.isdelivered,
            implementation=self.implementation,
        )

    def credentials(self) -> Credentials | None:
        """Return new credentials, None if the stored ones are to stay; raises ``InvalidRequest`` for a half of them."""
        settings = self._settings()
        key, token = (settings.credential(name) for name in (Key.APP_KEY, Key.APP_TOKEN))
        if (key is None) != (token is None):
            raise InvalidRequest("configuration: appKey and appToken are given together, or neither to keep them")
        return Credentials(key, token) if key is not None and token is not None else None

    def given_fields(self) -> GivenFields:
        """Return the custom fields: those of ``customFields``, and every name of the configuration that is no setting.

        A masked value, or none, keeps the password that is stored. Raises ``InvalidRequest`` for two values of a name.
        """
        values: dict[str, str | None] = {}
        given: list[ConfigurationItem | CustomFieldItem] = [*self._custom_in_configuration(), *self.custom_fields]
        for item in given:
            value = None if item.value in (None, MASK, PASSWORD_MASK) else item.value
            if values.get(item.name, value) != value:
                raise InvalidRequest(f"customFields: {item.name} is there twice, with two values")
            values[item.name] = value
        if len(values) > MAX_CUSTOM_FIELDS:
            raise InvalidRequest(f"customFields: has {len(values)} names; the limit is {MAX_CUSTOM_FIELDS}")
        return GivenFields(values, self.accept_without_manifest, tuple(Key))

    def _custom_in_configuration(self) -> list[ConfigurationItem]:
        return [item for item in self.configuration if item.name not in tuple(Key)]

    def _settings(self) -> "_Settings":
        values: dict[str, str] = {}
        for item in self.configuration:
            if item.name not in tuple(Key):
                continue
            if item.name in values:
                raise InvalidRequest(f"configuration: {item.name} is there twice")
            values[item.name] = item.value or ""
        return _Settings(values)


class CancelValueUnit(StrEnum):
    """What the value of a cancellation is sent in (C§4.4)."""

    DECIMAL = "decimal"
    CENTS = "cents"


class _Settings:
    """The values of a configuration, each read as what it is; what is empty or left out is the default."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def required(self, key: Key) -> str:
        value = self._values.get(key, "")
        if not value:
            raise InvalidRequest(f"configuration.{key}: is missing")
        return value

    def one_of(self, key: Key, kind: type[Choice], default: Choice) -> Choice:
        value = self._values.get(key) or default.value
        if value not in tuple(kind):
            raise _wrong(key, f"must be one of {', '.join(kind)}", value)
        return kind(value)

    def flag(self, key: Key, *, default: bool) -> bool:
        value = (self._values.get(key) or str(default)).lower()
        if value not in ("true", "false"):
            raise _wrong(key, "must be true or false", value)
        return value == "true"

    def integer(self, key: Key, low: int, high: int) -> int | None:
        value = self._values.get(key, "")
        if not value:
            return None
        if not re.fullmatch("[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise _wrong(key, f"must be an integer from {low} to {high}", value)
        return int(value)

    def days(self, key: Key) -> timedelta | None:
        days = self.integer(key, 1, MAX_WINDOW_DAYS)
        return None if days is None else timedelta(days=days)

    def authorisation_holds(self) -> timedelta:
        key = Key.AUTHORISATION_EXPIRES
        value = self._values.get(key, "")
        if not value:
            return DEFAULT_AUTHORISATION_HOLDS
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", value) or Decimal(value) > MAX_AUTHORISATION_DAYS:
            raise _wrong(key, f"must be days from 0 to {MAX_AUTHORISATION_DAYS}, with at most 6 decimals", value)
        return timedelta(microseconds=int(Decimal(value) * (timedelta(days=1) // timedelta(microseconds=1))))

    def payment_systems(self) -> tuple[str, ...]:
        value = self._values.get(Key.PAYMENT_SYSTEMS, "")
        ids = [word.strip() for word in value.split(",") if word.strip()]
        if any(id_ != EVERY_PAYMENT_SYSTEM and not re.fullmatch("[A-Za-z0-9._-]{1,50}", id_) for id_ in ids):
            raise _wrong(Key.PAYMENT_SYSTEMS, "must be numbers of payment systems with commas between, or *", value)
        return tuple(dict.fromkeys(ids))

    def auto_settle(self) -> tuple[AutoSettle, timedelta | None]:
        chosen = self.one_of(Key.AUTO_SETTLE, AutoSettle, AutoSettle.BY_CONNECTOR)
        hours = self.integer(Key.AUTO_SETTLE_DELAY, 0, MAX_AUTO_SETTLE_HOURS)
        if not self.flag(Key.USES_AUTO_SETTLE_OPTIONS, default=False):
            return AutoSettle.BY_CONNECTOR, None
        if chosen is not AutoSettle.SCHEDULED:
            return chosen, None
        if hours is None:
            raise InvalidRequest(f"configuration.{Key.AUTO_SETTLE_DELAY}: is missing; autoSettle 4 needs whole hours")
        return chosen, timedelta(hours=hours)

    def cnpj(self, key: Key) -> str | None:
        """Read a CNPJ with or without its punctuation."""
        value = self._values.get(key, "")
        bare = re.sub("[./-]", "", value.strip()).upper()
        if value and not is_cnpj(bare):
            raise _wrong(key, "must be a CNPJ, 12 digits or letters and 2 check digits that are right", value)
        return bare or None

    def credential(self, key: Key) -> str | None:
        value = self._values.get(key, "")
        if not value or value == MASK:
            return None
        if not re.fullmatch(r"[\x21-\x7e]{1,2000}", value):
            raise InvalidRequest(f"configuration.{key}: must be 1 to 2000 printable ASCII characters without spaces")
        return value


def _mode(settings: _Settings, capabilities: Capabilities, *, is_ppp: bool) -> Mode:
    mode = settings.one_of(Key.MODE, Mode, Mode.TOTAL)
    if mode is not Mode.TOTAL and not is_ppp:
        raise _wrong(Key.MODE, f"without {PPP_IMPLEMENTATION} in its implementation a connector is total", mode)
    if mode is Mode.PARTIAL and capabilities.settle is not Capability.MULTIPLE:
        raise _wrong(Key.MODE, f"partial needs settleCapability multiple, which is {capabilities.settle}", mode)
    return mode


def _wrong(key: Key, rule: str, value: str) -> InvalidRequest:
    return InvalidRequest(f"configuration.{key}: {rule}; got {value[:80]}")
