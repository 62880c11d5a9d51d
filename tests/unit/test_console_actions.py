"""What operators do in the console: each action shows its money plan, refuses a stale one, and is taken once (D149)."""

from typing import Any

import pytest

from settlement.domain.account.account import Role
from settlement.domain.events import EventType
from testkit.builders import ACCOUNT, a_new_payment, item
from testkit.provider import Kind
from testkit.shop import Placed, Shop
from tests.support.console import KEY, TOKEN, USER, Browser, Shown


@pytest.fixture
def placed(shop: Shop) -> Placed:
    shop.set(auto_settle=False)
    return shop.open(a_new_payment(10000, "partial"))


def of_order(placed: Placed, action: str) -> str:
    return f"/console/orders/{placed.order_id}/do/{action}"


def of_transaction(placed: Placed, action: str, what: str = "") -> str:
    return f"/console/transactions/{placed.transaction_id}/{what}do/{action}"


def look(browser: Browser, path: str, **typed: str) -> Shown:
    """Fill in the form of an action, and ask for its plan."""
    form = browser.get(path).form("")
    return browser.post(path, form | typed | {"step": "preview"})


def do(browser: Browser, path: str, plan: Shown) -> Shown:
    """Press the button under a plan."""
    return browser.post(path, plan.form("") | {"step": "do"})


def take(browser: Browser, path: str, **typed: str) -> Shown:
    """Take an action from its form to its end."""
    plan = look(browser, path, **typed)
    assert plan.status == 200, plan.words
    return do(browser, path, plan)


INVOICE = {"number": "N1", "date": "2026-03-02"}


def test_invoice_by_amount_shows_its_plan_and_is_taken(browser: Browser, shop: Shop, placed: Placed) -> None:
    path = of_order(placed, "invoice")

    plan = look(browser, path, **INVOICE, amount="70.00")

    assert "Capture R$70.00" in plan.words
    assert "Handling → Partly invoiced" in plan.words
    assert "Invoiced R$0.00 → R$70.00" in plan.words
    assert placed.order.invoiced == 0, "nothing was done yet"

    done = do(browser, path, plan)
    shop.relay()

    assert (done.path, "The invoice is taken" in done.words) == (
        f"/console/orders/{placed.order_id}?done=invoice",
        True,
    )
    assert (placed.ledger.captured, placed.ledger.open) == (7000, 3000)


def test_invoice_by_items_is_worth_what_is_left_of_them(browser: Browser, shop: Shop, placed: Placed) -> None:
    take(browser, of_order(placed, "invoice"), **INVOICE, **{"item-0": "1", "item-1": "2", "extra": "20.00"})
    shop.relay()

    assert placed.ledger.captured == 10000
    assert placed.status == ("invoiced", "Finished")
    assert [line.invoiced for line in shop.store.lines(ACCOUNT, placed.order_id)] == [1, 2]


def test_what_was_done_says_who_did_it(browser: Browser, placed: Placed) -> None:
    take(browser, of_order(placed, "invoice"), **INVOICE, amount="70.00")

    [notified] = placed.said(EventType.INVOICE_NOTIFIED)
    assert notified.actor is not None
    assert (notified.actor.app_key, notified.actor.user) == (KEY, USER)


def test_whole_story_of_an_order_by_forms(browser: Browser, shop: Shop) -> None:
    shop.set(auto_settle=False)
    placed = shop.place(a_new_payment(10000, "partial"))
    placed.run()

    def step(action: str, **typed: str) -> None:
        take(browser, of_order(placed, action), **typed)
        shop.relay()

    step("start-handling")
    step("invoice", number="N1", date="2026-03-02", amount="70.00")
    step("change", reason="One item less", discount="15.00")
    step("invoice", number="N2", date="2026-03-03", amount="15.00")
    step("return", number="D1", date="2026-03-04", amount="15.00")

    ledger = placed.ledger
    assert (ledger.captured, ledger.given_up, ledger.refunded, ledger.open) == (8500, 1500, 1500, 0)
    assert placed.status == ("invoiced", "Finished")


