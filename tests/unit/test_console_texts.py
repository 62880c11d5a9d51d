"""Every text of the console is there in each language, says the same things, and is used."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from settlement.console import language, routes
from settlement.console.language import LANGUAGES, catalogue, choose
from settlement.console.pages.transaction import KINDS, UNTOLD
from settlement.console.wording import Words
from settlement.domain import errors
from settlement.domain.account.account import EVERY_ROLE, ExpiryPolicy, Role
from settlement.domain.actor import System
from settlement.domain.connectors.capabilities import Capability
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import Refusal
from settlement.domain.events import Event, EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.reconciliation.outcomes import Difference, Outcome
from settlement.domain.reconciliation.refusal import Fault
from settlement.domain.reconciliation.report import ReportState
from settlement.domain.reconciliation.report_line import LineKind
from settlement.domain.transaction.approval import ApprovalAction, ApprovalKind, ApprovalState
from settlement.domain.transaction.closing import Ending
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.listed_work import WorkKind
from settlement.domain.transaction.operation import Operation, OperationKind, OperationState
from settlement.domain.transaction.statuses import OrderStatus, TransactionStatus
from settlement.reports.formats import formats
from testkit.shop import Shop
from tests.support.service import Service
from tests.support.tour import Tour

CONSOLE = Path(language.__file__).parent
REFUSALS = {kind.__name__ for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)}
"""All refusals; a few are told by the title of their page."""
NAMED: dict[str, Iterable[object]] = {
    "event": EventType,
    "order-status": OrderStatus,
    "transaction-status": TransactionStatus,
    "operation": OperationKind,
    "deed": OperationKind,
    "operation-state": OperationState,
    "leg": LegKind,
    "leg-state": LegState,
    "work": WorkKind,
    "work-next": WorkKind,
    "mode": Mode,
    "invoice-type": InvoiceType,
    "ending": Ending,
    "failure": ("refused", "denied", "manual", "no-answer", "server-error", "unusable-answer"),
    "counter": Counters.__slots__,
    "timeline": KINDS,
    "system": System,
    "role": (*Role, EVERY_ROLE),
    "choice": (*RefundPriority, *ExpiryPolicy),
    "capability": Capability,
    "approval-action": ApprovalAction,
    "approval-kind": ApprovalKind,
    "approval-state": ApprovalState,
    "report-state": (*ReportState, "sent"),
    "report-waits": ({*ReportState, "sent"} - {ReportState.DONE, ReportState.REFUSED, ReportState.FAILED}),
    "report-format": formats(),
    "fault": Fault,
    "refusal": REFUSALS - {"Refusal", "Unauthorised", "Forbidden", "StaleVersion", "BodyTooLarge", "Busy"},
    "outcome": Outcome,
    "outcome-what": Outcome,
    "line-kind": LineKind,
    "line-difference": Difference,
}
"""What the names of a kind are made from."""


def test_languages_have_the_same_keys() -> None:
    english = set(catalogue("en"))

    assert {name: set(catalogue(name)) ^ english for name in LANGUAGES} == {name: set() for name in LANGUAGES}


@pytest.mark.parametrize("name", LANGUAGES)
def test_texts_are_there_and_take_the_same_facts(name: str) -> None:
    for key, text in catalogue(name).items():
        assert text.strip() == text != "", key
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", catalogue("en")[key])), key


@pytest.mark.parametrize("name", [name for name in LANGUAGES if name != "en"])
def test_language_is_not_english(name: str) -> None:
    same = {key for key, text in catalogue(name).items() if text == catalogue("en")[key]}

    assert len(same) < len(catalogue(name)) / 20, same


@pytest.mark.parametrize("kind", NAMED)
def test_everything_that_can_be_shown_has_a_name(kind: str) -> None:
    assert {f"{kind}.{name}" for name in NAMED[kind]} <= set(catalogue("en"))


def _used() -> set[str]:
    """Keys that templates and pages name in full, and the kinds of those that they put together."""
    files = [*CONSOLE.rglob("*.html"), *CONSOLE.rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    whole = set(re.findall(r"""\b(?:t|text)\(f?['"]([\w.-]+)['"]""", text))
    whole |= set(re.findall(r"""else ['"]([a-z][\w.-]+)['"]\)""", text))
    whole |= set(re.findall(r"""Mistyped\(['"]([\w.-]+)['"]""", text))
    parts = set(re.findall(r"""\bof\(['"]([\w.-]+)['"]""", text))
    parts |= set(re.findall(r"""\b(?:t|text)\(f?['"]([\w.-]+?)\.['{"]""", text))
    parts |= set(re.findall(r"""['"]([\w-]+)['"], \w+\.code""", text)) | {"order-status", "transaction-status"}
    parts |= set(re.findall(r"""parts\.status\(t, of, '([\w-]+)'""", text))
    parts |= set(re.findall(r'": \("([\w-]+)"', text))
    return whole | {key for key in catalogue("en") if key.partition(".")[0] in parts or key.rpartition(".")[0] in parts}


def test_every_key_is_used_and_every_used_key_is_there() -> None:
    keys, used = set(catalogue("en")), _used()

    assert {key for key in used - keys if not any(known.startswith(key) for known in keys)} == set()
    assert keys - used == set()


def test_every_fact_that_an_event_tells_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    list(Tour(Service(shop, monkeypatch)).walk())
    stored = [thing for things in shop.store.things.values() for thing in (things if isinstance(things, list | tuple)
              else [things])]  # fmt: skip
    facts = {name for event in stored if isinstance(event, Event) for name in event.data}
    origins = {operation.origin.partition("/")[0] for operation in stored if isinstance(operation, Operation)}

    assert len(facts) > 40
    assert {f"fact.{name}" for name in facts - UNTOLD} <= set(catalogue("en"))
    assert {f"origin.{name}" for name in origins} <= set(catalogue("en"))


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        (None, None, "en"),
        (None, "pt-PT,en;q=0.8", "pt-BR"),
        (None, "fr,es-MX;q=0.9,en;q=0.8", "es"),
        (None, "en;q=0.1,es;q=0.2", "es"),
        (None, "de", "en"),
        (None, "es;q=0,en", "en"),
        (None, "pt;q=x,;;,,en", "en"),
        ("pt-BR", "en", "pt-BR"),
        ("xx", "es", "es"),
    ],
)
def test_language_is_the_chosen_one_else_the_browsers(chosen: str | None, accepted: str | None, expected: str) -> None:
    assert choose(chosen, accepted) == expected


@pytest.mark.parametrize(
    ("name", "amount", "currency", "expected"),
    [
        ("pt-BR", 123456, "BRL", "R$ 1.234,56"),
        ("en", 7000, "BRL", "R$70.00"),
        ("es", 7000, "BRL", "70,00 BRL"),
        ("en", -1500, "USD", "-$15.00"),
        ("pt-BR", 7000, "JPY", "JP¥ 7.000"),
        ("en", 7000, "KWD", "KWD 7.000"),
        ("es", 5, "CLP", "5 CLP"),
        ("pt-BR", 999999999999, "BRL", "R$ 9.999.999.999,99"),
    ],
)
def test_money_is_shown_as_the_language_does_with_all_of_its_minor_units(
    name: str, amount: int, currency: str, expected: str
) -> None:
    assert Words(name).money(amount, currency).replace("\xa0", " ") == expected


def test_every_role_of_a_page_is_one_of_its_own_section() -> None:
    assert len({(page.method, page.path) for page in routes.PAGES}) == len(routes.PAGES)
    assert all(page.is_open or page.roles or page.module in ("start", "entrance", "reference") for page in routes.PAGES)
