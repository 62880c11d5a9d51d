"""``quita reconcile`` of a file that is refused, in every format: exit code 1, the place, and nothing booked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from operations import reconcile
from operations.command_line import main
from operations.output import FOUND, STOPPED
from operations.stacks import Stack
from settlement.use_cases.reconciliation.name_report import MAX_MAPPING_BYTES
from testkit.acquirer import FIRST_DAY, LAST_DAY, acquirers_file
from testkit.report_files import adyen_settlement, camt_statement, cielo_sales, plain_csv
from tests.support.command_stack import TABLE, command_stack

LINES = acquirers_file(10).numbered()
FILES = {
    "cielo-v15": cielo_sales(LINES, FIRST_DAY, LAST_DAY),
    "csv": plain_csv(LINES),
    "adyen-settlement": adyen_settlement(LINES),
    "camt.053": camt_statement(LINES),
}
Show = pytest.CaptureFixture[str]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    with command_stack(monkeypatch) as stack:
        yield stack


def told(file: Path, name: str, capsys: Show, *words: str) -> dict[str, Any]:
    """Have the command refuse a file; return what it tells."""
    assert main(["reconcile", str(file), "--format", name, "--json", *words]) == STOPPED
    shown: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert shown["state"] == "refused"
    return shown


def stored(stack: Stack) -> list[str]:
    """The sort keys of all that is stored, without the report's own."""
    items = stack.client("dynamodb").scan(TableName=TABLE)["Items"]
    return [item["SK"]["S"] for item in items if not item["SK"]["S"].startswith("REPORT#")]


@pytest.mark.parametrize(
    ("name", "fault", "line", "column"),
    [
        ("cielo-v15", "unknown-record", 12, 1),
        ("csv", "not-a-kind", 11, 1),
        ("adyen-settlement", "cut", 11, 3),
        ("camt.053", "not-text", 18, 4),
    ],
)
def test_file_that_is_wrong_at_its_end_books_nothing(
    stack: Stack, tmp_path: Path, capsys: Show, name: str, fault: str, line: int, column: int
) -> None:
    """Its lines before that are in order; with the last one put right, it is another file and is taken."""
    lines = FILES[name].split(b"\n")
    wrong = lines[-2].replace(b"capture", b"capturx").replace(b"refund", b"refuns") if name == "csv" else b"X</?,"
    file = tmp_path / "report"
    file.write_bytes(b"\n".join([*lines[:-2], wrong, b""]))

    shown = told(file, name, capsys)

    assert (shown["fault"], shown["line"], shown["column"]) == (fault, line, column)
    assert stored(stack) == []
    assert told(file, name, capsys)["fault"] == fault
    file.write_bytes(FILES[name])
    assert main(["reconcile", str(file), "--format", name]) != STOPPED


@pytest.mark.parametrize("lines", ["", "nowhere/lines.jsonl"])
def test_lines_that_cannot_be_written_stop_the_command_before_anything_is_booked(
    stack: Stack, tmp_path: Path, capsys: Show, lines: str
) -> None:
    file = tmp_path / "report"
    file.write_bytes(FILES["csv"])
    words = ["reconcile", str(file), "--format", "csv", "--lines"]

    assert main([*words, str(tmp_path / lines)]) == STOPPED
    assert "cannot be written: " in capsys.readouterr().err
    assert stack.client("dynamodb").scan(TableName=TABLE)["Count"] == 0

    assert main([*words, str(tmp_path / "lines")]) == FOUND
    assert len((tmp_path / "lines").read_text().splitlines()) == len(LINES)
    assert main([*words, str(tmp_path / "again")]) == FOUND
    assert f"{tmp_path / 'again'} is not written" in capsys.readouterr().out
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("name", FILES)
def test_other_hash_and_other_size_are_refused(
    stack: Stack, tmp_path: Path, capsys: Show, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file = tmp_path / "report"
    file.write_bytes(FILES[name])

    assert told(file, name, capsys, "--sha256", "0" * 64)["fault"] == "wrong-hash"
    monkeypatch.setattr(reconcile, "MAX_REPORT_BYTES", len(FILES[name]) - 1)
    assert told(file, name, capsys)["fault"] == "too-large"
    assert stored(stack) == []


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (b"[" * 60_000, "is no JSON"),
        (b"{" + b" " * MAX_MAPPING_BYTES + b"}", f"has more than {MAX_MAPPING_BYTES} bytes"),
        (b"[]", "must hold an object"),
        (b"\xff\xfe{}", "is no JSON"),
        (b'{"columns": {"gross": "Valor"}}', "has no column 'Valor'"),
    ],
)
def test_mapping_that_is_none_is_refused(
    stack: Stack, tmp_path: Path, capsys: Show, mapping: bytes, words: str
) -> None:
    file, by = tmp_path / "report", tmp_path / "mapping.json"
    file.write_bytes(FILES["csv"])
    by.write_bytes(mapping)

    assert words in told(file, "csv", capsys, "--mapping", str(by))["message"]
    assert stored(stack) == []
