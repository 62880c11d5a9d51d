"""Answers about affiliations: the account's connectors, as the gateway shows them (C§4.1)."""

from typing import Literal

from typing_extensions import TypedDict

from settlement.api.shared.answer import Null


class ConfigurationAnswer(TypedDict):
    """One name of a configuration with its value; the value of a credential is never shown."""

    name: str
    """What is configured, such as `serviceUrl` or `mode`."""
    value: str
    """Its value as text; `***` for a credential."""
    valueKey: Null


class CustomFieldAnswer(TypedDict):
    """A custom field with the merchant's value."""

    name: str
    """Its name in the connector's manifest."""
    value: str
    """Its value; `***` for a password."""


class AffiliationAnswer(TypedDict):
    """A connector's configuration."""

    id: str
    """The affiliation's id."""
    implementation: str
    """The protocol that the connector speaks, by the gateway's name for it."""
    name: str
    """The connector's name; payments name it as `connector`."""
    configuration: list[ConfigurationAnswer]
    """Address, behaviour and credentials, each as a name and a text."""
    customFields: list[CustomFieldAnswer]
    """The custom fields that the connector's manifest declares, filled in; they are in `configuration` too."""
    isdelivered: bool
    """Whether it takes new payments."""
    isConfigured: bool
    """Whether it has credentials."""


class PaymentMethodAnswer(TypedDict):
    """A payment method of a connector, and when it can split a payout."""

    name: str
    """The payment method's name, such as `Visa`."""
    allowsSplit: Literal["onAuthorize", "onCapture", "disabled"]
    """When a payout can be split."""


class DelayAnswer(TypedDict):
    """Between which delays a merchant may choose, in whole hours."""

    minimum: str
    """The shortest delay, in whole hours."""
    maximum: str
    """The longest delay, in whole hours."""


class OptionAnswer(TypedDict):
    """What can be chosen for a select."""

    text: str
    """What a person reads."""
    value: str
    """What is sent to the connector."""


class DeclaredFieldAnswer(TypedDict):
    """A custom field that the connector needs from a merchant."""

    name: str
    """Its name."""
    type: Literal["text", "password", "select"]
    """How it is filled in."""
    options: list[OptionAnswer]
    """What can be chosen; empty unless it is a select."""


class ManifestAnswer(TypedDict):
    """What a connector says it can do."""

    paymentMethods: list[PaymentMethodAnswer]
    """The payment methods that it serves."""
    autoSettleDelay: DelayAnswer | None
    """Between which delays of the automatic capture a merchant may choose; null for none."""
    version: str
    """The version of the manifest's form."""
    customFields: list[DeclaredFieldAnswer]
    """The fields that a merchant fills in when it configures the connector."""
    metadataFields: list[str]
    """The names of what the connector asks to get back with later calls."""