def test_item_that_is_taken_off_takes_its_value_with_it(browser: Browser, shop: Shop, placed: Placed) -> None:
    take(browser, of_order(placed, "change"), reason="sold out", **{"item-1": "1"})
    shop.relay()

    assert (placed.order.value, placed.ledger.given_up) == (8500, 1500)


def test_order_is_cancelled_with_a_reason(browser: Browser, shop: Shop, placed: Placed) -> None:
    plan = look(browser, of_order(placed, "cancel"), reason="")
    assert (plan.status, "Please fill in: Reason" in plan.words) == (400, True)

    take(browser, of_order(placed, "cancel"), reason="sold out")
    shop.relay()

    assert placed.order.cancel_reason == "sold out"
    assert placed.ledger.given_up == 10000


def test_invoice_is_cancelled_after_its_plan(browser: Browser, shop: Shop, placed: Placed) -> None:
    placed.invoice("N1", 7000)
    plan = look(browser, of_order(placed, "cancel-invoice"), number="N1", reason="wrong shopper")
    assert placed.ledger.refunded == 0

    assert do(browser, of_order(placed, "cancel-invoice"), plan).status == 200
    shop.relay()

    assert (placed.order.invoiced, placed.ledger.refunded) == (0, 7000)


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("invoice", {**INVOICE, "amount": "70.00"}),
        ("change", {"reason": "less", "discount": "15.00"}),
        ("cancel", {"reason": "sold out"}),
    ],
)
def test_plan_that_is_stale_is_refused_and_the_new_one_shown(
    browser: Browser, shop: Shop, placed: Placed, action: str, typed: dict[str, str]
) -> None:
    path = of_order(placed, action)
    plan = look(browser, path, **typed)
    placed.change("elsewhere", discount=1000)
    before = shop.store.backup()

    answer = do(browser, path, plan)

    assert (answer.status, "The order has changed since you looked at it" in answer.words) == (412, True)
    assert shop.store.backup() == before
    assert do(browser, path, answer).status == 200, "the new plan can be taken"


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("invoice", {**INVOICE, "amount": "70.00"}),
        ("change", {"reason": "less", "discount": "15.00"}),
        ("cancel", {"reason": "sold out"}),
        ("start-handling", {}),
    ],
)
def test_form_that_is_sent_twice_is_one_deed(browser: Browser, shop: Shop, action: str, typed: dict[str, str]) -> None:
    shop.set(auto_settle=False)
    placed = shop.place(a_new_payment(10000, "partial"))
    placed.run()
    if action != "start-handling":
        placed.start()
    path = of_order(placed, action)
    plan = look(browser, path, **typed)
    first = do(browser, path, plan)
    shop.relay()
    before = (placed.order, placed.transaction, placed.events, placed.operations)

    again = do(browser, path, plan)

    assert (again.status, again.path) == (first.status, first.path)
    assert (placed.order, placed.transaction, placed.events, placed.operations) == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": "70.005"}, "This is no amount: Amount"),
        ({"amount": "seventy"}, "This is no amount: Amount"),
        ({"amount": "-1"}, "This is no amount: Amount"),
        ({"amount": "70,00"}, "This is no amount: Amount"),
        ({}, "Choose items, or write an amount"),
        ({"item-0": "2"}, "This is no quantity, or more than is left"),
        ({"amount": "1", "date": "yesterday"}, "This is no day: Date of issue"),
        ({"amount": "1", "number": ""}, "Please fill in: Invoice number"),
        ({"amount": "1", "number": "a b"}, "invoiceNumber: must be 1 to 100 of the characters"),
    ],
)
def test_what_makes_no_sense_is_told_and_the_rest_is_kept(
    browser: Browser, shop: Shop, placed: Placed, typed: dict[str, str], words: str
) -> None:
    before = shop.store.backup()

    shown = look(browser, of_order(placed, "invoice"), **(INVOICE | {"courier": "Sloth <Express>"} | typed))

    assert (shown.status, words in shown.words) == (400, True)
    assert shown.form("")["courier"] == "Sloth <Express>"
    assert shop.store.backup() == before


