"""What of a connector's answer makes a movement done, refused or manual."""

import json

import pytest

from settlement.connectors import exact_json
from settlement.domain.connectors.connector_calls import Done, Manual, Refused, Settle, Unknown
from tests.contract.ppp.provider import (
    ID_FIELDS,
    PAYMENT,
    Provider,
    answer,
    client,
    every_movement,
    good,
    move,
    raw,
    refusal,
)
from tests.contract.ppp.test_ppp_client_doubts import NO_OBJECTS


class TestMovementIsDone:
    @every_movement
    def test_correct_answer_is_done_with_its_value_and_id(self, provider: Provider, name: str) -> None:
        provider.respond = answer(200, good(name))
        outcome = move(provider, name)
        assert isinstance(outcome, Done)
        assert (outcome.value, outcome.reference, outcome.message) == (7000, "ID-1", "done")
        assert outcome.exchange.status == 200

    @every_movement
    def test_missing_echoes_are_no_contradiction(self, provider: Provider, name: str) -> None:
        provider.respond = answer(200, good(name, paymentId=None, requestId=None))
        assert isinstance(move(provider, name), Done)

    @every_movement
    def test_case_of_echoed_ids_carries_no_meaning(self, provider: Provider, name: str) -> None:
        provider.respond = answer(200, good(name, paymentId="a41b77", requestId="req-1"))
        assert isinstance(move(provider, name), Done)

    @pytest.mark.parametrize(
        "echoed",
        ["E5BE257E-CF23-54F8-92FA-DDD259A87542", "e5be257ecf2354f892faddd259a87542",
         "{e5be257e-cf23-54f8-92fa-ddd259a87542}", " e5be257e-cf23-54f8-92fa-ddd259a87542 "],
    )  # fmt: skip
    def test_form_in_which_a_uuid_is_echoed_carries_no_meaning(self, provider: Provider, echoed: str) -> None:
        provider.respond = answer(200, good("settle", requestId=echoed))
        request = Settle(PAYMENT, "e5be257e-cf23-54f8-92fa-ddd259a87542", 7000)
        assert isinstance(client().settle(provider.connector, request), Done)

    def test_dash_in_another_id_carries_meaning(self, provider: Provider) -> None:
        provider.respond = answer(200, good("settle", requestId="REQ1"))
        assert isinstance(move(provider, "settle"), Unknown)

    @pytest.mark.parametrize("name", ["settle", "refund"])
    @pytest.mark.parametrize(
        ("written", "minor_units"),
        [("70", 7000), ("70.00", 7000), ("0.29", 29), ("0.1", 10), ("69.99", 6999), ("5e1", 5000)],
    )
    def test_answered_value_counts_exactly(self, provider: Provider, name: str, written: str, minor_units: int) -> None:
        provider.respond = answer(200, exact_json.write(good(name, value="@")).replace('"@"', written))
        outcome = move(provider, name)
        assert isinstance(outcome, Done)
        assert outcome.value == minor_units

    @pytest.mark.parametrize("name", ["settle", "refund"])
    @pytest.mark.parametrize(
        ("written", "minor_units", "shown"),
        [
            ("69.99999999999999", 7000, "69.99999999999999"),
            ("69.999999", 7000, "69.999999"),
            ("70.00000000000001", 7000, "70.00000000000001"),
            ("70.00000000000000000000000000000000000001", 7000, "70.00000000000000000000000000000000000001"),
            ("69.99000000000000909494701772928237915039", 6999, "69.99000000000000909494701772928237915039"),
            ("0.30000000000000004", 30, "0.30000000000000004"),
            ("15.000000000000002", 1500, "15.000000000000002"),
            ("6.999999999999999E1", 7000, "69.99999999999999"),
            ('"70.00"', 7000, 'the text "70.00"'),
            ('"70"', 7000, 'the text "70"'),
            ('" 70.0 "', 7000, 'the text " 70.0 "'),
            ('"7E+1"', 7000, 'the text "7E+1"'),
            ('"69.99999999999999"', 7000, 'the text "69.99999999999999"'),
        ],
    )
    def test_value_as_software_writes_it_counts_and_is_told(
        self, provider: Provider, name: str, written: str, minor_units: int, shown: str
    ) -> None:
        provider.respond = answer(200, exact_json.write(good(name, value="@")).replace('"@"', written))
        outcome = move(provider, name)
        assert isinstance(outcome, Done)
        assert outcome.value == minor_units
        taken = f"{minor_units // 100}.{minor_units % 100:02d} BRL"
        assert outcome.exchange.remarks == (f"value is {shown}, taken as {taken}",)

    @every_movement
    @pytest.mark.parametrize("status", [201, 202])
    def test_whole_answer_is_done_whatever_success_its_status_is(
        self, provider: Provider, name: str, status: int
    ) -> None:
        provider.respond = answer(status, good(name))
        outcome = move(provider, name)
        assert isinstance(outcome, Done)
        assert (outcome.value, outcome.reference) == (7000, "ID-1")

    @every_movement
    def test_blank_echo_is_none(self, provider: Provider, name: str) -> None:
        provider.respond = answer(200, good(name, paymentId="", requestId="  "))
        assert isinstance(move(provider, name), Done)

    @every_movement
    @pytest.mark.parametrize(
        "odd",
        [
            '"a":1,"a":2',
            '"fee":NaN,"more":[-Infinity,1e99999999999999999999]',
            '"big":' + "9" * 5_000,
            '"batchInfo":{"n":1,"n":2}',
            '"message":"done"',
            '"code":null',
        ],
        ids=lambda odd: odd[:20],
    )
    def test_what_nobody_reads_may_be_odd_and_what_is_read_the_same_twice(
        self, provider: Provider, name: str, odd: str
    ) -> None:
        provider.respond = answer(200, f"{exact_json.write(good(name))[:-1]},{odd}}}")
        outcome = move(provider, name)
        assert isinstance(outcome, Done)
        assert (outcome.message, outcome.exchange.remarks) == ("done", ())

    def test_equal_numbers_written_twice_are_one(self, provider: Provider) -> None:
        provider.respond = answer(200, f'{exact_json.write(good("settle"))[:-1]},"value":70.00}}')
        assert isinstance(move(provider, "settle"), Done)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
    def test_answer_in_another_encoding_is_read(self, provider: Provider, encoding: str) -> None:
        text = json.dumps({"settleId": "ID-1", "value": 70, "message": "liquidação"}, ensure_ascii=False)
        body = text.encode(encoding)
        provider.respond = raw(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        outcome = move(provider, "settle")
        assert isinstance(outcome, Done)
        assert (outcome.value, outcome.message) == (7000, "liquidação")
        assert "liquidação" in outcome.exchange.response
        assert outcome.exchange.remarks == (() if encoding == "utf-8-sig" else ("the answer is not UTF-8",))

    @pytest.mark.parametrize("status", [200, 201, 400, 409, 422, 500])
    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("settle", "already-settled"),
            ("settle", "already_settled"),
            ("settle", "Already Captured"),
            ("cancel", "already-cancelled"),
            ("cancel", "already-canceled"),
            ("refund", "already-refunded"),
        ],
    )
    def test_already_done_is_success_of_the_value_asked(
        self, provider: Provider, name: str, code: str, status: int
    ) -> None:
        provider.respond = answer(status, refusal(name, code=code))
        outcome = move(provider, name)
        assert isinstance(outcome, Done)
        assert (outcome.value, outcome.reference) == (7000, "REQ-1")

    def test_already_done_takes_the_id_and_the_smaller_value_it_names(self, provider: Provider) -> None:
        provider.respond = answer(400, good("settle", code="already-settled", value=50))
        outcome = move(provider, "settle")
        assert isinstance(outcome, Done)
        assert (outcome.value, outcome.reference) == (5000, "ID-1")

    def test_already_done_tells_of_a_value_it_could_not_use(self, provider: Provider) -> None:
        provider.respond = answer(400, refusal("settle", code="already-settled", value="70,00"))
        outcome = move(provider, "settle")
        assert isinstance(outcome, Done)
        assert outcome.value == 7000
        [remark] = outcome.exchange.remarks
        assert remark.startswith('value is the text "70,00"')

    def test_numeric_id_is_taken_as_its_digits(self, provider: Provider) -> None:
        provider.respond = answer(200, good("settle", settleId=1231323234234))
        outcome = move(provider, "settle")
        assert isinstance(outcome, Done)
        assert outcome.reference == "1231323234234"


