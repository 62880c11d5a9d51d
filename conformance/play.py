"""The tools of a case: create, move and judge payments; every call is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from time import monotonic
from typing import TypeVar
from urllib.parse import quote
from uuid import uuid4

from conformance import verdicts
from conformance.callbacks import Callbacks
from conformance.capabilities import Card, Setup
from conformance.drafts import Draft, draft, new_id
from conformance.verdicts import Failed, Moved
from conformance.wire import Call, Wire
from settlement.connectors.ppp_fields import Fields, identifier, read_object, text
from settlement.connectors.ppp_outcomes import CANCELLATION, REFUND, SETTLEMENT, Asked, ProtocolCall
from settlement.connectors.ppp_requests import cancel_body, refund_body, settle_body, with_settings
from settlement.domain.connectors.connector_calls import Cancel, PaymentReference, Refund, Settle

WHOLE = 10_000
"""The default value of a payment, in minor units."""

POLL_SECONDS = 0.5
FINAL = ("approved", "denied")

Got = TypeVar("Got")


@dataclass(slots=True)
class Play:
    """The tools of one case; values are in minor units."""

    setup: Setup
    wire: Wire
    callbacks: Callbacks
    remarks: list[str] = field(default_factory=list)

    def draft(self, method: str, card: Card | None = None, value: int = WHOLE) -> Draft:
        """Build a payment with new ids."""
        ids = new_id(), new_id()
        number = self.setup.cards[card] if card else None
        return draft(self.setup, method, number, value, ids, self.callbacks.address(*ids))

    def by_card(self, card: Card, value: int = WHOLE) -> Draft:
        """Build a card payment."""
        return self.draft(self.setup.card_method or "Visa", card, value)

    def create(self, payment: Draft) -> Call:
        """Create a payment, or ask for its state."""
        return self.wire.post("payments", payment.body)

    def approved(self, value: int = WHOLE) -> PaymentReference:
        """Create an approved payment, by card if the connector accepts cards."""
        return self.approve(self.payable(value))

    def payable(self, value: int = WHOLE) -> Draft:
        """Build a payment that will be approved."""
        setup = self.setup
        if setup.card_method or not setup.methods:
            return self.by_card(Card.APPROVED, value)
        return self.draft(setup.bank_invoice_method or setup.redirected_method or setup.methods[0], None, value)

    def approve(self, payment: Draft) -> PaymentReference:
        """Create a payment and, if its method requires it, wait until it is approved."""
        call = self.create(payment)
        if call.fields.get("status") == "undefined":
            call = self.decided(payment)
        verdicts.status_is(call, "approved", "the payment")
        return self.reference(payment, call)

    def reference(self, payment: Draft, call: Call) -> PaymentReference:
        """Return the reference of a payment, with the ids of the answer to its creation."""
        authorization_id, tid, nsu = (identifier(call.fields.get(name)) for name in ("authorizationId", "tid", "nsu"))
        ids = payment.transaction_id, payment.payment_id
        return PaymentReference(
            *ids, self.setup.currency, authorization_id, tid, nsu, metadata=verdicts.metadata(call) or ()
        )

    def decided(self, payment: Draft) -> Call:
        """Ask again, at once after a callback, until the payment is approved or denied."""
        deadline = monotonic() + self.setup.asynchronous_seconds
        while True:
            call = self.create(payment)
            if call.fields.get("status") in FINAL:
                self._agrees(payment, text(call.fields.get("status")) or "")
                return call
            left = deadline - monotonic()
            if left <= 0:
                raise Failed(self._undecided(payment))
            self.callbacks.wait(min(POLL_SECONDS, left))

    def decided_later(self, payment: Draft, status: str) -> Call:
        """Require that a payment is undefined first, and gets a status later; return the first answer."""
        first = self.create(payment)
        verdicts.status_is(first, "undefined", "the payment")
        final = self.decided(payment)
        verdicts.status_is(final, status, "the payment asked for again")
        verdicts.same(final, self.create(payment), "the decided payment asked for again")
        return first

    def settle(self, payment: PaymentReference, value: int, request_id: str | None = None) -> Moved:
        """Request a settlement."""
        request = Settle(payment, request_id or str(uuid4()), value)
        return self._move(SETTLEMENT, request, settle_body(request))

    def cancel(self, payment: PaymentReference, value: int, request_id: str | None = None) -> Moved:
        """Request a cancellation."""
        request = Cancel(payment, request_id or str(uuid4()), value)
        return self._move(CANCELLATION, request, cancel_body(request, self.setup.connector.cancel_value_in_cents))

    def cancel_all(self, payment: PaymentReference, value: int) -> Moved:
        """Request a cancellation without a value; ``value`` is the open value."""
        request = Cancel(payment, str(uuid4()), value)
        body = cancel_body(request, False)
        del body["value"]
        return self._move(CANCELLATION, request, body)

    def refund(self, payment: PaymentReference, settle_id: str, value: int, request_id: str | None = None) -> Moved:
        """Request a refund of one settlement."""
        request = Refund(payment, request_id or str(uuid4()), settle_id, value)
        return self._move(REFUND, request, refund_body(request))

    def settled(self, payment: PaymentReference, value: int) -> str:
        """Settle and return the settleId."""
        return verdicts.done(self.settle(payment, value))

    def refuses(self, moved: Moved, why: str) -> None:
        """Require that a movement is refused."""
        remark = verdicts.refused(moved, why)
        if remark is not None:
            self.remarks.append(remark)

    def at_once(self, calls: Sequence[Callable[[], Got]]) -> list[Got]:
        """Make calls in parallel."""
        gate = Barrier(len(calls))

        def go(call: Callable[[], Got]) -> Got:
            gate.wait()
            return call()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(go, calls))

    def _move(self, movement: ProtocolCall, request: Settle | Cancel | Refund, body: Fields) -> Moved:
        payment = request.payment
        asked = Asked(movement, payment.payment_id, request.request_id, request.value, payment.currency)
        body = with_settings(body, self.setup.settings)
        call = self.wire.post(f"payments/{quote(payment.payment_id, safe='')}/{movement.route}", body)
        moved = Moved(asked, call)
        self.remarks += [f"{moved.what}: {remark}" for remark in moved.outcome.exchange.remarks]
        return moved

    def _agrees(self, payment: Draft, status: str) -> None:
        """Require that callbacks, if any, have this status and arrived at the given address."""
        for told in self._told(payment):
            if told in FINAL and told != status:
                raise Failed(f"the callback said {told}, the payment asked for again is {status}")
        strays = self.callbacks.strays(payment.payment_id, payment.callback_url)
        if strays:
            raise Failed(f"a callback came to {strays[0]}, which is not the callbackUrl as it was given")

    def _undecided(self, payment: Draft) -> str:
        seconds = f"{self.setup.asynchronous_seconds:g} s"
        told = [status for status in self._told(payment) if status in FINAL]
        if told:
            return f"the callback said {told[-1]}, the payment asked for again is still not decided after {seconds}"
        return f"the payment is not decided after {seconds}, neither by a callback nor when asked for again"

    def _told(self, payment: Draft) -> list[str | None]:
        """Return the statuses of callbacks; None for one without a status, which only asks for a call."""
        told = []
        for body in self.callbacks.received(payment.callback_url):
            try:
                told.append(text(read_object(body).get("status")))
            except ValueError:
                told.append(None)
        return told
