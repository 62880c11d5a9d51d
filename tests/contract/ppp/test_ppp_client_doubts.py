"""Answers that leave it unknown whether a movement happened."""

import json

import pytest

from settlement.connectors import exact_json
from settlement.domain.connector_calls import Done, Unknown
from tests.contract.ppp.provider import ID_FIELDS, Provider, answer, every_movement, good, move, raw, refusal


class TestMovementIsUnknown:
    @every_movement
    @pytest.mark.parametrize(
        "changes",
        [
            {"paymentId": "B52C88"},
            {"requestId": "REQ-2"},
            {"requestId": 1},
            {"ID": None},
            {"ID": ""},
            {"ID": "  "},
            {"ID": True},
            {"ID": ["ID-1"]},
            {"ID": "x" * 256},
        ],
        ids=str,
    )
    def test_other_echo_or_no_id_is_unknown(self, provider: Provider, name: str, changes: dict[str, object]) -> None:
        provider.respond = answer(
            200, good(name, **{ID_FIELDS[name] if k == "ID" else k: v for k, v in changes.items()})
        )
        assert isinstance(move(provider, name), Unknown)

    @pytest.mark.parametrize("name", ["settle", "refund"])
    @pytest.mark.parametrize(
        "value",
        ["null", "0", "0.0", "-70", "70.01", "7000", "69.999", "1e400", "1e-400", '"70.0"', "true", "[70]",
         "70.00000000000000000000000000000000000001"],
    )  # fmt: skip
    def test_value_that_cannot_be_is_unknown(self, provider: Provider, name: str, value: str) -> None:
        provider.respond = answer(200, exact_json.write(good(name, value="@")).replace('"@"', value))
        assert isinstance(move(provider, name), Unknown)

    @pytest.mark.parametrize("name", ["settle", "refund"])
    def test_missing_value_is_unknown(self, provider: Provider, name: str) -> None:
        body = good(name)
        del body["value"]
        provider.respond = answer(200, body)
        assert isinstance(move(provider, name), Unknown)

    @pytest.mark.parametrize(("name", "code"), [("cancel", "cancel-manually"), ("refund", "refund-manually")])
    @pytest.mark.parametrize("status", [200, 501])
    def test_manual_code_with_an_id_contradicts_itself(
        self, provider: Provider, name: str, code: str, status: int
    ) -> None:
        provider.respond = answer(status, good(name, code=code))
        assert isinstance(move(provider, name), Unknown)

    @every_movement
    def test_refusal_with_an_id_contradicts_itself(self, provider: Provider, name: str) -> None:
        provider.respond = answer(400, good(name, code="limit"))
        assert isinstance(move(provider, name), Unknown)

    @every_movement
    def test_refusal_of_another_request_is_unknown(self, provider: Provider, name: str) -> None:
        provider.respond = answer(400, refusal(name, requestId="REQ-2"))
        assert isinstance(move(provider, name), Unknown)

    def test_settlement_with_null_id_and_refund_manually_is_unknown(self, provider: Provider) -> None:
        provider.respond = answer(200, refusal("settle", code="refund-manually"))
        assert isinstance(move(provider, "settle"), Unknown)

    def test_settlement_with_501_is_unknown(self, provider: Provider) -> None:
        provider.respond = answer(501, refusal("settle"))
        assert isinstance(move(provider, "settle"), Unknown)

    @every_movement
    @pytest.mark.parametrize("status", [201, 202, 203, 301, 302, 307, 401, 403, 408, 413, 425, 429, 500, 502, 503, 504])
    def test_status_that_is_no_verdict_is_unknown(self, provider: Provider, name: str, status: int) -> None:
        provider.respond = answer(status, refusal(name, code="E1"), "Location: /elsewhere\r\n")
        outcome = move(provider, name)
        assert isinstance(outcome, Unknown)
        assert outcome.reason == f"the connector answered {status}: E1: no"
        assert len(provider.requests) == 1

    @pytest.mark.parametrize(
        "body", [{}, {"detail": "no"}, {"code": None, "message": ""}, {"error": {"code": "1"}}], ids=str
    )
    def test_400_that_is_no_refusal_of_the_protocol_is_unknown(
        self, provider: Provider, body: dict[str, object]
    ) -> None:
        provider.respond = answer(400, body)
        assert isinstance(move(provider, "settle"), Unknown)

    @pytest.mark.parametrize("body", [{"message": "no Route matched"}, {"status": 404, "error": "Not Found"}], ids=str)
    def test_404_of_a_gateway_is_unknown(self, provider: Provider, body: dict[str, object]) -> None:
        provider.respond = answer(404, body)
        assert isinstance(move(provider, "settle"), Unknown)

    @every_movement
    @pytest.mark.parametrize("status", [200, 400, 501])
    @pytest.mark.parametrize(
        "body",
        ["", "   ", "<html>busy</html>", "null", "[]", '"ok"', "{", '{"settleId":"1","settleId":"2"}',
         '{"a":NaN}', '{"a":Infinity}', "[" * 100_000, "\x00", '{"a":' + "9" * 5_000 + "}"],
        ids=lambda body: body[:20],
    )  # fmt: skip
    def test_body_that_is_no_object_is_unknown(self, provider: Provider, name: str, status: int, body: str) -> None:
        provider.respond = answer(status, body)
        outcome = move(provider, name)
        assert isinstance(outcome, Unknown)
        assert f"status {status}" in outcome.reason

    @every_movement
    def test_204_is_unknown(self, provider: Provider, name: str) -> None:
        provider.respond = raw(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert isinstance(move(provider, name), Unknown)

    def test_bytes_that_are_not_utf8_are_unknown(self, provider: Provider) -> None:
        provider.respond = raw(b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a":"\xff"}')
        outcome = move(provider, "settle")
        assert isinstance(outcome, Unknown)
        assert outcome.exchange.response.encode()

    def test_lone_surrogate_in_an_id_is_unknown_and_in_a_message_is_replaced(self, provider: Provider) -> None:
        provider.respond = answer(200, json.dumps({"settleId": "\ud800", "value": 70}))
        assert isinstance(move(provider, "settle"), Unknown)
        provider.respond = answer(200, json.dumps({"settleId": "S", "value": 70, "message": "a\ud800"}))
        outcome = move(provider, "settle")
        assert isinstance(outcome, Done)
        assert outcome.message == "a?"
