"""What is above the account's limit waits for a second key in the console too (R37)."""

from datetime import timedelta

import pytest

from settlement.console.language import catalogue
from settlement.domain.actor import Actor
from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind, ApprovalState
from settlement.domain.transaction.leg import LegState
from settlement.use_cases.gateway.request_movement import REFUND
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.approvals import approving, ask_movement, limit, refusing, stored
from tests.support.console import KEY, USER, Browser
from tests.unit.test_console_actions import do, look, of_order, of_transaction, take

WAITS = "It is above the limit of one app key: it waits until another one approves it."


@pytest.fixture
def placed(shop: Shop) -> Placed:
    shop.set(auto_settle=False)
    limit(shop, refund=0, cancellation=0, resolution=0)
    return shop.open(a_new_payment(10000, "partial"))


def test_refund_waits_and_another_key_has_it_done(browser: Browser, placed: Placed) -> None:
    placed.invoice("N1", 10000)
    path = of_transaction(placed, "refund")
    plan = look(browser, path, amount="15.00", reason="goodwill")
    assert "R$15.00" in plan.words
    assert "Another app key has to approve it." in plan.words

    done = do(browser, path, plan)
    again = do(browser, path, plan)

    assert (WAITS in done.words, WAITS in again.words) == (True, True)
    [approval] = stored(placed)
    assert (approval.value, approval.reason) == (1500, "goodwill")
    assert (approval.asked_by.app_key, approval.asked_by.user) == (KEY, USER)
    assert placed.ledger.refunded == 0
    approving(placed, approval)
    assert placed.ledger.refunded == 1500


def test_cancellations_of_order_and_of_value_wait(browser: Browser, placed: Placed) -> None:
    given_up = take(browser, of_transaction(placed, "give-up"), amount="15.00", reason="broken")
    cancelled = take(browser, of_order(placed, "cancel"), reason="sold out")

    assert (WAITS in given_up.words, WAITS in cancelled.words) == (True, True)
    assert sorted(held.action.value for held in stored(placed)) == ["cancel-order", "cancellation-request"]
    assert (placed.ledger.cancelled, placed.order.cancelled_at) == (0, None)


def test_change_that_refunds_waits(browser: Browser, shop: Shop, placed: Placed) -> None:
    shop.set(auto_settle=True)
    placed.auto_settle()

    done = take(browser, of_order(placed, "change"), reason="broken", discount="15.00")

    assert WAITS in done.words
    assert (placed.order.value, [held.value for held in stored(placed)]) == (10000, [1500])


def test_resolution_waits(browser: Browser, shop: Shop, placed: Placed) -> None:
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    shop.pass_time(timedelta(hours=26))
    browser.sign_in()

    done = take(browser, of_transaction(placed, "resolve", "legs/2-0001/"), resolution="not-done")

    assert WAITS in done.words
    assert (placed.legs[-1].state, [held.value for held in stored(placed)]) == (LegState.IN_DOUBT, [7000])


