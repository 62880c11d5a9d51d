"""What is still to come, on the deployed stack: it follows captures and refunds."""

from typing import Any

from testkit.merchant import Merchant, until

RECEIVABLES = "/api/pvt/receivables"


def sums_of(merchant: Merchant) -> list[dict[str, Any]]:
    """The sums of all that is to come."""
    sums: list[dict[str, Any]] = merchant.api.read(RECEIVABLES)["sums"]
    return sums


def test_receivables_follow_captures_and_refunds(other_merchant: Merchant) -> None:
    order = other_merchant.place()
    order.invoice("N1", 7000)
    order.invoice("N2", 3000)
    order.give_back("R1", 1500)

    until(lambda: [sums["count"] for sums in sums_of(other_merchant)] == [3], "both captures and the refund are told")
    answer = other_merchant.api.read(RECEIVABLES)
    assert answer["sums"] == [{"currency": "BRL", "gross": 8500, "fee": 0, "net": 8500, "count": 3}]
    assert sum(row["gross"] for row in answer["days"]) == 8500
    assert answer["overdue"] == []
    packages = order.order()["packageAttachment"]["packages"]
    assert {package["invoiceNumber"]: [held["value"] for held in package["captures"]] for package in packages} == {
        "N1": [7000],
        "N2": [3000],
        "R1": [],
    }
