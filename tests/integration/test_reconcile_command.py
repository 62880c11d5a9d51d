"""``quita reconcile``: a file is taken as a whole or not at all, once, and told order by order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from operations import reconcile
from operations.command_line import main
from operations.output import FOUND, STOPPED
from operations.stacks import Stack
from settlement.api.reports.lines_view import line_view
from settlement.domain.events import EventType
from settlement.domain.reconciliation.bank_days import day_of
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.storage.bucket import Bucket, Part
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.report_lines import BucketLines
from settlement.storage.reports import DynamoDBReports
from settlement.use_cases.reconciliation.retrieve_lines import retrieve_lines
from settlement.use_cases.upkeep.audit_order import audit_order
from testkit.builders import ACCOUNT
from testkit.report_files import cielo_sales, plain_csv
from testkit.shop import Shop
from tests.support.command_stack import BUCKET, TABLE, command_stack

Show = pytest.CaptureFixture[str]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    with command_stack(monkeypatch) as stack:
        yield stack


@pytest.fixture
def store(stack: Stack) -> DynamoDBStore:
    return DynamoDBStore(stack.client("dynamodb"), TABLE)


@pytest.fixture
def sold(store: DynamoDBStore) -> tuple[str, list[ReportLine]]:
    """An order of 100.00 with captures of 70.00 and 30.00, of which 15.00 was given back, and its lines."""
    shop = Shop()
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    placed.give_back("R1", 1500)
    for commit in shop.store.commits:
        store.commit(commit)
    (payment,) = store.payments(ACCOUNT, placed.transaction_id)
    captures = store.settlements(ACCOUNT, placed.transaction_id, payment.payment_id)
    (refund,) = store.refunds(ACCOUNT, placed.transaction_id, payment.payment_id)
    first = captures[0]
    assert first.settled_at is not None
    day = day_of(first.settled_at, "BRL")
    sale = ReportLine(
        2, LineKind.CAPTURE, Stage.REPORTED, "BRL", 7000, 175, 6825, tid="TID", nsu="NSU", sold_on=day,
        reference=first.settle_id,
    )  # fmt: skip
    return placed.transaction_id, [
        sale,
        replace(sale, number=3, gross=3000, fee=75, net=2925, reference=captures[1].settle_id),
        replace(sale, number=4, kind=LineKind.REFUND, gross=-1500, fee=0, net=-1500, reference=refund.reference or ""),
    ]


def taken(file: Path, content: bytes, *words: str, format_: str = "csv") -> int:
    file.write_bytes(content)
    return main(["reconcile", str(file), "--format", format_, *words])


def parts(store: DynamoDBStore, transaction_id: str) -> dict[str, PayoutPart]:
    (payment,) = store.payments(ACCOUNT, transaction_id)
    return {part.name: part for part in store.payouts(ACCOUNT, transaction_id, payment.payment_id)}


def test_file_is_matched_kept_and_told(
    store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path, capsys: Show
) -> None:
    transaction_id, lines = sold
    before = store.payments(ACCOUNT, transaction_id), store.settlements(ACCOUNT, transaction_id, "")

    code = taken(tmp_path / "sales.csv", plain_csv(lines), "--json")

    told = json.loads(capsys.readouterr().out)
    assert (code, told["state"]) == (0, "done")
    sums = {"currency": "BRL", "gross": 8500, "fee": 250, "net": 8250}
    assert told["outcomes"] == [
        {"outcome": "matched", "lines": 3, "sums": [sums]},
        {"outcome": "file", "lines": 3, "sums": [sums]},
    ]
    found = parts(store, transaction_id)
    assert sorted((part.kind.value, part.gross, part.fee, part.net) for part in found.values()) == [
        ("capture", 3000, 75, 2925),
        ("capture", 7000, 175, 6825),
        ("refund", -1500, 0, -1500),
    ]
    assert (store.payments(ACCOUNT, transaction_id), store.settlements(ACCOUNT, transaction_id, "")) == before
    transaction = store.transaction(ACCOUNT, transaction_id)
    assert transaction is not None
    assert audit_order(store, ACCOUNT, transaction.order_id).mismatches == ()


def test_lines_with_their_outcomes_are_kept_in_the_bucket(
    stack: Stack, store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path, capsys: Show
) -> None:
    transaction_id, lines = sold
    wrong = replace(lines[0], gross=6900, net=6725)

    taken(tmp_path / "sales.csv", plain_csv([wrong, *lines[1:]]), "--json", "--lines", str(tmp_path / "lines"))

    report_id = json.loads(capsys.readouterr().out)["report"]
    reports = DynamoDBReports(stack.client("dynamodb"), TABLE)
    kept = BucketLines(Bucket(stack.client("s3"), BUCKET))
    page = retrieve_lines(reports, kept, ACCOUNT, report_id, None, None, 2)
    rest = retrieve_lines(reports, kept, ACCOUNT, report_id, None, page.following, 2)
    found = [(line.line, line.outcome.value, line.gross, line.expected) for line in (*page.lines, *rest.lines)]
    assert found == [(2, "differs", 6900, 7000), (3, "matched", 3000, None), (4, "matched", -1500, None)]
    assert {line.transaction_id for line in page.lines} == {transaction_id}
    assert rest.following is None
    written = [json.loads(line) for line in (tmp_path / "lines").read_text(encoding="utf-8").splitlines()]
    assert written == [line_view(line) for line in (*page.lines, *rest.lines)]


def test_object_that_is_not_there_is_none(stack: Stack) -> None:
    bucket = Bucket(stack.client("s3"), BUCKET)
    stack.client("s3").put_object(Bucket=BUCKET, Key="three", Body=b"abc")

    assert bucket.part("none", 0, 5) is None
    assert (bucket.part("three", 1, 5), bucket.part("three", 3, 5)) == (Part(b"bc", 3), Part(b"", 3))


def test_same_file_twice_is_one_file(
    store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path, capsys: Show
) -> None:
    transaction_id, lines = sold
    first = taken(tmp_path / "sales.csv", plain_csv(lines))
    events = store.events(ACCOUNT, transaction_id, 1000, None).items

    again = taken(tmp_path / "again.csv", plain_csv(lines))

    assert (first, again) == (0, 0)
    assert "was taken already" in capsys.readouterr().out
    assert store.events(ACCOUNT, transaction_id, 1000, None).items == events


def test_line_that_another_file_had_is_a_duplicate(
    store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path, capsys: Show
) -> None:
    _, lines = sold
    taken(tmp_path / "sales.csv", plain_csv(lines))
    capsys.readouterr()

    code = taken(tmp_path / "more.csv", plain_csv(lines[:1]), "--json")

    told = json.loads(capsys.readouterr().out)
    assert code == FOUND
    assert told["outcomes"][0]["outcome"] == "duplicate"


def test_run_that_died_is_finished_by_the_next(
    store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    stack: Stack,
) -> None:  # fmt: skip
    """It dies after the payments are written: the next run writes nothing twice, and finishes the report."""
    transaction_id, lines = sold
    save = DynamoDBReports.save_report
    calls: list[str] = []

    def dying(self: DynamoDBReports, account: str, report: Any) -> Any:
        calls.append(report.state.value)
        if report.state.value == "done" and calls.count("done") == 1:
            raise RuntimeError
        return save(self, account, report)

    monkeypatch.setattr(DynamoDBReports, "save_report", dying)
    with pytest.raises(RuntimeError):
        taken(tmp_path / "sales.csv", plain_csv(lines))
    written = parts(store, transaction_id)

    assert taken(tmp_path / "sales.csv", plain_csv(lines)) == 0
    assert parts(store, transaction_id) == written
    told = [event.type for event in store.events(ACCOUNT, transaction_id, 1000, None).items]
    assert told.count(EventType.CAPTURE_REPORTED) == 3
    (report,) = DynamoDBReports(stack.client("dynamodb"), TABLE).reports(ACCOUNT, None, 10).items
    assert report.state.value == "done"


@pytest.mark.parametrize("before", ["matching", "done"])
def test_two_commands_at_once_take_a_file_once(
    store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: Show, before: str,
) -> None:  # fmt: skip
    """The second one does all of it right before a write of the first one."""
    transaction_id, lines = sold
    save, codes = DynamoDBReports.save_report, []

    def crossed(self: DynamoDBReports, account: str, report: Any) -> Any:
        if report.state.value == before:
            monkeypatch.setattr(DynamoDBReports, "save_report", save)
            codes.append(taken(tmp_path / "same.csv", plain_csv(lines)))
        return save(self, account, report)

    monkeypatch.setattr(DynamoDBReports, "save_report", crossed)
    codes.append(taken(tmp_path / "sales.csv", plain_csv(lines)))

    assert codes == [0, 0]
    assert capsys.readouterr().out.count("was taken already") == 1
    told = [event.type for event in store.events(ACCOUNT, transaction_id, 1000, None).items]
    assert told.count(EventType.CAPTURE_REPORTED) == 3


def test_what_differs_and_what_is_missing_is_work_until_it_is_told_right(
    store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path
) -> None:
    transaction_id, lines = sold
    wrong = replace(lines[0], gross=6900, net=6725)

    code = taken(tmp_path / "sales.csv", plain_csv([wrong]))

    assert code == FOUND
    work = store.work(ACCOUNT, store_end(), None, 10).items
    assert sorted((item.work.kind.value, item.work.value) for item in work) == [
        ("payout-differs", 6900),
        ("payout-missing", 1500),
        ("payout-missing", 3000),
    ]

    assert taken(tmp_path / "right.csv", plain_csv(lines)) == 0
    assert store.work(ACCOUNT, store_end(), None, 10).items == []
    told = [event.type for event in store.events(ACCOUNT, transaction_id, 1000, None).items]
    assert (told.count(EventType.WORK_ITEM_OPENED), told.count(EventType.WORK_ITEM_CLOSED)) == (3, 3)


def store_end() -> Any:
    from datetime import UTC, datetime

    return datetime.max.replace(tzinfo=UTC)


def test_chargeback_is_work(store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path) -> None:
    _, lines = sold
    back = replace(lines[0], number=5, kind=LineKind.CHARGEBACK, gross=-7000, fee=-175, net=-6825)

    taken(tmp_path / "sales.csv", plain_csv([*lines, back]))

    (item,) = store.work(ACCOUNT, store_end(), None, 10).items
    assert (item.work.kind.value, item.work.value) == ("chargeback", 7000)


@pytest.mark.parametrize(
    ("content", "words", "told"),
    [
        (b"", (), {"fault": "empty", "line": 1, "column": None}),
        (b"PK\x03\x04rest", (), {"fault": "compressed", "line": 1, "column": None}),
        (b"kind,gross,currency\ncapture,abc,BRL\n", (), {"fault": "not-a-number", "line": 2, "column": 2}),
        (b"kind,gross,currency\ncapture,1", (), {"fault": "cut", "line": 2, "column": 3}),
        (b"kind,gross,currency\n", ("--sha256", "0" * 64), {"fault": "wrong-hash", "line": None, "column": None}),
        (b"kind,gross,currency\n", ("--format", "cnab"), {"fault": "unknown-format", "line": None, "column": None}),
    ],
)
def test_file_that_is_refused_books_nothing(
    store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path, capsys: Show, content: bytes,
    words: tuple[str, ...], told: dict[str, Any],
) -> None:  # fmt: skip
    transaction_id, _ = sold

    code = taken(tmp_path / "sales.csv", content, "--json", *words)

    shown = json.loads(capsys.readouterr().out)
    assert (code, shown["state"]) == (STOPPED, "refused")
    assert {name: shown[name] for name in told} == told
    assert parts(store, transaction_id) == {}


def test_file_whose_last_line_is_wrong_has_no_effect(
    store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path
) -> None:
    transaction_id, lines = sold

    assert taken(tmp_path / "sales.csv", plain_csv(lines) + b"capture,x\n") == STOPPED
    assert parts(store, transaction_id) == {}


def test_other_file_of_the_same_sequence_is_refused(
    store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path, capsys: Show
) -> None:
    _, lines = sold
    plain = [replace(line, nsu="1", reference="", authorization="A1") for line in lines]
    day = lines[0].sold_on
    assert day is not None
    taken(tmp_path / "one.txt", cielo_sales(plain, day, day), format_="cielo-v15")

    code = taken(tmp_path / "two.txt", cielo_sales(plain[:1], day, day), "--json", format_="cielo-v15")

    assert code == STOPPED
    assert '"fault": "repeated-sequence"' in capsys.readouterr().out
    assert taken(tmp_path / "three.txt", cielo_sales(plain[:1], day, day, 2), format_="cielo-v15") == FOUND


def test_file_above_the_limit_is_refused(
    stack: Stack, tmp_path: Path, capsys: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "MAX_REPORT_BYTES", 10)

    assert taken(tmp_path / "sales.csv", b"kind,gross,currency\n") == STOPPED
    assert "too-large" in capsys.readouterr().err


def test_every_line_is_written_with_its_outcome(
    store: DynamoDBStore, sold: tuple[str, list[ReportLine]], tmp_path: Path
) -> None:
    _, lines = sold
    content = plain_csv(lines)

    taken(tmp_path / "sales.csv", content, "--lines", str(tmp_path / "lines.jsonl"),
          "--sha256", hashlib.sha256(content).hexdigest())  # fmt: skip

    told = [json.loads(line) for line in (tmp_path / "lines.jsonl").read_text().splitlines()]
    assert [(line["line"], line["outcome"], line["gross"]) for line in told] == [
        (2, "matched", 7000),
        (3, "matched", 3000),
        (4, "matched", -1500),
    ]