class TestDeciding:
    """The page of what waits: what it would do now, who may decide, and what became of it."""

    @pytest.fixture
    def asked(self, shop: Shop, placed: Placed) -> Approval:
        """A refund of 15.00 that another key has asked for."""
        placed.invoice("N1", 10000)
        return ask_movement(placed, REFUND, 1500)

    def sign_in_as(self, browser: Browser, name: str, *roles: str) -> Browser:
        browser.access.keys[name] = ("a-token", ACCOUNT, roles)
        browser.sign_in(name, "a-token")
        return browser

    def test_work_list_leads_to_it_and_another_key_has_it_done(
        self, browser: Browser, shop: Shop, placed: Placed, asked: Approval
    ) -> None:
        today = browser.get("/console/today")
        assert f'href="/console/approvals/{asked.id}"' in today.text

        shown = browser.get(f"/console/approvals/{asked.id}")
        assert "Waits for another key" in shown.words
        assert ("goodwill" in shown.words, "Refund R$15.00" in shown.words) == (True, True)
        form = shown.form("/approve")
        done = browser.post(f"/console/approvals/{asked.id}/approve", form)
        again = browser.post(f"/console/approvals/{asked.id}/approve", form)
        shop.relay()

        for page in (done, again):
            assert "It is decided." in page.words
            assert "Approved and done" in page.words
        [held] = stored(placed)
        assert (held.decided_by, placed.ledger.refunded) == (Actor(KEY, USER), 1500)

    def test_key_that_asked_cannot_approve_it_and_can_take_it_back(self, browser: Browser, placed: Placed) -> None:
        placed.invoice("N1", 10000)
        take(browser, of_transaction(placed, "refund"), amount="15.00", reason="goodwill")
        [asked] = stored(placed)
        page = browser.get(f"/console/approvals/{asked.id}")
        assert "Another key has to approve it" in page.words
        assert f"{asked.id}/approve" not in page.text
        form = page.form("/refuse")

        refused = browser.post(f"/console/approvals/{asked.id}/approve", {"form_token": form["form_token"]})

        assert (refused.status, stored(placed)[0].state) == (403, ApprovalState.PENDING)
        taken_back = browser.post(f"/console/approvals/{asked.id}/refuse", form | {"reason": "a mistake"})
        assert ("Refused" in taken_back.words, "a mistake" in taken_back.words) == (True, True)

    def test_refusal_needs_a_reason(self, browser: Browser, placed: Placed, asked: Approval) -> None:
        form = browser.get(f"/console/approvals/{asked.id}").form("/refuse")

        answer = browser.post(f"/console/approvals/{asked.id}/refuse", form | {"reason": " "})

        assert (answer.status, 'aria-invalid="true"' in answer.text) == (400, True)
        assert stored(placed)[0].state is ApprovalState.PENDING

    @pytest.mark.parametrize("verb", ["approve", "refuse"])
    def test_only_the_role_decides(self, browser: Browser, placed: Placed, asked: Approval, verb: str) -> None:
        self.sign_in_as(browser, "clerk", "view-payment", "process-payment")
        page = browser.get(f"/console/approvals/{asked.id}")
        assert (page.status, f"/{verb}" in page.text) == (200, False)
        token = browser.get("/console/today").form("/sign-out")["form_token"]

        answer = browser.post(f"/console/approvals/{asked.id}/{verb}", {"form_token": token, "reason": "no"})

        assert (answer.status, stored(placed)[0].state) == (403, ApprovalState.PENDING)
        self.sign_in_as(browser, "boss", "approve-payment")
        assert browser.get(f"/console/approvals/{asked.id}").status == 200

    def test_form_of_another_site_decides_nothing(self, browser: Browser, placed: Placed, asked: Approval) -> None:
        form = browser.get(f"/console/approvals/{asked.id}").form("/approve")

        path = f"/console/approvals/{asked.id}/approve"
        assert browser.post(path, form, sec_fetch_site="cross-site").status == 403
        assert browser.post(path, {"form_token": "x"}).status == 403
        assert stored(placed)[0].state is ApprovalState.PENDING

    def test_what_is_decided_otherwise_meanwhile_is_told(
        self, browser: Browser, placed: Placed, asked: Approval
    ) -> None:
        form = browser.get(f"/console/approvals/{asked.id}").form("/approve")
        refusing(placed, asked)

        answer = browser.post(f"/console/approvals/{asked.id}/approve", form)

        assert (answer.status, "Refused" in answer.words, placed.ledger.refunded) == (409, True, 0)

    def test_what_is_no_longer_possible_is_told_before(
        self, browser: Browser, shop: Shop, placed: Placed, asked: Approval
    ) -> None:
        shop.set(approval_above=())
        placed.give_back("R1", 10000)

        page = browser.get(f"/console/approvals/{asked.id}")

        assert "It is no longer possible as it was asked for." in page.words
        done = browser.post(f"/console/approvals/{asked.id}/approve", page.form("/approve"))
        assert "Approved, no longer possible" in done.words

    def test_approval_of_another_account_is_not_there(self, browser: Browser, asked: Approval) -> None:
        browser.access.keys["stranger"] = ("a-token", "other", ("*",))
        browser.sign_in("stranger", "a-token")

        assert browser.get(f"/console/approvals/{asked.id}").status == 404

    @pytest.mark.parametrize("language", ["en", "es", "pt-BR"])
    def test_every_action_has_its_words(self, browser: Browser, asked: Approval, language: str) -> None:
        browser.language = language

        assert browser.get(f"/console/approvals/{asked.id}").status == 200
        assert {f"approval-action.{action.value}" for action in ApprovalAction} <= set(catalogue(language))
        assert {f"approval-state.{state.value}" for state in ApprovalState} <= set(catalogue(language))
        assert {f"approval-kind.{kind.value}" for kind in ApprovalKind} <= set(catalogue(language))


def test_return_write_off_and_confirmation_wait_in_the_console_too(
    browser: Browser, shop: Shop, placed: Placed
) -> None:
    placed.invoice("N1", 10000)
    returned = take(browser, of_order(placed, "return"), number="D1", date="2026-03-02", amount="15.00")
    failed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "400")
    failed.invoice("N1", 7000)
    written_off = take(browser, of_transaction(failed, "write-off", "operations/2/"), reason="the card is gone")

    assert (WAITS in returned.words, WAITS in written_off.words) == (True, True)
    assert [held.action.value for held in (*stored(placed), *stored(failed))] == ["return-invoice", "write-off"]
    assert (placed.order.returned, failed.ledger.written_off) == (0, 0)
