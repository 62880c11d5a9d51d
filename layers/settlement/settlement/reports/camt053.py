"""camt.053, the bank's statement of an account, for the line with which a payout arrives.

Source: ISO 20022, "Bank-to-Customer Cash Management", camt.053.001.02 to .13; the elements that are read have the same
names in all of them. The document is read by the one bounded reader of XML, entry by entry: the libraries that were
looked at read it whole, take the amount of a fee for that of the entry, or bring a web server (D160).

Read are of ``Stmt``: ``ElctrncSeqNb``, ``StmtPgntn``, ``CreDtTm``, ``FrToDt``, ``Acct``, ``Bal`` with the codes OPBD,
PRCD and CLBD; of ``Ntry``: ``Amt``, ``CdtDbtInd``, ``Sts``, ``BookgDt``, ``ValDt``, ``AcctSvcrRef``, ``NtryRef``, and
of ``Chrgs`` what is included in the amount, which is all of it up to version 03. An entry is one line, however many
transactions it sums up, and a reversal (``RvslInd``) has the side on which it is booked. Entries that are not booked
are not read. In each currency, what was there and the entries have to add up to what is there, unless the statement
goes on in another file. Banks count statements anew each year, so year and page belong to the number (D189).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
_LONGEST_NAME = 80
_LONGEST_ID = 140
"""Characters of a number or id; the longest of ISO 20022 has 35."""
_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
_NAMESPACES = frozenset(f"{_NAMESPACE}{version:02d}" for version in range(2, 14))
_WANTED = frozenset(
    {
        "GrpHdr/MsgPgntn", "BkToCstmrStmt/Stmt", "Stmt/ElctrncSeqNb", "Stmt/StmtPgntn", "Stmt/CreDtTm", "Stmt/FrToDt",
        "Stmt/Acct", "Stmt/Bal", "Stmt/Ntry",
    }
)  # fmt: skip
_UNREAD = frozenset({"NtryDtls/TxDtls"})
"""What there may be thousands of in an entry."""

_BOOKED = frozenset({"BOOK", "BOOKED"})
_OPENING = ("OPBD", "PRCD")
"""Codes of the balance before the entries, the better one first."""

_CLOSING = "CLBD"
_YES = frozenset({"true", "1"})
_CHARGES_ARE_INCLUDED = frozenset({"01", "02", "03"})
"""Versions whose charges are those that are included in the amount; later ones say it of each."""


@dataclass(slots=True)
class _Balances:
    """The balances of a statement by currency, and what its entries come to, in minor units.

    Of several the first opening and the last closing one of all days counts.
    """

    opening: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    closing: dict[str, tuple[str, int]] = field(default_factory=dict)
    entries: Counter[str] = field(default_factory=Counter)

    def take(self, balance: Element) -> None:
        """Take a balance."""
        code = _value(balance, "Tp", "CdOrPrtry", "Cd")
        day = (_value(balance, "Dt", "Dt") or _value(balance, "Dt", "DtTm") or "")[:10]
        if code in _OPENING:
            value, currency = _signed(balance)
            told = _OPENING.index(code), day, value
            self.opening[currency] = min(self.opening.get(currency, told), told, key=lambda held: held[:2])
        elif code == _CLOSING:
            value, currency = _signed(balance)
            if day >= self.closing.get(currency, ("", 0))[0]:
                self.closing[currency] = day, value

    def check(self, line: int) -> None:
        """Raise ``ReportRefused`` if the entries do not lead from the one balance to the other."""
        for currency in sorted(set(self.opening) & set(self.closing)):
            opening, closing, entries = self.opening[currency][-1], self.closing[currency][-1], self.entries[currency]
            if opening + entries != closing:
                message = (
                    f"the balance of {opening} and entries of {entries} come to {opening + entries}, "
                    f"not to {closing} minor units of {currency}"
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
    if element.namespace not in _NAMESPACES:
        message = f"the document is of {element.namespace[:_LONGEST_NAME]!r}; {_NAMESPACE}02 to 13 are read"
        raise ReportRefused(Fault.WRONG_VERSION, message, 1, 1)
    return _head(before), _lines(chain(before, elements))


def _elements(stream: BinaryIO) -> Iterator[Element]:
    chunks = iter(lambda: stream.read(_CHUNK), b"")
    try:
        yield from stream_xml(chunks, _WANTED, _UNREAD)
    except UnreadableXml as error:
        fault = Fault.CUT if error.is_cut else Fault.NOT_TEXT
        raise ReportRefused(fault, str(error), error.line or 1, error.column) from None


def _head(elements: list[Element]) -> ReportHead:
    found = {element.name: element for element in elements}
    account = _short(_account(found["Acct"]), found["Acct"]) if "Acct" in found else ""
    period = found.get("FrToDt")
    since, until = (_day(period, name) if period is not None else None for name in ("FrDtTm", "ToDtTm"))
    if period is not None and since is not None and until is not None and since > until:
        raise ReportRefused(Fault.NOT_A_DATE, f"FrToDt from {since} ends on {until}", period.line, 1)
    return ReportHead(
        format=FORMAT.name, sender=account, sequence=_sequence(found) if account else "", since=since, until=until,
        holds=Holds.PAYOUTS,
    )  # fmt: skip


def _sequence(found: Mapping[str, Element]) -> str:
    """Return the statement's number with its year and, if it is not the first, its page; empty without a number."""
    if "ElctrncSeqNb" not in found or not (number := found["ElctrncSeqNb"].text.strip()):
        return ""
    _short(number, found["ElctrncSeqNb"])
    begun = _value(found["FrToDt"], "FrDtTm") if "FrToDt" in found else None
    told = begun or (found["CreDtTm"].text.strip() if "CreDtTm" in found else "")
    pages = [_value(found[name], "PgNb") or "" for name in ("MsgPgntn", "StmtPgntn") if name in found]
    return "/".join((number, told[:4], *(page for page in pages if page.lstrip("0") not in ("", "1"))))


