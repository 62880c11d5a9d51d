"""A CSV file of any acquirer, read by a mapping; without one, by the columns' own names.

The layout is this module's own, version 1. A file has a header line; the mapping is a JSON object:

    {"columns": {"kind": "Tipo", "gross": "Bruto", "net": "Líquido", "tid": "TID", "soldOn": "Venda"},
     "kinds": {"VENDA": "capture", "ESTORNO": "refund"},
     "delimiter": ";", "encoding": "latin-1", "decimalSeparator": ",", "dayOrder": "DMY", "currency": "BRL",
     "centsOn": "last", "stage": "paid", "holds": "payouts", "period": ["2026-03-01", "2026-03-31"], "sender": "Acme",
     "sequence": "17"}

``columns`` names the file's column for each of ``COLUMNS``; ``kind`` and ``gross`` are needed, and ``currency`` in
either place. Amounts are decimals of major units, signed as the merchant sees them; without a net it is gross less fee,
without a fee that is the rest. A fee that is kept is positive, or negative if with that it comes to the net. ``kinds``
names the file's own words. With ``paidOn``, a line is paid on that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date
from typing import Any, BinaryIO

from settlement.domain.money import is_currency, is_withdrawn
from settlement.domain.reconciliation.expected import CentsOn
from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report_head import Holds, ReportHead
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.reports.csv_rows import Row, rows, with_rows
from settlement.reports.formats import Format
from settlement.reports.reading import day, shown
from settlement.values import dataclass

COLUMNS = (
    "kind", "gross", "fee", "net", "currency", "reference", "tid", "nsu", "authorization", "installment",
    "installments", "soldOn", "expectedOn", "paidOn", "batch",
)  # fmt: skip
_MOST_INSTALLMENTS = 99
_ENCODINGS = {"utf-8": "utf-8-sig", "latin-1": "latin-1"}
_TEXTS = frozenset({"currency", "sender", "sequence"})
_CHOICES: dict[str, tuple[str, ...]] = {
    "delimiter": (",", ";", "|", "\t"),
    "encoding": tuple(_ENCODINGS),
    "decimalSeparator": (".", ","),
    "dayOrder": ("YMD", "DMY", "MDY"),
    "centsOn": tuple(CentsOn),
    "stage": tuple(Stage),
    "holds": tuple(Holds),
}
_OTHERS = frozenset({"columns", "kinds", "period"})


@dataclass(frozen=True, slots=True)
class _Mapping:
    """A mapping that was checked, with what it does not say."""

    chosen: dict[str, str]
    columns: dict[str, str]
    kinds: dict[str, LineKind]
    period: tuple[date, date] | None
    texts: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def _read(stream: BinaryIO, mapping: Mapping[str, Any] | None) -> tuple[ReportHead, Iterator[ReportLine]]:
    told = _checked(mapping or {})
    needed = [told.columns.get(name, name) for name in ("kind", "gross")]
    if not told.texts.get("currency"):
        needed.append(told.columns.get("currency", "currency"))
    needed += [name for name in told.columns.values() if name not in needed]
    found = rows(stream, needed, told.chosen["delimiter"], _ENCODINGS[told.chosen["encoding"]])
    head = ReportHead(
        format=FORMAT.name,
        sender=told.texts.get("sender", ""),
        sequence=told.texts.get("sequence", ""),
        since=told.period[0] if told.period else None,
        until=told.period[1] if told.period else None,
        holds=Holds(told.chosen["holds"]),
        cents_on=CentsOn(told.chosen["centsOn"]),
    )
    told.names.update((name, told.columns.get(name, name)) for name in COLUMNS)
    return head, (_line(row, told) for row in with_rows(found))


def _line(row: Row, told: _Mapping) -> ReportLine:
    names = told.names
    separator, order = told.chosen["decimalSeparator"], told.chosen["dayOrder"]
    word = row.text(names["kind"])
    kind = told.kinds.get(word)
    if kind is None:
        raise ReportRefused(
            Fault.NOT_A_KIND, f"{names['kind']} {shown(word)} is none of {', '.join(told.kinds)}", row.number,
            row.column(names["kind"]),
        )  # fmt: skip
    currency = told.texts.get("currency", "")
    if row.text(names["currency"]) or not currency:
        currency = row.currency(names["currency"])
    if not row.text(names["gross"]):
        message = f"{names['gross']} is empty"
        raise ReportRefused(Fault.NOT_A_NUMBER, message, row.number, row.column(names["gross"]))
    gross = row.amount(names["gross"], currency, separator)
    has_fee, has_net = bool(row.text(names["fee"])), bool(row.text(names["net"]))
    fee = row.amount(names["fee"], currency, separator)
    net = row.amount(names["net"], currency, separator) if has_net else gross - fee
    if has_net and (not has_fee or gross + fee == net):
        fee = gross - net
    paid_on = row.day(names["paidOn"], order)
    return ReportLine(
        number=row.number,
        kind=kind,
        stage=Stage.PAID if paid_on is not None else Stage(told.chosen["stage"]),
        currency=currency,
        gross=gross,
        fee=fee,
        net=net,
        reference=row.text(names["reference"]),
        tid=row.text(names["tid"]),
        nsu=row.text(names["nsu"]),
        authorization=row.text(names["authorization"]),
        installment=row.whole(names["installment"], _MOST_INSTALLMENTS),
        installments=row.whole(names["installments"], _MOST_INSTALLMENTS),
        sold_on=row.day(names["soldOn"], order),
        expected_on=row.day(names["expectedOn"], order),
        paid_on=paid_on,
        batch=row.text(names["batch"]),
        told_as=word,
    )


def _checked(mapping: Mapping[str, Any]) -> _Mapping:
    """Return a mapping with its defaults; raises ``ReportRefused`` that names the key and the value."""
    if unknown := sorted(set(mapping) - _OTHERS - set(_CHOICES) - _TEXTS):
        known = ", ".join(sorted(_OTHERS | set(_CHOICES) | _TEXTS))
        raise _bad(f"there is no key {shown(unknown[0])}; there are {known}")
    chosen = {}
    for key, choices in _CHOICES.items():
        chosen[key] = mapping.get(key, choices[0])
        if chosen[key] not in choices:
            raise _bad(
                f"{key} {shown(str(chosen[key]))} is none of {', '.join(shown(str(choice)) for choice in choices)}"
            )
    columns = _texts(mapping, "columns", COLUMNS)
    kinds = {kind.value: kind for kind in LineKind}
    for word, kind in _texts(mapping, "kinds", None).items():
        if kind not in kinds:
            raise _bad(f"kinds.{shown(word)[1:-1]} {shown(kind)} is none of {', '.join(LineKind)}")
        kinds[word] = LineKind(kind)
    texts = {key: mapping[key] for key in _TEXTS if key in mapping}
    for key, text in texts.items():
        if not isinstance(text, str) or len(text) > _MOST_CHARACTERS:
            raise _bad(f"{key} must be a text of at most {_MOST_CHARACTERS} characters")
    if "currency" in texts and not (is_currency(texts["currency"]) or is_withdrawn(texts["currency"])):
        raise _bad(f"currency {shown(texts['currency'])} is no currency of ISO 4217")
    return _Mapping(chosen, columns, kinds, _period(mapping), texts)


_MOST_CHARACTERS = 64


def _texts(mapping: Mapping[str, Any], key: str, known: tuple[str, ...] | None) -> dict[str, str]:
    found = mapping.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise _bad(f"{key} must be an object of texts")
    if known is not None and (unknown := [name for name in found if name not in known]):
        raise _bad(f"{key} has no {shown(unknown[0])}; there are {', '.join(known)}")
    return found


def _period(mapping: Mapping[str, Any]) -> tuple[date, date] | None:
    period = mapping.get("period")
    if period is None:
        return None
    try:
        since, until = (_day(text) for text in period)
    except (TypeError, ValueError, ReportRefused):
        raise _bad(f"period {shown(str(period))} must be two days, as 2026-03-01") from None
    if since > until:
        raise _bad(f"period {since} ends before it begins")
    return since, until


def _day(text: object) -> date:
    year, month, of_month = str(text).split("-")
    return day(year, month, of_month, 0, 0, "period")


def _bad(message: str) -> ReportRefused:
    return ReportRefused(Fault.BAD_MAPPING, f"mapping: {message}")


FORMAT = Format(
    name="csv",
    title="CSV with a mapping",
    version="1",
    source="this module",
    read=_read,
    check_mapping=_checked,
)
