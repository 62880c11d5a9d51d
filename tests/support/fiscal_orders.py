"""An order whose invoices are told by fiscal documents, and what they are told with."""

from __future__ import annotations

from typing import Any

import pytest

from testkit.nfe_documents import nfe, nfe_key
from testkit.shop import Shop
from tests.support.service import Heard, Service
from tests.support.tour_bodies import invoice_body, order_body

ORDER = "/api/oms/pvt/orders/checked"
SETTINGS = "/api/oms/pvt/account/settings"


def service_of(monkeypatch: pytest.MonkeyPatch) -> Service:
    """The functions, with a started order of A x 1 at 50.00, B x 2 at 15.00, and 20.00 of freight."""
    service = Service(Shop(), monkeypatch)
    service.do("POST", "/api/oms/pvt/orders", order_body("checked"))
    service.do("POST", f"{ORDER}/start-handling")
    return service


def choose(service: Service, policy: str) -> None:
    service.do("PATCH", SETTINGS, {"fiscalDocuments": policy})


def notify(service: Service, body: object) -> Heard:
    return service.call("POST", f"{ORDER}/invoice{'/nfe' if isinstance(body, str) else ''}", body)


def warned(heard: Heard) -> list[str]:
    assert heard.status == 200, heard.text
    return [warning["code"] for warning in heard.json.get("warnings", [])]


def packages(service: Service) -> list[dict[str, Any]]:
    order: dict[str, Any] = service.do("GET", ORDER)
    found: list[dict[str, Any]] = order["packageAttachment"]["packages"]
    return found


def sell(service: Service, *, items: bool = True) -> None:
    """Invoice the whole order: by its document, or by value alone."""
    if items:
        warned(notify(service, nfe(1, "100.00", [("A", "1", "50.00"), ("B", "2", "30.00")])))
    else:
        notify(service, invoice_body("1", 10000, items=[], invoiceKey=nfe_key(1)))
    service.shop.relay()


def returned(number: int, total: str, *goods: tuple[str, str, str], of: str | None = None) -> str:
    return nfe(number, total, goods, purpose="4", direction="0", returns=[of or nfe_key(1)])