@pytest.mark.parametrize(("language", "text"), [("pt-BR", "1.070,50"), ("es", "1.070,50"), ("en", "1,070.50")])
def test_amounts_are_read_as_the_language_writes_them(browser: Browser, shop: Shop, language: str, text: str) -> None:
    placed = shop.open(a_new_payment(200_000, "partial"), value=200_000)
    browser.language = language
    take(browser, of_order(placed, "invoice"), **INVOICE, amount=text)

    assert placed.order.invoiced == 107_050


def test_warnings_of_the_plan_are_told(browser: Browser, placed: Placed) -> None:
    plan = look(browser, of_order(placed, "invoice"), **INVOICE, amount="170.00")

    assert "More than is left to invoice." in plan.words


def test_correcting_keeps_what_was_typed(browser: Browser, placed: Placed) -> None:
    path = of_order(placed, "change")
    plan = look(browser, path, reason="less <b>", discount="15.00")

    form = browser.post(path, plan.form("") | {"step": "edit"}).form("")

    assert (form["reason"], form["discount"], form["request_id"]) == ("less <b>", "15.00", plan.form("")["request_id"])


def test_deed_without_a_plan_is_refused(browser: Browser, shop: Shop, placed: Placed) -> None:
    path = of_order(placed, "invoice")
    form = browser.get(path).form("")
    before = shop.store.backup()

    answer = browser.post(path, form | INVOICE | {"amount": "70.00", "step": "do"})

    assert (answer.status, "Look at the plan first" in answer.words) == (400, True)
    assert shop.store.backup() == before


def failed(shop: Shop, kind: Kind = "settle") -> Placed:
    """An order of which a capture or a refund was refused."""
    shop.set(auto_settle=False)
    placed = shop.open(a_new_payment(10000, "partial"))
    if kind == "refund":
        placed.invoice("N1", 10000)
    shop.provider.script(kind, "400")
    placed.invoice("N1", 7000) if kind == "settle" else placed.give_back("R1", 2500)
    return placed


@pytest.mark.parametrize("kind", ["settle", "refund"])
def test_failed_operation_is_retried_once(browser: Browser, shop: Shop, kind: Kind) -> None:
    placed = failed(shop, kind)
    path = of_transaction(placed, "retry", f"operations/{placed.operation.sequence}/")
    plan = look(browser, path)
    assert ("Capture R$70.00" if kind == "settle" else "Refund R$25.00") in plan.words

    first = do(browser, path, plan)
    again = do(browser, path, plan)
    shop.relay()

    assert ("It is tried again." in first.words, "It is tried again." in again.words) == (True, True)
    assert (placed.ledger.captured, placed.ledger.refunded) == ((7000, 0) if kind == "settle" else (10000, 2500))
    assert not placed.transaction.is_in_error


@pytest.mark.parametrize(
    ("action", "typed", "type_"),
    [
        ("write-off", {"reason": "shopper is gone"}, EventType.VALUE_WRITTEN_OFF),
        ("paid-otherwise", {"reason": "by transfer", "reference": "TRF-7"}, EventType.VALUE_PAID_OTHERWISE),
    ],
)
def test_failed_capture_is_ended_once_by_a_person(
    browser: Browser, shop: Shop, action: str, typed: dict[str, str], type_: EventType
) -> None:
    placed = failed(shop)
    path = of_transaction(placed, action, f"operations/{placed.operation.sequence}/")
    sure = look(browser, path, **typed)
    assert "with your name" in sure.words

    answers = [do(browser, path, sure), do(browser, path, sure)]
    shop.relay()

    assert [answer.path.partition("?")[2] for answer in answers] == [f"done={action}"] * 2
    assert len(placed.said(type_)) == 1
    assert not placed.transaction.is_in_error


