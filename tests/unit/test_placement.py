"""What an order is placed with besides what money needs: it comes back unchanged, within its limit (C§1.3, D168)."""

import json
from typing import Any

import pytest

from settlement.api.change_summaries.view import change_summary_view
from settlement.api.order_lists.query import read_list_query
from settlement.api.order_lists.view import order_list_view
from settlement.api.orders.document_view import document_view
from settlement.api.orders.request import OrderBody
from settlement.api.orders.view import order_view
from settlement.api.shared import body
from settlement.domain.errors import AlreadyExists, InvalidRequest
from settlement.domain.order.placement import MAX_PLACEMENT_BYTES, ListedParts, listed_parts
from settlement.use_cases.orders.erase_shopper import erase_shopper
from settlement.use_cases.orders.list_orders import list_orders
from settlement.use_cases.orders.order_figures import figures_of
from settlement.use_cases.orders.retrieve_order import retrieve_order
from settlement.use_cases.orders.summarise_changes import summarise_changes
from testkit.bodies import Payment, order_body
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop

ORDER_ID = "1172452900788-01"

ADDRESS = {
    "addressType": "residential",
    "receiverName": "Ana Souza",
    "addressId": "A-77",
    "versionId": None,
    "entityId": "E-1",
    "postalCode": "01001-000",
    "city": "São Paulo",
    "state": "SP",
    "country": "BRA",
    "street": "Praça da Sé",
    "number": "1",
    "neighborhood": "Sé",
    "complement": "fundos",
    "reference": "metrô",
    "geoCoordinates": [-46.63, -23.55],
}
WAY = {
    "itemIndex": 0,
    "selectedSla": "Normal",
    "lockTTL": "10d",
    "price": 2000,
    "listPrice": 2000,
    "sellingPrice": 2000,
    "deliveryWindow": None,
    "deliveryCompany": "Entrega",
    "shippingEstimate": "4bd",
    "shippingEstimateDate": "2026-03-06T10:00:00.0000000+00:00",
    "slas": [{"id": "Normal", "pickupStoreInfo": {"address": None}, "pickupDistance": 0.5}],
    "shipsTo": ["BRA"],
    "deliveryIds": [{"courierId": "c1", "quantity": 1, "kitItemDetails": []}],
    "deliveryChannel": "delivery",
    "addressId": "A-77",
    "pickupPointId": None,
}
SHOE = {
    "uniqueId": "U1",
    "id": "A",
    "name": "Shoe",
    "quantity": 1,
    "price": 5000,
    "listPrice": 6000,
    "sellingPrice": 5000,
    "manualPrice": None,
    "priceTags": [
        {"name": "DISCOUNT@MARKETPLACE", "value": 0, "isPercentual": False, "identifier": "i-1", "rawValue": 0.25}
    ],
    "seller": "1",
    "sellerSku": "S-A",
    "productId": "P-9",
    "ean": "7896025801879",
    "refId": "REF-A",
    "tax": 0,
    "measurementUnit": "un",
    "unitMultiplier": 1,
    "attachments": [{"name": "gravação", "content": {"text": "Ana"}}],
    "additionalInfo": {"brandName": "B", "categoriesIds": "/1/9/", "dimension": {"weight": 10.5}, "offeringInfo": None},
    "isGift": False,
    "parentItemIndex": None,
}
PARTS: dict[str, Any] = {
    "sequence": "502556",
    "affiliateId": "GHB",
    "marketplaceOrderId": "M-1",
    "marketplaceServicesEndpoint": "https://market.example/api",
    "sellerOrderId": "00-v502556llux-01",
    "origin": "Fulfillment",
    "salesChannel": "3",
    "orderFormId": "33c887b2",
    "followUpEmail": "ana@mail.example",
    "lastMessage": "Obrigada!",
    "isCheckedIn": True,
    "checkedInPickupPointId": "loja_901",
    "sellers": [{"id": "1", "name": "Loja Luz", "logo": None, "fulfillmentEndpoint": "https://luz.example"}],
    "marketplace": {"baseURL": "https://market.example", "isCertified": True, "name": "market"},
    "marketplaceItems": [],
    "marketingData": {"id": "marketingData", "utmSource": "fb", "coupon": "sale", "marketingTags": ["a"]},
    "customData": {"customApps": [{"id": "app", "major": 1, "fields": {"cnpj": "11.222.333/0001-44"}}]},
    "openTextField": {"value": "Deixe na portaria"},
    "ratesAndBenefitsData": {
        "id": "ratesAndBenefitsData",
        "rateAndBenefitsIdentifiers": [{"id": "r1", "name": "Free Shipping", "matchedParameters": {"x": "1"}}],
    },
    "itemMetadata": {"Items": [{"Id": "A", "Ean": "7896025801879"}]},
    "taxData": None,
    "subscriptionData": {"SubscriptionGroupId": "A64"},
    "giftRegistryData": {"giftRegistryId": "154", "description": "Ana & Davi"},
    "callCenterOperatorData": {"id": "c", "email": "sandra@luz.example", "userName": "sandraDaves"},
    "clientPreferencesData": {"locale": "pt-BR", "optinNewsLetter": True},
    "commercialConditionData": "Condições",
    "authorizationPolicyData": [],
    "clientProfileData": {
        "id": "clientProfile_1",
        "email": "ana@mail.example",
        "firstName": "Ana",
        "lastName": "Souza",
        "documentType": "cpf",
        "document": "845.134.270-19",
        "phone": "+5511",
        "stateInscription": None,
        "isCorporate": False,
        "customerCode": "933d",
    },
    "shippingData": {
        "id": "shippingData",
        "address": ADDRESS,
        "logisticsInfo": [WAY],
        "trackingHints": None,
        "selectedAddresses": [ADDRESS],
        "contactInformation": [{"id": "0", "email": "ana@mail.example"}],
    },
    "invoiceData": {"address": None, "userPaymentInfo": {"paymentMethods": ["Boleto"]}, "invoiceSubject": None},
    "storePreferencesData": {
        "countryCode": "BRA",
        "currencyCode": "BRL",
        "currencyFormatInfo": {"CurrencyDecimalDigits": 2, "CurrencyDecimalSeparator": ","},
        "timeZone": "E. South America Standard Time",
    },
}


