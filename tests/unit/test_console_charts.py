"""The charts of the last day: what they draw is what was counted (D162)."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise

import pytest

from settlement.console.charts import FOOT, HEIGHT, HOURS, LEFT, WIDTH, beginning, failure_rows, time_chart
from settlement.console.wording import Words
from settlement.domain.hourly_figures import HourlyFigures, bucket_of
from settlement.domain.order.invoice import InvoiceType
from testkit.builders import NOON, a_new_payment
from testkit.shop import Shop
from tests.support.console import Browser

NOW = NOON + timedelta(minutes=20)


def counted(
    hours_ago: int, connector: str = "acme", *, times: Mapping[int, int] | None = None, **failures: int
) -> HourlyFigures:
    buckets = {bucket_of(time): count for time, count in (times or {}).items()}
    named = {kind.replace("_", "-"): count for kind, count in failures.items()}
    return HourlyFigures(connector, NOON - timedelta(hours=hours_ago), buckets, named)


def test_day_is_the_hour_of_now_and_the_23_before_it() -> None:
    assert beginning(NOW) == NOON - timedelta(hours=23)
    columns = time_chart([], NOW).columns
    assert [columns[0].at, columns[-1].at, len(columns)] == [NOON - timedelta(hours=23), NOON, HOURS]


def test_columns_stand_in_the_drawing_beside_each_other_and_taller_for_longer_times() -> None:
    figures = [counted(hours, times={10 ** (hours % 8): 1, 10: 3}) for hours in range(HOURS)]

    chart = time_chart(figures, NOW)

    edges = [(column.x, column.x + column.width) for column in chart.columns]
    assert edges[0][0] >= LEFT
    assert all(end < begin for (_, end), (begin, _) in pairwise(edges))
    assert edges[-1][1] <= WIDTH
    assert all(0 <= column.most_y <= column.half_y <= HEIGHT - FOOT for column in chart.columns)
    by_time = sorted(chart.columns, key=lambda column: column.most or 0)
    assert [column.most_y for column in by_time] == sorted((column.most_y for column in by_time), reverse=True)
    assert all(0 < y < HEIGHT - FOOT for y, _ in chart.lines)


def test_hour_has_the_captures_of_all_connectors() -> None:
    chart = time_chart([counted(0, times={100: 9}), counted(0, "zeta", times={60_000: 1}, no_answer=2)], NOW)

    last = chart.columns[-1]
    assert (last.captures, last.failures, chart.captures) == (10, 2, 10)
    assert last.half is not None
    assert last.most is not None
    assert abs(last.half - 100) < 20
    assert abs(last.most - 100) < 20, "nine of ten were as quick"


def test_failures_are_told_by_connector_most_first_to_one_scale() -> None:
    figures = [
        counted(23, refused=1),
        counted(0, refused=1, no_answer=2),
        counted(1, "zeta", server_error=6),
        counted(0, "quiet", times={100: 5}),
    ]

    rows = failure_rows(figures, NOW)

    assert [(row.connector, row.count, row.kinds) for row in rows] == [
        ("zeta", 6, [("server-error", 6)]),
        ("acme", 4, [("refused", 2), ("no-answer", 2)]),
    ]
    assert [[column[3] for column in row.columns] for row in rows] == [[24], [4, 12]]
    assert [column[0] for column in rows[1].columns] == [1, 231], "the first and the last hour"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(50, "0.1 s"), (900, "0.9 s"), (12_400, "12 s"), (90_000, "1.5 min"), (5_400_000, "1.5 h"), (86_400_000, "1 d")],
)
def test_time_spans_are_told_in_their_largest_unit(milliseconds: int, text: str) -> None:
    assert Words("en").duration(milliseconds).replace("\xa0", " ") == text


def test_page_of_today_shows_both_charts(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(shop, monkeypatch)
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    shop.clock.advance(timedelta(seconds=30))
    placed.run()
    shop.provider.script("settle", "400")
    placed.invoice("N2", 1000)
    browser.sign_in()

    shown = browser.get("/console/today")

    assert "Captures: 1. Half came within 28 s, nine in ten within 28 s." in shown.words
    assert "partial calls failed: 1, invoices captured: 1 refused 1" in shown.words
    assert shown.text.count('class="c-half"') == shown.text.count('class="c-bad"') == 1


def test_day_without_captures_and_failures_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(shop, monkeypatch)
    shop.open(a_new_payment(10000, "partial")).invoice("N1", 1000)
    shop.clock.advance(timedelta(days=2))
    browser.sign_in()

    words = browser.get("/console/today").words

    assert "No invoice was captured in the last 24 hours." in words
    assert "No call of a connector failed in the last 24 hours." in words
