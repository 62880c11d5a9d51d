"""The account's settings, with what each does."""

from typing import Any

from settlement.api.shared import body
from settlement.api.shared.http import Response
from settlement.console import typed
from settlement.console.rendering import done_of, page
from settlement.console.site import redirect
from settlement.console.typed import Mistyped
from settlement.console.visit import Visit
from settlement.domain.account.account import ExpiryPolicy, FiscalPolicy, ReturnsBeforeCompletion
from settlement.domain.money import currencies_in_use
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.transaction.approval import ApprovalKind
from settlement.use_cases.account.change_settings import change_settings

USUAL_CURRENCY = "BRL"
"""Limits in it can be typed at once; those in other currencies by naming the currency."""

SWITCHES = ("partial_settlement", "strict_invoices", "auto_settle")
CHOICES = {
    "refund_priority": tuple(RefundPriority),
    "expiry_policy": tuple(ExpiryPolicy),
    "returns_before_completion": tuple(ReturnsBeforeCompletion),
    "fiscal_documents": tuple(FiscalPolicy),
}
"""Settings that are one of several, with what they can be."""


def show(visit: Visit) -> Response:
    """Show the settings."""
    return _page(visit)


def change(visit: Visit) -> Response:
    """Change the settings as the form has them."""
    from settlement.api.settings.request import SettingsBody

    told: dict[str, Any] = {_published(name): visit.said(name) == "on" for name in SWITCHES}
    try:
        told |= {_published(name): typed.text(visit, name, needed=True) for name in (*CHOICES, "approval_hours")}
        told["merchantName"] = typed.text(visit, "merchant_name")
        told["approvalAbove"] = _limits(visit)
    except Mistyped as mistake:
        return _page(visit, 400, mistake)
    wanted = body.validate(SettingsBody, told)
    change_settings(visit.ports, visit.account, wanted.applied_to)
    return redirect(visit.url("settings", done="settings"))


def _limits(visit: Visit) -> dict[str, dict[str, int]]:
    """Read the limits of one key by kind and currency; an empty field is no limit, and 0 is one."""
    new = typed.text(visit, "above-currency").upper()
    limits: dict[str, dict[str, int]] = {}
    for kind in ApprovalKind:
        for currency in _limited(visit):
            if typed.text(visit, field := f"above-{kind.value}-{currency}"):
                limits.setdefault(kind.value, {})[currency] = typed.amount(visit, field, currency)
        if typed.text(visit, field := f"above-{kind.value}-new"):
            if new not in currencies_in_use():
                raise Mistyped("typed.no-currency", "above-currency")
            limits.setdefault(kind.value, {})[new] = typed.amount(visit, field, new)
    return limits


def _limited(visit: Visit) -> list[str]:
    """Return the currencies that have a limit, and the console's usual one."""
    limits = visit.ports.store.settings(visit.account).approval_above
    return sorted({USUAL_CURRENCY, *(limit.currency for limit in limits)})


def _published(name: str) -> str:
    """Return a setting's name in the API: ``partialSettlement``."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _page(visit: Visit, code: int = 200, mistake: Mistyped | None = None) -> Response:
    settings = visit.ports.store.settings(visit.account)
    limits = {f"above-{limit.kind.value}-{limit.currency}": limit for limit in settings.approval_above}
    return page(
        visit,
        "settings",
        code,
        settings=settings,
        kinds=tuple(ApprovalKind),
        currencies=_limited(visit),
        limits={name: visit.words.plain_money(limit.value, limit.currency) for name, limit in limits.items()},
        said=visit.said,
        mistake=mistake,
        switches=SWITCHES,
        choices=CHOICES,
        done=done_of(visit),
    )
