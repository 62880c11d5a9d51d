"""Random stories of one order, its workflow stepped at random and its connector failing at random, against an oracle.

``QUITA_STORIES`` says how many are told; ``QUITA_LONG=1`` tells far more, and shortens a story that ends badly.
"""

import os
from collections.abc import Callable, Generator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from settlement.domain.account.account import ReturnsBeforeCompletion
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import MoneyCannotMove, Refusal
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.use_cases.workflow.conclude_operation import ConcludeOutcome
from testkit.builders import ACCOUNT, a_connector, a_new_payment
from testkit.provider import Kind, Partial, Step
from testkit.shop import Placed, Shop
from testkit.workflow import steps
from tests.support.audits import mismatches_of
from tests.support.books import require_connectors_agree, require_events_fold
from tests.support.oracle import Oracle

LONG = os.environ.get("QUITA_LONG") == "1"
STORIES = int(os.environ.get("QUITA_STORIES", "5000" if LONG else "150"))

GROUPS = st.sampled_from(["creditCard", "creditCard", "giftCard", "debitCard"])
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["settle", "cancel", "refund"])
STEPS: list[Step] = ["500", "drop"]
PARTIAL: st.SearchStrategy[Step] = st.builds(Partial, st.integers(1, 30))
FAILURES: st.SearchStrategy[Step] = st.sampled_from(STEPS) | PARTIAL
FINAL_FAILURES: st.SearchStrategy[Step] = st.sampled_from(["400", "501"])
CENTS = st.integers(1, 150)
BROKEN = (LegState.REFUSED, LegState.IN_DOUBT, LegState.PARKED, LegState.MANUAL)


