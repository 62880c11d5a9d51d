"""Warnings of a preview: what a person should know before the action, by the events and legs of its rehearsal."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from settlement.domain.events import Event, EventType
from settlement.domain.ledger.ledger import MovementKind, total
from settlement.domain.money import display
from settlement.domain.order.fiscal_record import FiscalCode
from settlement.domain.transaction.leg import MOVEMENT_OF, Leg, LegKind, LegState
from settlement.domain.transaction.operation import OperationState
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.retries import expiry_watch
from settlement.use_cases.previews.rehearsed import Rehearsed
from settlement.values import dataclass


class WarningCode(StrEnum):
    """What a warning is about; for programs."""

    ALREADY_TAKEN = "already-taken"
    NO_MONEY_MOVES = "no-money-moves"
    ABOVE_LEFT_TO_INVOICE = "above-left-to-invoice"
    ITEMS_BEYOND_ORDER = "items-beyond-order"
    ITEM_PRICES_DIFFER = "item-prices-differ"
    OPERATIONS_BEFORE = "operations-before"
    AUTHORISATION_LAPSES = "authorisation-lapses"
    CAPABILITY_USED_UP = "capability-used-up"
    MANUAL_WORK = "manual-work"
    NO_CONNECTOR_CALL = "no-connector-call"
    PAYMENT_BLOCKED = "payment-blocked"
    NOT_WHOLE = "not-whole"
    NOT_COVERED = "not-covered"
    REFUNDED_BEFORE = "refunded-before"
    SECOND_KEY = "second-key"


@dataclass(frozen=True, slots=True)
class PreviewWarning:
    """One warning; the message names payment, value and limit, for people."""

    code: WarningCode | FiscalCode
    message: str


def warnings_of(rehearsed: Rehearsed, earlier: Iterable[Leg]) -> list[PreviewWarning]:
    """Return the warnings of an action; ``earlier`` are the legs of the transaction that wait for a person."""
    by_hand = [leg for leg in earlier if leg.state is LegState.MANUAL]
    return [
        *_of_taking(rehearsed),
        *_of_invoice(rehearsed),
        *_of_queue(rehearsed),
        *_of_authorisations(rehearsed),
        *_of_capabilities(rehearsed),
        *_of_legs(rehearsed),
        *_of_earlier_answers(rehearsed, by_hand),
        *_of_cancelled_invoice(rehearsed),
    ]


_ACTIONS = frozenset(
    {
        EventType.INVOICE_NOTIFIED,
        EventType.INVOICE_CANCELLED,
        EventType.ORDER_CHANGED,
        EventType.ORDER_MODIFIED,
        EventType.ORDER_CANCELLED,
    }
)
"""Events of actions that are taken even if they move no money."""


def _of_taking(rehearsed: Rehearsed) -> Iterator[PreviewWarning]:
    if rehearsed.own:
        return
    if any(event.type in _ACTIONS for event in rehearsed.events):
        yield PreviewWarning(WarningCode.NO_MONEY_MOVES, "it is taken, and moves no money")
    else:
        yield PreviewWarning(WarningCode.ALREADY_TAKEN, "the same was taken before; a repeat moves no money")


def _of_invoice(rehearsed: Rehearsed) -> Iterator[PreviewWarning]:
    for event in rehearsed.events:
        if event.type is EventType.INVOICE_NOTIFIED:
            yield from _of_notice(event, rehearsed)
    for invoice in (invoice for commit in rehearsed.taken for invoice in commit.invoices):
        yield from (PreviewWarning(remark.code, remark.message) for remark in invoice.remarks)


def _of_notice(event: Event, rehearsed: Rehearsed) -> Iterator[PreviewWarning]:
    """Yield what the notice of an invoice remarks (R18, R19, C§1.4.9)."""
    data, left = event.data, rehearsed.before.order.remainder
    value, counted = int(str(data["value"])), int(str(data["counted"]))
    if data["invoiceType"] == "Output" and counted < value:
        yield PreviewWarning(
            WarningCode.ABOVE_LEFT_TO_INVOICE,
            f"invoiceValue {_shown(value, rehearsed)} is more than what is left to invoice, {_shown(left, rehearsed)}; "
            f"{_shown(counted, rehearsed)} count",
        )
    if isinstance(beyond := data.get("itemsBeyondOrder"), list):
        yield PreviewWarning(
            WarningCode.ITEMS_BEYOND_ORDER, f"the order has no such units left: {', '.join(map(str, beyond))}"
        )
    if (listed := data.get("itemsValue")) is not None:
        yield PreviewWarning(
            WarningCode.ITEM_PRICES_DIFFER,
            f"the items add up to {_shown(int(str(listed)), rehearsed)}, and invoiceValue is "
            f"{_shown(value, rehearsed)}, which counts",
        )


def _of_queue(rehearsed: Rehearsed) -> Iterator[PreviewWarning]:
    if waiting := rehearsed.waiting_before:
        yield PreviewWarning(
            WarningCode.OPERATIONS_BEFORE,
            f"operations that run before it: {waiting}; the plan holds if they succeed",
        )


def _of_authorisations(rehearsed: Rehearsed) -> Iterator[PreviewWarning]:
    """Warn of open value that is about to lapse, as early as its account would be warned (R28)."""
    settled = {move.payment_id for move in rehearsed.plan if move.operation is MovementKind.SETTLE}
    for payment in rehearsed.payments:
        concerned = payment.payment_id in settled or payment.counters.available > 0
        if not concerned or payment.authorised_at is None or payment.cancel_at is None:
            continue
        if rehearsed.at >= expiry_watch(payment.authorised_at, payment.cancel_at):
            yield PreviewWarning(
                WarningCode.AUTHORISATION_LAPSES,
                f"the authorisation of payment {payment.payment_id} lapses on {payment.cancel_at:%Y-%m-%d at %H:%M} "
                "UTC; what is not settled by then cannot be settled",
            )


def _of_capabilities(rehearsed: Rehearsed) -> Iterator[PreviewWarning]:
    """Warn of what a connector cannot do of a payment after the plan (C§7.28)."""
    moved = {(move.payment_id, move.operation) for move in rehearsed.plan}
    for payment in rehearsed.payments:
        for kind, is_used_up in _USED_UP.items():
            if (payment.payment_id, kind) in moved and (value := is_used_up(payment)):
                yield PreviewWarning(
                    WarningCode.CAPABILITY_USED_UP,
                    f"{_SAID[kind].format(value=_shown(value, rehearsed))} of payment {payment.payment_id}: connector "
                    f"{payment.connector} takes no further part",
                )


def _unsettleable(payment: Payment) -> int:
    """Return the open value that its connector will not capture in another call."""
    counters = payment.counters
    return counters.available if not payment.capabilities.settleable(counters, counters.available) else 0


def _unrefundable(payment: Payment) -> int:
    """Return the captured value of which its connector will refund no part, but the whole."""
    counters = payment.counters
    return counters.refundable if not payment.capabilities.refundable(counters, min(1, counters.refundable)) else 0


def _untold(payment: Payment) -> int:
    """Return the withheld value that its connector will not cancel in part."""
    return 0 if payment.capabilities.tells_cancellation(payment.counters) else payment.counters.withheld


_USED_UP: dict[MovementKind, Callable[[Payment], int]] = {
    MovementKind.SETTLE: _unsettleable,
    MovementKind.REFUND: _unrefundable,
    MovementKind.WITHHOLD: _untold,
}
_SAID = {
    MovementKind.SETTLE: "{value} stay open and cannot be settled",
    MovementKind.REFUND: "{value} stay captured and can only be refunded whole",
    MovementKind.WITHHOLD: "{value} are withheld here and stay open at the connector",
}


def _of_legs(rehearsed: Rehearsed) -> Iterator[PreviewWarning]:
    """Warn of the calls that are not made or do not end well, though every connector did what it was asked."""
    offline = {payment.payment_id for payment in rehearsed.payments if payment.offline}
    for leg in rehearsed.legs:
        what = f"{leg.kind.value} of {_shown(leg.value, rehearsed)} on payment {leg.payment_id}"
        match leg.state:
            case LegState.MANUAL:
                yield PreviewWarning(WarningCode.MANUAL_WORK, f"{what} is left to a person: {leg.message}")
            case LegState.PARKED:
                yield PreviewWarning(WarningCode.PAYMENT_BLOCKED, f"{what} waits for the payment to be unblocked")
            case LegState.REFUSED if leg.kind in MOVEMENT_OF:
                yield PreviewWarning(WarningCode.NOT_WHOLE, f"{what} is not tried: {leg.message}")
            case LegState.POSTED if leg.kind is LegKind.SETTLE and leg.payment_id in offline:
                yield PreviewWarning(WarningCode.NO_CONNECTOR_CALL, f"{what} is booked only: {leg.message}")
    for operation, _ in rehearsed.own:
        if operation.state is OperationState.FAILED and (operation.unplanned or operation.unsettled):
            yield PreviewWarning(WarningCode.NOT_WHOLE, operation.failure or "the payments cannot do all of it")


def _of_earlier_answers(rehearsed: Rehearsed, by_hand: Iterable[Leg]) -> Iterator[PreviewWarning]:
    """Warn of a call whose like its connector has left to a person, who has not done it yet."""
    left = {(leg.payment_id, leg.kind.value) for leg in by_hand}
    moves = dict.fromkeys((move.payment_id, move.operation.value) for move in rehearsed.plan)
    for payment_id, kind in moves:
        if (payment_id, kind) in left:
            yield PreviewWarning(
                WarningCode.MANUAL_WORK,
                f"the connector of payment {payment_id} left its last {kind} to a person; expect the same of this one",
            )


def _of_cancelled_invoice(rehearsed: Rehearsed) -> Iterator[PreviewWarning]:
    """Warn of what is refunded with an invoice and can be invoiced no more, and of what was refunded before (R38)."""
    before = sum(operation.refunded_before or 0 for operation, _ in rehearsed.own)
    if before:
        yield PreviewWarning(
            WarningCode.REFUNDED_BEFORE,
            f"{_shown(before, rehearsed)} that direct requests refunded count as refunded for the invoice",
        )
    if not any(event.type is EventType.INVOICE_CANCELLED for event in rehearsed.events):
        return
    order, transaction = rehearsed.after.order, rehearsed.after.transaction
    held = total(payment.counters for payment in rehearsed.payments).held
    coverable = max(0, held - transaction.requested)
    if transaction.payable > held and coverable < order.remainder:
        yield PreviewWarning(
            WarningCode.NOT_COVERED,
            f"{_shown(order.remainder, rehearsed)} are to be invoiced then, and the payments hold "
            f"{_shown(coverable, rehearsed)} for that: an invoice of more is refused. Correct the invoice with "
            "replaces, or take the rest off with a change",
        )


def _shown(value: int, rehearsed: Rehearsed) -> str:
    return display(value, rehearsed.currency)
