"""A second key, over HTTP: what a request above its limit is answered with, and who may decide (R37)."""

from typing import Any

import pytest

from settlement.domain.account.account import MAX_APPROVAL_HOURS, AccountSettings
from settlement.domain.transaction.approval import ApprovalKind
from testkit.shop import Placed, Shop
from tests.support.service import Heard, Service
from tests.support.tour import ORDERS, TRANSACTIONS, Tour
from tests.support.tour_bodies import change_body, invoice_body

SETTINGS = "/api/oms/pvt/account/settings"
APPROVALS = "/api/pvt/approvals"
CHANGES = "/api/order-system/orders/open/changes"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service."""
    return Service(Shop(), monkeypatch)


@pytest.fixture
def captured(service: Service) -> Placed:
    """A captured order, of which refunds above 20.00 need a second key."""
    placed = Tour(service).place("captured")
    service.do("POST", f"{TRANSACTIONS}/{placed.transaction_id}/settlement-request", {"value": 10000})
    service.do("PATCH", SETTINGS, {"approvalAbove": {"refund": {"BRL": 2000}}, "approvalHours": 24})
    return placed


def ask(service: Service, placed: Placed, value: int = 3000, **more: Any) -> Heard:
    """Ask for a refund."""
    path = f"{TRANSACTIONS}/{placed.transaction_id}/refunding-request"
    return service.call("POST", path, {"value": value, "reason": "goodwill"}, app_key="anna", **more)


def decide(service: Service, approval: str, verb: str, **more: Any) -> Heard:
    """Approve or refuse."""
    body = {"reason": "not without a call"} if verb == "refuse" else None
    return service.call("POST", f"{APPROVALS}/{approval}/{verb}", body, **more)


def test_request_above_the_limit_is_202_with_what_waits(service: Service, captured: Placed) -> None:
    heard = ask(service, captured, headers={"X-Quita-User": "Anna"})

    assert heard.status == 202
    assert {name: told for name, told in heard.json.items() if name not in ("id", "askedAt", "expiresAt")} == {
        "state": "pending",
        "kind": "refund",
        "action": "refunding-request",
        "request": {"value": 3000, "reason": "goodwill"},
        "orderId": "captured",
        "transactionId": captured.transaction_id,
        "value": 3000,
        "moves": {"refund": 3000},
        "currency": "BRL",
        "reason": "goodwill",
        "askedBy": {"appKey": "anna", "user": "Anna"},
        "decidedBy": None,
        "decidedAt": None,
        "message": None,
        "code": None,
        "operationId": None,
    }
    assert service.do("GET", f"{APPROVALS}/{heard.json['id']}") == heard.json
    [item] = service.do("GET", "/api/pvt/work-items", query={"kind": "approval"})["items"]
    assert (item["approvalId"], item["value"], item["dueAt"]) == (heard.json["id"], 3000, heard.json["expiresAt"])
    assert [action["href"] for action in item["actions"]] == [
        f"{APPROVALS}/{heard.json['id']}{end}" for end in ("/approve", "/refuse", "")
    ]


def test_another_key_approves_and_the_timeline_tells_both(service: Service, captured: Placed) -> None:
    asked = ask(service, captured).json["id"]

    done = decide(service, asked, "approve", app_key="bea", headers={"X-Quita-User": "Bea"})
    service.shop.relay()

    assert (done.status, done.json["state"], done.json["decidedBy"]) == (
        200,
        "executed",
        {"appKey": "bea", "user": "Bea"},
    )
    transaction = f"{TRANSACTIONS}/{captured.transaction_id}"
    operation = service.do("GET", f"{transaction}/operations")[0]
    assert (operation["id"], operation["reason"], operation["state"]) == (done.json["operationId"], "goodwill", "done")
    lines = service.do("GET", f"{transaction}/interactions")
    told = {line["Type"]: (line["Actor"], line["Message"]) for line in lines}
    assert told["ApprovalDecided"] == ({"appKey": "bea", "user": "Bea"}, "refunding-request of 30.00 BRL: executed")
    assert told["ApprovalRequested"][0] == {"appKey": "anna", "user": None}
    assert told["RefundRequested"][0] == {"appKey": "bea", "user": "Bea"}


@pytest.mark.parametrize("user", [None, "Bea"])
def test_key_that_asked_is_403_and_nothing_is_written(service: Service, captured: Placed, user: str | None) -> None:
    asked, before = ask(service, captured).json["id"], service.shop.store.backup()

    heard = decide(service, asked, "approve", app_key="anna", headers={"X-Quita-User": user} if user else {})

    assert (heard.status, heard.json["error"]["code"]) == (403, "2")
    assert heard.json["error"]["message"] == (
        "Access denied: app key anna has asked for this; another one has to approve it"
    )
    assert service.shop.store.backup() == before


@pytest.mark.parametrize("verb", ["approve", "refuse"])
def test_another_accounts_approval_is_404_as_an_unknown_one(service: Service, captured: Placed, verb: str) -> None:
    asked, before = ask(service, captured).json["id"], service.shop.store.backup()

    for approval, account in ((asked, "other"), ("nobody.0123456789abcdef-0001", "demo"), ("nobody", "demo")):
        for heard in (
            decide(service, approval, verb, account=account),
            service.call("GET", f"{APPROVALS}/{approval}", account=account),
        ):
            assert (heard.status, heard.json["error"]["code"]) == (404, "1404")
            assert heard.json["error"]["message"] == f"Approval Not Found: {approval}"
    assert service.shop.store.backup() == before


@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": "x" * 2001}, {"reason": 7}])
def test_refusal_needs_a_reason(service: Service, captured: Placed, body: dict[str, object]) -> None:
    asked, before = ask(service, captured).json["id"], service.shop.store.backup()

    heard = service.call("POST", f"{APPROVALS}/{asked}/refuse", body, app_key="bea")

    assert (heard.status, heard.json["error"]["code"]) == (400, "OMS001")
    assert heard.json["error"]["message"].startswith("reason: ")
    assert service.shop.store.backup() == before


def test_decided_approval_is_409_with_what_became_of_it(service: Service, captured: Placed) -> None:
    asked = ask(service, captured).json["id"]
    decide(service, asked, "refuse", app_key="bea")

    heard = decide(service, asked, "approve", app_key="carl")

    assert (heard.status, heard.json["error"]["code"]) == (409, "OMS003")
    assert "is refused: send the request again to ask anew" in heard.json["error"]["message"]


def test_what_is_no_longer_possible_is_an_outcome_and_no_error(service: Service, captured: Placed) -> None:
    asked = ask(service, captured, 6000).json["id"]
    other = ask(service, captured, 6001).json["id"]
    decide(service, asked, "approve", app_key="bea")

    heard = decide(service, other, "approve", app_key="bea")

    assert (heard.status, heard.json["state"], heard.json["code"]) == (200, "failed", "1402")
    assert heard.json["message"].startswith("Refund requested value (60.01) should be greater than 0")


def test_preview_tells_what_would_be_done_and_asks_nobody(service: Service, captured: Placed) -> None:
    path = f"{TRANSACTIONS}/{captured.transaction_id}/refunding-request/preview"

    shown = service.do("POST", path, {"value": 3000})

    assert [(move["operation"], move["value"]) for move in shown["moneyPlan"]] == [("refund", 3000)]
    [warning] = shown["warnings"]
    assert warning["code"] == "second-key"
    assert warning["message"].startswith(
        "its refund of 30.00 BRL is above what one app key moves alone: it waits until"
    )
    assert service.do("POST", path, {"value": 2000})["warnings"] == []
    assert service.shop.store.approvals("demo", captured.transaction_id) == []


def test_change_above_the_limit_waits_and_is_answered_as_ever_once_it_is_done(
    service: Service, captured: Placed
) -> None:
    path, body = f"{ORDERS}/captured/changes", change_body("C1", 2500)
    asked = service.call("POST", path, body, app_key="anna").json
    assert (asked["action"], asked["request"]["requestId"], asked["value"]) == ("change-order", "C1", 2500)

    decide(service, asked["id"], "approve", app_key="bea")

    again = service.call("POST", path, body, app_key="anna")
    assert (again.status, again.json["receipt"]) == (200, asked["request"]["receipt"])


def test_return_above_the_limit_waits_and_is_answered_as_ever_once_it_is_done(
    service: Service, captured: Placed
) -> None:
    path, document = f"{ORDERS}/captured/invoice", "<nfe>" + "x" * 4000 + "</nfe>"
    service.do("POST", path, invoice_body("N1", 10000))
    body = invoice_body("D1", 2500, "Input", embeddedInvoice=document)

    asked = service.call("POST", path, body, app_key="anna")

    assert (asked.status, asked.json["action"], asked.json["value"]) == (202, "return-invoice", 2500)
    assert asked.json["request"]["documentBytes"] == len(document)
    assert document[:100] not in asked.text
    assert service.do("GET", f"{ORDERS}/captured")["packageAttachment"]["packages"][1:] == []
    decide(service, asked.json["id"], "approve", app_key="bea")
    again = service.call("POST", path, body, app_key="anna")
    assert (again.status, sorted(again.json)) == (200, ["date", "orderId", "receipt", "warnings"])
    [_, parcel] = service.do("GET", f"{ORDERS}/captured")["packageAttachment"]["packages"]
    assert (parcel["invoiceNumber"], parcel["embeddedInvoice"]) == ("D1", document)


def test_sale_is_not_asked_about(service: Service, captured: Placed) -> None:
    service.do("PATCH", SETTINGS, {"approvalAbove": {kind.value: {"BRL": 0} for kind in ApprovalKind}})

    heard = service.call("POST", f"{ORDERS}/captured/invoice", invoice_body("N1", 10000))

    assert heard.status == 200


def test_every_preview_tells_that_it_would_wait(service: Service, captured: Placed) -> None:
    service.do("POST", f"{ORDERS}/captured/invoice", invoice_body("N1", 10000))
    for name in ("open", "sold"):
        Tour(service).place(name)
    service.do("POST", f"{ORDERS}/sold/invoice", invoice_body("N1", 7000))
    service.do("PATCH", SETTINGS, {"approvalAbove": {"refund": {"BRL": 0}, "cancellation": {"BRL": 0}}})
    transaction = f"{TRANSACTIONS}/{captured.transaction_id}"
    by_index = {"type": "Input", "issuedDate": "2026-03-02", "invoiceNumber": "D2", "invoiceValue": 1000}
    asked: dict[str, Any] = {
        f"{ORDERS}/captured/invoice": invoice_body("D1", 1000, "Input"),
        "/api/orders/pvt/document/captured/invoices": by_index,
        f"{ORDERS}/sold/invoice/N1/cancel": {"requestId": "X1", "reason": "wrong"},
        f"{ORDERS}/open/changes": change_body("C1", 1000),
        f"{ORDERS}/open/cancel": {"reason": "sold out"},
        CHANGES: {"reason": "broken", "manualDiscountValue": 1000},
        f"{transaction}/refunding-request": {"value": 1000},
    }

    for path, body in asked.items():
        codes = [warning["code"] for warning in service.do("POST", f"{path}/preview", body)["warnings"]]
        assert "second-key" in codes, path
    assert service.do("GET", "/api/pvt/work-items", query={"kind": "approval"})["items"] == []


class TestModification:
    """A modification has its published answers while it waits."""

    @pytest.fixture
    def asked(self, service: Service, captured: Placed) -> dict[str, Any]:
        service.do("PATCH", SETTINGS, {"approvalAbove": {"cancellation": {"BRL": 0}}})
        Tour(service).place("open")
        body = {"reason": "broken", "manualDiscountValue": 1500}
        told: dict[str, Any] = service.call("PATCH", CHANGES, body, app_key="anna").json
        return told

    def test_it_is_told_as_it_would_be_with_what_it_waits_for(self, service: Service, asked: dict[str, Any]) -> None:
        assert (asked["totalChangeValue"], asked["approval"]["action"]) == (-1500, "modify-order")
        assert asked["approval"]["request"]["requestId"] == asked["requestId"]
        shown = service.do("GET", f"{CHANGES}/{asked['requestId']}")
        assert {name: shown[name] for name in asked} == asked
        assert (shown["status"], shown["inProgress"], shown["finished"]) == ("waiting-confirmation", True, False)
        assert service.do("GET", CHANGES) == {"requests": [], "actions": []}
        assert service.call("POST", f"{CHANGES}/{asked['requestId']}/retry").json["error"]["code"] == (
            "SalesOrderSystem016"
        )

    def test_approved_it_is_made_under_the_ids_that_were_told(self, service: Service, asked: dict[str, Any]) -> None:
        decide(service, asked["approval"]["id"], "approve", app_key="bea")
        service.shop.relay()

        shown = service.do("GET", f"{CHANGES}/{asked['requestId']}")
        assert (shown["status"], shown["workflowId"], shown["approval"]) == ("done", asked["workflowId"], None)

    def test_taken_back_it_is_refused_and_never_made(self, service: Service, asked: dict[str, Any]) -> None:
        service.call("POST", f"{CHANGES}/{asked['requestId']}/cancel", {"reason": "found it"}, app_key="anna")

        approval = service.do("GET", f"{APPROVALS}/{asked['approval']['id']}")
        assert (approval["state"], approval["message"]) == ("refused", "found it")
        assert service.call("GET", f"{CHANGES}/{asked['requestId']}").status == 404
        assert service.do("GET", f"{ORDERS}/open")["value"] == 10000


def test_settings_show_and_replace_the_limits(service: Service) -> None:
    assert service.do("GET", SETTINGS)["approvalAbove"] == {}
    assert service.do("GET", SETTINGS)["approvalHours"] == AccountSettings().approval_hours == 72
    limits = {"cancellation": {"BRL": 0, "EUR": 500}, "refund": {"BRL": 2000}}

    changed = service.do("PATCH", SETTINGS, {"approvalAbove": limits, "approvalHours": "48"})

    assert (changed["approvalAbove"], changed["approvalHours"]) == (limits, 48)
    assert service.do("PATCH", SETTINGS, {"autoSettle": False})["approvalAbove"] == limits
    assert service.do("PATCH", SETTINGS, {"approvalAbove": {"resolution": {"BRL": 1}}})["approvalAbove"] == {
        "resolution": {"BRL": 1}
    }
    assert service.do("PATCH", SETTINGS, {"approvalAbove": {}})["approvalAbove"] == {}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"approvalAbove": {"refunds": {"BRL": 1}}}, "approvalAbove.refunds"),
        ({"approvalAbove": {"refund": {"brl": 1}}}, "approvalAbove.refund.brl"),
        ({"approvalAbove": {"refund": {"XXQ": 1}}}, "approvalAbove.refund.XXQ"),
        ({"approvalAbove": {"refund": {"BRL": -1}}}, "approvalAbove.refund.BRL"),
        ({"approvalAbove": {"refund": {"BRL": 1.5}}}, "approvalAbove.refund.BRL"),
        ({"approvalAbove": {"refund": 1}}, "approvalAbove.refund"),
        ({"approvalAbove": 1}, "approvalAbove"),
        ({"approvalHours": 0}, "approvalHours"),
        ({"approvalHours": MAX_APPROVAL_HOURS + 1}, "approvalHours"),
    ],
)
def test_limits_that_are_none_are_refused(service: Service, body: dict[str, object], says: str) -> None:
    before = service.shop.store.backup()

    heard = service.call("PATCH", SETTINGS, body)

    assert (heard.status, heard.json["error"]["code"]) == (400, "OMS001")
    assert heard.json["error"]["message"].startswith(says)
    assert service.shop.store.backup() == before


def test_every_kind_has_a_limit_of_its_own(service: Service) -> None:
    everything = {kind.value: {"BRL": 0} for kind in ApprovalKind}

    assert service.do("PATCH", SETTINGS, {"approvalAbove": everything})["approvalAbove"] == everything
