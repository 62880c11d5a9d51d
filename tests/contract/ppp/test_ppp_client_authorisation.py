"""What an answer to create payment means."""

from decimal import Decimal

import pytest

from settlement.connectors import exact_json
from settlement.domain.connectors.connector_calls import Approved, Denied, Refused, Undecided, Unknown
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
        assert outcome.delay_to_auto_settle_seconds == 432000
        assert (outcome.max_value, outcome.code, outcome.message) == (12050, "0000", "fine")

    def test_approved_with_its_status_only_is_approved(self, provider: Provider) -> None:
        outcome = self.authorise(provider, 200, {"status": "approved"})
        assert isinstance(outcome, Approved)
        assert (outcome.authorization_id, outcome.max_value, outcome.delay_to_auto_settle_seconds) == (
            None,
            None,
            None,
        )
        assert outcome.exchange.remarks == ()

    @pytest.mark.parametrize(
        ("answered", "seconds"),
        [(2, 2), (Decimal("2.0"), 2), (0, 0), (604800, 604800), (None, None)],
    )
    def test_delay_is_read(self, provider: Provider, answered: object, seconds: int | None) -> None:
        outcome = self.authorise(provider, 200, self.approved(delayToAutoSettle=answered))
        assert isinstance(outcome, Approved)
        assert outcome.delay_to_auto_settle_seconds == seconds
        assert outcome.exchange.remarks == ()

    @pytest.mark.parametrize(
        ("answered", "said"),
        [
            ("soon", 'the text "soon"'),
            ("", 'the text ""'),
            (-1, "-1"),
            (True, "the boolean true"),
            (Decimal("2.5"), "2.5"),
            (604801, "604801"),
            (10**12, "1000000000000"),
            ("9" * 50, f'the text "{"9" * 50}"'),
            ([], "a list"),
            ({}, "an object"),
        ],
    )
    def test_delay_that_is_none_is_left_out_and_told(self, provider: Provider, answered: object, said: str) -> None:
        outcome = self.authorise(provider, 200, self.approved(delayToAutoSettle=answered))
        assert isinstance(outcome, Approved)
        assert outcome.delay_to_auto_settle_seconds is None
        assert outcome.exchange.remarks == (
            f"delayToAutoSettle is {said}, which is not taken: it is not whole seconds from 0 to 604800",
        )

    @pytest.mark.parametrize("state", ["approved", "undefined"])
    def test_delay_to_cancel_that_is_none_is_told(self, provider: Provider, state: str) -> None:
        outcome = self.authorise(provider, 200, self.approved(status=state, delayToCancel=2592001))
        assert isinstance(outcome, Approved | Undecided)
        assert outcome.exchange.remarks == (
            "delayToCancel is 2592001, which is not taken: it is not whole seconds from 0 to 2592000",
        )

    def test_delay_that_is_text_is_read_and_told(self, provider: Provider) -> None:
        outcome = self.authorise(provider, 200, self.approved(delayToAutoSettle="432000"))
        assert isinstance(outcome, Approved)
        assert outcome.delay_to_auto_settle_seconds == 432000
        assert outcome.exchange.remarks == ('delayToAutoSettle is the text "432000", taken as 432000 s',)

    @pytest.mark.parametrize(
        ("answered", "minor_units", "said"),
        [
            ("120", 12000, None),
            ("16.6", 1660, None),
            ("120.000000", 12000, None),
            ("119.99999999999999", 12000, "119.99999999999999, taken as 120.00 BRL"),
            ("120.005", 12000, "120.005, taken as 120.00 BRL"),
            ("120.009998", 12000, "120.009998, taken as 120.00 BRL"),
            ('"120.00"', 12000, 'the text "120.00", taken as 120.00 BRL'),
            ('"120.019"', 12001, 'the text "120.019", taken as 120.01 BRL'),
            ("0", None, "0, which is not taken: it is not above zero"),
            ("0.009", None, "0.009, which is not taken: it is not above zero"),
            ("-1", None, "-1, which is not taken: it is not above zero"),
            ('"1,200.00"', None, 'the text "1,200.00", which is not just the digits of a number, which is not taken'),
            ('""', None, 'the text "", which is not just the digits of a number, which is not taken'),
            ("true", None, "the boolean true, not a number, which is not taken"),
            ("[120]", None, "a list, not a number, which is not taken"),
            ("NaN", None, "the number NaN, not a number, which is not taken"),
            ("1e300", None, "1E+300, which is too long for an amount, which is not taken"),
            ("null", None, None),
        ],
    )
    def test_ceiling_is_read_and_rounded_down_or_left_out_and_told(
        self, provider: Provider, answered: str, minor_units: int | None, said: str | None
    ) -> None:
        body = exact_json.write(self.approved(maxValue="@")).replace('"@"', answered)
        outcome = self.authorise(provider, 200, body)
        assert isinstance(outcome, Approved)
        assert outcome.max_value == minor_units
        assert outcome.exchange.remarks == (() if said is None else (f"maxValue is {said}",))

    @pytest.mark.parametrize("name", ["authorizationId", "tid", "nsu"])
    @pytest.mark.parametrize("blank", ["", "  ", None])
    def test_blank_id_is_absent(self, provider: Provider, name: str, blank: object) -> None:
        outcome = self.authorise(provider, 200, self.approved(**{name: blank}))
        assert isinstance(outcome, Approved)
        named = {"authorizationId": outcome.authorization_id, "tid": outcome.tid, "nsu": outcome.nsu}
        assert named[name] is None
        assert outcome.exchange.remarks == ()

    @pytest.mark.parametrize("name", ["authorizationId", "tid", "nsu", "code", "message"])
    @pytest.mark.parametrize(("wrong", "said"), [(True, "the boolean true"), ([], "a list"), ({"a": 1}, "an object")])
    def test_id_or_words_of_another_type_are_told(
        self, provider: Provider, name: str, wrong: object, said: str
    ) -> None:
        outcome = self.authorise(provider, 200, self.approved(**{name: wrong}))
        assert isinstance(outcome, Approved)
        [remark] = outcome.exchange.remarks
        assert remark.startswith(f"{name} is {said}, which is not taken")

    @pytest.mark.parametrize("name", ["authorizationId", "tid", "nsu", "code"])
    def test_number_is_an_id_or_a_code(self, provider: Provider, name: str) -> None:
        outcome = self.authorise(provider, 200, self.approved(**{name: 123456789012345678901234}))
        assert isinstance(outcome, Approved)
        read = {
            "authorizationId": outcome.authorization_id,
            "tid": outcome.tid,
            "nsu": outcome.nsu,
            "code": outcome.code,
        }
        assert read[name] == "123456789012345678901234"

    def test_denied_is_denied(self, provider: Provider) -> None:
        outcome = self.authorise(provider, 200, self.approved(status="denied", authorizationId=None))
        assert isinstance(outcome, Denied)
        assert outcome.code == "0000"

    def test_undefined_is_undecided(self, provider: Provider) -> None:
        body = self.approved(status="undefined", authorizationId=None, paymentUrl="https://pay.example")
        outcome = self.authorise(provider, 200, body)
        assert isinstance(outcome, Undecided)
        assert (outcome.tid, outcome.delay_to_cancel_seconds) == ("TID1", 600)
        assert outcome.exchange.answered is not None
        assert outcome.exchange.answered.payment_url == "https://pay.example"

    @pytest.mark.parametrize(
        ("written", "meant"),
        [("Approved", Approved), ("APPROVED", Approved), ("Denied", Denied), ("UNDEFINED", Undecided)],
    )
    def test_status_in_another_case_is_read_and_told(self, provider: Provider, written: str, meant: type) -> None:
        outcome = self.authorise(provider, 200, self.approved(status=written))
        assert isinstance(outcome, Approved | Denied | Undecided)
        assert isinstance(outcome, meant)
        assert outcome.exchange.remarks == (f'status is the text "{written}", taken as {written.lower()}',)

    def test_status_in_another_case_makes_no_refusal_of_an_approval(self, provider: Provider) -> None:
        body = self.approved(status="Approved", authorizationId=None)
        assert isinstance(self.authorise(provider, 400, body), Unknown)

    @pytest.mark.parametrize("status", ["error", "", None, 1, ["approved"]])
    def test_status_the_protocol_does_not_have_is_unknown(self, provider: Provider, status: object) -> None:
        assert isinstance(self.authorise(provider, 200, self.approved(status=status)), Unknown)

    def test_answer_about_another_payment_is_unknown(self, provider: Provider) -> None:
        assert isinstance(self.authorise(provider, 200, self.approved(paymentId="B52C88")), Unknown)

    def test_refusal_is_refused(self, provider: Provider) -> None:
        body = {"status": "error", "code": "ERR123", "message": "The currency ABC is not supported"}
        assert isinstance(self.authorise(provider, 400, body), Refused)

    @pytest.mark.parametrize("status", [200, 201, 202])
    @pytest.mark.parametrize(("state", "meant"), [("approved", Approved), ("denied", Denied), ("undefined", Undecided)])
    def test_whole_answer_counts_whatever_success_its_status_is(
        self, provider: Provider, status: int, state: str, meant: type
    ) -> None:
        assert isinstance(self.authorise(provider, status, self.approved(status=state)), meant)

    @pytest.mark.parametrize("status", [203, 400, 409, 401, 500, 501, 503])
    def test_approval_under_another_status_is_unknown(self, provider: Provider, status: int) -> None:
        assert isinstance(self.authorise(provider, status, self.approved()), Unknown)
