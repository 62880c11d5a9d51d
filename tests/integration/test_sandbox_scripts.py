"""What a script has the sandbox do, and the record of calls."""

from decimal import Decimal

import pytest

from tests.support.sandbox import Sandbox


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
