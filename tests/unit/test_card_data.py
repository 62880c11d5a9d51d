"""Card numbers and security codes are refused wherever a payment's card or fields could hide them."""

import json
from typing import Any

import pytest

from settlement.api.payments.card_data import refuse_card_data, refuse_card_data_of_payments, refuse_card_data_of_texts
from settlement.domain.errors import InvalidRequest

NUMBER = "4444333322221111"
HIDDEN: list[Any] = [
    NUMBER,
    int(NUMBER),
    float(NUMBER),
    "4444 3333 2222 1111",
    "4444-3333-2222-1111",
    "4444.3333.2222.1111",
    "4444\u00a03333\u00a02222\u00a01111",
    "\uff14\uff14\uff14\uff143333\uff12\uff12\uff12\uff121111",
    "\u0664\u0664\u0664\u0664\u0663\u0663\u0663\u0663\u0662\u0662\u0662\u0662\u0661\u0661\u0661\u0661",
    f"card {NUMBER} of M SILVA",
    "card: 4444 3333 2222 1111, exp 12/30",
    "378282246310005",
    "3782 822463 10005",
    "4222222222222",
    "6304000000000000000"[:18] + "0",
    json.dumps({"cardNumber": NUMBER}),
    json.dumps(json.dumps({"pan": NUMBER})),
    {"deep": [{"deeper": NUMBER}]},
    {NUMBER: "as a name"},
    [{"name": "x", "value": NUMBER}],
]
INNOCENT: list[Any] = [
    "4444333322221112",
    "444433",
    "1111",
    "12345678901234567890",
    "A0000000000000000000000000000001",
    "1172452900788-01",
    None,
    True,
    12.5,
    "",
    {"csc": None, "cvv": None},
]


def _refuse(part: str, value: Any) -> None:
    """Look at an order and at a list of payments; both have to be refused, or neither."""
    payment = {"paymentSystem": "2", part: value if isinstance(value, dict | list) else {"field": value}}
    try:
        refuse_card_data({"paymentData": {"transactions": [{"payments": [payment]}]}})
    finally:
        refuse_card_data_of_payments([payment])


@pytest.mark.parametrize("part", ["card", "fields"])
@pytest.mark.parametrize("value", HIDDEN, ids=repr)
def test_card_number_is_found_and_not_repeated(part: str, value: Any) -> None:
    with pytest.raises(InvalidRequest, match="card numbers are not accepted") as refused:
        _refuse(part, value)
    assert "4444" not in refused.value.message
    assert part in refused.value.message
    text = value if isinstance(value, str) else json.dumps(value)
    with pytest.raises(InvalidRequest, match="not accepted"):
        refuse_card_data_of_texts([{"name": "cart", "value": text}])


@pytest.mark.parametrize("part", ["card", "fields"])
@pytest.mark.parametrize("name", ["csc", "cvv", "CVV2", "security-code", "card_security_code", "validationCode"])
def test_security_code_is_refused_by_its_name(part: str, name: str) -> None:
    for value in ({name: "123"}, {"inner": [{name: 123}]}, [{"name": name, "value": "123"}]):
        with pytest.raises(InvalidRequest, match="security codes are not accepted") as refused:
            _refuse(part, value)
        assert "123" not in refused.value.message


@pytest.mark.parametrize("part", ["card", "fields"])
@pytest.mark.parametrize("value", INNOCENT, ids=repr)
def test_what_is_no_card_number_passes(part: str, value: Any) -> None:
    _refuse(part, value)


@pytest.mark.parametrize(
    "body", [None, 1, "x", [], [1], {}, {"paymentData": 1}, {"paymentData": {"transactions": [1]}}]
)
def test_what_is_no_order_is_left_to_the_model(body: Any) -> None:
    refuse_card_data(body)
    refuse_card_data_of_payments(body)
    refuse_card_data_of_texts(body)
