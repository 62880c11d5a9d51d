"""Hooks have a log of deliveries; one that was given up is work until it is delivered; calls are signed (D151)."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from settlement.api.feeds.view import update_of
from settlement.connectors.hook_signature import signature
from settlement.domain.account.delivery import DELAYS, KEPT_FOR, Called, Delivery, attempted
from settlement.domain.account.feed import Feed, Hook, StatusUpdate, read_delivery_id
from settlement.domain.actor import Actor, System
from settlement.domain.errors import NoHook
from settlement.storage.outbox import entry_of_event
from settlement.use_cases.updates.call_hooks import HooksNotDelivered, call_hooks, rotate_secret
from settlement.use_cases.updates.deliver import delete_hook
from testkit.builders import ACCOUNT, NOON
from testkit.shop import Shop
from tests.support.service import Service
from tests.template.cloudformation import load_template

HOOK = "/api/orders/hook"
WORK = "/api/pvt/work-items"
ERP, CRM = Hook("erp", "https://erp.example"), Hook("crm", "https://crm.example")
UPDATE = StatusUpdate("T1-transaction-7", "1-01", "handling", NOON)


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    service = Service(shop, monkeypatch)
    for hook in (ERP, CRM):
        service.feeds.replace_hook(ACCOUNT, None, hook)
    return service


def run(service: Service, update: StatusUpdate = UPDATE) -> None:
    """One run of the function for an update, which may fail."""
    call_hooks(service.shop.acting(System.WORKFLOW), service.feeds, service.hooks, ACCOUNT, update, "T1")


def give_up(service: Service) -> None:
    """Let every attempt at one hook fail."""
    service.hooks.broken = {ERP.url}
    for delay in (*DELAYS, timedelta()):
        with pytest.raises(HooksNotDelivered, match="erp: it answered with 500"):
            run(service)
        service.shop.clock.advance(delay)


def log(service: Service, app_key: str = "erp") -> list[Delivery]:
    return service.feeds.deliveries(ACCOUNT, app_key, 10, None).items


def work(service: Service) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.do("GET", WORK, query={"kind": "undelivered-hook"})["items"]
    return items


def test_attempts_are_logged_with_what_came_of_them_and_when_the_next_one_is(service: Service) -> None:
    service.hooks.broken = {ERP.url}
    began = service.shop.clock.time
    with pytest.raises(HooksNotDelivered):
        run(service)

    [failed], [taken] = log(service), log(service, "crm")
    assert (failed.attempts, failed.status, failed.error, failed.at) == (1, 500, "it answered with 500", began)
    assert (failed.next_attempt_at, failed.duration_ms, failed.is_delivered) == (began + DELAYS[0], 12, False)
    assert (taken.attempts, taken.status, taken.error, taken.next_attempt_at) == (1, 200, None, None)

    service.shop.clock.advance(DELAYS[0])
    service.hooks.broken = set()
    run(service)

    logged = [*log(service), *log(service, "crm")]
    assert [(held.attempts, held.is_delivered) for held in logged] == [(2, True), (1, True)]
    assert [url for _, url, _ in service.hooks.notified] == [CRM.url, ERP.url, ERP.url]


def test_delivery_that_was_given_up_is_work_until_it_is_sent_again(service: Service) -> None:
    give_up(service)

    [item] = work(service)
    [delivery] = log(service)
    assert (item["orderId"], item["transactionId"], item["message"]) == ("1-01", "T1", "it answered with 500")
    assert (delivery.attempts, delivery.next_attempt_at) == (3, None)
    assert item["actions"] == [{"name": "resend", "method": "POST", "href": f"{HOOK}/deliveries/{delivery.id}/resend"}]
    assert service.do("GET", f"{WORK}/summary")["kinds"][0]["count"] == 1

    again = service.do("POST", item["actions"][0]["href"])
    assert (again["delivered"], again["statusCode"], again["attempt"]) == (False, 500, 4)
    assert [held["since"] for held in work(service)] == [item["since"]]

    service.hooks.broken = set()
    again = service.do("POST", item["actions"][0]["href"])
    assert (again["delivered"], again["error"], again["attempt"], again["nextAttempt"]) == (True, None, 5, None)
    assert work(service) == []


def told_of_work(service: Service) -> list[tuple[str, str]]:
    """What the timeline tells of work, oldest first: the event, and the hook that it is about."""
    found = []
    for event in service.shop.store.events(ACCOUNT, "T1", 100, None).items[::-1]:
        item: Any = event.data["item"]
        named = read_delivery_id(item["deliveryId"])
        assert named is not None
        found.append((event.type.value, named[0]))
    return found


def update_of_work(service: Service, number: int = -1) -> StatusUpdate:
    """The update that an event of work becomes, as the bus brings it."""
    event = sorted(service.shop.store.events(ACCOUNT, "T1", 100, None).items, key=lambda held: held.at)[number]
    entry = entry_of_event(ACCOUNT, event)
    assert entry is not None
    return update_of({"detail-type": entry.type, "detail": entry.detail})


class TestEventsOfWork:
    """Work of a hook is told to all but the hook that is at fault, and a failure to tell it is no work."""

    @pytest.fixture
    def desks(self, service: Service) -> Service:
        """Both hooks want work."""
        for hook in (ERP, CRM):
            service.feeds.replace_hook(ACCOUNT, hook, replace(hook, work_items=True))
        return service

    def test_opening_and_end_are_events_of_who_caused_them(self, service: Service) -> None:
        give_up(service)
        assert told_of_work(service) == [("WorkItemOpened", "erp")]
        [item] = work(service)
        service.hooks.broken = set()

        service.do("POST", item["actions"][0]["href"], headers={"X-Quita-User": "Ana"})

        assert told_of_work(service) == [("WorkItemOpened", "erp"), ("WorkItemClosed", "erp")]
        actors = [event.actor for event in service.shop.store.events(ACCOUNT, "T1", 9, None).items]
        assert actors == [Actor("key", "Ana"), Actor(system=System.WORKFLOW)]

    def test_deleted_hook_ends_its_work_aloud(self, service: Service) -> None:
        give_up(service)

        delete_hook(service.shop.ports, service.feeds, ACCOUNT, "erp")

        assert told_of_work(service) == [("WorkItemOpened", "erp"), ("WorkItemClosed", "erp")]

    def test_hook_at_fault_is_not_told_of_itself_and_others_are(self, desks: Service) -> None:
        give_up(desks)
        update = update_of_work(desks)
        desks.hooks.notified.clear()

        run(desks, update)

        assert desks.hooks.notified == [(ACCOUNT, CRM.url, "WorkItemOpened")]
        feed = Feed("bi", "F1", work_items=True)
        assert feed.wants(update)

    def test_two_broken_hooks_do_not_feed_each_other(self, desks: Service) -> None:
        desks.hooks.broken = {ERP.url, CRM.url}
        for delay in (*DELAYS, timedelta()):
            with pytest.raises(HooksNotDelivered):
                run(desks)
            desks.shop.clock.advance(delay)
        opened = [update_of_work(desks, number) for number in (0, 1)]
        assert {update.hook_at_fault for update in opened} == {"erp", "crm"}

        for update in opened:
            for delay in (*DELAYS, timedelta()):
                with pytest.raises(HooksNotDelivered):
                    run(desks, update)
                desks.shop.clock.advance(delay)

        assert sorted(told_of_work(desks)) == [("WorkItemOpened", "crm"), ("WorkItemOpened", "erp")]
        assert len(work(desks)) == 2
        about_work = [held for held in log(desks) if held.update.hook_at_fault is not None]
        assert [(held.given_up_at is None, held.work, held.expires_at) for held in about_work] == [
            (False, None, about_work[0].at + KEPT_FOR)
        ]


def test_later_run_ends_the_work_as_well(service: Service) -> None:
    give_up(service)
    service.hooks.broken = set()

    run(service)

    assert work(service) == []
    assert log(service)[0].is_delivered


def test_deleted_hook_leaves_neither_log_nor_work(service: Service) -> None:
    give_up(service)
    [item] = work(service)

    delete_hook(service.shop.ports, service.feeds, ACCOUNT, "erp")

    assert (work(service), log(service)) == ([], [])
    heard = service.call("POST", item["actions"][0]["href"])
    assert (heard.status, "Delivery Not Found" in heard.json["error"]["message"]) == (404, True)


def test_log_is_of_the_callers_hook_newest_first_by_pages(service: Service, shop: Shop) -> None:
    service.do("POST", f"{HOOK}/config", {"hook": {"url": "https://mine.example"}})
    [mine] = [hook for hook in service.feeds.hooks(ACCOUNT) if hook.url == "https://mine.example"]
    for number in range(3):
        at = NOON + timedelta(minutes=number)
        run(service, StatusUpdate(f"T1-transaction-{number}", f"{number}-01", "handling", at))

    first = service.do("GET", f"{HOOK}/deliveries", query={"limit": "2"})
    rest = service.do("GET", f"{HOOK}/deliveries", query={"limit": "2", "cursor": first["next"]})

    assert [item["orderId"] for item in first["items"] + rest["items"]] == ["2-01", "1-01", "0-01"]
    assert rest["next"] is None
    assert first["items"][0].keys() == {
        "id", "eventId", "orderId", "state", "time", "attempt", "statusCode", "durationMs", "error", "nextAttempt",
        "delivered",
    }  # fmt: skip
    assert read_delivery_id(first["items"][0]["id"]) == (mine.app_key, log(service, mine.app_key)[0].key)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"limit": "0"}, "limit: must be an integer from 1 to 100"),
        ({"cursor": "x"}, "cursor: must be the next of an earlier page"),
        ({"since": "now"}, "since: is no parameter"),
    ],
)
def test_question_that_makes_no_sense_is_refused_by_name(service: Service, query: dict[str, str], words: str) -> None:
    heard = service.call("GET", f"{HOOK}/deliveries", query=query)

    assert (heard.status, words in heard.json["error"]["message"]) == (400, True)


@pytest.mark.parametrize("id_", ["nobody", "YQ", "ZXJwIDIwMjY", "%20", "x" * 5000])
def test_delivery_that_is_not_in_the_log_is_not_sent(service: Service, id_: str) -> None:
    before = service.feeds.everything()

    assert service.call("POST", f"{HOOK}/deliveries/{id_}/resend").status == 404
    assert (service.hooks.notified, service.feeds.everything()) == ([], before)


def test_hook_routes_need_their_role(service: Service) -> None:
    for method, path in (("GET", "deliveries"), ("POST", "deliveries/x/resend"), ("POST", "config/secret")):
        assert service.call(method, f"{HOOK}/{path}", roles="view-order").status == 403


def test_secret_is_shown_once_and_two_are_valid_at_a_time(service: Service) -> None:
    body = {"hook": {"url": "https://mine.example"}}
    made = service.do("POST", f"{HOOK}/config", body)["secret"]
    assert re.fullmatch("[0-9a-f]{64}", made)
    assert "secret" not in service.do("POST", f"{HOOK}/config", body)
    assert made not in service.call("GET", f"{HOOK}/config").text

    rotated = [service.do("POST", f"{HOOK}/config/secret") for _ in range(2)]

    [mine] = [hook for hook in service.feeds.hooks(ACCOUNT) if hook.url == "https://mine.example"]
    assert mine.secrets == (rotated[1]["secret"], rotated[0]["secret"])
    assert [held["validSecrets"] for held in rotated] == [2, 2]


def test_hook_of_an_earlier_version_gets_a_secret_when_it_is_rotated(service: Service) -> None:
    assert rotate_secret(service.feeds, ACCOUNT, "erp", "new").secrets == ("new",)
    with pytest.raises(NoHook):
        rotate_secret(service.feeds, ACCOUNT, "nobody", "new")


def test_example_of_the_documents_verifies_what_the_service_signs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    [example] = [block for block in re.findall(r"```python\n(.*?)```", page, re.S) if "Quita-Signature" in block]
    scope: dict[str, Any] = {}
    exec(example, scope)
    is_from_quita, body, now = scope["is_from_quita"], b'{"State":"handling"}', NOON.timestamp()
    header = signature(["new", "old"], NOON, body)

    assert is_from_quita("new", header, body, now)
    assert is_from_quita("old", header, body, now)
    assert not is_from_quita("other", header, body, now)
    assert not is_from_quita("new", header, body + b" ", now)
    assert not is_from_quita("new", header, body, now + 301)
    assert not is_from_quita("new", "nonsense", body, now)


def test_attempts_are_as_many_as_the_platform_makes() -> None:
    function = load_template()["Resources"]["OrderHookFunction"]["Properties"]

    assert len(DELAYS) == function["EventInvokeConfig"]["MaximumRetryAttempts"]


def test_reason_of_a_failure_is_cut() -> None:
    delivery = attempted(None, "erp", UPDATE, "T1", Called(None, "x" * 1000, 5), NOON)

    assert delivery.error == "x" * 300
