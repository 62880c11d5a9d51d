"""The request body of an account's settings."""

from typing import Annotated

from pydantic import (
    ConfigDict,
    Field,
    StrictBool,
)

from settlement.api.shared.request import Body
from settlement.domain.account.account import AccountSettings, ExpiryPolicy
from settlement.domain.planning.drafting import RefundPriority


class SettingsBody(Body):
    """``PATCH /api/oms/pvt/account/settings``: what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    partial_settlement: StrictBool | None = None
    """Whether connectors that can capture in parts do so; otherwise they work as `total`."""
    strict_invoices: StrictBool | None = None
    """Whether an invoice above what is left, or a repeated number with other content, is refused."""
    refund_priority: RefundPriority | None = None
    """Which captured payment gives back first."""
    auto_settle: StrictBool | None = None
    """Whether a payment is captured when its connector's delay has passed."""
    expiry_policy: ExpiryPolicy | None = None
    """What is done with open money shortly before its authorisation lapses."""
    merchant_name: Annotated[str, Field(max_length=100)] | None = None
    """The name that orders show; empty for the account's own."""

    def applied_to(self, settings: AccountSettings) -> AccountSettings:
        """Return the settings with what the body sets."""
        changes = {name: value for name, value in self if value is not None}
        return AccountSettings(**{name: getattr(settings, name) for name in settings.__slots__} | changes)
