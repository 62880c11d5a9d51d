"""The sandbox connector's function on an in-process table: strict books, scripts, and the record of calls."""

import sys
from decimal import Decimal
from typing import Any

import boto3
import pytest

from tests.support.sandbox import TABLE, Sandbox


class TestAuthorisation:
    def test_payment_without_a_card_is_approved_with_ids_and_delays(self, sandbox: Sandbox) -> None:
        answer = sandbox.create()
        assert answer.status == 200
        assert answer.body["status"] == "approved"
        assert answer.body["paymentId"] == "P1"
        assert all(answer.body[name] for name in ("authorizationId", "tid", "nsu", "acquirer"))
        assert answer.body["delayToAutoSettle"] == 345600
        assert answer.body["delayToAutoSettleAfterAntifraud"] == 1800
        assert 600 <= answer.body["delayToCancel"] <= 2592000

    @pytest.mark.parametrize(
        ("token", "first", "later"),
        [
            ("sandbox-approved", "approved", "approved"),
            ("sandbox-denied", "denied", "denied"),
            ("sandbox-undefined-approved", "undefined", "approved"),
            ("sandbox-undefined-denied", "undefined", "denied"),
            ("another-token", "approved", "approved"),
        ],
    )
    def test_vault_token_decides(self, sandbox: Sandbox, token: str, first: str, later: str) -> None:
        assert sandbox.create(token=token).body["status"] == first
        answer = sandbox.create(token=token)
        assert answer.body["status"] == later
        assert bool(answer.body["authorizationId"]) == (later == "approved")
        assert sandbox.create(token=token) == answer

    def test_repeated_create_gets_the_stored_answer(self, sandbox: Sandbox) -> None:
        first = sandbox.create()
        sandbox.settle("R1", "70.00")
        assert sandbox.create(value=Decimal("999.00")) == first
        assert sandbox.settle("R2", "30.01").status == 400

    @pytest.mark.parametrize(
        "changes",
        [{"value": 0}, {"value": -1}, {"value": Decimal("0.001")}, {"value": "100"}, {"currency": "XXX"},
         {"currency": None}, {"paymentId": ""}, {"paymentId": None}, {"paymentId": "a#b"}],
        ids=str,
    )  # fmt: skip
    def test_malformed_create_is_400_in_the_shape_of_the_protocol(
        self, sandbox: Sandbox, changes: dict[str, object]
    ) -> None:
        body = {"paymentId": "P1", "value": 100, "currency": "BRL", **changes}
        answer = sandbox.call("POST", "sandbox/payments", body)
        assert answer.status == 400
        assert answer.body["status"] == "error"
        assert set(answer.body) == {"status", "code", "message"}

    def test_value_in_a_currency_without_decimals_is_exact(self, sandbox: Sandbox) -> None:
        sandbox.create(value=10000, currency="JPY")
        assert sandbox.settle("R1", "7000.5").status == 400
        assert sandbox.settle("R2", "7000").body["value"] == 7000


