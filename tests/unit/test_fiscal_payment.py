"""What an NF-e says of a captured payment, and the CNPJ that it names (C§3.5)."""

from dataclasses import replace
from typing import Any

import pytest

from settlement.domain.connectors.cnpj import is_cnpj
from settlement.domain.connectors.payment_systems import PAYMENT_SYSTEMS, payment_system
from settlement.domain.transaction.fiscal_payment import FiscalPayment, fiscal_payment
from settlement.domain.transaction.payment import Payment
from testkit.builders import a_connector, a_payment
from testkit.shop import Shop
from tests.support.service import Service

CNPJ = "12ABC34501DE35"
CONNECTOR = replace(a_connector("partial"), acquirer_cnpj=CNPJ)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """The functions, on a shop whose connector names its acquirer."""
    service = Service(Shop(), monkeypatch)
    service.shop.connect(CONNECTOR)
    return service


def captures(service: Service, **order: object) -> list[dict[str, Any]]:
    """What is shown of the captures of an order, invoiced in two parts."""
    placed = service.shop.open(**order)  # type: ignore[arg-type]
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    shown = service.do("GET", f"/api/pvt/transactions/{placed.transaction_id}/settlements")
    return [action["fiscalPayment"] for action in shown["actions"]]


def test_each_capture_shows_what_its_fiscal_document_states(service: Service) -> None:
    card = {"tpIntegra": "1", "CNPJ": CNPJ, "tBand": "01"}

    first, second = captures(service)

    assert first["card"].pop("cAut").startswith("AUT-")
    assert second["card"].pop("cAut").startswith("AUT-")
    assert first == {"tPag": "03", "xPag": None, "vPag": "70.00", "card": card}
    assert second == {"tPag": "03", "xPag": None, "vPag": "30.00", "card": card}


def test_capture_in_another_currency_has_no_fiscal_payment(service: Service) -> None:
    assert captures(service, currency="USD") == [None, None]


def paid_by(number: str, **changes: object) -> Payment:
    """A payment of a payment system, authorised as AUT-1."""
    system = payment_system(number)
    payment = replace(a_payment(), payment_system=system.id, payment_system_name=system.name, group=system.group)
    return replace(payment, authorization_id="AUT-1", **changes)  # type: ignore[arg-type]


def said(payment: Payment) -> FiscalPayment:
    return fiscal_payment(payment, 7000, CONNECTOR)


@pytest.mark.parametrize(
    ("number", "means", "brand"),
    [
        *(("1", "03", "03"), ("2", "03", "01"), ("3", "03", "05"), ("4", "03", "02"), ("8", "03", "07")),
        *(("9", "03", "06"), ("44", "04", "01"), ("45", "04", "02"), ("6", "15", None), ("125", "17", None)),
    ],
)
def test_electronic_payment_names_institution_brand_and_authorisation(number: str, means: str, brand: str) -> None:
    expected = FiscalPayment(
        means, 7000, None, is_integrated=True, institution=CNPJ, brand=brand, authorization="AUT-1"
    )
    assert said(paid_by(number)) == expected


@pytest.mark.parametrize(("number", "means"), [("16", "12"), ("47", "01"), ("64", "05")])
def test_other_payment_has_its_means_alone(number: str, means: str) -> None:
    assert said(paid_by(number)) == FiscalPayment(means, 7000)


def test_means_that_the_layout_does_not_have_are_described() -> None:
    assert said(paid_by("17")) == FiscalPayment("99", 7000, description="Promissories")


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("Our own card", "Our own card"),
        (" Our own card " * 10, "Our own card  Our own card  Our own card  Our own card  Our"),
        ("7", "Pagamento 7"),
    ],
)
def test_description_has_a_form_that_the_layout_takes(name: str, description: str) -> None:
    assert said(replace(paid_by("900"), payment_system_name=name)).description == description


def test_every_listed_payment_system_has_means() -> None:
    assert {number for number in PAYMENT_SYSTEMS if said(paid_by(number)).means == "99"} == {"17"}


@pytest.mark.parametrize(
    ("number", "name", "brand"),
    [
        *(("2", "2", "01"), ("2", "My Visa", "01"), ("300", " Discover ", "14"), ("300", "JCB", "18")),
        *(("300", "Hiper", "17"), ("300", "Diners Club", "05"), ("300", "Verde Card", "99")),
    ],
)
def test_brand_is_that_of_the_number_or_else_of_the_name(number: str, name: str, brand: str) -> None:
    payment = replace(paid_by("2"), payment_system=number, payment_system_name=name)
    assert said(payment).brand == brand


def test_what_is_not_known_is_left_to_the_merchant() -> None:
    assert fiscal_payment(paid_by("2"), 7000, a_connector("partial")).institution is None
    assert fiscal_payment(paid_by("2"), 7000, None).institution is None
    assert said(replace(paid_by("2"), authorization_id=None)).authorization is None
    assert said(replace(paid_by("2"), authorization_id="x" * 129)).authorization is None
    assert said(paid_by("6", offline=True)) == FiscalPayment("15", 7000)


@pytest.mark.parametrize("text", [CNPJ, "11222333000181", "11444777000161"])
def test_cnpj_with_right_check_digits_is_one(text: str) -> None:
    assert is_cnpj(text)


@pytest.mark.parametrize(
    "text",
    [
        *("11222333000182", "11222333000191", "12ABC34501DE36", "12abc34501de35", "1122233300018", "112223330001811"),
        *("11.222.333/0001-81", "00000000000000", "", "1122233300018A", "١١٢٢٢٣٣٣٠٠٠١٨١", "12ABC34501D\u00c935"),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_cnpj(text)
