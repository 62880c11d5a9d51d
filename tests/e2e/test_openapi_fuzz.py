"""Requests made from the served description: no 5xx, no status or body that it does not document."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from settlement.api.contract.served import FILE
from testkit.api import Api
from testkit.merchant import Merchant
from tests.e2e.conftest import Account

EXAMPLES = 14
"""Requests of each route, half of them valid; all of them take about a minute."""

SEED = 20260302
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
OPERATIONS = [
    found.ok() for found in schemathesis.openapi.from_path(FILE).get_all_operations() if isinstance(found, Ok)
]


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """An account whose routes are fuzzed; ``known`` are ids that exist, by the names of their parameters."""

    api: Api
    known: dict[str, str]


@pytest.fixture(scope="module")
def fuzzed(open_account: Account) -> Fuzzed:
    """An account of its own, with an order that has an invoice and a modification."""
    api = open_account()
    return Fuzzed(api, _an_order(api))


def _an_order(api: Api) -> dict[str, str]:
    placed = Merchant(api).place()
    placed.invoice("N1", 3000)
    changes = f"/api/order-system/orders/{placed.order_id}/changes"
    less = {"reason": "less", "manualDiscountValue": 100}
    return {
        "orderId": placed.order_id,
        "orderGroup": placed.order()["orderGroup"],
        "transactionId": placed.transaction_id,
        "paymentId": placed.payment_ids[0],
        "invoiceNumber": "N1",
        "requestId": api.patch(changes, less).json["requestId"],
        "operationId": "2",
        "legId": "2-0001",
        "payoutId": "capture-000002-0001-reported-01-01",
        "affiliationId": "sandbox-hold",
        "approvalId": f"{placed.transaction_id}.0000000000000000-0001",
        "deliveryId": "a2V5IDIwMjYtMDMtMDJUMDA6MDA6MDAuMDAwMDAwKzAwOjAwIyMwMDAwZXZlbnQ",
        "reportId": "0" * 32,
        "action": "redirect",
    }


def test_served_description_is_the_one_in_the_package_with_the_address_that_it_came_from(fuzzed: Fuzzed) -> None:
    answer = fuzzed.api.send("GET", "/openapi.json", headers={})
    served, packed = json.loads(answer.text), json.loads(FILE.read_text(encoding="utf-8"))

    assert answer.status == 200
    assert [server["url"] for server in served["servers"]] == [fuzzed.api.base_url]
    assert served | {"servers": None} == packed | {"servers": None}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.definition.raw["operationId"])
def test_whatever_is_sent_is_answered_as_documented(operation: Any, fuzzed: Fuzzed) -> None:
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, exists=st.booleans())
    def ask(case: Any, exists: bool) -> None:
        if exists:
            case.path_parameters = {name: fuzzed.known[name] for name in case.path_parameters or {}}
        response = case.call(base_url=fuzzed.api.base_url, headers=fuzzed.api.headers, timeout=60)
        case.validate_response(response, checks=CHECKS)

    ask()
