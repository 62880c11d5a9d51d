"""Writes the fiscal documents of a month with their captures, authorisations and payouts. It only reads the table."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from operations.output import Output, require_writable
from settlement.api.shared.spreadsheet import cell
from settlement.domain.money import to_major
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.reconciliation.link_notes import NoteLink, link_notes

COLUMNS = (
    *("accessKey", "invoiceNumber", "orderId", "issuanceDate", "invoiceValue", "currency", "nProt", "dhRecbto"),
    *("transactionId", "paymentId", "settleId", "capturedAt", "capturedValue", "refundedValue"),
    *("tPag", "tBand", "CNPJ", "cAut", "nsu", "tid"),
    *("payoutState", "payoutExpectedOn", "payoutPaidOn"),
)


def notes(store: DynamoDBStore, account: str, month: str, file: Path | None, output: Output) -> int:
    """Write a row for each capture of each note, to a file or to standard output; return the exit code."""
    links = output.counted(link_notes(store, account, month), "rows")
    if output.as_json:
        found = [dict(zip(COLUMNS, row, strict=True)) for row in map(_row, links)]
        return output.end(account=account, month=month, notes=found)
    if file is None:
        _write(sys.stdout, links)
        return 0
    require_writable(file)
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = _write(stream, links)
    output.say(f"{rows} rows written to {file}")
    return 0


def _write(stream: object, links: Iterable[NoteLink]) -> int:
    writer = csv.writer(stream)  # type: ignore[arg-type]
    writer.writerow(COLUMNS)
    rows = [writer.writerow(map(cell, _row(link))) for link in links]
    return len(rows)


def _row(link: NoteLink) -> tuple[str, ...]:
    invoice, fiscal = link.invoice, link.invoice.fiscal
    told = (
        *(invoice.key, invoice.number, link.order_id, invoice.issuance_date, _major(invoice.value, link)),
        *(link.currency, fiscal.protocol if fiscal else None, fiscal.authorised_at if fiscal else None),
        link.transaction_id,
        *_of_capture(link),
    )
    return tuple("" if value is None else str(value) for value in told)


def _of_capture(link: NoteLink) -> Iterator[object]:
    capture = link.capture
    if capture is None:
        yield from (None for _ in COLUMNS[COLUMNS.index("paymentId") :])
        return
    payment, held, said = capture.payment, capture.settlement, capture.said
    yield from (payment.payment_id, held.settle_id, held.settled_at.isoformat() if held.settled_at else None)
    yield from (_major(held.value, link), _major(held.refunded, link))
    yield from (said.means, said.brand, said.institution, said.authorization) if said else (None,) * 4
    yield from (payment.nsu, payment.tid)
    yield from (capture.payout.state.value, capture.payout.expected_on, capture.paid_on)


def _major(value: int, link: NoteLink) -> str:
    return str(to_major(value, link.currency))
