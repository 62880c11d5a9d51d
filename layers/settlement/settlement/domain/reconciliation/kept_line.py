"""A line of a report with its outcome, as it is kept to be read page by page.

Amounts are minor units, signed as the merchant sees them.
"""

from datetime import date

from settlement.domain.reconciliation.books import PaymentBooks
from settlement.domain.reconciliation.outcomes import Difference, Missing, Outcome, Verdict
from settlement.domain.reconciliation.report_line import LineKind, Stage
from settlement.values import dataclass

IN_ORDER = (
    Outcome.DIFFERS, Outcome.MISSING, Outcome.AMBIGUOUS, Outcome.DUPLICATE, Outcome.REJECTED, Outcome.FOREIGN,
    Outcome.MATCHED,
)  # fmt: skip
"""Outcomes as a person looks at them: what is wrong first."""


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line with its outcome and what it is about; what is missing has ``line`` 0, and of amounts the value alone.

    ``expected`` is the value that the books have. ``move`` is the number of the capture or refund, ``candidates`` are
    the numbers of those that an ambiguous line may be about.
    """

    line: int
    outcome: Outcome
    kind: LineKind
    currency: str
    gross: int
    fee: int | None = None
    net: int | None = None
    net_currency: str = ""
    stage: Stage | None = None
    reference: str = ""
    tid: str = ""
    nsu: str = ""
    authorization: str = ""
    installment: int = 0
    installments: int = 0
    sold_on: date | None = None
    expected_on: date | None = None
    paid_on: date | None = None
    batch: str = ""
    told_as: str = ""
    differences: tuple[Difference, ...] = ()
    expected: int | None = None
    reason: str = ""
    order_id: str = ""
    transaction_id: str = ""
    payment_id: str = ""
    move: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinesPage:
    """Some lines of one outcome; ``following`` is the place at which the next page begins, None at the end."""

    lines: tuple[KeptLine, ...]
    following: int | None


def kept_line(books: PaymentBooks | None, verdict: Verdict) -> KeptLine:
    """Return a line as it is kept."""
    line = verdict.line
    return KeptLine(
        line=line.number,
        outcome=verdict.outcome,
        kind=line.kind,
        currency=line.currency,
        gross=line.gross,
        fee=line.fee,
        net=line.net,
        net_currency=line.net_currency,
        stage=line.stage,
        reference=line.reference,
        tid=line.tid,
        nsu=line.nsu,
        authorization=line.authorization,
        installment=line.installment,
        installments=line.installments,
        sold_on=line.sold_on,
        expected_on=line.expected_on,
        paid_on=line.paid_on,
        batch=line.batch,
        told_as=line.told_as,
        differences=verdict.differences,
        expected=verdict.expected,
        reason=verdict.reason,
        order_id=books.order_id if books is not None else "",
        transaction_id=books.transaction_id if books is not None else "",
        payment_id=books.payment_id if books is not None else "",
        move=verdict.move,
        candidates=verdict.candidates,
    )


def kept_missing(missing: Missing) -> KeptLine:
    """Return what is missing as it is kept among the lines."""
    return KeptLine(
        line=0,
        outcome=Outcome.MISSING,
        kind=missing.kind,
        currency=missing.currency,
        gross=missing.value,
        stage=missing.stage,
        installment=missing.number if missing.of > 1 else 0,
        installments=missing.of if missing.of > 1 and missing.number else 0,
        sold_on=None if missing.is_announced else missing.on,
        expected_on=missing.on if missing.is_announced else None,
        expected=missing.value,
        order_id=missing.order_id,
        transaction_id=missing.transaction_id,
        payment_id=missing.payment_id,
        move=missing.move,
    )
