"""Authorises the payments of one transaction together: all of them, or none (C§3.2, A§3.12)."""

from collections.abc import Sequence

from settlement.domain.transaction.leg import Leg, LegKind
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.values import dataclass

ABANDONED = "the authorisation was abandoned"


@dataclass(frozen=True, slots=True)
class LegDraft:
    """A leg without a number; ``value`` in minor units."""

    kind: LegKind
    payment_id: str
    value: int
    from_withheld: int = 0
    of_change: bool = False
    direct: bool = False
    settlement: str | None = None
    settle_id: str | None = None


def verdict(payments: Sequence[Payment]) -> Authorisation:
    """Return the joint decision: one denied payment denies all, one undecided leaves all undecided."""
    states = {payment.authorisation for payment in payments}
    if Authorisation.DENIED in states:
        return Authorisation.DENIED
    return Authorisation.PENDING if Authorisation.PENDING in states else Authorisation.APPROVED


def legs_to_decide(payments: Sequence[Payment], legs: Sequence[Leg], *, abandoned: bool) -> list[LegDraft]:
    """Return the further legs that a decision needs.

    First each payment is authorised. Once one is denied, or the authorisation is abandoned before all are approved, the
    approved ones are cancelled and the undecided ones voided.
    """
    has_leg = {(leg.payment_id, leg.kind) for leg in legs}
    joint = verdict(payments)
    give_up = joint is Authorisation.DENIED or (abandoned and joint is not Authorisation.APPROVED)
    drafts = []
    for payment in payments:
        value = payment.assigned
        match payment.authorisation:
            case Authorisation.PENDING:
                kind = LegKind.VOID if give_up else LegKind.AUTHORISE
            case Authorisation.APPROVED if give_up:
                kind, value = LegKind.CANCEL, payment.counters.authorised
            case _:
                continue
        if (payment.payment_id, kind) not in has_leg:
            drafts.append(LegDraft(kind, payment.payment_id, value))
    return drafts