def _account(account: Element) -> str:
    """Return the account's IBAN, or its other id."""
    texts = [element.text.strip() for element in _within(account) if element.name in ("IBAN", "Id")]
    return next((text for text in texts if text), "")


def _short(text: str, element: Element) -> str:
    """Return a number or id; raises ``ReportRefused`` for one that none is so long as."""
    if len(text) > _LONGEST_ID:
        message = f"{element.name} has an id of {len(text)} characters; at most {_LONGEST_ID} are read"
        raise ReportRefused(Fault.LINE_TOO_LONG, message, element.line, 1)
    return text


def _within(element: Element) -> Iterator[Element]:
    for child in element.children:
        yield child
        yield from _within(child)


def _lines(elements: Iterator[Element]) -> Iterator[ReportLine]:
    balances, number = _Balances(), 0
    message_goes_on = goes_on = False
    for element in elements:
        match element.name:
            case "MsgPgntn":
                message_goes_on = _is_of_several(element)
            case "StmtPgntn":
                goes_on = _is_of_several(element)
            case "Bal":
                balances.take(element)
            case "Stmt":
                if not (message_goes_on or goes_on):
                    balances.check(element.line)
                balances, goes_on = _Balances(), False
            case "Ntry":
                number += 1
                line = _entry(element, number)
                if line is not None:
                    balances.entries[line.currency] += line.net
                    yield line


def _is_of_several(pages: Element) -> bool:
    """Return True if there are other pages than this one."""
    return (_value(pages, "PgNb") or "").lstrip("0") != "1" or _value(pages, "LastPgInd") not in _YES


def _entry(entry: Element, number: int) -> ReportLine | None:
    if not _is_booked(entry):
        return None
    net, currency = _signed(entry)
    fee = sum(_charges(entry, currency))
    booked_on = _day(_at(entry, "BookgDt"), "Dt", "DtTm") or _day(_at(entry, "ValDt"), "Dt", "DtTm")
    return ReportLine(
        number=number,
        kind=LineKind.PAYOUT,
        stage=Stage.PAID,
        currency=currency,
        gross=net + fee,
        fee=fee,
        net=net,
        reference=_short(_value(entry, "AcctSvcrRef") or _value(entry, "NtryRef") or "", entry),
        paid_on=booked_on,
        told_as=_value(entry, "CdtDbtInd") or "",
    )


def _is_booked(entry: Element) -> bool:
    """Return True for the status BOOK, be it the text of ``Sts``, its code, or the bank's own, and without a status."""
    told = _value(entry, "Sts", "Cd") or _value(entry, "Sts", "Prtry") or _value(entry, "Sts")
    return told is None or told.upper() in _BOOKED


def _charges(entry: Element, currency: str) -> Iterator[int]:
    """Yield the charges that are included in an entry's amount; what the bank gives back is negative.

    Up to version 02 an element is one charge, later it has records. A charge in another currency is no part of it.
    """
    for charges in entry.all("Chrgs"):
        for record in charges.all("Rcrd") or [charges]:
            amount = _at(record, "Amt")
            if amount is not None and amount.attributes.get("Ccy") == currency and _is_included(record):
                value = minor_units(amount.text.strip(), currency, amount.line, 1, "Chrgs/Amt")
                yield -value if _value(record, "CdtDbtInd") == "CRDT" else value


def _is_included(record: Element) -> bool:
    told = _value(record, "ChrgInclInd")
    return record.namespace[-2:] in _CHARGES_ARE_INCLUDED if told is None else told in _YES


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
