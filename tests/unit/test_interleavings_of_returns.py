"""Random stories of an order that takes goods back before it is invoiced in full (R45 to R47), against the oracle.

Its value is far above that of an invoice, so that most returns come early; the account changes its mind about them.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.domain.account.account import ReturnsBeforeCompletion
from settlement.domain.connectors.connector import Mode
from tests.unit.test_interleavings import GROUPS, STEPS, STORIES, OneOrder

VALUES = st.integers(300, 2000)
ACTS = (
    "sale",
    "sale",
    "return",
    "return",
    "return",
    "discount",
    "timer",
    "fails",
    "run",
    "rest",
    "switch",
    "step",
    "unsell",
)
STORY = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 100)), min_size=4, max_size=20)


class ReturningOrder(OneOrder):
    """One order of much value, invoiced and returned bit by bit."""

    def act(self, what: str, number: int) -> None:
        """Do one thing; ``number`` says how much, or which, of 1 to 100."""
        match what:
            case "sale":
                self.invoice(number * 5, rest=number == 100)
            case "return" if (left := self.oracle.invoiced - self.oracle.returned) > 0:
                self.give_back(max(1, left * number // 100), fits=False)
            case "unsell" if self.oracle.sales:
                self.cancel_invoice(number, again=number % 2 == 0)
            case "discount":
                self.discount(number, rest=False)
            case "timer":
                self.timer(number % 4 + 1)
            case "fails":
                self.connector_fails(("settle", "cancel", "refund")[number % 3], STEPS[number % 2], number % 4 + 1)
            case "switch":
                self.account_decides(tuple(ReturnsBeforeCompletion)[number % 2])
            case "step":
                self.start_execution()
                self.step_execution(number, number % 4 + 1)
            case "rest":
                self.rest()
            case _:
                self.run()


@pytest.mark.timeout(900)
@settings(max_examples=STORIES + 100)
@given(
    mode=st.sampled_from([*Mode, Mode.HOLD, None]),
    payments=st.lists(st.tuples(VALUES, GROUPS), min_size=1, max_size=3),
    interest=st.just(0) | st.integers(0, 20),
    card_first=st.booleans(),
    partial_refund=st.sampled_from([True, True, True, False]),
    story=STORY,
)
def test_r45_any_story_of_early_returns_ends_as_the_oracle_says(
    mode: Mode | None,
    payments: list[tuple[int, str]],
    interest: int,
    card_first: bool,
    partial_refund: bool,
    story: list[tuple[str, int]],
) -> None:
    order = ReturningOrder()
    order.place(mode, payments, interest, None, card_first, partial_refund, ReturnsBeforeCompletion.REFUND)
    for what, number in story:
        order.act(what, number)
        order.nothing_is_lost_or_too_much()
    order.teardown()
