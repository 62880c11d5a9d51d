"""camt.053, the bank's statement of an account, for the line with which a payout arrives.

Source: ISO 20022, "Bank-to-Customer Cash Management", camt.053.001.02 to .13; the elements that are read have the same
names in all of them. The document is read by the one bounded reader of XML, entry by entry: the libraries that were
looked at read it whole, take the amount of a fee for that of the entry, or bring a web server (D160).

Read are of ``Stmt``: ``ElctrncSeqNb``, ``FrToDt``, ``Acct``, ``Bal`` with the codes OPBD and CLBD; of ``Ntry``:
``Amt``, ``CdtDbtInd``, ``Sts``, ``BookgDt``, ``ValDt``, ``AcctSvcrRef``, ``NtryRef``, and of ``Chrgs`` the records that
are included in the amount. Entries that are not booked are not read. What was there and the entries have to add up to
what is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, BinaryIO

from settlement.domain.fiscal.xml_tree import Element, UnreadableXml, stream_xml
from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report_head import Holds, ReportHead
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.reports.formats import Format
from settlement.reports.reading import currency_code, day, minor_units, shown

_CHUNK = 64 * 1024
_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
_WANTED = frozenset({"ElctrncSeqNb", "FrToDt", "Acct", "Bal", "Ntry", "Stmt"})
_BOOKED = "BOOK"


@dataclass(slots=True)
class _Balance:
    """The balances of a statement, and what its entries come to, in minor units."""

    opening: int | None = None
    closing: int | None = None
    entries: int = 0

    def check(self, line: int) -> None:
        """Raise ``ReportRefused`` if the entries do not lead from the one balance to the other."""
        if self.opening is None or self.closing is None or self.opening + self.entries == self.closing:
            return
        message = (
            f"the balance of {self.opening} and entries of {self.entries} come to {self.opening + self.entries}, "
            f"not to {self.closing} minor units"
        )
        raise ReportRefused(Fault.WRONG_TOTAL, message, line, 1)


def _read(stream: BinaryIO, mapping: Mapping[str, Any] | None) -> tuple[ReportHead, Iterator[ReportLine]]:
    elements = _elements(stream)
    before: list[Element] = []
    for element in elements:
        before.append(element)
        if element.name in ("Ntry", "Stmt"):
            break
    else:
        raise ReportRefused(Fault.WRONG_VERSION, "the document has no statement (Stmt)", 1, 1)
    if not element.namespace.startswith(_NAMESPACE):
        message = f"the document is of {shown(element.namespace)}, not of {_NAMESPACE}…"
        raise ReportRefused(Fault.WRONG_VERSION, message, 1, 1)
    return _head(before), _lines(chain(before, elements))


def _elements(stream: BinaryIO) -> Iterator[Element]:
    chunks = iter(lambda: stream.read(_CHUNK), b"")
    try:
        yield from stream_xml(chunks, _WANTED)
    except UnreadableXml as error:
        fault = Fault.CUT if error.is_cut else Fault.NOT_TEXT
        raise ReportRefused(fault, str(error), error.line or 1, error.column) from None


def _head(elements: list[Element]) -> ReportHead:
    account, sequence, period = "", "", None
    for element in elements:
        if element.name == "ElctrncSeqNb" and not sequence:
            sequence = element.text.strip()
        elif element.name == "FrToDt":
            period = element
        elif element.name == "Acct":
            account = _account(element)
    since, until = (_day(period, name) if period is not None else None for name in ("FrDtTm", "ToDtTm"))
    return ReportHead(
        format=FORMAT.name, sender=account, sequence=sequence if account else "", since=since, until=until,
        holds=Holds.PAYOUTS,
    )  # fmt: skip


def _account(account: Element) -> str:
    """Return the account's IBAN, or its other id."""
    texts = [element.text.strip() for element in _within(account) if element.name in ("IBAN", "Id")]
    return next((text for text in texts if text), "")


