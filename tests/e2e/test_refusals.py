"""When a connector refuses for good, over HTTP: what is owed, what is seen, and the ways on (R33 to R36)."""

import os
import random
from typing import Any

import pytest

from testkit.api import Answer
from testkit.merchant import Figures, Merchant, Moved, PlacedOrder, cancel, refund, settle

STORIES = int(os.environ.get("QUITA_HTTP_STORIES", "6"))
STEPS = 10


def operations(order: PlacedOrder) -> list[dict[str, Any]]:
    """What was asked of the transaction, newest first."""
    found: list[dict[str, Any]] = order.api.read(f"{order.transaction_path}/operations")
    return found


def ask(order: PlacedOrder, operation: int, way: str, **body: str) -> Answer:
    """Take a way on from an operation, and wait for what comes of it."""
    answer = order.api.post(f"{order.transaction_path}/operations/{operation}/{way}", body)
    order.come_to_rest()
    return answer


def end(order: PlacedOrder, operation: int, way: str = "write-off", **more: str) -> Answer:
    """End what an operation is missing."""
    return ask(order, operation, way, reason="The authorisation has expired", actor="finance", **more)


def in_error(order: PlacedOrder) -> bool:
    """Whether the order shows that somebody has to put something right, as the list does."""
    shown: bool = order.order()["workflowIsInError"]
    return shown


def test_r33_reduction_that_was_refused_is_never_captured(merchant: Merchant) -> None:
    order = merchant.place()
    merchant.script("cancellations", "400", payment=order.payment_ids[0])
    order.change("C1", discount=1500)
    order.invoice("N1", 8500)

    assert order.figures() == Figures("invoiced", "Settling", value=8500, invoiced=8500, settled=8500)
    assert order.calls()[1:] == [settle("85.00")]
    assert in_error(order)
    assert ask(order, 2, "retry").status == 202
    assert order.figures() == Figures("invoiced", "Finished", value=8500, invoiced=8500, settled=8500)
    assert order.calls()[2:] == [cancel("15.00")]
    assert not in_error(order)


def test_r34_retry_of_a_refund_that_was_given_directly_meanwhile(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 10000)
    merchant.script("refunds", "400", payment=order.payment_ids[0])
    order.give_back("D1", 1500)
    assert order.api.post(f"{order.transaction_path}/refunding-request", {"value": 9000}).status == 200
    order.come_to_rest()

    assert ask(order, 3, "retry").status == 202

    assert order.calls()[2:] == [refund("90.00"), refund("10.00")]
    assert not in_error(order)


@pytest.mark.parametrize("outcome", ["400", "501"])
def test_r35_cancelled_order_is_cancelling_until_its_money_is_back(merchant: Merchant, outcome: str) -> None:
    order = merchant.place()
    merchant.script("cancellations", outcome, payment=order.payment_ids[0])
    order.cancel()
    assert (order.order()["status"], order.transaction()["status"]) == ("canceled", "Cancelling")
    assert in_error(order)

    done = {"resolution": "done", "reference": "CXL-BY-HAND"}
    assert order.api.post(f"{order.transaction_path}/legs/2-0001/resolve", done).status == 204

    assert order.transaction()["status"] == "Cancelled"
    assert not in_error(order)
    assert operations(order)[0]["legs"][0]["reference"] == "CXL-BY-HAND"


def test_r36_capture_that_never_will_be_is_written_off(merchant: Merchant) -> None:
    order = merchant.place()
    merchant.script("settlements", "400", "400", payment=order.payment_ids[0])
    order.invoice("N1", 10000)
    assert ask(order, 2, "retry").status == 202
    assert order.figures() == Figures("invoice", "Settling", invoiced=10000, open=10000)
    [newest, *_] = operations(order)
    assert newest["exits"] == ["retry", "write-off", "paid-otherwise"]
    assert newest["legs"][0]["exits"] == ["resolve: done", "resolve: not-done"]

    answer = end(order, 3)

    assert (answer.status, answer.json["value"], answer.json["state"]) == (200, 10000, "done")
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000)
    assert order.order()["writtenOffValue"] == order.transaction()["writtenOffValue"] == 10000
    assert order.settlements() == Moved([10000], [])
    assert not in_error(order)


def test_r36_capture_that_was_paid_otherwise(merchant: Merchant) -> None:
    order = merchant.place()
    merchant.script("settlements", "400", payment=order.payment_ids[0])
    order.invoice("N1", 7000)

    assert end(order, 2, "paid-otherwise").status == 400
    assert end(order, 2, "paid-otherwise", reference="TRF-7").status == 200
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=3000)
    assert order.order()["paidOtherwiseValue"] == 7000