def a_body(**changes: Any) -> dict[str, Any]:
    """A published order with one shoe and its freight."""
    base = order_body((Payment(7000, "partial", id="A" * 32),), orderId=ORDER_ID, value=7000)
    totals = [{"id": "Items", "value": 5000}, {"id": "Shipping", "value": 2000}]
    told: dict[str, Any] = json.loads(json.dumps(base | {"items": [SHOE], "totals": totals} | PARTS | changes))
    return told


def placed(shop: Shop, sent: dict[str, Any]) -> Placed:
    """The order that a body is of."""
    return shop.place_again(body.validate(OrderBody, sent).as_order())


def shown(shop: Shop) -> dict[str, Any]:
    """The order as it is shown."""
    return dict(order_view(retrieve_order(shop.store, ACCOUNT, ORDER_ID)))


def test_13_published_order_comes_back_unchanged(shop: Shop) -> None:
    placed(shop, a_body())

    answer = shown(shop)

    assert {name: answer[name] for name in PARTS if name != "clientProfileData"} == {
        name: part for name, part in PARTS.items() if name != "clientProfileData"
    }
    assert answer["clientProfileData"].items() >= PARTS["clientProfileData"].items()
    assert answer["items"][0].items() >= SHOE.items()


def test_13_order_that_was_sent_nothing_of_it_writes_no_item_and_shows_nothing(shop: Shop) -> None:
    placed(shop, order_body((Payment(10000, "partial"),), orderId=ORDER_ID))

    assert shop.store.placement(ACCOUNT, ORDER_ID) is None
    answer = shown(shop)
    assert (answer["sequence"], answer["sellers"], answer["customData"]) == ("", [], None)
    assert answer["shippingData"] == {"logisticsInfo": []}


def test_13_line_shows_its_parts_beside_what_became_of_it(shop: Shop) -> None:
    order = placed(shop, a_body())
    order.run()
    order.start()
    order.invoice("N1", 5000)

    [line] = shown(shop)["items"]

    assert (line["ean"], line["pendingToInvoice"], line["priceDefinition"]["total"]) == ("7896025801879", 1, 5000)


