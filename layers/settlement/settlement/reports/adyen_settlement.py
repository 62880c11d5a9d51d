"""Adyen's settlement details report: a CSV file of a batch, with a row per journal entry.

Source: docs.adyen.com, "Settlement details report" (columns as of the version of 2023). Columns are found by name, in
any order, and others are not read. The needed ones are in ``_NEEDED``; ``Payment Fees (NC)`` and further parts of the
fee are sums or parts of what gross and net tell.

The direction is that of the net columns: ``Net Credit`` is paid to the merchant, ``Net Debit`` taken. The gross value
of a sale stands in ``Gross Debit`` in some reports, in ``Gross Credit`` in others. So it takes the side of the net, or
that of the entry's kind where the net is zero. The fee is the gross less the net; where both are of different
currencies, it is the sum of the columns of fees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO

from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report_head import Holds, ReportHead
from settlement.domain.reconciliation.report_line import SIGN_OF, LineKind, ReportLine, Stage
from settlement.reports.csv_rows import Row, rows, with_rows
from settlement.reports.formats import Format

_NEEDED = (
    "Merchant Account", "Psp Reference", "Merchant Reference", "Creation Date", "Type", "Modification Reference",
    "Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)", "Net Currency", "Net Debit (NC)", "Net Credit (NC)",
    "Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)", "Batch Number",
)  # fmt: skip
_FEES = ("Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)")
_KINDS = {
    "Settled": LineKind.CAPTURE,
    "SettledBulk": LineKind.CAPTURE,
    "SettledInInstallments": LineKind.CAPTURE,
    "SettledExternally": LineKind.CAPTURE,
    "SettledExternallyWithInfo": LineKind.CAPTURE,
    "SettledReversed": LineKind.ADJUSTMENT,
    "Refunded": LineKind.REFUND,
    "RefundedBulk": LineKind.REFUND,
    "RefundedInInstallments": LineKind.REFUND,
    "RefundedExternally": LineKind.REFUND,
    "RefundedExternallyWithInfo": LineKind.REFUND,
    "RefundedReversed": LineKind.ADJUSTMENT,
    "Chargeback": LineKind.CHARGEBACK,
    "SecondChargeback": LineKind.CHARGEBACK,
    "ChargebackExternally": LineKind.CHARGEBACK,
    "ChargebackExternallyWithInfo": LineKind.CHARGEBACK,
    "ChargebackReversed": LineKind.CHARGEBACK_REVERSED,
    "Fee": LineKind.FEE,
    "InvoiceDeduction": LineKind.FEE,
    "MerchantPayout": LineKind.PAYOUT,
}
"""Kinds of journal entries; others, such as balance transfers and deposits, are adjustments.

So are the entries of one instalment (``SettledInstallment``), which Adyen has in Brazil: they tell no number of it.
"""


def _read(stream: BinaryIO, mapping: Mapping[str, Any] | None) -> tuple[ReportHead, Iterator[ReportLine]]:
    found = rows(stream, _NEEDED)
    found = with_rows(found)
    first = next(found)
    head = ReportHead(
        format=FORMAT.name,
        sender=first.text("Merchant Account"),
        sequence=first.text("Batch Number"),
        holds=Holds.SALES,
        days_are_whole=False,
    )
    return head, (_line(row) for row in chain([first], found))


def _line(row: Row) -> ReportLine:
    told = row.text("Type")
    if not told:
        raise ReportRefused(Fault.NOT_A_KIND, "Type is empty", row.number, row.column("Type"))
    kind = _KINDS.get(told, LineKind.ADJUSTMENT)
    has_net, has_gross = row.text("Net Currency"), row.text("Gross Currency")
    net_currency = row.currency("Net Currency" if has_net else "Gross Currency")
    currency = row.currency("Gross Currency") if has_gross else net_currency
    net = row.amount("Net Credit (NC)", net_currency) - row.amount("Net Debit (NC)", net_currency)
    gross = abs(row.amount("Gross Debit (GC)", currency) - row.amount("Gross Credit (GC)", currency))
    gross *= (1 if net > 0 else -1) if net else SIGN_OF.get(kind, 1)
    if kind in (LineKind.PAYOUT, LineKind.FEE, LineKind.ADJUSTMENT) and not gross:
        gross, currency = net, net_currency
    fees = sum(row.amount(name, net_currency) for name in _FEES)
    day = row.day("Creation Date")
    is_capture = kind is LineKind.CAPTURE
    return ReportLine(
        number=row.number,
        kind=kind,
        stage=Stage.PAID,
        currency=currency,
        gross=gross,
        fee=gross - net if currency == net_currency else fees,
        net=net,
        net_currency=net_currency,
        reference=row.text("Modification Reference") or (row.text("Psp Reference") if is_capture else ""),
        tid=row.text("Psp Reference"),
        sold_on=day,
        paid_on=row.day("Payable Date") or row.day("Booking Date") or day,
        batch=row.text("Batch Number"),
        told_as=told,
    )


FORMAT = Format(
    name="adyen-settlement",
    title="Adyen settlement details report",
    version="2023",
    source="Adyen, Settlement details report",
    read=_read,
)
