"""The sandbox connector's function on an in-process table: strict books, scripts, and the record of calls."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws

from settlement.connectors import exact_json

FUNCTION = Path(__file__).parents[2] / "functions" / "sandbox_connector"
TABLE = "sandbox-test"


@dataclass(frozen=True)
class Context:
    """The little of a Lambda context that the logger reads."""

    function_name: str = "sandbox"
    function_version: str = "1"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:000000000000:function:sandbox"
    aws_request_id: str = "request"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Sandbox:
    """The function as the API calls it."""

    app: ModuleType

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        text = body if isinstance(body, str) or body is None else exact_json.write(body)
        event = {
            "httpMethod": method,
            "path": f"/sandbox-connector/{path}",
            "resource": "/{proxy+}",
            "headers": headers or {},
            "multiValueHeaders": {},
            "queryStringParameters": query,
            "body": text,
            "isBase64Encoded": False,
            "requestContext": {"requestId": "1", "authorizer": {"account": "demo"}, "stage": "v1"},
        }
        result = self.app.handler(event, Context())
        headers = {name: values[0] for name, values in result["multiValueHeaders"].items()}
        answered = json.loads(result["body"], parse_float=Decimal) if result["body"] else None
        return Answer(result["statusCode"], answered, headers)

    def create(self, token: str | None = None, **changes: object) -> Answer:
        card = {"card": {"numberToken": token}} if token else {}
        body = {"paymentId": "P1", "value": Decimal("100.00"), "currency": "BRL", **card, **changes}
        return self.call("POST", "sandbox/payments", body)

    def move(self, operation: str, request_id: str, value: str | None, **more: object) -> Answer:
        amount = {} if value is None else {"value": Decimal(value)}
        return self.call(
            "POST",
            f"sandbox/payments/P1/{operation}",
            {"paymentId": "P1", "requestId": request_id, **amount, **more},
        )

    def settle(self, request_id: str, value: str) -> Answer:
        return self.move("settlements", request_id, value)

    def cancel(self, request_id: str, value: str | None) -> Answer:
        return self.move("cancellations", request_id, value)

    def refund(self, request_id: str, settle_id: str, value: str) -> Answer:
        return self.move("refunds", request_id, value, settleId=settle_id)

    def script(self, operation: str, *outcomes: object, payment_id: str = "P1") -> Answer:
        body = {"paymentId": payment_id, "operation": operation, "outcomes": list(outcomes)}
        return self.call("POST", "script", body)

    def calls(self) -> list[dict[str, Any]]:
        listed = self.call("GET", "calls", query={"paymentId": "P1"})
        assert listed.status == 200
        assert isinstance(listed.body, list)
        return listed.body


@pytest.fixture(scope="module")
def app() -> Iterator[ModuleType]:
    sys.path.insert(0, str(FUNCTION))
    spec = importlib.util.spec_from_file_location("sandbox_connector_app", FUNCTION / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(FUNCTION))


@pytest.fixture
def sandbox(app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setenv("TABLE_NAME", TABLE)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("SANDBOX_HANG_SECONDS", "0.01")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    store = sys.modules["sandbox_store"]
    store._client.cache_clear()
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "PK", "AttributeType": "S"},
                {"AttributeName": "SK", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "SK", "KeyType": "RANGE"},
            ],
        )
        yield Sandbox(app)
    store._client.cache_clear()


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


class TestScripts:
    def test_500_has_no_effect_and_the_same_request_works_later(self, sandbox: Sandbox) -> None:
        sandbox.create()
        sandbox.script("settlements", "500", "500", "ok")
        assert [sandbox.settle("R1", "100.00").status for _ in range(4)] == [500, 500, 200, 200]
        assert sandbox.settle("R2", "0.01").status == 400

    @pytest.mark.parametrize(
        ("operation", "code"),
        [
            ("settlements", "sandbox-not-implemented"),
            ("cancellations", "cancel-manually"),
            ("refunds", "refund-manually"),
        ],
    )
    def test_501_has_no_effect_and_says_what_a_person_must_do(
        self, sandbox: Sandbox, operation: str, code: str
    ) -> None:
        sandbox.create()
        sandbox.script(operation, "501")
        answer = sandbox.move(operation, "R1", "1.00", settleId="S")
        assert (answer.status, answer.body["code"], answer.body["requestId"]) == (501, code, "R1")
        assert sandbox.settle("R2", "100.00").status == 200

    def test_failing_create_leaves_no_payment(self, sandbox: Sandbox) -> None:
        sandbox.script("payments", "500", "501", "400")
        assert [sandbox.create().status for _ in range(4)] == [500, 501, 400, 200]

    def test_drop_performs_the_effect_and_asks_for_a_closed_connection(self, sandbox: Sandbox) -> None:
        sandbox.create()
        sandbox.script("settlements", "drop")
        dropped = sandbox.settle("R1", "70.00")
        assert (dropped.status, dropped.body) == (502, None)
        assert dropped.headers["X-Sandbox-Drop"] == "true"
        assert sandbox.settle("R1", "70.00").body["value"] == 70
        assert sandbox.settle("R2", "30.01").status == 400

    def test_hang_performs_the_effect_and_answers_late(self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        slept: list[float] = []
        monkeypatch.setattr(sandbox.app, "sleep", slept.append)
        sandbox.create()
        sandbox.script("settlements", "hang")
        assert sandbox.settle("R1", "70.00").status == 200
        assert slept == [0.01]
        assert sandbox.calls()[1]["answer"]["status"] == 200

    def test_partial_moves_and_answers_the_smaller_value(self, sandbox: Sandbox) -> None:
        sandbox.create()
        sandbox.script("settlements", "partial:5000", "partial:5000")
        first = sandbox.settle("R1", "70.00")
        assert first.body["value"] == 50
        assert sandbox.settle("R2", "20.00").body["value"] == 20
        sandbox.script("refunds", "partial:1000")
        assert sandbox.refund("R3", first.body["settleId"], "50.00").body["value"] == 10
        assert sandbox.refund("R4", first.body["settleId"], "40.00").status == 200

    def test_object_is_merged_into_the_answer_and_remembered(self, sandbox: Sandbox) -> None:
        sandbox.script("payments", {"delayToAutoSettle": 2})
        assert [sandbox.create().body["delayToAutoSettle"] for _ in range(2)] == [2, 2]
        sandbox.script("settlements", {"value": 0, "note": "odd"})
        assert [sandbox.settle("R1", "70.00").body["value"] for _ in range(2)] == [0, 0]
        assert sandbox.settle("R2", "30.01").status == 400

    def test_merged_status_and_settle_id_are_what_the_books_go_by(self, sandbox: Sandbox) -> None:
        sandbox.script("payments", {"status": "undefined"})
        assert sandbox.create().body["status"] == "undefined"
        assert sandbox.settle("R1", "1.00").status == 400
        assert sandbox.create().body["status"] == "approved"
        sandbox.script("settlements", {"settleId": "SET-X"})
        sandbox.settle("R2", "10.00")
        assert sandbox.refund("R3", "SET-X", "10.00").status == 200

    def test_replay_does_not_use_up_an_outcome(self, sandbox: Sandbox) -> None:
        sandbox.create()
        sandbox.settle("R1", "10.00")
        sandbox.script("settlements", "500")
        assert sandbox.settle("R1", "10.00").status == 200
        assert sandbox.settle("R2", "10.00").status == 500

    def test_script_of_the_payment_goes_before_that_for_every_payment(self, sandbox: Sandbox) -> None:
        sandbox.create()
        sandbox.script("settlements", "500", payment_id="*")
        sandbox.script("settlements", "400")
        assert [sandbox.settle("R1", "10.00").status for _ in range(3)] == [400, 500, 200]

    def test_new_script_replaces_the_old_and_an_empty_one_clears_it(self, sandbox: Sandbox) -> None:
        sandbox.create()
        sandbox.script("settlements", "500", "500")
        stored = sandbox.script("settlements", "501", {"value": Decimal("1.5")})
        assert stored.status == 200
        assert stored.body == {
            "paymentId": "P1",
            "operation": "settlements",
            "outcomes": ["501", {"value": Decimal("1.5")}],
        }
        assert sandbox.settle("R1", "10.00").status == 501
        assert sandbox.script("settlements").body["outcomes"] == []
        assert sandbox.settle("R1", "10.00").body["value"] == 10

    @pytest.mark.parametrize(
        ("operation", "outcome"),
        [("settlements", "explode"), ("settlements", "partial:0"), ("settlements", "partial:1.5"),
         ("cancellations", "partial:5000"), ("payments", "partial:5000"), ("settlements", 500),
         ("settlements", None), ("settlements", ["500"])],
    )  # fmt: skip
    def test_unknown_outcome_is_400_naming_it(self, sandbox: Sandbox, operation: str, outcome: object) -> None:
        answer = sandbox.script(operation, "ok", outcome)
        assert answer.status == 400
        assert set(answer.body["error"]) == {"code", "message", "exception"}
        assert repr(outcome) in answer.body["error"]["message"]

    @pytest.mark.parametrize(
        "body",
        ["", "{", "[]", "{}", '{"paymentId":"P1","operation":"payments"}',
         '{"paymentId":"P1","operation":"payment","outcomes":[]}',
         '{"paymentId":1,"operation":"payments","outcomes":[]}',
         '{"paymentId":"P1","operation":["payments"],"outcomes":[]}',
         '{"paymentId":"P1","operation":"payments","outcomes":"500"}'],
    )  # fmt: skip
    def test_malformed_script_is_400(self, sandbox: Sandbox, body: str) -> None:
        answer = sandbox.call("POST", "script", body)
        assert answer.status == 400
        assert answer.body["error"]["code"] == "invalid-script"


class TestCalls:
    def test_every_call_is_listed_in_order_with_its_answer(self, sandbox: Sandbox) -> None:
        created = sandbox.create()
        settled = sandbox.settle("R1", "70.00")
        sandbox.settle("R1", "70.00")
        sandbox.cancel("R2", None)
        sandbox.refund("R3", settled.body["settleId"], "15.00")
        calls = sandbox.calls()
        assert [(call["operation"], call["requestId"], call["value"]) for call in calls] == [
            ("payments", None, 100),
            ("settlements", "R1", 70),
            ("settlements", "R1", 70),
            ("cancellations", "R2", None),
            ("refunds", "R3", 15),
        ]
        assert calls[0]["answer"] == {"status": 200, "body": created.body}
        assert calls[2]["answer"] == calls[1]["answer"] == {"status": 200, "body": settled.body}
        assert calls[4]["settleId"] == settled.body["settleId"]
        assert all(call["paymentId"] == "P1" and call["at"].endswith("Z") for call in calls)
        assert [call["at"] for call in calls] == sorted(call["at"] for call in calls)

    def test_dropped_failed_and_malformed_calls_are_listed_too(self, sandbox: Sandbox) -> None:
        sandbox.create()
        sandbox.script("settlements", "drop", "500")
        sandbox.settle("R1", "1.00")
        sandbox.settle("R2", "1.00")
        sandbox.call("POST", "sandbox/payments/P1/settlements", "{")
        assert [call["answer"]["status"] for call in sandbox.calls()] == [200, None, 500, 400]
        assert sandbox.calls()[1]["answer"]["body"] is None

    def test_payment_without_calls_has_none(self, sandbox: Sandbox) -> None:
        assert sandbox.calls() == []

    def test_missing_payment_id_is_400(self, sandbox: Sandbox) -> None:
        answer = sandbox.call("GET", "calls")
        assert answer.status == 400
        assert answer.body["error"]["exception"] is None


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
        ("method", "first"), [("BankInvoice", "undefined"), ("RedirectPay", "undefined"), ("Pix", "approved")]
    )
    def test_test_suite_sees_methods_that_are_paid_elsewhere_undefined_first(
        self, sandbox: Sandbox, method: str, first: str
    ) -> None:
        suite = {"X-VTEX-API-Is-TestSuite": "true"}
        body = {"paymentId": "P1", "value": Decimal("100.00"), "currency": "BRL", "paymentMethod": method}
        answer = sandbox.call("POST", "sandbox/payments", body, headers=suite)
        assert answer.body["status"] == first
        assert ("paymentUrl" in answer.body) == (first == "undefined")
        assert sandbox.call("POST", "sandbox/payments", body, headers=suite).body["status"] == "approved"

    def test_outside_of_a_test_suite_a_bank_invoice_is_approved_at_once(self, sandbox: Sandbox) -> None:
        assert sandbox.create(paymentMethod="BankInvoice").body["status"] == "approved"

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