def test_refund_left_to_a_person_is_confirmed_once(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")
    placed.give_back("R1", 2500)
    leg = placed.legs[-1]
    path = of_transaction(placed, "confirm", f"legs/{leg.operation}-{leg.number}/")
    sure = look(browser, path, reference="BO-77")

    answers = [do(browser, path, sure), do(browser, path, sure)]

    assert [answer.path.partition("?")[2] for answer in answers] == ["done=confirm"] * 2
    assert (placed.ledger.refunded, placed.legs[-1].reference) == (2500, "BO-77")


def test_refused_call_is_resolved_as_done(browser: Browser, shop: Shop) -> None:
    placed = failed(shop)
    leg = placed.legs[-1]
    path = of_transaction(placed, "resolve", f"legs/{leg.operation}-{leg.number}/")

    done = do(browser, path, look(browser, path, resolution="done", reference="SET-9", reason="seen at the bank"))
    shop.relay()

    assert done.status == 200
    assert (placed.ledger.captured, placed.legs[-1].reference) == (7000, "SET-9")


@pytest.mark.parametrize(
    ("action", "amount", "moved"), [("settle", "30.00", (10000, 0, 0)), ("give-up", "30.00", (7000, 3000, 0)),
                                    ("refund", "20.00", (7000, 0, 2000))]
)  # fmt: skip
def test_value_is_moved_by_hand_once(
    browser: Browser, shop: Shop, placed: Placed, action: str, amount: str, moved: Any
) -> None:
    placed.invoice("N1", 7000, item("A", 5000))
    path = of_transaction(placed, action)
    plan = look(browser, path, amount=amount, reason="agreed on the phone")

    do(browser, path, plan)
    do(browser, path, plan)
    shop.relay()

    ledger = placed.ledger
    assert (ledger.captured, ledger.given_up, ledger.refunded) == moved
    assert placed.operation.origin.startswith("request/")


def test_pages_offer_what_makes_sense_and_the_reader_may_do(browser: Browser, shop: Shop, placed: Placed) -> None:
    path = f"/console/orders/{placed.order_id}"
    assert ["New invoice" in browser.get(path).words, "Start handling" in browser.get(path).words] == [True, False]

    browser.access.keys[KEY] = (TOKEN, ACCOUNT, (Role.VIEW_ORDER.value, Role.CANCEL_ORDER.value))
    browser.sign_in()
    words = browser.get(path).words

    assert ("Cancel the order" in words, "New invoice" in words) == (True, False)


@pytest.mark.parametrize(
    ("action", "role"),
    [
        ("start-handling", Role.HANDLE_ORDER),
        ("invoice", Role.NOTIFY_INVOICE),
        ("return", Role.NOTIFY_REFUND),
        ("change", Role.CHANGE_ORDER),
        ("cancel", Role.CANCEL_ORDER),
        ("cancel-invoice", Role.NOTIFY_REFUND),
    ],
)
def test_action_needs_the_role_of_its_route(browser: Browser, placed: Placed, action: str, role: Role) -> None:
    others = tuple(other.value for other in Role if other is not role)
    path = of_order(placed, action)
    form = browser.get(path).form("")

    browser.access.keys[KEY] = (TOKEN, ACCOUNT, others)
    browser.sign_in()
    token = browser.get("/console/orders").form("/sign-out")["form_token"]

    assert browser.get(path).status == 403
    assert browser.post(path, form | {"form_token": token, "step": "do"}).status == 403


def test_action_on_a_transaction_needs_the_role_to_process(browser: Browser, shop: Shop) -> None:
    placed = failed(shop)
    others = tuple(role.value for role in Role if role is not Role.PROCESS_PAYMENT)
    browser.access.keys[KEY] = (TOKEN, ACCOUNT, others)
    browser.sign_in()

    assert browser.get(of_transaction(placed, "refund")).status == 403
    assert "/do/" not in browser.get(f"/console/transactions/{placed.transaction_id}").text


@pytest.mark.parametrize("what", ["", "operations/1/", "legs/1-0001/", "payments/P/payouts/N/"])
def test_action_that_is_not_there_is_told(browser: Browser, placed: Placed, what: str) -> None:
    for action in ("nothing", "confirm" if "legs" not in what else "retry"):
        assert browser.get(of_transaction(placed, action, what)).status == 404
    assert browser.get(of_order(placed, "nothing")).status == 404
