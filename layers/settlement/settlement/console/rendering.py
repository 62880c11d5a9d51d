"""Fills the templates. Jinja escapes every value: what callers, shoppers and connectors said stays text.

Jinja is loaded by the first page, not with the function.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from settlement.api.shared.http import Response
from settlement.console.assets import asset_url
from settlement.console.language import LANGUAGES, catalogue
from settlement.console.visit import Visit
from settlement.domain.account.account import Role

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).with_name("templates")


NAVIGATION: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("today", "today", (Role.VIEW_PAYMENT,)),
    ("orders", "orders", (Role.VIEW_ORDER,)),
    ("payouts", "payouts", (Role.VIEW_PAYMENT,)),
    ("connectors", "connectors", (Role.ACCOUNT_ADMIN,)),
    ("settings", "settings", (Role.ACCOUNT_ADMIN,)),
    ("keys", "keys", (Role.ACCOUNT_ADMIN,)),
    ("api", "api", ()),
)
"""The pages that every page leads to: name, path, and the roles of which a reader needs one."""


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def done_of(visit: Visit) -> str:
    """Return the action that has led to this page, as far as there is a text for it."""
    name = visit.asked("done")
    return name if f"done.{name}" in catalogue(visit.words.language) else ""


def page(visit: Visit, template: str, code: int = 200, /, **values: Any) -> Response:
    """Return a page, or a part of one, as the answer."""
    from settlement.console.money_bar import money_bar

    words = visit.words
    text = _environment().get_template(f"{template}.html").render(
        visit=visit,
        words=words,
        t=words.text,
        of=words.of,
        money=words.money,
        moment=words.moment,
        url=visit.url,
        asset=lambda name: asset_url(visit.prefix, name),
        may=visit.may,
        Role=Role,
        languages=LANGUAGES,
        navigation=NAVIGATION,
        money_bar=money_bar,
        form_token=visit.services.form_token(visit),
        **values,
    )  # fmt: skip
    return Response(code, "text/html; charset=utf-8", text)
