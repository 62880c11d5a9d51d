"""Stories of one order, and what has to be true at their end wherever a process died."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from settlement.domain.transaction.operation import OperationState
from testkit.bodies import Payment, change_body, invoice_body, order_body
from testkit.builders import ACCOUNT, ORDER_ID
from testkit.provider import Books, Partial
from tests.support.deployment import Deployment
from tests.support.effects import Crash

ORDER = f"/api/oms/pvt/orders/{ORDER_ID}"
FIVE_DAYS = timedelta(days=5)
DAY_OF_RETRIES = timedelta(hours=26)

Act = Callable[[Deployment], None]


@dataclass(frozen=True, slots=True)
class End:
    """What is left when everything is at rest. Values are minor units; ``captured`` and so on by payment."""

    order: str
    transaction: str
    captured: tuple[int, ...]
    cancelled: tuple[int, ...] = (0,)
    refunded: tuple[int, ...] = (0,)
    requested: int = 0
    """What the invoices ask of the transaction."""
    withheld: int = 0
    failed: tuple[int, ...] = ()
    """The operations that wait for a person; the order is in error while there is one."""
    written_off: int = 0
    paid_otherwise: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """What happens to one order, step by step; everything comes to rest before the next step."""

    name: str
    payments: Sequence[Payment]
    acts: Sequence[Act]
    end: End
    before: Act = field(default=lambda deployment: None)

    @property
    def steps(self) -> tuple[Act, ...]:
        """What happens, from the placing of the order on."""
        return (self._placing, *self.acts)

    def tell(self, deployment: Deployment, since: int = 0) -> Iterator[int]:
        """Play it to its end from a step on, whatever dies on the way; yield the number of steps that are played."""
        for number, step in enumerate(self.steps[since:], start=since + 1):
            step(deployment)
            deployment.rest()
            yield number

    def _placing(self, deployment: Deployment) -> None:
        self.before(deployment)
        deployment.send("POST", "/api/oms/pvt/orders", order_body(self.payments, orderId=ORDER_ID))


def sends(path: str, body: object = None, *, once: bool = False) -> Act:
    """A request that has to be taken; one that is done ``once`` and is sent again is told so with 409."""

    def act(deployment: Deployment) -> None:
        before = deployment.effects.failures
        answered = deployment.send("POST", path.format(transaction=deployment.order.transaction_id), body)
        done_already = once and answered.status == 409 and deployment.effects.failures > before
        assert answered.status in (200, 202, 204) or done_already, answered

    return act


def modifies(**body: Any) -> Act:
    """A modification: it has no id of the caller's, who looks whether it is there before sending it again."""

    def act(deployment: Deployment) -> None:
        while not deployment.store.modifications(ACCOUNT, ORDER_ID):
            with suppress(Crash):
                deployment.ask("PATCH", f"/api/order-system/orders/{ORDER_ID}/changes", {"reason": "sold out", **body})

    return act


def scripts(kind: Any, *steps: Any) -> Act:
    """The provider's next answers."""
    return lambda deployment: deployment.provider.script(kind, *steps)


def passes(time: timedelta) -> Act:
    """Time goes by."""
    return lambda deployment: deployment.pass_time(time)


def invoices(number: str, value: int) -> Act:
    """A sale."""
    return sends(f"{ORDER}/invoice", invoice_body(number, value))


def returns(number: str, value: int) -> Act:
    """A return."""
    return sends(f"{ORDER}/invoice", invoice_body(number, value, type="Input"))


def changes(request_id: str, discount: int = 0, increment: int = 0) -> Act:
    """A registered change."""
    return sends(f"{ORDER}/changes", change_body(request_id, discount, increment))


def fails_for_a_day(kind: Any, act: Act) -> Act:
    """Something that its connector knows nothing of for a day."""

    def acting(deployment: Deployment) -> None:
        deployment.provider.usually(kind, "500")
        act(deployment)
        deployment.pass_time(DAY_OF_RETRIES)
        deployment.provider.usually(kind, "ok")

    return acting


def answers_a_day_late(act: Act) -> Act:
    """Something whose connector does it, and says so when everybody has given up; no later call learns of it."""

    def acting(deployment: Deployment) -> None:
        def a_day_passes() -> None:
            deployment.provider.usually("settle", "500")
            deployment.pass_time(DAY_OF_RETRIES)
            deployment.provider.usually("settle", "ok")

        deployment.provider.delay(a_day_passes)
        act(deployment)

    return acting


def denies(payment_id: str, value: int) -> Act:
    """A payment that its connector does not want."""

    def act(deployment: Deployment) -> None:
        deployment.provider.books[payment_id] = Books(value, value, "denied")

    return act


