"""What a connector repeats of a shopper, in whatever spelling, is kept nowhere: timeline, messages and codes."""

import json
from dataclasses import replace
from typing import Any

import pytest

from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.order.shopper import Address, Shopper
from settlement.domain.privacy.person import facts_of
from tests.contract.ppp.provider import AUTHORISE, CANCEL, PAYMENT, REFUND, SETTLE, Provider, answer, client, good

JOAO = Shopper(
    email="joao.conceicao@mail.example",
    first_name="João",
    last_name="da Conceição",
    document_type="cnpj",
    document="12.ABC.345/01DE-35",
    phone="+55 21 98765-4321",
    address=Address(street="Rua São José", number="300", postal_code="20010-020", city="Niterói", state="RJ"),
)
CARD = VaultedCard("vault-token-1", "JOAO D CONCEICAO", "444433", "1111")
SPELLINGS = [
    "joao.conceicao@mail.example",
    "JOAO.CONCEICAO@MAIL.EXAMPLE",
    "joao.conceicao%40mail.example",
    "joao.conceicao (at) mail.example",
    "João",
    "JOÃO",
    "Joao",
    "joão",
    "Jo\u0061\u0303o",
    "Jo&atilde;o",
    "Jo%C3%A3o",
    "CONCEICAO, JOAO",
    "da Conceição",
    "JOAO D CONCEICAO",
    "João da Conceição",
    "12ABC34501DE35",
    "12abc34501de35",
    "12.ABC.345/01DE-35",
    "12 ABC 345 01DE 35",
    "+5521987654321",
    "(21) 98765-4321",
    "21 98765 4321",
    "987654321",
    "98765-4321",
    "RUA SAO JOSE",
    "20010020",
    "20010-020",
    "niteroi",
]
AROUND = ["{}", "buyer {} refused", "buyer: {}, refused", "({})", "'{}'", "document={};"]
PIECES = (
    "joao",
    "joão",
    "jo\u0061\u0303o",
    "atilde",
    "conceic",
    "concei",
    "mail.example",
    "abc",
    "01de",
    "87654",
    "4321",
)
CALLS: dict[str, Any] = {
    "authorise": replace(AUTHORISE, shopper=JOAO, card=CARD),
    **{
        name: replace(request, payment=replace(PAYMENT, facts=facts_of(JOAO, CARD.holder)))
        for name, request in (("settle", SETTLE), ("cancel", CANCEL), ("refund", REFUND))
    },
}


def kept_of(provider: Provider, call: str, words: str, *, escaped: bool = True) -> str:
    """All that is kept of a refusal in such words: the outcome with its exchange, less what was asked."""
    body = {"paymentId": "A41B77", "status": "denied", "code": words, "message": words, "buyer": {"x": words}}
    text = json.dumps(body, ensure_ascii=escaped).replace("/", "\\/" if escaped else "/")
    provider.respond = answer(200 if call == "authorise" else 400, text)
    outcome = getattr(client(), call)(provider.connector, CALLS[call])
    return repr(replace(outcome, exchange=replace(outcome.exchange, request="")))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_fact_is_kept(provider: Provider, call: str, spelling: str) -> None:
    for number, around in enumerate(AROUND if call == "authorise" else AROUND[:2]):
        kept = kept_of(provider, call, around.format(spelling), escaped=number % 2 == 0).casefold()
        assert spelling.casefold() not in kept
        assert [piece for piece in PIECES if piece in kept] == []
        assert "refused" in kept or "refused" not in around


@pytest.mark.parametrize("call", ["settle", "cancel", "refund"])
def test_fact_that_a_connector_wants_back_is_sent_and_not_kept(provider: Provider, call: str) -> None:
    request = CALLS[call]
    metadata = (("payer", f"it was {SPELLINGS[0]}"), ("Lane", "2"))
    request = replace(request, payment=replace(request.payment, metadata=metadata))
    provider.respond = answer(400, {"code": "51"})

    kept = getattr(client(), call)(provider.connector, request).exchange.request

    assert provider.sent["connectorMetadata"] == [{"name": name, "value": value} for name, value in metadata]
    assert SPELLINGS[0] not in kept
    assert '{"name":"Lane","value":"2"}' in kept


@pytest.mark.parametrize("holder", ["O", "o", "A B", "e", " ", "-", "Ó", "1"])
@pytest.mark.parametrize("call", CALLS)
def test_holder_of_one_letter_takes_none_from_messages(provider: Provider, call: str, holder: str) -> None:
    request = CALLS[call]
    if call == "authorise":
        request = replace(request, shopper=Shopper(first_name=holder), card=replace(CARD, holder=holder))
    else:
        request = replace(request, payment=replace(PAYMENT, facts=facts_of(Shopper(first_name=holder), holder)))
    words = "o cartao e a conta de outro: not approved, code 1, value 100.00"
    provider.respond = answer(200 if call == "authorise" else 400, {"status": "denied", "code": "51", "message": words})

    outcome = getattr(client(), call)(provider.connector, request)

    assert outcome.message == words
    assert words in outcome.exchange.response


@pytest.mark.parametrize(
    ("name", "words", "kept"),
    [
        ("Ana", "banana of Ana, ANA and ana", "banana of ***, *** and ***"),
        ("Rui Mar", "the market ruined Mar", "the market ruined ***"),
        ("Do", "do not honour DO", "do not honour ***"),
        ("Maria das Dores", "das Dores e das outras", "das *** e das outras"),
        ("José", "JOSÉ/JOSE/Jose\u0301", "***/***/***"),
    ],
)
def test_names_are_masked_as_whole_words(provider: Provider, name: str, words: str, kept: str) -> None:
    provider.respond = answer(200, {"status": "denied", "message": words})

    outcome = client().authorise(provider.connector, replace(AUTHORISE, shopper=Shopper(first_name=name), card=None))

    assert outcome.message == kept  # type: ignore[union-attr]


def test_document_without_its_leading_zeros_is_the_document(provider: Provider) -> None:
    shopper = Shopper(document="012.345.678-90")
    provider.respond = answer(200, '{"status":"denied","message":"no","document":1234567890,"amount":123456789.01}')

    outcome = client().authorise(provider.connector, replace(AUTHORISE, shopper=shopper, card=None))

    assert '"document":***,"amount":123456789.01' in outcome.exchange.response


def test_documents_of_others_are_masked_by_their_check_digits(provider: Provider) -> None:
    words = "of 529.982.247-25, 52998224725, 12ABC34501DE35 and 12.abc.345/01de-35, not 52998224724 or 12ABC34501DE36"
    provider.respond = answer(400, {"code": "1", "message": words})

    outcome = client().settle(provider.connector, SETTLE)

    assert outcome.message == "of ***, ***, *** and ***, not 52998224724 or 12ABC34501DE36"  # type: ignore[union-attr]
    assert "529" not in outcome.exchange.response.replace("52998224724", "")


def test_what_the_money_is_stays_in_the_timeline(provider: Provider) -> None:
    provider.respond = answer(200, good("settle", message="done"))

    outcome = client().settle(provider.connector, CALLS["settle"])

    assert '"value":70.0' in outcome.exchange.request
    assert "A41B77" in outcome.exchange.response