def _within(element: Element) -> Iterator[Element]:
    for child in element.children:
        yield child
        yield from _within(child)


def _lines(elements: Iterator[Element]) -> Iterator[ReportLine]:
    balance, number = _Balance(), 0
    for element in elements:
        match element.name:
            case "Bal":
                _take_balance(element, balance)
            case "Stmt":
                balance.check(element.line)
                balance = _Balance()
            case "Ntry":
                number += 1
                line = _entry(element, number)
                if line is not None:
                    balance.entries += line.net
                    yield line


def _take_balance(element: Element, balance: _Balance) -> None:
    code = _value(element, "Tp", "CdOrPrtry", "Cd")
    if code in ("OPBD", "PRCD") and balance.opening is None:
        balance.opening = _signed(element)[0]
    elif code == "CLBD":
        balance.closing = _signed(element)[0]


def _entry(entry: Element, number: int) -> ReportLine | None:
    status = _value(entry, "Sts", "Cd") or _value(entry, "Sts") or _BOOKED
    if status != _BOOKED:
        return None
    net, currency = _signed(entry)
    fee = sum(
        minor_units(_value(record, "Amt") or "", currency, record.line, 1, "Chrgs/Rcrd/Amt")
        for charges in entry.all("Chrgs")
        for record in charges.all("Rcrd")
        if _value(record, "ChrgInclInd") == "true"
    )
    booked_on = _day(_at(entry, "BookgDt"), "Dt", "DtTm") or _day(_at(entry, "ValDt"), "Dt", "DtTm")
    return ReportLine(
        number=number,
        kind=LineKind.PAYOUT,
        stage=Stage.PAID,
        currency=currency,
        gross=net + fee,
        fee=fee,
        net=net,
        reference=_value(entry, "AcctSvcrRef") or _value(entry, "NtryRef") or "",
        paid_on=booked_on,
        told_as=_value(entry, "CdtDbtInd") or "",
    )


def _signed(element: Element) -> tuple[int, str]:
    """Return an amount with the sign of its side, and its currency."""
    amount = _at(element, "Amt")
    currency = amount.attributes.get("Ccy", "") if amount is not None else ""
    side = _value(element, "CdtDbtInd")
    if amount is None or side not in ("CRDT", "DBIT"):
        raise ReportRefused(Fault.NOT_A_NUMBER, f"{element.name} has no Amt, or no CdtDbtInd", element.line, 1)
    currency_code(currency, amount.line, 1, f"{element.name}/Amt/@Ccy")
    value = minor_units(amount.text.strip(), currency, amount.line, 1, f"{element.name}/Amt")
    return (-value if side == "DBIT" else value), currency


def _at(element: Element, *path: str) -> Element | None:
    """Return the first element at a path of names below one, None if there is none."""
    at: Element | None = element
    for name in path:
        at = next(iter(at.all(name)), None) if at is not None else None
    return at


def _value(element: Element, *path: str) -> str | None:
    """Return the text at a path without the blanks around it, None if there is none."""
    found = _at(element, *path)
    return (found.text.strip() or None) if found is not None else None


def _day(element: Element | None, *names: str) -> date | None:
    """Return the day of the first of some elements that is there."""
    text = next((text for name in names if element is not None and (text := _value(element, name))), None)
    if text is None:
        return None
    line = element.line if element is not None else 0
    parts = text[:10].split("-")
    if len(parts) != len("YMD"):
        raise ReportRefused(Fault.NOT_A_DATE, f"{names[0]} {shown(text)} is no day of the calendar", line, 1)
    return day(parts[0], parts[1], parts[2], line, 1, names[0])


FORMAT = Format(
    name="camt.053",
    title="ISO 20022 camt.053, a bank's statement",
    version="001.02 to 001.13",
    source="ISO 20022, Bank-to-Customer Cash Management",
    read=_read,
)