def headroom(value: int) -> Act:
    """A connector that lets payments be raised."""

    def act(deployment: Deployment) -> None:
        deployment.provider.headroom = value

    return act


TRANSACTION = "/api/pvt/transactions/{transaction}"


def _retry_if_failed(deployment: Deployment) -> None:
    """What an operator does who sees that the first invoice has failed."""
    operation = deployment.store.operation(ACCOUNT, deployment.order.transaction_id, 2)
    if operation is not None and operation.state is OperationState.FAILED:
        RETRIES_THE_FIRST_INVOICE(deployment)


RETRIES_THE_FIRST_INVOICE = sends(f"{TRANSACTION}/operations/2/retry", once=True)


def ends(operation: int, ending: str) -> Act:
    """What an operator says of an operation that never will be done."""
    said = {"reason": "authorisation expired", "actor": "operator@example.com", "reference": "BANK-1"}
    if ending == "write-off":
        del said["reference"]
    return sends(f"{TRANSACTION}/operations/{operation}/{ending}", said, once=True)


STARTS = sends(f"{ORDER}/start-handling", once=True)
CANCELS = sends(f"{ORDER}/cancel", {"reason": "sold out"})

CARD = Payment(connector="partial", id="A" * 32)
TOTAL = Payment(connector="total", id="A" * 32)
HOLD = Payment(connector="hold", id="A" * 32)
TWO = (Payment(4000, "partial", "giftCard", id="A" * 32), Payment(6000, "partial", id="B" * 32))

