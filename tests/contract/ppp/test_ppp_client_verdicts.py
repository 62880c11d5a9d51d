"""What of a connector's answer makes a movement done, refused or manual."""

import pytest

from settlement.connectors import exact_json
from settlement.domain.connector_calls import Done, Manual, Refused
from tests.contract.ppp.provider import Provider, answer, every_movement, good, move, refusal


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

    @pytest.mark.parametrize("status", [200, 400, 409, 422, 500])
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

    @pytest.mark.parametrize(("name", "code"), [("cancel", "cancel-manually"), ("refund", "refund-manually")])
    @pytest.mark.parametrize("status", [200, 501])
    def test_manual_code_without_id_is_manual(self, provider: Provider, name: str, code: str, status: int) -> None:
        provider.respond = answer(status, refusal(name, code=code))
        outcome = move(provider, name)
        assert isinstance(outcome, Manual)
        assert outcome.code == code

    @pytest.mark.parametrize("name", ["cancel", "refund"])
    def test_501_with_any_code_is_manual(self, provider: Provider, name: str) -> None:
        provider.respond = answer(501, refusal(name, code="ERR9"))
        assert isinstance(move(provider, name), Manual)
