"""Random stories of one order: whatever its state, an action does just what its preview said, and is refused alike.

The stories are those of ``test_interleavings_of_trouble``. In each of a thousand states, five kinds of actions are
previewed, each done on a twin of the shop whose connectors do all that they are asked.
"""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from settlement.domain.order.invoice import InvoiceType
from settlement.use_cases.gateway.request_movement import CANCELLATION, REFUND, SETTLEMENT, request_movement
from settlement.use_cases.orders.cancel_order import cancel_order
from settlement.use_cases.orders.change_order import ChangeRequest, change_order
from settlement.use_cases.orders.modify_order import modify_order
from settlement.use_cases.recovery.retry_operation import retry_operation
from testkit.builders import ACCOUNT
from testkit.shop import Placed
from tests.support.modifications import DEFAULTS, body_of, discount
from tests.support.previewing import (
    Action,
    do,
    invoicing,
    planned_calls,
    preview_or_refusal,
    refusal_of,
    statuses,
    twin_of,
)
from tests.unit.test_interleavings import LONG
from tests.unit.test_interleavings_of_trouble import TroubledOrder

STATES = int(os.environ.get("QUITA_PREVIEWS", "20000" if LONG else "1000"))
KINDS = ("sale", "return", "discount", "increment", "modification", "cancel", "settle", "refund", "reduce", "retry")


STATES_OF_A_STORY = 14
"""At least, on average: Hypothesis draws other stories of 30 steps once other modules are loaded."""

SEEN: Counter[str] = Counter()
"""Actions that were taken, by kind; those that moved money have a star. ``states`` are the states looked at."""


class PreviewedOrder(TroubledOrder):
    """One order whose actions are previewed after each step of its story, every kind at every other step."""

    looked = 0

    @invariant()
    def what_is_previewed_is_what_is_done(self) -> None:
        if self.shop.provider.has_news:
            return
        SEEN["states"] += 1
        self.looked += 1
        for place, kind in list(enumerate(KINDS))[self.looked % 2 :: 2]:
            self.preview(kind, value=1 + (37 * self.looked + 11 * place) % 150)

    def preview(self, kind: str, value: int) -> None:
        twin = twin_of(self.placed)
        remainder = twin.order.remainder
        act = self.action(twin, kind, remainder if kind == "sale" and remainder and value % 2 else value)
        note(f"{kind} of {value}")
        told, refused = preview_or_refusal(twin, act)
        if told is None:
            assert refused == refusal_of(lambda: act(twin.shop.ports))
            return
        done = do(twin, act)
        note(f"{told}")
        assert done.calls == planned_calls(told)
        assert done.statuses == statuses(told)
        assert (twin.order.value, twin.order.invoiced) == (told.after.order.value, told.after.order.invoiced)
        assert twin.transaction.ledger == told.after.transaction.ledger
        SEEN.update([kind, f"{kind}*"] if done.calls else [kind])

    def action(self, placed: Placed, kind: str, value: int) -> Action:
        """An action of a kind on the order of a shop."""
        order, transaction = placed.order_id, placed.transaction_id
        match kind:
            case "sale" | "return":
                type_ = InvoiceType.OUTPUT if kind == "sale" else InvoiceType.INPUT
                return invoicing(placed, f"preview-{kind}", value, type_=type_)
            case "discount" | "increment":
                net = (value, 0) if kind == "discount" else (0, value)
                request = ChangeRequest("preview", "reason", *net)
                return lambda ports: change_order(ports, ACCOUNT, order, request, "receipt")
            case "modification":
                body = body_of(**discount(value))
                wanted, text = body.as_wanted(DEFAULTS), body.as_text(DEFAULTS)
                return lambda ports: modify_order(ports, ACCOUNT, order, wanted, text)
            case "cancel":
                return lambda ports: cancel_order(ports, ACCOUNT, order, "sold out")
            case "retry":
                sequence = self.pick(self.looked).sequence
                return lambda ports: retry_operation(ports, ACCOUNT, transaction, sequence)
            case _:
                movement = {"settle": SETTLEMENT, "refund": REFUND, "reduce": CANCELLATION}[kind]
                return lambda ports: request_movement(ports, ACCOUNT, transaction, movement, value, None)


@pytest.mark.timeout(3600)
def test_what_was_previewed_is_what_is_done_in_a_thousand_states() -> None:
    SEEN.clear()
    run_state_machine_as_test(
        PreviewedOrder,
        settings=settings(
            max_examples=STATES // STATES_OF_A_STORY,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=list(Phase) if LONG else [Phase.generate],
        ),
    )

    assert SEEN["states"] >= STATES
    assert [kind for kind in KINDS if not SEEN[kind if kind == "increment" else f"{kind}*"]] == []