def test_erasure_leaves_what_is_of_business_alone(shop: Shop) -> None:
    placed(shop, a_body())

    erase_shopper(shop.ports, ACCOUNT, ORDER_ID)

    answer = shown(shop)
    text = json.dumps(answer, default=str, ensure_ascii=False)
    for word in (
        "ana@mail",
        "Ana",
        "Souza",
        "portaria",
        "sandra",
        "A-77",
        "46.63",
        "933d",
        "gravação",
        "Davi",
        "11.222",
    ):
        assert word not in text, word
    kept = ("sequence", "affiliateId", "sellers", "marketingData", "ratesAndBenefitsData", "storePreferencesData")
    assert {name: answer[name] for name in kept} == {name: PARTS[name] for name in kept}
    [way] = answer["shippingData"]["logisticsInfo"]
    assert (way["selectedSla"], "slas" in way, "addressId" in way) == ("Normal", False, False)
    assert answer["items"][0]["ean"] == SHOE["ean"]
    listed = shop.store.listed_parts(ACCOUNT, [ORDER_ID])[ORDER_ID]
    assert (listed.operator, listed.gift_list, listed.affiliate_id) == ("", "", "GHB")
    commits = len(shop.store.commits)
    erase_shopper(shop.ports, ACCOUNT, ORDER_ID)
    assert len(shop.store.commits) == commits


def test_too_much_is_refused_with_its_largest_part_and_the_limit(shop: Shop) -> None:
    sent = a_body(customData={"text": "x" * MAX_PLACEMENT_BYTES})

    with pytest.raises(InvalidRequest, match=r"customData and what else .* bytes as JSON; the limit is 300000"):
        placed(shop, sent)
    assert shop.store.order(ACCOUNT, ORDER_ID) is None


def test_as_much_as_is_allowed_is_kept(shop: Shop) -> None:
    frame = len(body.validate(OrderBody, a_body(customData={"text": ""})).as_order().placement.text.encode())  # type: ignore[union-attr]
    sent = a_body(customData={"text": "x" * (MAX_PLACEMENT_BYTES - frame)})

    placed(shop, sent)

    assert shown(shop)["customData"] == sent["customData"]


@pytest.mark.parametrize("part", ["customData", "openTextField"])
def test_card_number_in_a_kept_part_is_refused(shop: Shop, part: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{part}: card numbers are not accepted"):
        placed(shop, a_body(**{part: {"note": "4111 1111 1111 1111"}}))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("sellers", {"id": "1"}),
        ("marketingData", "fb"),
        ("sequence", {"n": 1}),
        ("isCheckedIn", "yes"),
        ("customData", [1]),
    ],
)
def test_part_of_another_kind_is_refused(part: str, value: object) -> None:
    with pytest.raises(InvalidRequest, match=part):
        body.validate(OrderBody, a_body(**{part: value}))


def test_repeat_is_the_same_order_and_other_parts_are_another(shop: Shop) -> None:
    placed(shop, a_body())
    erase_shopper(shop.ports, ACCOUNT, ORDER_ID)

    assert placed(shop, a_body()).order.version
    assert placed(shop, a_body(openTextField=None)).order_id == ORDER_ID
    with pytest.raises(AlreadyExists):
        placed(shop, a_body(affiliateId="WLM"))


def test_order_of_an_earlier_version_is_the_same_when_it_is_sent_again(shop: Shop) -> None:
    new = body.validate(OrderBody, a_body()).as_order()
    assert new.said_earlier.other_parts == ""
    assert new.said.other_parts


def test_lists_have_sellers_and_estimates_of_any_order() -> None:
    new = body.validate(OrderBody, a_body()).as_order()
    assert new.placement is not None
    day = str(WAY["shippingEstimateDate"])

    assert listed_parts(new.placement) == ListedParts(
        "502556", "GHB", ("Loja Luz",), ("1",), ("Free Shipping",), "fb", "sandraDaves", "154", (day, day)
    )


