"""What reports told of a payment: of each capture or refund its instalments, with the fee, and chargebacks.

Amounts are minor units, signed as the merchant sees them. Nothing here is a figure of the ledger.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from settlement.domain.actor import Acceptance
from settlement.domain.money import display
from settlement.domain.reconciliation.books import BookedMove, PaymentBooks, ToldPart, has_all
from settlement.domain.reconciliation.expected import CentsOn, expected_parts
from settlement.domain.reconciliation.outcomes import TOLD_BEFORE, Difference, Missing, Outcome, Verdict
from settlement.domain.reconciliation.report_line import DISPUTES, SIGN_OF, LineKind, Stage
from settlement.values import dataclass

_LONGEST_REFERENCE = 64


@dataclass(frozen=True, slots=True)
class PayoutPart:
    """One instalment of a capture or refund as a report told it, or that it told nothing: ``outcome`` is ``missing``.

    What is missing has the place of what should have been told, and no line, so that the one replaces the other; a
    capture in instalments that is missing whole has ``number`` 0. A chargeback has the capture as ``move`` if that is
    known, its own day as ``sold_on``, and the acquirer's id of it as ``reference``, others have neither; it is a
    ``duplicate`` if another report has told it to the cent and the day.
    ``paid_on`` is the day of the payout, ``expected_on`` the day for which it is announced. ``accepted`` ends its work,
    as does another part, ``ended_by`` which it is.
    """

    payment_id: str
    kind: LineKind
    move: str
    stage: Stage
    number: int
    of: int
    outcome: Outcome
    currency: str
    gross: int
    fee: int
    net: int
    net_currency: str
    report_id: str
    line: int
    told_at: datetime
    expected_on: date | None = None
    paid_on: date | None = None
    reason: str = ""
    sold_on: date | None = None
    reference: str = ""
    accepted: Acceptance | None = None
    ended_by: str | None = None
    version: int = 0

    @property
    def name(self) -> str:
        """Its name among those of a payment: what it is of, how far it is, which instalment."""
        if self.kind in DISPUTES:
            return f"{self.kind}-{self.report_id}-{self.line}"
        return f"{self.kind}-{self.move}-{self.stage}-{self.of:02d}-{self.number:02d}"

    def says_the_same(self, other: "PayoutPart | None") -> bool:
        """Return True if another says the same, whenever it was told."""
        return other is not None and self == replace(
            other, told_at=self.told_at, version=self.version, accepted=self.accepted, ended_by=self.ended_by
        )

    def in_place_of(self, stored: "PayoutPart | None") -> "PayoutPart":
        """Return it as it replaces what is stored: accepted still, if it is the same, told by another report (D175)."""
        if stored is None:
            return self
        told = replace(stored, report_id=self.report_id, line=self.line)
        return replace(self, version=stored.version, accepted=stored.accepted if self.says_the_same(told) else None)


def part_of(verdict: Verdict, books: PaymentBooks, report_id: str, at: datetime) -> PayoutPart | None:
    """Return what a verdict tells of a payment; None if it belongs to no capture, refund or dispute, or repeats one."""
    is_dispute = verdict.line.kind in DISPUTES
    is_told = verdict.outcome in (Outcome.MATCHED, Outcome.DIFFERS) or (is_dispute and verdict.reason == TOLD_BEFORE)
    if not is_told or not (verdict.move or is_dispute):
        return None
    return told_by(verdict, books, report_id, at)


def told_by(verdict: Verdict, books: PaymentBooks, report_id: str, at: datetime) -> PayoutPart:
    """Return what a line tells of a capture, refund or dispute, as its verdict has it."""
    line = verdict.line
    _, stage, number, of = line.slot
    reason = verdict.reason or ", ".join(_said(difference, verdict) for difference in verdict.differences)
    told = PayoutPart(
        books.payment_id, line.kind, verdict.move, stage, number, of, verdict.outcome, line.currency, line.gross,
        line.fee, line.net, line.net_currency, report_id, line.number, at, line.expected_on, line.paid_on, reason,
    )  # fmt: skip
    if line.kind not in DISPUTES:
        return told
    is_of_move = any(move.reference == line.reference for move in books.moves)
    return replace(told, sold_on=line.sold_on, reference="" if is_of_move else _kept(line.reference))


def _kept(reference: str) -> str:
    """Return an acquirer's id as it is kept: by its hash if it is longer than one, as a line of a file can be."""
    return reference if len(reference) <= _LONGEST_REFERENCE else sha256(reference.encode()).hexdigest()


def _said(difference: Difference, verdict: Verdict) -> str:
    """Return a difference by its name, with what a person compares."""
    line, is_known = verdict.line, verdict.expected is not None and Difference.CURRENCY not in verdict.differences
    match difference:
        case Difference.VALUE if is_known:
            return f"value ({display(verdict.expected or 0, line.currency)} expected)"
        case Difference.CURRENCY:
            return f"currency ({display(line.gross, line.currency)})"
        case Difference.DATE:
            return f"date ({line.sold_on})"
        case _:
            return difference.value