class TestMovementIsRefusedOrManual:
    @every_movement
    @pytest.mark.parametrize("status", [400, 402, 404, 409, 410, 422])
    def test_well_formed_refusal_is_refused(self, provider: Provider, name: str, status: int) -> None:
        provider.respond = answer(status, refusal(name))
        outcome = move(provider, name)
        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.message) == ("limit", "no")

    @pytest.mark.parametrize("body", [{"message": "no"}, {"status": "error"}, {"code": "E1"}, {"code": 7}])
    def test_any_field_of_a_refusal_is_enough(self, provider: Provider, body: dict[str, object]) -> None:
        provider.respond = answer(400, body)
        assert isinstance(move(provider, "settle"), Refused)

    def test_refund_refused_with_its_request_echoed_is_refused(self, provider: Provider) -> None:
        provider.respond = answer(400, refusal("refund", settleId="SET-1", authorizationId="AUT1", value=70))
        assert isinstance(move(provider, "refund"), Refused)

    @pytest.mark.parametrize(
        ("name", "code"),
        [("settle", "already-cancelled"), ("cancel", "already-settled"), ("refund", "already-settled")],
    )
    def test_another_movement_being_already_done_is_a_refusal(self, provider: Provider, name: str, code: str) -> None:
        provider.respond = answer(400, refusal(name, code=code))
        assert isinstance(move(provider, name), Refused)

    @pytest.mark.parametrize("name", ["cancel", "refund"])
    @pytest.mark.parametrize("code", ["cancel-manually", "refund-manually"])
    @pytest.mark.parametrize("status", [200, 201, 202, 400, 500, 501, 503])
    @pytest.mark.parametrize("blank", [None, "", "  ", False])
    def test_manual_code_without_id_is_manual(
        self, provider: Provider, name: str, code: str, status: int, blank: object
    ) -> None:
        provider.respond = answer(status, refusal(name, code=code, **{ID_FIELDS[name]: blank}))
        outcome = move(provider, name)
        assert isinstance(outcome, Manual)
        assert outcome.code == code

    @pytest.mark.parametrize("name", ["cancel", "refund"])
    def test_501_with_any_code_is_manual(self, provider: Provider, name: str) -> None:
        provider.respond = answer(501, refusal(name, code="ERR9"))
        assert isinstance(move(provider, name), Manual)

    @pytest.mark.parametrize("name", ["cancel", "refund"])
    @pytest.mark.parametrize("body", [*NO_OBJECTS, "{}"], ids=lambda body: body[:20])
    def test_501_without_a_usable_body_is_manual(self, provider: Provider, name: str, body: str) -> None:
        provider.respond = answer(501, body)
        outcome = move(provider, name)
        assert isinstance(outcome, Manual)
        assert (outcome.code, outcome.message, outcome.exchange.status) == (None, None, 501)
