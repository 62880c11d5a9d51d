"""A return by its fiscal document is held to its sale: items, quantities and value (D155)."""

from __future__ import annotations

import pytest

from testkit.builders import ACCOUNT
from testkit.nfe_documents import nfe, nfe_key
from tests.support.fiscal_orders import ORDER, SETTINGS, choose, notify, packages, returned, sell, service_of, warned
from tests.support.fiscal_tour import a_return, embedded
from tests.support.service import Service


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    return service_of(monkeypatch)


@pytest.mark.parametrize("policy", ["off", "warn", "strict"])
@pytest.mark.parametrize(
    ("document", "code"),
    [
        (returned(2, "30.00", ("B", "3", "30.00")), "NFE_QUANTITY"),
        (returned(2, "30.00", ("Z", "1", "30.00")), "NFE_ITEM"),
        (returned(2, "100.01", ("A", "1", "50.00")), "OMS011"),
        (returned(2, "30.00", ("B", "2", "30.00"), of=nfe_key(9)), "NFE_REFERENCE"),
    ],
)
def test_return_is_held_to_its_sale(service: Service, policy: str, document: str, code: str) -> None:
    sell(service)
    choose(service, policy)
    heard = notify(service, document)
    assert (heard.status, heard.json["error"]["code"]) == (400, code)
    assert len(packages(service)) == 1


def test_returns_of_a_sale_add_up(service: Service) -> None:
    sell(service)
    assert warned(notify(service, returned(2, "15.00", ("B", "1", "15.00")))) == []
    assert notify(service, returned(3, "30.00", ("B", "2", "30.00"))).json["error"]["code"] == "NFE_QUANTITY"
    assert warned(notify(service, returned(3, "15.00", ("B", "1", "15.00")))) == []
    assert notify(service, returned(4, "15.00", ("B", "1", "15.00"))).json["error"]["code"] == "NFE_QUANTITY"


def test_return_of_one_sale_takes_nothing_of_another(service: Service) -> None:
    warned(notify(service, nfe(1, "50.00", [("A", "1", "50.00")])))
    warned(notify(service, nfe(2, "50.00", [("B", "2", "30.00")])))
    service.shop.relay()
    assert notify(service, returned(3, "15.00", ("B", "1", "15.00"))).json["error"]["code"] == "NFE_ITEM"
    assert notify(service, returned(3, "60.00", ("A", "1", "50.00"))).json["error"]["code"] == "NFE_REFERENCE"
    assert warned(notify(service, returned(3, "50.00", ("A", "1", "50.00")))) == []


def test_return_of_a_sale_without_items_is_held_to_its_value(service: Service) -> None:
    sell(service, items=False)
    assert warned(notify(service, returned(2, "15.00", ("B", "1", "15.00")))) == []


def test_return_again_is_answered_as_before(service: Service) -> None:
    sell(service)
    document = returned(2, "80.00", ("A", "1", "50.00"), ("B", "2", "30.00"))
    assert [notify(service, document).status for _ in range(2)] == [200, 200]
    assert len(packages(service)) == 2


def test_return_that_waited_for_a_second_key_is_its_document(service: Service) -> None:
    sell(service)
    service.do("PATCH", SETTINGS, {"approvalAbove": {"refund": {"BRL": 0}}})
    asked = service.call("POST", f"{ORDER}/invoice/nfe", returned(2, "30.00", ("B", "2", "30.00")), app_key="anna")
    approval = f"/api/pvt/approvals/{asked.json['id']}/approve"

    assert (asked.status, asked.json["value"], "isFiscal" in asked.json["request"]) == (202, 3000, False)
    assert service.call("POST", approval, {"reason": "seen"}, app_key="bea").status == 200
    assert [(item["id"], item["quantity"]) for item in packages(service)[1]["restitutions"]["Refund"]["items"]] == [
        ("B", 2)
    ]
    assert service.shop.store.invoices(ACCOUNT, "checked")[1].fiscal is not None


def test_document_of_return_that_comes_as_text_warns(service: Service) -> None:
    sell(service)
    body = embedded(a_return(nfe_key(9)), type="Input", invoiceNumber="2", invoiceValue=1000)
    assert warned(notify(service, body)) == ["NFE_REFERENCE"]