SETTLE = (
    Story(
        "settle-partial",
        (CARD,),
        (STARTS, invoices("N1", 7000), invoices("N2", 3000)),
        End("invoiced", "Finished", (10000,), requested=10000),
    ),
    Story(
        "settle-two-payments",
        TWO,
        (STARTS, invoices("N1", 7000), invoices("N2", 3000)),
        End("invoiced", "Finished", (4000, 6000), (0, 0), (0, 0), requested=10000),
    ),
    Story(
        "settle-total",
        (TOTAL,),
        (STARTS, invoices("N1", 7000), invoices("N2", 3000)),
        End("invoiced", "Finished", (10000,), requested=10000),
    ),
    Story(
        "settle-hold",
        (HOLD,),
        (STARTS, invoices("N1", 7000), invoices("N2", 3000)),
        End("invoiced", "Finished", (10000,), requested=10000),
    ),
    Story(
        "settle-in-part",
        (CARD,),
        (STARTS, scripts("settle", Partial(5000), "drop", "500"), invoices("N1", 7000)),
        End("payment-approved", "Settling", (7000,), requested=7000),
    ),
    Story(
        "settle-raised",
        (CARD,),
        (STARTS, changes("C1", increment=1500), invoices("N1", 11500)),
        End("invoiced", "Finished", (11500,), requested=11500),
        before=headroom(2000),
    ),
    Story(
        "settle-by-timer",
        (CARD,),
        (STARTS, invoices("N1", 7000), passes(FIVE_DAYS), invoices("N2", 3000)),
        End("invoiced", "Finished", (10000,), requested=10000),
    ),
    Story(
        "settle-after-retry",
        (CARD,),
        (STARTS, fails_for_a_day("settle", invoices("N1", 10000)), RETRIES_THE_FIRST_INVOICE),
        End("invoiced", "Finished", (10000,), requested=10000),
    ),
    Story(
        "settle-answered-late",
        (CARD,),
        (STARTS, answers_a_day_late(invoices("N1", 10000)), _retry_if_failed),
        End("invoiced", "Finished", (10000,), requested=10000),
    ),
)
REDUCE = (
    Story(
        "reduce-open",
        (CARD,),
        (STARTS, changes("C1", 3000), invoices("N1", 7000)),
        End("invoiced", "Finished", (7000,), (3000,), requested=7000),
    ),
    Story(
        "reduce-completes",
        TWO,
        (STARTS, invoices("N1", 7000), changes("C1", 3000)),
        End("invoiced", "Finished", (4000, 3000), (0, 3000), (0, 0), requested=7000),
    ),
    Story(
        "reduce-captured",
        (TOTAL,),
        (STARTS, invoices("N1", 3000), changes("C1", 4000), invoices("N2", 3000)),
        End("invoiced", "Finished", (10000,), (0,), (4000,), requested=6000),
    ),
    Story(
        "reduce-held",
        (HOLD,),
        (STARTS, invoices("N1", 7000), changes("C1", 3000)),
        End("invoiced", "Finished", (7000,), requested=7000, withheld=3000),
    ),
    Story(
        "reduce-unanswered",
        (CARD,),
        (STARTS, scripts("cancel", "drop", "500"), changes("C1", 3000)),
        End("handling", "Approved", (0,), (3000,)),
    ),
    Story(
        "reduce-by-modification",
        (CARD,),
        (
            STARTS,
            modifies(remove={"items": [{"id": "B", "quantity": 1}]}),
        ),
        End("handling", "Approved", (0,), (1500,)),
    ),
)
REFUND = (
    Story(
        "refund",
        (CARD,),
        (STARTS, invoices("N1", 7000), invoices("N2", 3000), returns("D1", 7500), returns("D2", 1500)),
        End("invoiced", "Finished", (10000,), (0,), (9000,), requested=10000),
    ),
    Story(
        "refund-two-payments",
        TWO,
        (STARTS, invoices("N1", 10000), returns("D1", 5000)),
        End("invoiced", "Finished", (4000, 6000), (0, 0), (4000, 1000), requested=10000),
    ),
    Story(
        "refund-in-part",
        (CARD,),
        (STARTS, invoices("N1", 10000), scripts("refund", Partial(1000), "drop"), returns("D1", 1500)),
        End("invoiced", "Finished", (10000,), (0,), (1500,), requested=10000),
    ),
    Story(
        "refund-resolved",
        (CARD,),
        (
            STARTS,
            invoices("N1", 10000),
            scripts("refund", "drop"),
            fails_for_a_day("refund", returns("D1", 1500)),
            sends(f"{TRANSACTION}/legs/3-0001/resolve", {"resolution": "done"}, once=True),
        ),
        End("invoiced", "Finished", (10000,), (0,), (1500,), requested=10000),
    ),
)
CANCEL = (
    Story("cancel-open", (CARD,), (STARTS, CANCELS), End("canceled", "Cancelled", (0,), (10000,))),
    Story("cancel-two-payments", TWO, (CANCELS,), End("canceled", "Cancelled", (0, 0), (4000, 6000), (0, 0))),
    Story(
        "cancel-captured",
        (CARD,),
        (STARTS, changes("C1", 1000), passes(FIVE_DAYS), CANCELS),
        End("canceled", "Cancelled", (9000,), (1000,), (9000,)),
    ),
    Story(
        "cancel-withheld",
        (TOTAL,),
        (STARTS, changes("C1", 2000), CANCELS),
        End("canceled", "Cancelled", (0,), (10000,)),
    ),
    Story(
        "cancel-denied",
        TWO,
        (),
        End("canceled", "Cancelled", (0, 0), (4000, 0), (0, 0)),
        before=denies("B" * 32, 6000),
    ),
)
REFUSED = (
    Story(
        "refused-settle-retried",
        (CARD,),
        (STARTS, scripts("settle", "400"), invoices("N1", 10000), RETRIES_THE_FIRST_INVOICE),
        End("invoiced", "Finished", (10000,), requested=10000),
    ),
    Story(
        "refused-settle-written-off",
        (CARD,),
        (STARTS, scripts("settle", "400"), invoices("N1", 7000), ends(2, "write-off"), invoices("N2", 3000)),
        End("invoiced", "Finished", (3000,), requested=3000, written_off=7000),
    ),
    Story(
        "refused-settle-paid-otherwise",
        (CARD,),
        (STARTS, invoices("N1", 3000), scripts("settle", "400"), invoices("N2", 7000), ends(3, "paid-otherwise")),
        End("invoiced", "Finished", (3000,), requested=10000, paid_otherwise=7000),
    ),
    Story(
        "refused-reduction-is-never-captured",
        (CARD,),
        (STARTS, scripts("cancel", "400"), changes("C1", 1500), passes(FIVE_DAYS), invoices("N1", 8500)),
        End("invoiced", "Settling", (8500,), requested=8500, withheld=1500, failed=(2,)),
    ),
    Story(
        "refused-reduction-written-off",
        TWO,
        (STARTS, invoices("N1", 5000), scripts("cancel", "400"), changes("C1", 5000), ends(3, "write-off")),
        End("invoiced", "Finished", (4000, 1000), (0, 0), (0, 0), requested=5000, withheld=5000),
    ),
    Story(
        "refused-refund-retried",
        (CARD,),
        (
            STARTS,
            invoices("N1", 10000),
            scripts("refund", "400"),
            returns("D1", 1500),
            sends(f"{TRANSACTION}/operations/3/retry", once=True),
        ),
        End("invoiced", "Finished", (10000,), (0,), (1500,), requested=10000),
    ),
)
STORIES = (*SETTLE, *REDUCE, *REFUND, *CANCEL, *REFUSED)
