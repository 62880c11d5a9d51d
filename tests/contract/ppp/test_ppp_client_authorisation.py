"""What an answer to create payment means."""

from decimal import Decimal

import pytest

from settlement.domain.connector_calls import Approved, Denied, Refused, Undecided, Unknown
from tests.contract.ppp.provider import AUTHORISE, Provider, answer, client


class TestAuthorisation:
    def authorise(self, provider: Provider, status: int, body: object) -> object:
        provider.respond = answer(status, body)
        return client().authorise(provider.connector, AUTHORISE)

    def approved(self, **changes: object) -> dict[str, object]:
        return {
            "paymentId": "A41B77",
            "status": "approved",
            "authorizationId": "AUT1",
            "tid": "TID1",
            "nsu": "NSU1",
            "code": "0000",
            "message": "fine",
            "delayToAutoSettle": 432000,
            "delayToAutoSettleAfterAntifraud": 120,
            "delayToCancel": 600,
            "maxValue": Decimal("120.5"),
            **changes,
        }

    def test_approved_carries_ids_delays_and_ceiling(self, provider: Provider) -> None:
        outcome = self.authorise(provider, 200, self.approved())
        assert isinstance(outcome, Approved)
        assert (outcome.authorization_id, outcome.tid, outcome.nsu) == ("AUT1", "TID1", "NSU1")
        assert (outcome.delay_to_auto_settle_seconds, outcome.delay_to_cancel_seconds) == (432000, 600)
        assert (outcome.max_value, outcome.code, outcome.message) == (12050, "0000", "fine")

    def test_approved_with_its_status_only_is_approved(self, provider: Provider) -> None:
        outcome = self.authorise(provider, 200, {"status": "approved"})
        assert isinstance(outcome, Approved)
        assert (outcome.authorization_id, outcome.max_value, outcome.delay_to_cancel_seconds) == (
            None,
            None,
            None,
        )

    @pytest.mark.parametrize(
        ("answered", "seconds"),
        [(2, 2), ("2", 2), (Decimal("2.0"), 2), (0, 0), (None, None), ("soon", None), (-1, None),
         (True, None), (Decimal("2.5"), None), (10**12, None), ("9" * 50, None), ([], None)],
    )  # fmt: skip
    def test_delay_is_read_or_left_out(self, provider: Provider, answered: object, seconds: int | None) -> None:
        outcome = self.authorise(provider, 200, self.approved(delayToAutoSettle=answered))
        assert isinstance(outcome, Approved)
        assert outcome.delay_to_auto_settle_seconds == seconds

    @pytest.mark.parametrize(
        ("answered", "minor_units"),
        [(120, 12000), (Decimal("16.6"), 1660), (0, None), (-1, None), ("120", None)],
    )
    def test_ceiling_is_read_or_left_out(self, provider: Provider, answered: object, minor_units: int | None) -> None:
        outcome = self.authorise(provider, 200, self.approved(maxValue=answered))
        assert isinstance(outcome, Approved)
        assert outcome.max_value == minor_units

    def test_denied_is_denied(self, provider: Provider) -> None:
        outcome = self.authorise(provider, 200, self.approved(status="denied", authorizationId=None))
        assert isinstance(outcome, Denied)
        assert outcome.code == "0000"

    def test_undefined_is_undecided(self, provider: Provider) -> None:
        body = self.approved(status="undefined", authorizationId=None, paymentUrl="https://pay.example")
        outcome = self.authorise(provider, 200, body)
        assert isinstance(outcome, Undecided)
        assert (outcome.tid, outcome.delay_to_cancel_seconds, outcome.payment_url) == (
            "TID1",
            600,
            "https://pay.example",
        )

    @pytest.mark.parametrize("status", ["APPROVED", "error", "", None, 1, ["approved"]])
    def test_status_the_protocol_does_not_have_is_unknown(self, provider: Provider, status: object) -> None:
        assert isinstance(self.authorise(provider, 200, self.approved(status=status)), Unknown)

    def test_answer_about_another_payment_is_unknown(self, provider: Provider) -> None:
        assert isinstance(self.authorise(provider, 200, self.approved(paymentId="B52C88")), Unknown)

    def test_refusal_is_refused(self, provider: Provider) -> None:
        body = {"status": "error", "code": "ERR123", "message": "The currency ABC is not supported"}
        assert isinstance(self.authorise(provider, 400, body), Refused)

    @pytest.mark.parametrize("status", [400, 409, 201, 401, 500, 501, 503])
    def test_approval_under_another_status_is_unknown(self, provider: Provider, status: int) -> None:
        assert isinstance(self.authorise(provider, status, self.approved()), Unknown)
