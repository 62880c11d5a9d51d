"""Payouts in the console: what is to come by day, what is overdue, the settlement reports and what became of each."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from settlement.console.due_chart import FOOT, HEAD, HEIGHT, WIDTH, due_charts
from settlement.console.language import LANGUAGES, catalogue
from settlement.console.outcome_bar import outcome_parts
from settlement.domain.account.account import Role
from settlement.domain.bookkeeping.receivables import Receivable
from settlement.domain.reconciliation.report import OutcomeSums, ReportState
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Shop
from tests.support.console import Browser
from tests.support.console_in_browser import REFUSED, REPORT
from tests.support.reports import ReportFile, take

TODAY = date(2026, 3, 2)


def on(days: int, net: int, connector: str = "acme", currency: str = "BRL") -> Receivable:
    return Receivable(TODAY + timedelta(days=days), connector, currency, net, 0, net, 1)


def test_columns_stand_on_their_days_and_within_the_drawing() -> None:
    rows = [on(0, 500), on(0, 250, "zeta"), on(9, -1500), on(30, 3000)]

    [chart] = due_charts(rows, [on(0, 2250)], TODAY, TODAY + timedelta(days=30))

    first, taken, last = chart.columns
    assert [(column.on.isoformat(), column.net) for column in chart.columns] == [
        ("2026-03-02", 750),
        ("2026-03-11", -1500),
        ("2026-04-01", 3000),
    ]
    assert (first.x, taken.y) == (0, chart.base), "what is taken off goes down from the base"
    assert last.x + last.width <= WIDTH
    assert last.height == pytest.approx(4 * first.height, rel=0.02)
    assert last.y == pytest.approx(HEAD)
    assert taken.y + taken.height == pytest.approx(HEIGHT - FOOT)
    assert [label[1] for label in chart.labels] == [TODAY + timedelta(days=7 * number) for number in range(4)]


def test_currencies_have_a_chart_each() -> None:
    rows = [on(1, 500), on(1, 90, currency="JPY")]

    charts = due_charts(rows, [on(1, 500), on(1, 90, currency="JPY")], TODAY, TODAY + timedelta(days=90))

    assert [(chart.currency, [column.net for column in chart.columns]) for chart in charts] == [
        ("BRL", [500]),
        ("JPY", [90]),
    ]


def test_bar_has_every_outcome_and_none_beyond_its_end() -> None:
    outcomes = tuple(
        OutcomeSums(name, lines, ()) for name, lines in (("differs", 1), ("matched", 99_998), ("foreign", 1))
    )

    parts = outcome_parts(replace(REPORT, outcomes=outcomes))

    assert [(part.name, part.lines) for part in parts] == [("matched", 99_998), ("differs", 1), ("foreign", 1)]
    assert all(part.width >= 3 for part in parts)
    assert [part.at for part in parts[1:]] == pytest.approx([parts[0].width, parts[0].width + parts[1].width], abs=1)
    assert parts[-1].at + parts[-1].width <= 1000


def test_page_tells_what_is_to_come_and_what_is_overdue(browser: Browser, shop: Shop) -> None:
    shop.open(a_new_payment(10000, "partial", installments=3)).invoice("N1", 10000)
    shop.open(a_new_payment(500, "total", "debitCard"), value=500).invoice("N1", 500)
    shop.clock.advance(timedelta(days=3))
    browser.sign_in()

    words = browser.get("/console/payouts").words
    month = browser.get("/console/payouts?days=30")

    assert "R$100.00 net is to come: R$100.00 less fees of R$0.00 as far as they are known, in 3 instalments." in words
    assert "total: R$5.00 of 1 instalments, expected since 3 Mar 2026, is not reported as paid." in words
    assert "1 Apr 2026 partial R$33.34" in words
    assert "R$33.34 net is to come" in month.words
    assert month.text.count("<rect") - month.text.count('class="mark-') == 1
    assert "Nothing is to come within 30 days" not in month.words


def test_page_without_anything_says_so(browser: Browser) -> None:
    words = browser.get("/console/payouts?days=x").words

    assert "Nothing is to come within 90 days." in words
    assert "No settlement report was taken yet." in words


def test_reports_are_listed_with_state_period_and_sums_page_by_page(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("settlement.console.pages.payouts.REPORTS_AT_ONCE", 1)
    for report in (REPORT, replace(REFUSED, received_at=REPORT.received_at + timedelta(minutes=1))):
        browser.reports.save_report(ACCOUNT, report)

    first = browser.get("/console/payouts")
    more = first.text.split('rel="next" href="')[1].split("#")[0].replace("&amp;", "&")
    second = browser.get(more).words

    assert "refused" in first.words
    assert f"payouts/{REPORT.report_id}" not in first.text
    assert f"{REPORT.file_name} csv done needs attention R$990.00 1 Mar 2026" in second
    assert 'rel="next"' not in browser.get(more).text


def test_reports_page_shows_outcomes_those_first_that_need_a_person(browser: Browser, shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    content = b"kind,gross,fee,currency,tid\ncapture,70,1,BRL,TID\ncapture,29.99,0,BRL,TID\ncapture,5,0,XXX,other\n"
    report = take(shop, browser.reports, ReportFile(content))

    shown = browser.get(f"/console/payouts/{report.report_id}")

    assert shown.status == 200
    told = (
        "differs It is one of ours, and says something else: ask the sender for a corrected file. 1 R$29.99",
        "rejected It can be held against nothing; the line says why. 1 500 XXX",
        "matched It is a capture, refund or chargeback of ours, as it should be. 1 R$70.00 R$1.00",
    )
    rows = [shown.words.find(name) for name in told]
    assert -1 not in rows
    assert rows == sorted(rows)
    assert "The whole file 3 R$99.99" in shown.words
    assert browser.get("/console/payouts/none").status == 404


def test_lines_are_shown_the_differing_ones_first_and_narrowed_to_one_outcome(
    browser: Browser, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("settlement.console.pages.payouts.LINES_AT_ONCE", 2)
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    content = b"kind,gross,fee,currency,tid\ncapture,70,1,BRL,TID\ncapture,29.99,0,BRL,TID\ncapture,5,0,BRL,other\n"
    path = f"/console/payouts/{take(shop, browser.reports, ReportFile(content)).report_id}"

    first = browser.get(path)
    more = first.text.split('rel="next" href="')[1].split("#")[0].replace("&amp;", "&")
    second = browser.get(more)

    assert f"3 differs value {placed.order_id} TID capture R$29.99 R$30.00 R$0.00 R$29.99" in first.words
    assert "4 no order of ours no payment of the months of its sales" in first.words
    assert f'href="/console/transactions/{placed.transaction_id}"' in first.text
    assert f"2 matched {placed.order_id} TID capture R$70.00 R$1.00 R$69.00" in second.words
    assert "29.99 R$30.00" not in second.words
    assert "29.99 R$30.00" not in browser.get(f"{path}?outcome=matched").words
    assert browser.get(f"{path}?outcome=none").status == 400
    browser.reports.lines.kept.clear()
    assert "The lines of this report are not kept any more." in browser.get(path).words


def test_refused_report_says_why_and_where(browser: Browser) -> None:
    browser.reports.save_report(ACCOUNT, REFUSED)

    words = browser.get(f"/console/payouts/{REFUSED.report_id}").words

    assert "The file was refused as a whole" in words
    assert "Where a number should be is something else." in words
    assert "Line 3, column 2: gross: 30,x is no number" in words
    assert "line 3" not in words, "the place is told once, in the reader's language"
    assert "What became of its lines" not in words


def test_report_whose_run_failed_says_so_with_what_to_do(browser: Browser) -> None:
    failed = replace(REPORT, state=ReportState.READING, file=None, outcomes=(), missing=None)
    browser.reports.save_report(ACCOUNT, failed.failed("run-7", "States.Timeout", failed.received_at))

    words = browser.get(f"/console/payouts/{REPORT.report_id}").words

    assert "failed Its run failed, and the report is not finished." in words
    assert "run run-7 ended with States.Timeout: send the same file again" in words
    assert "refused" not in words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ReportState)
def test_report_has_a_page_in_every_state(browser: Browser, state: ReportState, language: str) -> None:
    browser.reports.save_report(ACCOUNT, replace(REPORT, state=state, file=None, outcomes=(), missing=None))

    browser.language = language

    shown = browser.get(f"/console/payouts/{REPORT.report_id}")

    assert shown.status == 200
    assert catalogue(language)[f"report-state.{state}"] in shown.words


def test_payouts_are_for_those_who_see_payments(browser: Browser) -> None:
    browser.access.keys["orders-only"] = ("t", ACCOUNT, (Role.VIEW_ORDER,))
    browser.sign_in("orders-only", "t")

    assert browser.get("/console/payouts").status == 403
    assert "/console/payouts" not in browser.get("/console/orders").text
