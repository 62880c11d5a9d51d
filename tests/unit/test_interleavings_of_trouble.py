"""Random stories in which connectors refuse for good, and operators retry, resolve, write off and ask directly.

Whatever happens, nothing is captured that the order does not owe, no route fails, and every failure has an exit (R33 to
R36). ``QUITA_STORIES`` says how many are told.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from settlement.domain.audit.reconciliation import overcapture
from settlement.domain.connectors.connector_calls import Cancel, PaymentReference, Refund, Settle
from settlement.domain.errors import Refusal
from settlement.domain.transaction.deeds import deeds_of_all
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation, OperationState
from settlement.use_cases.gateway.request_movement import (
    CANCELLATION,
    REFUND,
    SETTLEMENT,
    DirectRequest,
    request_movement,
)
from settlement.use_cases.gateway.retrieve_transaction import retrieve_books
from settlement.use_cases.recovery.resolve_leg import Resolution
from testkit.builders import ACCOUNT
from testkit.provider import Kind, Step
from tests.support import operator
from tests.support.audits import mismatches_of
from tests.support.books import answers_shown, require_connectors_agree, require_events_fold
from tests.unit.test_interleavings import CENTS, KINDS, LONG, STORIES, OneOrder

REFUSALS: st.SearchStrategy[Step] = st.sampled_from(["400", "400", "501", "500"])
INDEX = st.integers(0, 30)


class TroubledOrder(OneOrder):
    """One order whose connector says no."""

    asked_directly = False

    def act(self, what: object) -> bool:
        """Do what an operator does; it is done, or refused with a reason, and never fails otherwise."""
        assert callable(what)
        refused = None
        try:
            what()
        except Refusal as refusal:
            refused = refusal
        assert refused is None or refused.status < 500, refused
        return refused is None

    def pick(self, index: int) -> Operation:
        """One of the operations, troubled ones first."""
        operations = self.placed.operations
        troubled = [held for held in operations if held.state.is_trouble] or operations
        return troubled[index % len(troubled)]

    @rule(kind=KINDS, step=REFUSALS, times=st.integers(1, 3))
    def connector_says_no(self, kind: Kind, step: Step, times: int) -> None:
        self.can_refuse = True
        if (kind, step) != ("settle", "501"):
            self.shop.provider.script(kind, *[step] * times)

    @rule(index=INDEX)
    def retry(self, index: int) -> None:
        self.can_refuse = True
        self.act(lambda: operator.retry(self.placed, self.pick(index).sequence))

    @rule(index=INDEX)
    def write_off(self, index: int) -> None:
        self.can_refuse = True
        self.act(lambda: operator.write_off(self.placed, self.pick(index).sequence))

    @rule(index=INDEX)
    def pay_otherwise(self, index: int) -> None:
        self.can_refuse = True
        self.act(lambda: operator.pay_otherwise(self.placed, self.pick(index).sequence))

    @precondition(lambda self: self.placed.legs)
    @rule(index=INDEX)
    def resolve(self, index: int) -> None:
        self.can_refuse = True
        legs = self.placed.legs
        questions = [leg for leg in legs if leg.state.is_missing or leg.state is LegState.MANUAL] or legs
        self.resolve_truly(questions[index % len(questions)])

    def resolve_truly(self, leg: Leg) -> bool:
        """Say of a call what is so at the provider; what was refused, or left to a person, is done by hand first."""
        if leg.kind in (LegKind.AUTHORISE, LegKind.VOID):
            return self.act(lambda: operator.resolve(self.placed, leg.operation, leg.number, Resolution.NOT_DONE))
        done = self.shop.provider.was_done(leg.request_id)
        if done is not None and done.value == leg.value:
            return self.act(
                lambda: operator.resolve(self.placed, leg.operation, leg.number, Resolution.DONE, done.reference)
            )
        if leg.state is LegState.MANUAL:
            return self.done_by_hand(leg)
        return self.act(lambda: operator.resolve(self.placed, leg.operation, leg.number, Resolution.NOT_DONE))

    def done_by_hand(self, leg: Leg) -> bool:
        """A person does a call in the provider's back office, and says so."""
        reference = PaymentReference(self.placed.transaction_id, leg.payment_id, "BRL", None, None, None)
        match leg.kind:
            case LegKind.CANCEL:
                call: Cancel | Refund | Settle = Cancel(reference, leg.request_id, leg.value)
            case LegKind.REFUND:
                settlements = self.shop.store.settlements(ACCOUNT, self.placed.transaction_id, leg.payment_id)
                left = {held.settle_id: held.refundable for held in settlements}
                if left.get(leg.settle_id or "", 0) < leg.value:
                    return False
                call = Refund(reference, leg.request_id, leg.settle_id or "", leg.value)
            case _:
                raise AssertionError(leg)
        name = self.shop.provider.do_by_hand(call)
        assert self.act(lambda: operator.resolve(self.placed, leg.operation, leg.number, Resolution.DONE, name))
        return True

    @rule(movement=st.sampled_from([SETTLEMENT, CANCELLATION, REFUND]), value=CENTS)
    def ask_directly(self, movement: DirectRequest, value: int) -> None:
        placed = self.placed
        done = self.act(
            lambda: request_movement(self.shop.ports, ACCOUNT, placed.transaction_id, movement, value, None)
        )
        if done:
            self.can_refuse = self.asked_directly = True

    @invariant()
    def nothing_is_lost_or_too_much(self) -> None:
        order, transaction = self.placed.order, self.placed.transaction
        assert (order.value, order.invoiced, order.returned) == (
            self.oracle.value,
            self.oracle.invoiced,
            self.oracle.returned,
        )
        assert 0 <= transaction.requested <= transaction.payable
        operations, legs = self.placed.operations, self.placed.legs
        assert [held.sequence for held in operations] == list(range(1, transaction.tail))
        deeds = deeds_of_all(operations, legs)
        assert list(overcapture(transaction, self.placed.ledger, deeds)) == []
        assert retrieve_books(self.shop.store, ACCOUNT, self.placed.transaction_id).deeds == deeds
        for number, _ in enumerate(self.placed.payments, start=1):
            answers_shown(self.placed, number)
        assert transaction.troubled == sum(held.state.is_trouble for held in operations)
        assert order.in_error == transaction.is_in_error
        for payment in self.placed.payments:
            books = self.shop.provider.books[payment.payment_id]
            assert payment.counters.captured <= books.captured <= books.limit
            assert payment.counters.refunded <= books.refunded <= books.captured

    def check_at_rest(self) -> None:
        """What is shown agrees with what is; while nothing is in error, the money is what the order owes."""
        placed, transaction = self.placed, self.placed.transaction
        assert transaction.ledger == placed.ledger
        require_events_fold(self.placed)
        require_connectors_agree(self.placed)
        self.can_refuse = True
        order_status, transaction_status = placed.status
        if transaction.is_in_error:
            assert transaction_status not in ("Finished", "Cancelled", "Settled")
            return
        ledger = placed.ledger
        if self.oracle.cancelled:
            assert (order_status, transaction_status) == ("canceled", "Cancelled")
            assert ledger.available == 0
            assert ledger.refundable <= ledger.refund_written_off
            return
        assert ledger.paid <= transaction.payable
        if self.oracle.is_complete:
            assert order_status == "invoiced"
        if self.oracle.is_complete and ledger.held == transaction.payable:
            assert transaction_status in ("Finished", "Cancelled")
        if not self.asked_directly:
            assert transaction.payable == self.oracle.payable - transaction.taken_off

    def put_everything_right(self) -> None:
        """Take each failure's exit, one after the other, until none is left."""
        kinds: list[Kind] = ["settle", "cancel", "refund"]
        for kind in kinds:
            self.shop.provider.usually(kind, "ok")
        for _ in range(200):
            self.placed.rest()
            troubled = [held for held in self.placed.operations if held.state.is_trouble]
            if not troubled:
                return
            self.put_right(troubled[0])
        raise AssertionError(f"a failure has no exit: {self.placed.operations}")

    def put_right(self, failed: Operation) -> None:
        """Take one exit of an operation: a retry, else the truth about a call in doubt, else the write-off."""
        doubts = [leg for leg in self.placed.legs if leg.operation == failed.sequence and leg.is_in_doubt]
        if failed.state is OperationState.FAILED and self.act(lambda: operator.retry(self.placed, failed.sequence)):
            return
        if doubts:
            assert self.resolve_truly(doubts[0])
            return
        assert self.act(lambda: operator.write_off(self.placed, failed.sequence))

    def teardown(self) -> None:
        if not hasattr(self, "placed"):
            return
        self.placed.rest()
        self.check_at_rest()
        assert mismatches_of(self.shop.store) == []
        self.put_everything_right()
        assert not self.placed.order.in_error
        self.check_at_rest()
        assert mismatches_of(self.shop.store) == []


@pytest.mark.timeout(3600)
def test_any_story_of_a_troubled_order_has_an_end() -> None:
    run_state_machine_as_test(
        TroubledOrder,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=40 if LONG else 30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=list(Phase) if LONG else [Phase.generate],
        ),
    )
