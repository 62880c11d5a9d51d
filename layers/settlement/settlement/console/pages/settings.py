"""The account's connectors, as they are configured, and its settings, with what each does."""

from typing import Any

from settlement.api.shared import body
from settlement.api.shared.http import Response
from settlement.console import typed
from settlement.console.rendering import done_of, page
from settlement.console.site import redirect
from settlement.console.visit import Visit
from settlement.domain.account.account import ExpiryPolicy, FiscalPolicy, ReturnsBeforeCompletion
from settlement.domain.planning.drafting import RefundPriority
from settlement.use_cases.account.change_settings import change_settings

SWITCHES = ("partial_settlement", "strict_invoices", "auto_settle")
CHOICES = {
    "refund_priority": tuple(RefundPriority),
    "expiry_policy": tuple(ExpiryPolicy),
    "returns_before_completion": tuple(ReturnsBeforeCompletion),
    "fiscal_documents": tuple(FiscalPolicy),
}
"""Settings that are one of several, with what they can be."""


def show(visit: Visit) -> Response:
    """Show connectors and settings."""
    return _page(visit)


def change(visit: Visit) -> Response:
    """Change the settings as the form has them."""
    from settlement.api.settings.request import SettingsBody

    told: dict[str, Any] = {_published(name): visit.said(name) == "on" for name in SWITCHES}
    told |= {_published(name): typed.text(visit, name, needed=True) for name in CHOICES}
    told["merchantName"] = typed.text(visit, "merchant_name")
    wanted = body.validate(SettingsBody, told)
    change_settings(visit.ports, visit.account, wanted.applied_to)
    return redirect(visit.url("settings", done="settings"))


def _published(name: str) -> str:
    """Return a setting's name in the API: ``partialSettlement``."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _page(visit: Visit) -> Response:
    store = visit.ports.store
    return page(
        visit,
        "settings",
        settings=store.settings(visit.account),
        connectors=store.connectors(visit.account),
        switches=SWITCHES,
        choices=CHOICES,
        done=done_of(visit),
    )
