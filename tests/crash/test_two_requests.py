"""A request that is taken and done between any two calls of another: as if one had come after the other (R27)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from typing import Any

import pytest

from settlement.domain.transaction.statuses import order_status, transaction_status
from testkit.bodies import change_body, invoice_body, order_body
from testkit.builders import ACCOUNT, ORDER_ID
from tests.crash.conftest import Tell
from tests.crash.early_return_stories import refunds_early
from tests.crash.stories import ORDER, STARTS, TRANSACTION, TWO, headroom, invoices
from tests.support.deployment import Deployment
from tests.support.effects import Effects, Point, When
from tests.support.tables import FakeTable

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

REQUESTS: dict[str, tuple[str, Any]] = {
    "invoice": (f"{ORDER}/invoice", invoice_body("N2", 6000)),
    "another invoice": (f"{ORDER}/invoice", invoice_body("N3", 5000)),
    "return": (f"{ORDER}/invoice", invoice_body("D1", 3000, type="Input")),
    "discount": (f"{ORDER}/changes", change_body("C1", 2500, 0)),
    "increment": (f"{ORDER}/changes", change_body("C2", 0, 1500)),
    "cancel": (f"{ORDER}/cancel", {"reason": "sold out"}),
    "settlement": (f"{TRANSACTION}/settlement-request", {"value": 4500}),
    "cancellation": (f"{TRANSACTION}/cancellation-request", {"value": 10000}),
    "refund": (f"{TRANSACTION}/refunding-request", {"value": 2000}),
}
TAKING_BACK: dict[str, tuple[str, Any]] = {
    "invoice taken back": (f"{ORDER}/invoice/N1/cancel", {"requestId": "K1", "reason": "wrong address"}),
    "invoice corrected": (f"{ORDER}/invoice", invoice_body("N4", 3500, replaces="N1")),
}
"""Requests about the sale that is invoiced already."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of two requests: how each was answered, and what is left at rest."""

    answers: tuple[tuple[str, int], ...]
    statuses: tuple[str, str]
    value: int
    invoiced: int
    returned: int
    documents: tuple[str, ...]
    payments: tuple[Any, ...]
    provider: tuple[tuple[int, int, int], ...]


@cache
def an_order(invoiced: int, *, reads: bool, early: bool) -> Deployment:
    """Return a service with one order of two payments and 100.00, some of which are invoiced and captured."""
    with pytest.MonkeyPatch.context() as patch:
        deployment = Deployment(patch, FakeTable(), Effects(reads=reads))
        headroom(5000)(deployment)
        if early:
            refunds_early(deployment)
        deployment.send("POST", "/api/oms/pvt/orders", order_body(TWO, orderId=ORDER_ID))
        for act in (STARTS, invoices("N1", invoiced)) if invoiced else (STARTS,):
            deployment.rest()
            act(deployment)
        deployment.rest()
        return deployment.copy()


class Played:
    """The order, ready for two requests."""

    def __init__(self, patch: pytest.MonkeyPatch, invoiced: int, effects: Effects, *, early: bool) -> None:
        self._answers: dict[str, int] = {}
        self.effects = effects
        self.deployment = an_order(invoiced, reads=effects.reads, early=early).resume(patch, effects)

    def ask(self, name: str) -> None:
        """Send a request until it is answered."""
        path, body = (REQUESTS | TAKING_BACK)[name]
        transaction = self.deployment.order.transaction_id
        answered = self.deployment.send("POST", path.format(transaction=transaction), body)
        self._answers[name] = answered.status

    def outcome(self) -> Outcome:
        """Let everything come to rest, and tell what there is."""
        self.deployment.rest()
        order, transaction = self.deployment.order, self.deployment.transaction
        store = self.deployment.store
        payments = store.payments(ACCOUNT, transaction.transaction_id)
        books = [self.deployment.provider.books[held.payment_id] for held in payments]
        return Outcome(
            tuple(sorted(self._answers.items())),
            (order_status(order, transaction).value, transaction_status(order, transaction).value),
            order.value,
            order.invoiced,
            order.returned,
            tuple(sorted(held.number for held in store.invoices(ACCOUNT, ORDER_ID))),
            tuple(held.counters for held in payments),
            tuple((held.captured, held.cancelled, held.refunded) for held in books),
        )


def play(invoiced: int, act: Callable[[Played], None], effects: Effects, *, early: bool) -> Outcome:
    """Play two requests somehow."""
    with pytest.MonkeyPatch.context() as patch:
        played = Played(patch, invoiced, effects, early=early)
        act(played)
        return played.outcome()


def one_after_the_other(*names: str) -> Callable[[Played], None]:
    """Ask for one, then for the other."""

    def act(played: Played) -> None:
        for name in names:
            played.ask(name)

    return act


@cache
def serial(invoiced: int, *names: str, early: bool) -> Outcome:
    """Play two requests one after the other."""
    return play(invoiced, one_after_the_other(*names), Effects(), early=early)


@pytest.mark.parametrize("invoiced", [0, 4000, 10000])
@pytest.mark.parametrize(("first", "second"), list(permutations(REQUESTS, 2)))
def test_r27_request_within_another_is_as_if_it_came_before_or_after(
    invoiced: int, first: str, second: str, tell_count: Tell
) -> None:
    require_serial(invoiced, first, second, tell_count, early=False)


@pytest.mark.parametrize("other", [name for name in REQUESTS if name != "return"])
@pytest.mark.parametrize("return_first", [True, False])
def test_r45_early_return_within_another_request_is_as_if_it_came_before_or_after(
    other: str, return_first: bool, tell_count: Tell
) -> None:
    first, second = ("return", other) if return_first else (other, "return")
    require_serial(4000, first, second, tell_count, early=True)


@pytest.mark.parametrize("invoiced", [4000, 10000])
@pytest.mark.parametrize("back", TAKING_BACK)
@pytest.mark.parametrize("other", [*REQUESTS, *TAKING_BACK])
@pytest.mark.parametrize("back_first", [True, False])
def test_r38_sale_taken_back_within_another_request_is_as_if_that_came_before_or_after(
    invoiced: int, back: str, other: str, back_first: bool, tell_count: Tell
) -> None:
    first, second = (back, other) if back_first else (other, back)
    require_serial(invoiced, first, second, tell_count, early=False)


def require_serial(invoiced: int, first: str, second: str, tell_count: Tell, *, early: bool) -> None:
    """Require that the second request, wherever it comes within the first, is as if it came before or after."""
    in_turn = serial(invoiced, first, second, early=early), serial(invoiced, second, first, early=early)
    within: list[int] = []

    def measure(played: Played) -> None:
        before = len(played.effects.happened)
        played.ask(first)
        within.extend(range(before + 1, len(played.effects.happened) + 1))

    play(invoiced, measure, Effects(reads=True), early=early)
    assert within
    for number in within:

        def interrupted(played: Played) -> None:
            played.effects.meanwhile(lambda: played.ask(second))
            played.ask(first)

        effects = Effects([Point(number, When.BEFORE)], reads=True)
        assert play(invoiced, interrupted, effects, early=early) in in_turn, f"at {number}"
        assert effects.failures, f"nobody asked at {number}"

    tell_count(interruptions=len(within), runs=len(within) + 1)