class TestStrictBooks:
    def test_partial_captures_add_up_to_the_value_and_no_further(self, sandbox: Sandbox) -> None:
        sandbox.create()
        first = sandbox.settle("R1", "70.00")
        assert (first.status, first.body["value"], first.body["requestId"]) == (200, Decimal("70.00"), "R1")
        assert first.body["settleId"]
        refused = sandbox.settle("R2", "30.01")
        assert (refused.status, refused.body["settleId"], refused.body["value"]) == (400, None, 0)
        assert refused.body["requestId"] == "R2"
        assert refused.body["message"] == "cannot settle 30.01 BRL: 30.00 is left"
        assert sandbox.settle("R3", "30.00").status == 200
        assert sandbox.settle("R4", "0.01").status == 400

    def test_cancelled_value_cannot_be_captured(self, sandbox: Sandbox) -> None:
        sandbox.create()
        assert sandbox.cancel("R1", "15.00").body["cancellationId"]
        assert sandbox.settle("R2", "85.01").status == 400
        assert sandbox.settle("R3", "85.00").status == 200
        assert sandbox.cancel("R4", "0.01").status == 400

    def test_cancellation_without_value_cancels_all_that_is_open(self, sandbox: Sandbox) -> None:
        sandbox.create()
        sandbox.settle("R1", "70.00")
        assert sandbox.cancel("R2", None).status == 200
        assert sandbox.settle("R3", "0.01").status == 400
        assert sandbox.cancel("R4", None).status == 400

    def test_payment_that_is_not_approved_cannot_be_moved(self, sandbox: Sandbox) -> None:
        sandbox.create(token="sandbox-undefined-approved")
        assert sandbox.settle("R1", "1.00").status == 400
        sandbox.create()
        assert sandbox.settle("R1", "1.00").status == 200

    def test_undecided_payment_that_is_cancelled_is_denied_for_good(self, sandbox: Sandbox) -> None:
        sandbox.create(token="sandbox-undefined-approved")
        assert sandbox.cancel("R1", "100.00").body["cancellationId"]
        assert sandbox.create(token="sandbox-undefined-approved").body["status"] == "denied"
        assert sandbox.settle("R2", "1.00").status == 400

    def test_refund_is_held_against_its_settlement(self, sandbox: Sandbox) -> None:
        sandbox.create()
        first = sandbox.settle("R1", "70.00").body["settleId"]
        second = sandbox.settle("R2", "30.00").body["settleId"]
        assert sandbox.refund("R3", second, "30.01").status == 400
        done = sandbox.refund("R4", second, "20.00")
        assert (done.status, done.body["value"]) == (200, Decimal("20.00"))
        assert done.body["refundId"]
        assert sandbox.refund("R5", second, "10.01").status == 400
        assert sandbox.refund("R6", second, "10.00").status == 200
        assert sandbox.refund("R7", first, "70.00").status == 200
        assert sandbox.refund("R8", "unknown", "0.01").status == 400

    @pytest.mark.parametrize("operation", ["settlements", "cancellations", "refunds"])
    def test_repeated_request_gets_the_stored_answer_without_effect(self, sandbox: Sandbox, operation: str) -> None:
        sandbox.create()
        settle_id = sandbox.settle("R0", "40.00").body["settleId"]
        first = sandbox.move(operation, "R1", "30.00", settleId=settle_id)
        assert first.status == 200
        assert [sandbox.move(operation, "R1", "30.00", settleId=settle_id) for _ in range(3)] == [first] * 3

    def test_request_id_of_another_operation_is_refused(self, sandbox: Sandbox) -> None:
        sandbox.create()
        sandbox.settle("R1", "10.00")
        assert sandbox.cancel("R1", "10.00").status == 400

    @pytest.mark.parametrize("operation", ["settlements", "cancellations", "refunds"])
    def test_unknown_payment_is_404_in_the_shape_of_the_protocol(self, sandbox: Sandbox, operation: str) -> None:
        answer = sandbox.move(operation, "R1", "1.00", settleId="S")
        assert answer.status == 404
        assert answer.body["code"] == "unknown-payment"
        assert answer.body["requestId"] == "R1"

    @pytest.mark.parametrize(
        "body",
        ["", "{", "[]", '{"value":1}', '{"requestId":"R1","paymentId":"P2","value":1}', '{"requestId":"R1"}',
         '{"requestId":"R1","value":"1"}', '{"requestId":"R1","value":-1}', '{"requestId":"R1","value":NaN}',
         '{"requestId":"R1","requestId":"R2","value":1}'],
    )  # fmt: skip
    def test_malformed_body_is_400_without_effect(self, sandbox: Sandbox, body: str) -> None:
        sandbox.create()
        answer = sandbox.call("POST", "sandbox/payments/P1/settlements", body)
        assert answer.status == 400
        assert {"settleId", "value", "code", "message", "requestId"} <= set(answer.body)
        assert sandbox.settle("R9", "100.00").status == 200

    def test_payment_may_be_captured_up_to_the_max_value_it_answered(self, sandbox: Sandbox) -> None:
        sandbox.script("payments", {"maxValue": Decimal("120.00")})
        assert sandbox.create().body["maxValue"] == 120
        assert sandbox.settle("R1", "120.01").status == 400
        assert sandbox.settle("R2", "115.00").status == 200

    def test_call_that_loses_a_race_decides_again(self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        sandbox.create()
        store = sys.modules["sandbox_store"]
        write, rivals = store.write, ["RIVAL"]

        def after_a_rival(records: list[Any]) -> bool:
            if rivals:
                rivals.clear()
                sandbox.settle("RIVAL", "60.00")
            return bool(write(records))

        monkeypatch.setattr(store, "write", after_a_rival)
        assert sandbox.settle("R1", "60.00").status == 400
        assert sandbox.settle("R2", "40.00").status == 200
        assert [(call["requestId"], call["answer"]["status"]) for call in sandbox.calls()] == [
            (None, 200),
            ("R1", 400),
            ("RIVAL", 200),
            ("R2", 200),
        ]


class TestRoutes:
    def test_manifest_names_methods_and_delays(self, sandbox: Sandbox) -> None:
        answer = sandbox.call("GET", "sandbox-total/manifest")
        assert answer.status == 200
        assert {"name": "Visa", "allowsSplit": "disabled"} in answer.body["paymentMethods"]
        assert answer.body["autoSettleDelay"] == {"minimum": "0", "maximum": "168"}

    def test_inbound_request_is_answered_with_its_own_words(self, sandbox: Sandbox) -> None:
        body = {"requestId": "R1", "paymentId": "P1", "requestData": {"body": '{"a":"b"}'}}
        answer = sandbox.call("POST", "sandbox/payments/P1/inbound/echo", body)
        assert answer.status == 200
        assert answer.body == {
            "requestId": "R1",
            "paymentId": "P1",
            "responseData": {"statusCode": 200, "contentType": "text/plain", "content": '{"a":"b"}'},
        }

    @pytest.mark.parametrize(
        "body",
        ["{", {"requestData": {"body": ""}}, {"requestId": "R1"}, {"requestId": "R1", "requestData": {"body": 1}}],
    )
    def test_malformed_inbound_request_is_400(self, sandbox: Sandbox, body: object) -> None:
        answer = sandbox.call("POST", "sandbox/payments/P1/inbound/echo", body)
        assert answer.status == 400
        assert answer.body["code"] == "invalid-body"

    @pytest.mark.parametrize(
        ("method", "first", "told"),
        [
            ("BankInvoice", "undefined", {"paymentUrl"}),
            ("RedirectPay", "undefined", {"paymentUrl"}),
            ("Pix", "undefined", {"paymentAppData"}),
            ("Promissories", "approved", set()),
            ("Visa", "approved", set()),
        ],
    )
    def test_test_suite_sees_methods_that_are_paid_elsewhere_undefined_first(
        self, sandbox: Sandbox, method: str, first: str, told: set[str]
    ) -> None:
        suite = {"X-VTEX-API-Is-TestSuite": "true"}
        body = {"paymentId": "P1", "value": Decimal("100.00"), "currency": "BRL", "paymentMethod": method}
        answer = sandbox.call("POST", "sandbox/payments", body, headers=suite)
        assert answer.body["status"] == first
        assert {"paymentUrl", "paymentAppData"} & set(answer.body) == told
        assert sandbox.call("POST", "sandbox/payments", body, headers=suite).body["status"] == "approved"

    @pytest.mark.parametrize("method", ["BankInvoice", "RedirectPay", "Pix"])
    def test_outside_of_a_test_suite_they_are_approved_at_once(self, sandbox: Sandbox, method: str) -> None:
        assert sandbox.create(paymentMethod=method).body["status"] == "approved"

    def test_unknown_path_is_404(self, sandbox: Sandbox) -> None:
        answer = sandbox.call("GET", "sandbox/elsewhere")
        assert answer.status == 404
        assert answer.body["error"]["code"] == "not-found"

    def test_fault_of_the_sandbox_is_500(self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TABLE_NAME", "elsewhere")
        answer = sandbox.create()
        assert answer.status == 500
        assert answer.body["error"]["code"] == "sandbox-fault"

    def test_records_expire_after_30_days(self, sandbox: Sandbox) -> None:
        sandbox.create()
        items = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
        assert len(items) == 2
        assert all(int(item["expiresAt"]["N"]) > 1_700_000_000 for item in items)
