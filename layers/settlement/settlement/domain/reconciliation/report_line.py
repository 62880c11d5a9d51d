"""A line of a settlement report, whatever its format: what it is about, its amounts, its dates.

Amounts are minor units of their currency, signed as the merchant sees them: money that comes is positive.
"""

from dataclasses import field, fields
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any

from settlement.domain.money import is_currency, is_withdrawn
from settlement.values import dataclass


class LineKind(StrEnum):
    """What a line is about."""

    CAPTURE = "capture"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    CHARGEBACK_REVERSED = "chargeback-reversed"
    ADJUSTMENT = "adjustment"
    FEE = "fee"
    PAYOUT = "payout"


class Stage(StrEnum):
    """How far the money is: announced with a date, or paid out."""

    REPORTED = "reported"
    PAID = "paid"


OF_PAYMENTS = frozenset({LineKind.CAPTURE, LineKind.REFUND, LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSED})
"""Kinds of lines that are about a payment; the others are about the merchant's account."""

DISPUTES = frozenset({LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSED})
"""Kinds of lines that are about a dispute of a payment with its shopper."""

SIGN_OF = {
    LineKind.CAPTURE: 1,
    LineKind.REFUND: -1,
    LineKind.CHARGEBACK: -1,
    LineKind.CHARGEBACK_REVERSED: 1,
}
"""The sign that the gross value of a kind has."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Gross, fee and net of one currency; the net is the gross less the fee."""

    gross: int = 0
    fee: int = 0
    net: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.gross + other.gross, self.fee + other.fee, self.net + other.net)


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line: ``number`` is its place in the file, from 1.

    ``gross`` is in ``currency``, ``fee`` and ``net`` are in ``net_currency``; the fee is positive where it is charged.
    ``reference`` is the acquirer's id of the very capture or refund; ``tid``, ``nsu`` and ``authorization`` are those
    of the payment. ``installment`` is one of ``installments``, both 0 for a sale in one. ``sold_on`` is the day of the
    capture or refund, ``expected_on`` the day on which it is to be paid, ``paid_on`` the day on which it was.
    ``batch`` names the payout that it is part of.
    """

    number: int
    kind: LineKind
    stage: Stage
    currency: str
    gross: int
    fee: int
    net: int
    net_currency: str = ""
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
    """The file's own name of the kind."""

    def __post_init__(self) -> None:
        if not self.net_currency:
            object.__setattr__(self, "net_currency", self.currency)

    @property
    def slot(self) -> tuple[LineKind, Stage, int, int]:
        """What a capture or refund has one line of: kind, stage, and instalment."""
        parts = max(self.installments, 1)
        return self.kind, self.stage, self.installment if parts > 1 else 1, parts

    @property
    def likeness(self) -> tuple[Any, ...]:
        """All of the line but its place in the file; two alike say the same."""
        told: tuple[Any, ...] = _all_but_number(self)
        return told

    @property
    def has_sign(self) -> bool:
        """True if the gross value has the sign of its kind."""
        return self.gross * SIGN_OF.get(self.kind, 1) >= 0 or self.kind not in SIGN_OF

    @property
    def fault(self) -> str | None:
        """Why the line cannot be held against anything, None if it can."""
        for name, code in (("currency", self.currency), ("net currency", self.net_currency)):
            if not is_currency(code) and not is_withdrawn(code):
                return f"{name} {code!r} is no currency of ISO 4217"
        if self.net_currency == self.currency and self.gross - self.fee != self.net:
            return f"net {self.net} is not gross {self.gross} less fee {self.fee}"
        if self.installment > self.installments or (self.installments > 1 and not self.installment):
            return f"instalment {self.installment} is not one of {self.installments}"
        return None


_all_but_number = attrgetter(*(part.name for part in fields(ReportLine) if part.name != "number"))


@dataclass(slots=True)
class Sums:
    """Lines added up by currency; adding is exact, as amounts are integers."""

    lines: int = 0
    by_currency: dict[str, Amounts] = field(default_factory=dict)

    def add(self, line: ReportLine) -> None:
        """Add a line."""
        self.lines += 1
        self.add_amounts(line.currency, Amounts(gross=line.gross))
        self.add_amounts(line.net_currency, Amounts(fee=line.fee, net=line.net))

    def merge(self, other: "Sums") -> None:
        """Add the lines of other sums."""
        self.lines += other.lines
        for currency, amounts in other.by_currency.items():
            self.add_amounts(currency, amounts)

    def add_amounts(self, currency: str, amounts: Amounts) -> None:
        """Add amounts of a currency."""
        self.by_currency[currency] = self.by_currency.get(currency, Amounts()) + amounts
