"""The journal's formats: CSV, lines of JSON, and the files of Beancount and hledger.

The beginning of a file, if there is one, is on the first page only, so pages one behind the other are the file of the
period. Amounts are decimal, with the currency's decimals; in JSON they are minor units.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from settlement.api.shared.spreadsheet import cell
from settlement.domain.bookkeeping.accounts import Posting
from settlement.domain.bookkeeping.entry import Place
from settlement.domain.money import display, minor_digits, to_major
from settlement.use_cases.bookkeeping.read_journal import Booked, JournalPage
from settlement.values import dataclass


class JournalFormat(StrEnum):
    """The formats."""

    CSV = "csv"
    JSONL = "jsonl"
    BEANCOUNT = "beancount"
    HLEDGER = "hledger"


COLUMNS = (
    "entry", "bookedAt", "event", "type", "at", "order", "transaction", "payment", "invoice", "operation", "settleId",
    "report", "connector", "account", "debit", "credit", "currency",
)  # fmt: skip
"""The columns of CSV; each posting of an entry is a line."""

MAX_JOURNAL_BYTES = 5_000_000
"""Bytes of one answer of the API, as JSON of ASCII: a function's answer has 6 MB at most, its envelope included."""

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def text_of(format_: JournalFormat, entries: Iterable[Booked], *, is_first: bool) -> str:
    """Return entries as text; the first page has the beginning of the file."""
    form = _FORMS[format_]
    return (form.beginning if is_first else "") + "".join(map(form.entry, entries))


def answer_of(format_: JournalFormat, page: JournalPage, *, is_first: bool) -> tuple[str, Place | None]:
    """Return a page as an answer, which ends with the entry that reaches its size, and the place to go on behind."""
    form, size = _FORMS[format_], 0
    parts = [form.beginning] if is_first else []
    for booked in page.entries:
        parts.append(form.entry(booked))
        size += len(json.dumps(parts[-1]))
        if size >= MAX_JOURNAL_BYTES and booked is not page.entries[-1]:
            return "".join(parts), booked.place
    return "".join(parts), page.next


def media_type(format_: JournalFormat) -> str:
    """Return the content type of a format."""
    return _FORMS[format_].media_type


def _facts(booked: Booked) -> dict[str, str | int | None]:
    """Return what an entry names, as lines of JSON call it."""
    entry = booked.entry
    return {
        "entry": str(booked.place),
        "bookedAt": booked.at.isoformat(timespec="microseconds"),
        "event": entry.event,
        "type": entry.type,
        "at": entry.at.isoformat(timespec="microseconds"),
        "orderId": entry.order_id,
        "transactionId": entry.transaction_id,
        "paymentId": entry.payment_id,
        "invoiceNumber": entry.invoice,
        "operation": entry.operation,
        "settleId": entry.settle_id,
        "reportId": entry.report,
        "connector": entry.connector,
    }


_SHORT = {
    "orderId": "order", "transactionId": "transaction", "paymentId": "payment", "invoiceNumber": "invoice",
    "reportId": "report",
}  # fmt: skip
"""Facts that the other formats call otherwise."""


def _names(booked: Booked) -> dict[str, str]:
    """Return what an entry names, by columns; what it does not have is left out."""
    return {_SHORT.get(name, name): str(fact) for name, fact in _facts(booked).items() if fact is not None}


def _csv_lines(booked: Booked) -> str:
    text = io.StringIO()
    lines = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    names = {name: cell(told) for name, told in _names(booked).items()}
    for posting in booked.postings:
        side = "debit" if posting.value > 0 else "credit"
        amount = _decimal(abs(posting.value), posting.currency)
        lines.writerow(names | {"account": posting.account, side: amount, "currency": posting.currency})
    return text.getvalue()


def _json_line(booked: Booked) -> str:
    line = {
        **_facts(booked),
        "currency": booked.entry.currency,
        "postings": [_json_posting(held, booked.entry.currency) for held in booked.postings],
    }
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def _json_posting(posting: Posting, currency: str) -> dict[str, str | int]:
    """Return a posting, with its currency if that is not the entry's."""
    told: dict[str, str | int] = {
        "account": posting.account,
        "debit" if posting.value > 0 else "credit": abs(posting.value),
    }
    return told if posting.currency == currency else told | {"currency": posting.currency}


def _beancount_transaction(booked: Booked) -> str:
    lines = [f'{booked.at:%Y-%m-%d} * "{_quoted(booked.entry.type)}"']
    lines += [f'  {_KEYS.get(name, name)}: "{_quoted(text)}"' for name, text in _names(booked).items()]
    lines += [f"  {held.account}  {display(held.value, held.currency)}" for held in booked.postings]
    return "\n".join(lines) + "\n\n"


def _hledger_transaction(booked: Booked) -> str:
    lines = [f"{booked.at:%Y-%m-%d} * {booked.entry.type}"]
    lines += [f"    ; {_KEYS.get(name, name)}: {_BREAKS.sub(' ', text)}" for name, text in _names(booked).items()]
    lines += [f"    {held.account}  {display(held.value, held.currency)}" for held in booked.postings]
    return "\n".join(lines) + "\n\n"


def _decimal(minor_units: int, currency: str) -> str:
    return f"{to_major(minor_units, currency):.{minor_digits(currency)}f}"


def _quoted(text: str) -> str:
    return _BREAKS.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"')


_KEYS = {"bookedAt": "booked-at", "settleId": "settle-id"}
"""Names of columns that are written otherwise as keys of Beancount and tags of hledger."""


@dataclass(frozen=True, slots=True)
class _Form:
    media_type: str
    beginning: str
    entry: Callable[[Booked], str]


_FORMS: Mapping[JournalFormat, _Form] = {
    JournalFormat.CSV: _Form("text/csv; charset=utf-8", ",".join(COLUMNS) + "\r\n", _csv_lines),
    JournalFormat.JSONL: _Form("application/x-ndjson", "", _json_line),
    JournalFormat.BEANCOUNT: _Form(
        "text/plain; charset=utf-8", 'plugin "beancount.plugins.auto_accounts"\n\n', _beancount_transaction
    ),
    JournalFormat.HLEDGER: _Form("text/plain; charset=utf-8", "decimal-mark .\n\n", _hledger_transaction),
}
