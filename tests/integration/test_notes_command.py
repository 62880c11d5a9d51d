"""``quita notes``: each fiscal document with its captures, their authorisations and payouts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from operations.command_line import main
from operations.output import STOPPED
from settlement.domain.fiscal.reading import read_fiscal
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import LineKind, Stage
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.orders.notify_fiscal_document import notification_of
from settlement.use_cases.orders.notify_invoice import notify_invoice
from settlement.use_cases.shared.ports import Changed, Commit
from testkit.builders import ACCOUNT, a_connector
from testkit.nfe_documents import nfe, nfe_key
from testkit.shop import Placed, Shop
from tests.support.command_stack import TABLE, command_stack

CNPJ = "12ABC34501DE35"
PROTOCOL = "</cStat><nProt>135260000000001</nProt><dhRecbto>2026-03-02T10:00:05-03:00</dhRecbto>"
Show = pytest.CaptureFixture[str]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoDBStore]:
    with command_stack(monkeypatch) as stack:
        yield DynamoDBStore(stack.client("dynamodb"), TABLE)


@pytest.fixture
def placed(store: DynamoDBStore) -> Placed:
    """An order of 100.00: a note of 70.00, which is captured, and an invoice of 10.00, which is not yet."""
    shop = Shop()
    shop.connect(replace(a_connector("partial"), acquirer_cnpj=CNPJ))
    placed = shop.open()
    text = nfe(1, "70.00").replace("</cStat>", PROTOCOL)
    notify_invoice(
        shop.ports, ACCOUNT, placed.order_id, notification_of(read_fiscal(text.encode()), text, takes_tests=False)
    )
    placed.run()
    placed.notify("N2", 1000, type_=InvoiceType.OUTPUT)
    for commit in shop.store.commits:
        store.commit(commit)
    store.replace_connector(ACCOUNT, None, replace(a_connector("partial"), acquirer_cnpj=CNPJ))
    return placed


def pay_out(store: DynamoDBStore, placed: Placed) -> None:
    """Keep what a report told of the first capture."""
    (payment,) = store.payments(ACCOUNT, placed.transaction_id)
    (capture,) = store.settlements(ACCOUNT, placed.transaction_id, payment.payment_id)
    part = PayoutPart(
        payment.payment_id, LineKind.CAPTURE, capture.number, Stage.PAID, 1, 1, Outcome.MATCHED, "BRL", 7000, 175,
        6825, "BRL", "R1", 2, placed.shop.clock.time, date(2026, 4, 1), date(2026, 4, 1),
    )  # fmt: skip
    store.commit(Commit(ACCOUNT, placed.order_id, placed.transaction_id, payouts=[part]))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_note_is_linked_with_capture_authorisation_and_payout(
    store: DynamoDBStore, placed: Placed, capsys: Show
) -> None:
    pay_out(store, placed)

    assert main(["notes", "--month", f"{placed.order.created_at:%Y-%m}"]) == 0

    first, second = rows_of(capsys.readouterr().out)
    (payment,) = store.payments(ACCOUNT, placed.transaction_id)
    (capture,) = store.settlements(ACCOUNT, placed.transaction_id, payment.payment_id)
    assert capture.settled_at is not None
    assert first == {
        "accessKey": nfe_key(1),
        "invoiceNumber": "1",
        "orderId": placed.order_id,
        "issuanceDate": "2026-07-01T10:00:00-03:00",
        "invoiceValue": "70.00",
        "currency": "BRL",
        "nProt": "135260000000001",
        "dhRecbto": "2026-03-02T10:00:05-03:00",
        "transactionId": placed.transaction_id,
        "paymentId": payment.payment_id,
        "settleId": capture.settle_id,
        "capturedAt": capture.settled_at.isoformat(),
        "capturedValue": "70.00",
        "refundedValue": "0.00",
        "tPag": "03",
        "tBand": "01",
        "CNPJ": CNPJ,
        "cAut": payment.authorization_id,
        "nsu": payment.nsu or "",
        "tid": payment.tid or "",
        "payoutState": "paid",
        "payoutExpectedOn": "2026-04-01",
        "payoutPaidOn": "2026-04-01",
    }
    assert (second["invoiceNumber"], second["accessKey"], second["settleId"], second["payoutState"]) == (
        "N2",
        *("", "", ""),
    )


def test_payout_that_no_report_told_is_expected(store: DynamoDBStore, placed: Placed, capsys: Show) -> None:
    assert main(["notes", "--month", f"{placed.order.created_at:%Y-%m}", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)["notes"][0]
    assert (first["payoutState"], first["payoutPaidOn"]) == ("expected", "")
    assert first["payoutExpectedOn"]


def test_rows_go_to_a_file(store: DynamoDBStore, placed: Placed, tmp_path: Path, capsys: Show) -> None:
    file = tmp_path / "notes.csv"
    assert main(["notes", "--month", f"{placed.order.created_at:%Y-%m}", "--out", str(file)]) == 0
    assert capsys.readouterr().out == f"2 rows written to {file}\n"
    assert [row["invoiceNumber"] for row in rows_of(file.read_text(encoding="utf-8"))] == ["1", "N2"]


def test_number_that_a_spreadsheet_would_calculate_is_a_text(
    store: DynamoDBStore, placed: Placed, capsys: Show
) -> None:
    (payment,) = store.payments(ACCOUNT, placed.transaction_id)
    formula = Changed(payment, replace(payment, nsu="=HYPERLINK(1)"))
    store.commit(Commit(ACCOUNT, placed.order_id, placed.transaction_id, payments=[formula]))

    assert main(["notes", "--month", f"{placed.order.created_at:%Y-%m}"]) == 0

    first, _ = rows_of(capsys.readouterr().out)
    assert (first["nsu"], first["invoiceNumber"], first["capturedValue"]) == ("'=HYPERLINK(1)", "1", "70.00")


def test_file_that_cannot_be_written_is_named(placed: Placed, tmp_path: Path, capsys: Show) -> None:
    assert main(["notes", "--month", "2026-03", "--out", str(tmp_path)]) == STOPPED

    assert f"{tmp_path} cannot be written: Is a directory" in capsys.readouterr().err.replace("\n", "")


def test_month_without_notes_has_the_head_alone(store: DynamoDBStore, placed: Placed, capsys: Show) -> None:
    assert main(["notes", "--month", "2020-01"]) == 0
    assert rows_of(capsys.readouterr().out) == []


@pytest.mark.parametrize("month", ["2026", "2026-13", "march"])
def test_month_that_is_none_is_named(store: DynamoDBStore, month: str, capsys: Show) -> None:
    assert main(["notes", "--month", month]) == STOPPED
    assert f"got {month}" in capsys.readouterr().err
