"""Answers that leave it unknown whether a movement happened."""

import json

import pytest

from settlement.connectors import exact_json
from settlement.domain.connectors.connector_calls import Done, Unknown
from tests.contract.ppp.provider import ID_FIELDS, MOVEMENTS, Provider, answer, every_movement, good, move, raw, refusal

NO_OBJECTS = ["", "   ", "<html>busy</html>", "null", "[]", '"ok"', "{", "[" * 100_000, "\x00"]


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
        ("value", "said"),
        [
            ("null", "null, not a number"),
            ("0", "0, not an amount above zero and at most the 70.00 BRL asked"),
            ("0.0", "0.0, not an amount above zero"),
            ("-70", "-70, not an amount above zero"),
            ("70.01", "70.01, not an amount above zero and at most the 70.00 BRL asked"),
            ("7000", "7000, not an amount above zero and at most the 70.00 BRL asked"),
            ("69.999", "69.999, which has more decimals than BRL"),
            ("69.995", "69.995, which has more decimals than BRL"),
            ("69.9999", "69.9999, which has more decimals than BRL"),
            ("69.99999", "69.99999, which has more decimals than BRL"),
            ("69.9999989", "69.9999989, which has more decimals than BRL"),
            ("1e400", "1E+400, which is too long for an amount"),
            ("1e-400", "1E-400, not an amount above zero"),
            ("1e99999999999999999999", "the number 1e99999999999999999999, not a number"),
            ("NaN", "the number NaN, not a number"),
            ("-Infinity", "the number -Infinity, not a number"),
            ("0." + "3" * 1001, f"0.{'3' * 98}, which is too long for an amount"),
            ("9" * 5000, f"the number {'9' * 100}, not a number"),
            ('"70,00"', 'the text "70,00", which is not just the digits of a number'),
            ('"1,000.00"', 'the text "1,000.00", which is not just the digits of a number'),
            ('"R$ 70.00"', 'the text "R$ 70.00", which is not just the digits of a number'),
            ('"70.005"', 'the text "70.005", which has more decimals than BRL'),
            ('"7_0"', 'the text "7_0", which is not just the digits of a number'),
            ('"\u0667\u0660"', 'the text "\u0667\u0660", which is not just the digits of a number'),
            ('"NaN"', 'the text "NaN", which is not just the digits of a number'),
            ('""', 'the text "", which is not just the digits of a number'),
            ("true", "the boolean true, not a number"),
            ("[70]", "a list, not a number"),
            ('{"amount":70}', "an object, not a number"),
        ],
        ids=lambda written: written[:20],
    )
    def test_value_that_cannot_be_is_unknown_and_named(
        self, provider: Provider, name: str, value: str, said: str
    ) -> None:
        provider.respond = answer(200, exact_json.write(good(name, value="@")).replace('"@"', value))
        outcome = move(provider, name)
        assert isinstance(outcome, Unknown)
        assert outcome.reason.startswith(f"value is {said}")

    @pytest.mark.parametrize("name", ["settle", "refund"])
    def test_missing_value_is_unknown(self, provider: Provider, name: str) -> None:
        body = good(name)
        del body["value"]
        provider.respond = answer(200, body)
        outcome = move(provider, name)
        assert isinstance(outcome, Unknown)
        assert outcome.reason == "value is missing"

    @every_movement
    @pytest.mark.parametrize(
        ("wrong", "said"),
        [(None, "missing"), (" ", "missing"), (True, "the boolean true"), (["ID-1"], "a list"), ({}, "an object")],
    )
    def test_reason_names_what_stands_in_place_of_the_id(
        self, provider: Provider, name: str, wrong: object, said: str
    ) -> None:
        provider.respond = answer(200, good(name, **{ID_FIELDS[name]: wrong}))
        outcome = move(provider, name)
        assert isinstance(outcome, Unknown)
        assert outcome.reason.startswith(f"{ID_FIELDS[name]} is {said}")

    @pytest.mark.parametrize(("name", "code"), [("cancel", "cancel-manually"), ("refund", "refund-manually")])
    @pytest.mark.parametrize("status", [200, 201, 202, 400, 500, 501, 503])
    def test_manual_code_with_an_id_contradicts_itself(
        self, provider: Provider, name: str, code: str, status: int
    ) -> None:
        for written in ("ID-1", 7, "x" * 256, ["ID-1"]):
            provider.respond = answer(status, good(name, code=code, **{ID_FIELDS[name]: written}))
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
    @pytest.mark.parametrize("status", [203, 301, 302, 307, 401, 403, 408, 413, 425, 429, 500, 502, 503, 504])
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

    @pytest.mark.parametrize(
        ("name", "status"),
        [("settle", 501), *((name, status) for name in MOVEMENTS for status in (200, 202, 400, 500))],
    )
    @pytest.mark.parametrize("body", NO_OBJECTS, ids=lambda body: body[:20])
    def test_body_that_is_no_object_is_unknown(self, provider: Provider, name: str, status: int, body: str) -> None:
        provider.respond = answer(status, body)
        outcome = move(provider, name)
        assert isinstance(outcome, Unknown)
        assert f"status {status}" in outcome.reason

    @every_movement
    @pytest.mark.parametrize("status", [200, 400, 500, 501])
    def test_key_that_is_read_and_there_twice_is_unknown(self, provider: Provider, name: str, status: int) -> None:
        read = ["paymentId", "requestId", "code", "message", ID_FIELDS[name], *([] if name == "cancel" else ["value"])]
        for key in read:
            whole = exact_json.write(good(name, code="limit"))
            provider.respond = answer(status, whole[:-1] + f',"{key}":"another"}}')
            outcome = move(provider, name)
            assert isinstance(outcome, Unknown)
            assert outcome.reason == f"the key '{key}' is there twice, with different values"

    @pytest.mark.parametrize(
        ("one", "other"), [("70", "70.01"), ("1", "true"), ('"70"', "70"), ("null", "70"), ("NaN", "70")]
    )
    def test_key_is_twice_the_same_only_if_its_values_are(self, provider: Provider, one: str, other: str) -> None:
        whole = exact_json.write(good("settle", value="@")).replace('"@"', one)
        provider.respond = answer(200, whole[:-1] + f',"value":{other}}}')
        assert isinstance(move(provider, "settle"), Unknown)

    @pytest.mark.parametrize("name", ["cancel", "refund"])
    def test_501_that_breaks_off_after_naming_the_id_is_unknown(self, provider: Provider, name: str) -> None:
        provider.respond = answer(501, f'{{"{ID_FIELDS[name]}":"ID-1","val')
        assert isinstance(move(provider, name), Unknown)

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
