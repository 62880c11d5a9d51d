"""Orders at rest in a table, and what their acquirer reports of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from settlement.domain.reconciliation.books import PaymentBooks
from settlement.domain.reconciliation.expected import CentsOn
from settlement.domain.reconciliation.report_line import ReportLine
from settlement.storage.writing import writes
from settlement.use_cases.shared.side_by_side import side_by_side
from testkit.acquirer import lines_of
from testkit.report_files import CSV_COLUMNS, csv_row
from testkit.sold_orders import commit_of, sold

_MOST_WRITES = 100
"""Writes of one transaction of DynamoDB."""

_WRITERS = 4


def write_sold_orders(dynamodb: Any, table: str, account: str, lines: int, file: Path) -> tuple[int, int]:
    """Write orders to a table, and a CSV file that reports at least so many lines of them, in no order.

    Return the numbers of payments and lines. The same number of lines gives the same file.
    """
    rows: list[bytes] = []
    payments = 0

    def orders() -> Iterator[PaymentBooks]:
        nonlocal payments
        while len(rows) < lines:
            payments += 1
            books = sold(payments)
            rows.extend(_row(line) for line in lines_of(books, CentsOn.FIRST))
            yield books

    def write(lot: list[Any]) -> None:
        dynamodb.transact_write_items(TransactItems=lot)

    for _ in side_by_side(write, _lots(table, account, orders()), _WRITERS):
        pass
    Random(1).shuffle(rows)
    file.write_bytes(b"".join([",".join(CSV_COLUMNS).encode() + b"\n", *rows]))
    return payments, len(rows)


def _row(line: ReportLine) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(csv_row(line))
    return text.getvalue().encode()


def _lots(table: str, account: str, orders: Iterator[PaymentBooks]) -> Iterator[list[Any]]:
    """Yield the writes of many orders, as many at once as a transaction takes."""
    lot: list[Any] = []
    for books in orders:
        _, found = writes(table, commit_of(account, books))
        if len(lot) + len(found) > _MOST_WRITES:
            yield lot
            lot = []
        lot = [*lot, *found]
    yield lot
