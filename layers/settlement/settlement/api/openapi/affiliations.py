"""Answers about affiliations: the account's connectors, as the gateway shows them."""

from typing import Literal

from settlement.api.openapi.parts import View


class ConfigurationAnswer(View):
    """One name of a configuration with its value; the value of a credential is never shown."""

    name: str
    value: str
    value_key: None


class AffiliationAnswer(View):
    """A connector's configuration."""

    id: str
    implementation: str
    name: str
    configuration: list[ConfigurationAnswer]
    isdelivered: bool
    is_configured: bool


class PaymentMethodAnswer(View):
    """A payment method of a connector, and when it can split a payout."""

    name: str
    allows_split: Literal["onAuthorize", "onCapture", "disabled"]


class DelayAnswer(View):
    """Between which delays a merchant may choose, in whole hours."""

    minimum: str
    maximum: str


class ManifestAnswer(View):
    """What a connector says it can do."""

    payment_methods: list[PaymentMethodAnswer]
    auto_settle_delay: DelayAnswer | None
    version: str