def test_ways_that_an_operation_does_not_have_are_refused_with_their_reason(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)
    for way, body in (("retry", {}), ("write-off", {"reason": "r", "actor": "a"})):
        answer = ask(order, 2, way, **body)
        assert (answer.status, "is done" in answer.json["error"]["message"]) == (409, True)
    assert end(order, 99).status == 404
    for body in ({}, {"reason": " ", "actor": "a"}, {"reason": "r"}, {"reason": "r", "actor": "a" * 101}):
        assert ask(order, 2, "write-off", **body).status == 400


class Story:
    """One order whose connector says no at random, and its operator, who does something about it at random."""

    def __init__(self, merchant: Merchant, seed: int) -> None:
        self.draw = random.Random(seed)
        self.merchant = merchant
        self.order = merchant.place()
        self.number = 0

    def tell(self) -> None:
        """Play the steps; no answer is ever a fault of the service."""
        for _ in range(STEPS):
            step = self.draw.choice(
                (self.invoice, self.invoice, self.give_back, self.change, self.direct, self.say_no, self.operate)
            )
            answer = step()
            assert answer is None or answer.status < 500, answer
            self.order.come_to_rest()
            self.nothing_is_taken_that_is_not_owed()

    def invoice(self) -> Answer:
        self.number += 1
        return self.order.notify(f"N{self.number}", self.draw.randint(1, 60) * 100)

    def give_back(self) -> Answer:
        self.number += 1
        return self.order.notify(f"D{self.number}", self.draw.randint(1, 30) * 100, type="Input")

    def change(self) -> Answer:
        self.number += 1
        return self.order.register_change(f"C{self.number}", discount=self.draw.randint(1, 20) * 100)

    def direct(self) -> Answer:
        """Ask the gateway to give back; what it is asked to settle, a change may take back, and no sum would hold."""
        what = self.draw.choice(("refunding", "cancellation"))
        value = self.draw.randint(1, 40) * 100
        return self.order.api.post(f"{self.order.transaction_path}/{what}-request", {"value": value})

    def say_no(self) -> None:
        kind, outcome = self.draw.choice(
            (("settlements", "400"), ("cancellations", "400"), ("cancellations", "501"), ("refunds", "400"),
             ("refunds", "501"), ("settlements", "partial:1000"), ("settlements", {"value": 9.999999999999998}))
        )  # fmt: skip
        self.merchant.script(kind, outcome, payment=self.order.payment_ids[0])

    def operate(self) -> Answer | None:
        troubled = [held for held in operations(self.order) if held["state"] in ("failed", "manual")]
        if not troubled:
            return None
        held = self.draw.choice(troubled)
        return self.take(held, self.draw.choice(held["exits"]))

    def take(self, held: dict[str, Any], way: str) -> Answer:
        if way == "retry":
            return ask(self.order, held["id"], "retry")
        more = {"reference": "TRF-7"} if way == "paid-otherwise" else {}
        return end(self.order, held["id"], way, **more)

    def nothing_is_taken_that_is_not_owed(self) -> None:
        transaction = self.order.transaction()
        books = transaction["reconciliation"]["differences"]
        assert not [found for found in books if found["what"] == "captured beyond what the order owes"]
        troubled = any(held["state"] in ("failed", "manual") for held in operations(self.order))
        assert in_error(self.order) == troubled
        assert not (troubled and transaction["status"] in ("Finished", "Cancelled"))

    def put_right(self) -> None:
        """Take the exits until none is left; the connector says yes again."""
        for operation in ("settlements", "cancellations", "refunds"):
            self.merchant.script(operation, *["ok"] * 30, payment=self.order.payment_ids[0])
        for _ in range(50):
            troubled = [held for held in operations(self.order) if held["state"] in ("failed", "manual")]
            if not troubled:
                return
            held = troubled[-1]
            ways = [way for way in ("retry", "write-off") if way in held["exits"]]
            answers = (self.take(held, way) for way in ways)
            assert any(answer.status in (200, 202) for answer in answers), held
        raise AssertionError("a failure has no exit")


@pytest.mark.parametrize("seed", range(STORIES))
def test_random_story_of_a_connector_that_says_no_has_an_end(merchant: Merchant, seed: int) -> None:
    story = Story(merchant, seed)
    story.tell()
    story.put_right()

    assert not in_error(story.order)
    story.nothing_is_taken_that_is_not_owed()
    audit = story.order.api.read(f"{story.order.transaction_path}/audit")
    assert audit["mismatches"] == []