def part_missing(missing: Missing, report_id: str, at: datetime) -> PayoutPart:
    """Return that a report has no line for a capture or refund."""
    return PayoutPart(
        missing.payment_id, missing.kind, missing.move, missing.stage, missing.number, missing.of, Outcome.MISSING,
        missing.currency, missing.value, 0, missing.value, missing.currency, report_id, 0, at,
        reason=f"no line in the report of its day, {missing.on}",
    )  # fmt: skip


def told_of(parts: Iterable[PayoutPart], kind: LineKind, move: str) -> tuple[ToldPart, ...]:
    """Return what reports told of a capture or refund; one that differs can be told again, by a corrected report."""
    return tuple(
        ToldPart(
            part.stage, part.number, part.of, part.report_id, part.paid_on or part.expected_on,
            part.outcome is not Outcome.MATCHED,
        )
        for part in parts
        if (part.kind, part.move) == (kind, move) and part.line
    )  # fmt: skip


class PayoutState(StrEnum):
    """How far the money of a capture is on its way to the merchant."""

    EXPECTED = "expected"
    REPORTED = "reported"
    PAID = "paid"
    DIFFERS = "differs"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class InstallmentPayout:
    """An instalment on its way: the amounts are those of the books until a report tells them.

    ``gross`` is in ``currency``, ``fee`` and ``net`` are in ``net_currency``. It can be paid on a day that is not told.
    """

    number: int
    of: int
    gross: int
    fee: int
    net: int
    currency: str
    net_currency: str
    expected_on: date
    paid_on: date | None = None
    is_told: bool = False
    is_paid: bool = False


@dataclass(frozen=True, slots=True)
class Payout:
    """The payout of a capture, added up over its instalments; ``report_id`` is the newest report that told of it."""

    state: PayoutState
    installments: tuple[InstallmentPayout, ...]
    report_id: str | None = None

    @property
    def expected_on(self) -> date:
        """The day of the last instalment."""
        return max(part.expected_on for part in self.installments)

    @property
    def paid_on(self) -> date | None:
        """The day on which the last instalment was paid; None before."""
        days = [part.paid_on for part in self.installments if part.paid_on is not None]
        return max(days) if len(days) == len(self.installments) else None


def payout_of(move: BookedMove, parts: Iterable[PayoutPart], group: str, installments: int, currency: str) -> Payout:
    """Return the payout of a capture by what reports told of it, else by the custom of the market (D159).

    Of a refund it is what is taken off, with the sign of a refund.
    """
    told = sorted(
        (part for part in parts if (part.kind, part.move) == (move.kind, move.number)), key=lambda part: part.told_at
    )
    reported = [part for part in told if part.line]
    of = _number_of_installments(reported) or max(installments, 1)
    found = []
    for expected in expected_parts(move.value, of, move.on, group, _cents_on(move.value, of, reported)):
        of_this = [part for part in reported if (part.number, part.of) == (expected.number, expected.of)]
        newest = max(of_this, key=lambda part: (part.stage is Stage.PAID, part.told_at), default=None)
        of_this.sort(key=lambda part: part.stage is not Stage.PAID)
        day = next((part.expected_on for part in of_this if part.expected_on is not None), expected.on)
        if newest is None:
            value = expected.value * SIGN_OF[move.kind]
            found.append(InstallmentPayout(expected.number, of, value, 0, value, currency, currency, expected.on))
        else:
            found.append(
                InstallmentPayout(
                    expected.number, of, newest.gross, newest.fee, newest.net, newest.currency, newest.net_currency,
                    day, newest.paid_on, is_told=True,
                    is_paid=newest.stage is Stage.PAID or newest.paid_on is not None,
                )
            )  # fmt: skip
    return Payout(_state(told, found), tuple(found), told[-1].report_id if told else None)


def _number_of_installments(reported: list[PayoutPart]) -> int:
    """Return in how many instalments reports told a capture: in so many as it was paid whole, else the most; 0 if none.

    A sale that was announced in instalments may be paid in advance, in one.
    """
    plans = {part.of for part in reported}
    paid = {(part.number, part.of) for part in reported if part.stage is Stage.PAID or part.paid_on is not None}
    whole = [of for of in plans if has_all(paid, of)]
    return max(whole or plans, default=0)


def _cents_on(value: int, of: int, reported: list[PayoutPart]) -> CentsOn:
    """Return where the acquirer has the cents, as far as reports told it, so that all instalments add up to the value.

    They are on the last instalment if the first one matched without them, or the last one with them.
    """
    told = {part.number: abs(part.gross) for part in reported if part.of == of and part.outcome is Outcome.MATCHED}
    equal = value // of
    first_has_none = told.get(1) == equal
    last_has_them = 1 not in told and told.get(of) == value - equal * (of - 1)
    return CentsOn.LAST if first_has_none or last_has_them else CentsOn.FIRST


def _state(told: list[PayoutPart], installments: list[InstallmentPayout]) -> PayoutState:
    if any(part.outcome is Outcome.DIFFERS and part.ended_by is None for part in told):
        return PayoutState.DIFFERS
    if all(part.is_paid for part in installments):
        return PayoutState.PAID
    if any(part.outcome is Outcome.MISSING and part.ended_by is None for part in told):
        return PayoutState.MISSING
    return PayoutState.REPORTED if any(part.is_told for part in installments) else PayoutState.EXPECTED