def test_lists_find_an_order_by_its_first_sellers_and_by_how_their_names_begin() -> None:
    sellers = [{"id": str(n), "name": f"{n:02} {'x' * 200}"} for n in range(51)]
    new = body.validate(OrderBody, a_body(sellers=sellers)).as_order()
    assert new.placement is not None

    listed = listed_parts(new.placement)

    assert listed.sellers == tuple(f"{n:02} {'x' * 97}" for n in range(50))
    assert listed.seller_ids == tuple(str(n) for n in range(50))


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({"f_affiliateId": "GHB"}, True),
        ({"f_affiliateId": "wlm,ghb"}, True),
        ({"f_affiliateId": "WLM"}, False),
        ({"f_sellerNames": "loja luz"}, True),
        ({"f_sellerNames": "Loja"}, False),
        ({"f_UtmSource": "fb"}, True),
        ({"f_UtmSource": "mail"}, False),
        ({"f_RnB": "Free Shipping"}, True),
        ({"f_RnB": "Other"}, False),
        ({"f_callCenterOperatorName": "sandradaves"}, True),
        ({"f_callCenterOperatorName": "ana"}, False),
        ({"f_shippingEstimate": "4.days"}, True),
        ({"f_shippingEstimate": "3.days"}, False),
        ({"f_shippingEstimate": "-1.days"}, False),
        ({"f_salesChannel": "3", "f_affiliateId": "GHB"}, True),
        ({"f_salesChannel": "1", "f_affiliateId": "GHB"}, False),
        ({"q": ORDER_ID, "f_sellerNames": "Loja Luz"}, True),
        ({"q": ORDER_ID, "searchField": "orderId", "f_sellerNames": "Other"}, False),
    ],
)
def test_list_filters_by_what_an_order_was_placed_with(shop: Shop, query: dict[str, str], is_found: bool) -> None:
    placed(shop, a_body())
    shop.place()

    wanted = read_list_query(query)
    found = list_orders(shop.store, ACCOUNT, wanted.wanted, shop.clock.time, wanted.enough)

    assert [order.order_id for order in found.orders] == ([ORDER_ID] if is_found else [])


def test_list_shows_what_it_filters_by(shop: Shop) -> None:
    placed(shop, a_body())
    found = list_orders(shop.store, ACCOUNT, read_list_query({}).wanted, shop.clock.time)
    parts = shop.store.listed_parts(ACCOUNT, [ORDER_ID])

    [listed] = order_list_view(found, figures_of(shop.store, ACCOUNT, found.orders), 1, 15, parts)["list"]

    assert (listed["sequence"], listed["affiliateId"], listed["sellerNames"]) == ("502556", "GHB", ["Loja Luz"])
    assert listed["ShippingEstimatedDate"] == WAY["shippingEstimateDate"]


@pytest.mark.parametrize("text", ["soon", "4", "4.days.", "days", "99999.days"])
def test_estimate_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="f_shippingEstimate: must be a number of days"):
        read_list_query({"f_shippingEstimate": text})


@pytest.mark.parametrize(
    "part",
    [
        {"storePreferencesData": {"currencyFormatInfo": "x"}},
        {"ratesAndBenefitsData": {"rateAndBenefitsIdentifiers": 5}},
        {"ratesAndBenefitsData": {"rateAndBenefitsIdentifiers": [7, {"name": {}}]}},
        {"sellers": [{"name": ["x"], "id": 1.5}, {}]},
        {"marketingData": {"utmSource": False}},
        {"itemMetadata": {"Items": {"Id": [[1]]}}},
        {"subscriptionData": {"Subscriptions": [1, None]}},
        {"openTextField": [1, {"a": None}]},
        {"shippingData": {"logisticsInfo": [{"itemIndex": 0, "shippingEstimateDate": 5, "deliveryIds": "x"}]}},
        {"shippingData": {"logisticsInfo": None, "contactInformation": "x"}},
    ],
    ids=str,
)
def test_part_of_any_content_is_shown_listed_summed_up_and_erased(shop: Shop, part: dict[str, Any]) -> None:
    placed(shop, a_body(**part))

    for _ in range(2):
        whole = retrieve_order(shop.store, ACCOUNT, ORDER_ID)
        assert order_view(whole)["orderId"] == ORDER_ID
        assert document_view(whole, shows_persons=True)["piiHidden"] is False
        assert change_summary_view(summarise_changes(shop.store, ACCOUNT, ORDER_ID))["original"]
        query = {"f_shippingEstimate": "4.days", "f_RnB": "x", "f_sellerNames": "y"}
        list_orders(shop.store, ACCOUNT, read_list_query(query).wanted, shop.clock.time)
        erase_shopper(shop.ports, ACCOUNT, ORDER_ID)
