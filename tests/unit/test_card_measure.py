"""The guard measured: documents, codes and ids that pass, card numbers that do not, on 100,000 of each."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from settlement.api.payments.card_data import refuse_card_data_of_payments, refuse_card_data_of_texts
from settlement.domain.errors import InvalidRequest
from tests.support.documents import a_cnpj, a_cpf, a_gtin, with_luhn

MANY = 100_000
Draw = Callable[[random.Random], str]


def digits(draw: random.Random, many: int) -> str:
    """Random digits."""
    return "".join(draw.choices("0123456789", k=many))


def punctuated_cnpj(draw: random.Random) -> str:
    """A CNPJ as it is written."""
    cnpj = a_cnpj(draw)
    return f"{cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]}/{cnpj[8:12]}-{cnpj[12:]}"


def milliseconds(draw: random.Random) -> str:
    """A time of the years 2020 to 2035 in milliseconds."""
    first, last = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (2020, 2035))
    return str(draw.randint(int(first) * 1000, int(last) * 1000))


DOCUMENTS: dict[str, Draw] = {
    "cpf": a_cpf,
    "cnpj": a_cnpj,
    "cnpj as written": punctuated_cnpj,
    "alphanumeric cnpj": lambda draw: a_cnpj(draw, letters=True),
    "ean-13": lambda draw: a_gtin(draw, 13),
    "gtin-14": lambda draw: a_gtin(draw, 14),
    "milliseconds": milliseconds,
    "microseconds": lambda draw: milliseconds(draw) + digits(draw, 3),
    "order": lambda draw: f"{draw.randint(10**12, 10**13 - 1)}-01",
    "phone of Brazil": lambda draw: f"55{draw.randint(11, 99)}9{digits(draw, 8)}",
    "phone as written": lambda draw: f"+{draw.randint(1, 99)} 11 9{digits(draw, 4)}-{digits(draw, 4)}",
    "phone with a plus": lambda draw: f"+{draw.randint(1, 99)}{digits(draw, 11)}",
    "imei": lambda draw: with_luhn(f"35{digits(draw, 12)}"),
    "nf-e key": lambda draw: digits(draw, 44),
    "compact time": lambda draw: f"{draw.randint(2020, 2035)}{draw.randint(101, 1231):04}{digits(draw, 6)}",
}

ISSUED: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("4", (13, 16, 19)),
    *((str(begin), (16,)) for begin in range(51, 56)),
    *((str(begin), (16,)) for begin in (2221, 2300, 2500, 2699, 2720)),
    ("34", (15,)),
    ("37", (15,)),
    *((begin, (14, 16, 19)) for begin in ("300", "303", "305", "3095", "36", "38", "39")),
    *((begin, (16, 19)) for begin in ("6011", "644", "649", "65", "622126", "622925", "62", "8100", "8171")),
    *((begin, (16, 19)) for begin in ("3528", "3560", "3589")),
    *((begin, (16,)) for begin in ("401178", "438935", "457631", "504175", "509000", "627780", "636297", "650031")),
    *((begin, (13, 16, 19)) for begin in ("606282", "384100", "384140", "384160")),
    *((begin, (16, 19)) for begin in ("2200", "2204")),
    *((begin, (16,)) for begin in ("9792", "508", "607", "652", "817", "507860", "604201", "589562", "2869")),
)
MAESTRO = (*ISSUED, *((begin, tuple(range(12, 20))) for begin in ("5018", "5020", "5038", "56", "58", "6304", "67")))
"""What brands begin with, and their lengths; those of Maestro have any length."""


def separated(draw: random.Random, number: str) -> str:
    """A card number as it is sent: at once, or in groups."""
    mark = draw.choice(["", "", " ", "-"])
    sizes = {14: (4, 6, 4), 15: (4, 6, 5)}.get(len(number), (4, 4, 4, 4, 4))
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return mark.join(filter(None, groups))


def cards(draw: random.Random, issuers: tuple[tuple[str, tuple[int, ...]], ...], shortest: int = 12) -> Iterator[str]:
    """Random card numbers of every brand, as often as another."""
    for _ in range(MANY):
        begin, lengths = draw.choice(issuers)
        length = draw.choice([each for each in lengths if each >= shortest] or [16])
        yield separated(draw, with_luhn(begin + digits(draw, length - len(begin) - 1)))


def is_refused(body: object, look: Callable[[object], None] = refuse_card_data_of_payments) -> bool:
    """Whether the guard refuses a body."""
    try:
        look(body)
    except InvalidRequest:
        return True
    return False


@pytest.mark.parametrize("draw_one", DOCUMENTS.values(), ids=DOCUMENTS)
def test_documents_codes_and_ids_pass(draw_one: Draw) -> None:
    draw = random.Random(1)
    drawn = [draw_one(draw) for _ in range(MANY // 10)]
    told = [int(value) if value.isdigit() and draw.random() < 0.5 else value for value in drawn]

    assert sum(is_refused([{"fields": {"field": value}}]) for value in told) <= len(told) // 1000


@pytest.mark.parametrize(
    "name", ["document", "cnpj", "ean", "gtin", "skuId", "id", "orderId", "phone", "nsu", "tid", "barcode", "code"]
)
def test_what_is_called_a_document_code_or_id_passes_whatever_its_digits(name: str) -> None:
    draw = random.Random(2)
    drawn = [digits(draw, draw.randint(12, 19)) for _ in range(MANY // 100)]

    assert not any(is_refused([{"fields": [{"name": name, "value": value}]}]) for value in drawn)
    assert not any(is_refused([{"fields": {name: {"number": value}}}]) for value in drawn if name != "code")


def test_carts_of_five_articles_pass() -> None:
    draw = random.Random(3)
    for _ in range(MANY // 50):
        items = [{"id": str(at), "name": "Shoe", "ean": a_gtin(draw, 13), "ref": a_gtin(draw, 13)} for at in range(5)]
        refuse_card_data_of_texts([{"name": "cart", "value": str({"items": items}).replace("'", '"')}])


OF_CARDS = ("number", "cardNumber", "pan", "token", "cardToken", "numberToken", "accountId")


def test_no_card_number_passes_in_a_field_of_cards() -> None:
    draw = random.Random(4)
    drawn = [(draw.choice(OF_CARDS), value) for value in cards(draw, MAESTRO)]

    assert [value for name, value in drawn if not is_refused([{"fields": {name: value}}])] == []


def test_no_card_number_passes_in_a_card() -> None:
    draw = random.Random(5)
    drawn = [(draw.choice(["token", "holder", "field"]), value) for value in cards(draw, MAESTRO)]

    assert [value for name, value in drawn if not is_refused([{"card": {name: value}}])] == []


def test_no_card_number_of_fifteen_digits_or_more_passes_in_any_other_field() -> None:
    draw = random.Random(6)
    around = ("{}", "card {} of M SILVA", "{}, exp 12/30")
    drawn = [draw.choice(around).format(number) for number in cards(draw, ISSUED, shortest=15)]

    assert [value for value in drawn if not is_refused([{"fields": {"field": value}}])] == []


def test_no_card_number_passes_as_a_number_of_json() -> None:
    drawn = [int(number) for number in cards(random.Random(7), ISSUED, shortest=15) if number.isdigit()][: MANY // 10]

    assert [value for value in drawn if not is_refused([{"card": {"field": value}}])] == []
    assert [value for value in drawn if not is_refused([{"fields": {"field": value}}])] == []