class OneOrder(RuleBasedStateMachine):
    """One order from its placing to its end."""

    placed: Placed
    oracle: Oracle

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop()
        self.shop.clock.tick = timedelta(microseconds=1)
        self.executions: list[Generator[None, None, ConcludeOutcome]] = []
        self.count = 0
        self.can_refuse = False
        """Whether the payments may be unable to do what is asked: no partial refund, or something failed."""

    @initialize(
        mode=st.sampled_from([*Mode, None]),
        payments=st.lists(st.tuples(CENTS, GROUPS), min_size=1, max_size=4),
        interest=st.just(0) | st.integers(0, 20),
        headroom=st.none() | st.integers(0, 50),
        card_first=st.booleans(),
        partial_refund=st.sampled_from([True, True, True, False]),
        early_returns=st.sampled_from(ReturnsBeforeCompletion),
    )
    def place(
        self,
        mode: Mode | None,
        payments: list[tuple[int, str]],
        interest: int,
        headroom: int | None,
        card_first: bool,
        partial_refund: bool,
        early_returns: ReturnsBeforeCompletion,
    ) -> None:
        shop = self.shop
        shop.provider.headroom = headroom
        shop.refund_first(RefundPriority.CARD_FIRST if card_first else RefundPriority.LOWEST_SETTLED)
        for kind in Mode:
            shop.connect(a_connector(kind.value, kind, partial_refund=partial_refund))
        self.can_refuse = not partial_refund
        modes = ["partial", "hold"] if mode is None else [mode.value]
        new = [a_new_payment(value, modes[index % len(modes)], group) for index, (value, group) in enumerate(payments)]
        paid = sum(value for value, _ in payments)
        value = max(1, paid - interest)
        self.placed = shop.open(*new, value=value)
        self.oracle = Oracle(self.placed.transaction.mode, value, paid)
        self.account_decides(early_returns)
        assert self.placed.status == ("handling", "Approved")

    def attempt(self, expected: bool, act: Callable[[], object]) -> bool:
        """Do what a merchant does; it is accepted exactly when the oracle says so."""
        refusal = None
        try:
            act()
        except Refusal as refused:
            refusal = refused
        assert expected == (refusal is None or isinstance(refusal, MoneyCannotMove)), refusal
        return refusal is None

    def next_number(self) -> str:
        self.count += 1
        return f"{self.count:03d}"

    @rule(value=CENTS, rest=st.booleans())
    def invoice(self, value: int, rest: bool) -> None:
        if rest and not self.oracle.is_complete:
            value = self.oracle.value - self.oracle.invoiced
        number = self.next_number()
        taken = self.attempt(
            self.oracle.takes_invoice(),
            lambda: self.placed.notify(number, value, type_=InvoiceType.OUTPUT),
        )
        if taken:
            self.oracle.invoice(value, number)
            self.placed.notify(number, value, type_=InvoiceType.OUTPUT)
        elif self.oracle.takes_invoice():
            assert self.can_refuse

    @precondition(lambda self: self.oracle.sales)
    @rule(index=st.integers(0, 9), again=st.booleans())
    def cancel_invoice(self, index: int, again: bool) -> None:
        """A sale is cancelled; what was refunded with it covers no invoice any more."""
        number, _, _ = self.oracle.sales[index % len(self.oracle.sales)]
        expected = self.oracle.takes_cancel_of(number)
        if self.attempt(expected, lambda: self.placed.cancel_invoice_only(number)):
            self.oracle.cancel_invoice(number)
            self.can_refuse = True
            if again:
                self.placed.cancel_invoice_only(number)
        elif expected:
            assert self.can_refuse

    @precondition(lambda self: self.oracle.sales)
    @rule(index=st.integers(0, 9), value=CENTS, again=st.booleans())
    def correct_invoice(self, index: int, value: int, again: bool) -> None:
        """A sale is replaced by another one."""
        number, _, _ = self.oracle.sales[index % len(self.oracle.sales)]
        by, expected = self.next_number(), self.oracle.takes_correction_of(number, value)

        def correct() -> None:
            self.placed.notify(by, value, type_=InvoiceType.OUTPUT, replaces=number)

        if self.attempt(expected, correct):
            self.oracle.correct(number, value, by)
            self.can_refuse = True
            if again:
                correct()
        elif expected:
            assert self.can_refuse

    @rule(value=CENTS, fits=st.booleans())
    def give_back(self, value: int, fits: bool) -> None:
        left = self.oracle.invoiced - self.oracle.returned
        if fits and left:
            value = 1 + value % left
        number = self.next_number()
        taken = self.attempt(
            self.oracle.takes_return(value),
            lambda: self.placed.notify(number, value, type_=InvoiceType.INPUT),
        )
        if taken:
            self.oracle.give_back(value, self.taken_off_retained(number))
        elif self.oracle.takes_return(value):
            assert self.can_refuse

    def taken_off_retained(self, number: str) -> int | None:
        """What a return takes off what Hold retains, where a part of that may have been captured; else None.

        Timers capture it, and a cancelled sale opens an order again that was captured whole.
        """
        timers = (OperationKind.AUTO_SETTLE, OperationKind.EXPIRE)
        operations = self.placed.operations
        captures = any(held.kind in timers or held.state is OperationState.FAILED for held in operations)
        if not captures and not self.oracle.taken_back:
            return None
        mine = (f"invoice/{number}", f"invoice/{number}/captured")
        return sum(held.ask.unrequest for held in operations if held.origin in mine)

    @rule(treatment=st.sampled_from(ReturnsBeforeCompletion))
    def account_decides(self, treatment: ReturnsBeforeCompletion) -> None:
        """How returns before completion are treated from now on."""
        self.shop.set(returns_before_completion=treatment)
        self.oracle.refunds_early = treatment is ReturnsBeforeCompletion.REFUND

    @rule(value=CENTS, rest=st.booleans())
    def discount(self, value: int, rest: bool) -> None:
        if rest and 0 < self.oracle.invoiced < self.oracle.value:
            value = self.oracle.value - self.oracle.invoiced
        self.change(-value)

    @rule(value=st.integers(1, 40))
    def increment(self, value: int) -> None:
        self.change(value)

    def change(self, net: int) -> None:
        number = self.next_number()
        discount, increment = max(0, -net), max(0, net)
        taken = self.attempt(
            self.oracle.takes_change(net),
            lambda: self.placed.register(number, discount, increment),
        )
        if taken:
            self.oracle.change(net)
            self.placed.register(number, discount, increment)
        elif self.oracle.takes_change(net) and net < 0:
            assert self.can_refuse

    @precondition(lambda self: self.count > 3)
    @rule()
    def cancel(self) -> None:
        if self.attempt(self.oracle.takes_cancel(), self.placed.cancel_only):
            self.oracle.cancelled = True

    @rule(number=st.integers(1, 4))
    def timer(self, number: int) -> None:
        for payment in self.placed.payments:
            if payment.sequence + 1 == number:
                self.shop.store.hasten(payment.payment_id, self.shop.clock.time)
        self.shop.sweep()

    @rule(minutes=st.sampled_from([1, 7, 100]))
    def time_passes(self, minutes: int) -> None:
        self.shop.pass_time(timedelta(minutes=minutes))

    @rule(kind=KINDS, step=FAILURES, times=st.integers(1, 5))
    def connector_fails(self, kind: Kind, step: Step, times: int) -> None:
        self.shop.provider.script(kind, *[step] * times)

    @precondition(lambda self: self.count > 2)
    @rule(kind=KINDS, step=FINAL_FAILURES)
    def connector_refuses(self, kind: Kind, step: Step) -> None:
        if (kind, step) != ("settle", "501"):
            self.can_refuse = True
            self.shop.provider.script(kind, step)

    @precondition(lambda self: self.count > 2)
    @rule(kind=KINDS)
    def connector_is_dead_for_two_days(self, kind: Kind) -> None:
        self.can_refuse = True
        self.shop.provider.usually(kind, "500")
        self.placed.rest()
        self.shop.provider.usually(kind, "ok")

    @rule()
    def start_execution(self) -> None:
        """An event, an event twice, or the sweep starts what is at the head."""
        transaction = self.placed.transaction
        shop = self.shop
        self.executions.append(steps(shop.ports, shop.provider, ACCOUNT, transaction.transaction_id, transaction.head))

    @precondition(lambda self: self.executions)
    @rule(index=st.integers(0, 5), times=st.integers(1, 4))
    def step_execution(self, index: int, times: int) -> None:
        execution = self.executions[index % len(self.executions)]
        for _ in range(times):
            try:
                next(execution)
            except StopIteration:
                self.executions.remove(execution)
                return

    @precondition(lambda self: self.executions)
    @rule()
    def process_dies(self) -> None:
        self.executions.pop()

    @rule(minutes=st.sampled_from([1, 7, 90, 2000]))
    def answer_is_slow(self, minutes: int) -> None:
        """While an answer is on its way, time and other workers go on."""
        if minutes > 1000:
            self.can_refuse = True
        self.shop.provider.delay(lambda: self.shop.pass_time(timedelta(minutes=minutes)))

    @rule()
    def other_worker_wins(self) -> None:
        """Before the next write, every workflow that is ready runs."""
        self.shop.store.interrupt(self.shop.relay)

    @rule()
    def run(self) -> None:
        self.shop.relay()

    @rule()
    def rest(self) -> None:
        self.placed.rest()
        self.check_at_rest()

    @invariant()
    def nothing_is_lost_or_too_much(self) -> None:
        order, transaction = self.placed.order, self.placed.transaction
        assert (order.value, order.invoiced, order.returned) == (
            self.oracle.value,
            self.oracle.invoiced,
            self.oracle.returned,
        )
        assert transaction.requested == self.oracle.requested <= transaction.payable
        assert [held.sequence for held in self.placed.operations] == list(range(1, transaction.tail))
        done = [held for held in self.placed.operations if held.sequence < transaction.head]
        assert all(held.is_concluded for held in done)
        for payment in self.placed.payments:
            books = self.shop.provider.books[payment.payment_id]
            counters = payment.counters
            assert counters.captured <= books.captured
            assert counters.refunded <= books.refunded
            assert books.refunded <= books.captured <= books.limit

    def check_at_rest(self) -> None:
        """Everything that has to be true when nothing is queued any more."""
        placed, oracle = self.placed, self.oracle
        ledger = placed.ledger
        note(f"{ledger} {placed.status} {oracle}")
        assert placed.transaction.ledger == ledger
        require_events_fold(placed)
        require_connectors_agree(placed)
        broken = any(leg.state in BROKEN and leg.kind is not LegKind.VOID for leg in placed.legs)
        if broken or any(held.state is OperationState.FAILED for held in placed.operations):
            self.can_refuse = True
            return
        if oracle.cancelled:
            assert placed.status == ("canceled", "Cancelled")
            assert (ledger.open, ledger.refundable) == (0, 0)
            return
        held = ledger.authorised - ledger.given_up - ledger.change_refunded
        assert oracle.payable - oracle.taken_back <= held <= oracle.payable
        for operation in placed.operations:
            assert not operation.ask.withdrawn or operation.refunding <= operation.ask.withdrawn
        assert ledger.refunded - ledger.change_refunded == oracle.refunds_due
        timer_fired = any(held.kind is OperationKind.AUTO_SETTLE for held in placed.operations)
        least, most = oracle.captured
        assert least <= ledger.net_captured <= (oracle.payable if timer_fired else most)
        self.check_statuses(ledger)

    def check_statuses(self, ledger: Counters) -> None:
        order_status, transaction_status = self.placed.status
        if self.oracle.is_complete:
            assert (order_status, transaction_status) == ("invoiced", "Finished")
        else:
            assert order_status == ("payment-approved" if self.oracle.invoiced else "handling")
            moving = self.oracle.requested or ledger.captured
            closed = ledger.captured and not ledger.open
            assert transaction_status == ("Settled" if closed else "Settling" if moving else "Approved")

    def teardown(self) -> None:
        if hasattr(self, "placed"):
            self.placed.rest()
            self.check_at_rest()
            assert mismatches_of(self.shop.store) == []


@pytest.mark.timeout(900)
def test_any_story_of_one_order_ends_as_the_oracle_says() -> None:
    run_state_machine_as_test(
        OneOrder,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=40 if LONG else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=list(Phase) if LONG else [Phase.generate],
        ),
    )
