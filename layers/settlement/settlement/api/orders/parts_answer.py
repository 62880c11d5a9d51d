"""Parts of the published order in answers: as they were sent with the order, else null or empty (C§1.3).

An erasure takes away those that tell of a person, or can.
"""

from typing import Annotated, Any

from typing_extensions import TypedDict

from settlement.api.shared.schema import Says

Object = Annotated[dict[str, Any], Says("As it was sent with the order.")]


class KeptOrderAnswer(TypedDict):
    """What an order was placed with besides what money needs."""

    sequence: str
    """The order's number at the store."""
    marketplaceOrderId: str
    """The order's id at the marketplace."""
    marketplaceServicesEndpoint: str
    """Where the marketplace is asked."""
    affiliateId: str
    """The id of the affiliate that sold it."""
    followUpEmail: str
    """Where the shopper is written to."""
    lastMessage: str | None
    """What was last written to the shopper."""
    orderFormId: str
    """The id of the cart that it comes from."""
    isCheckedIn: bool
    """Whether it was placed in a physical store."""
    checkedInPickupPointId: str | None
    """The pickup point of that store."""
    sellers: list[Object]
    """Who sells it."""
    clientPreferencesData: Object | None
    """The shopper's language, and whether letters are welcome."""
    ratesAndBenefitsData: Object | None
    """The promotions that made its prices."""
    itemMetadata: Object | None
    """What the catalogue says of its items."""
    marketplace: Object | None
    """The marketplace."""
    marketingData: Object | None
    """Campaign, coupon and tags."""
    giftRegistryData: Object | None
    """The gift list that it is for."""
    callCenterOperatorData: Object | None
    """Who took it on the telephone."""
    openTextField: Any
    """A note of the shopper's."""
    customData: Object | None
    """What apps of the store add."""
    taxData: Object | None
    """Taxes, by item."""
    subscriptionData: Object | None
    """The subscription that it is of."""
    commercialConditionData: Any
    """Commercial conditions."""
    marketplaceItems: list[Any]
    """Its items, as the marketplace has them."""
    authorizationPolicyData: Any
    """The policy that it was authorised by."""


class KeptLineAnswer(TypedDict, total=False):
    """What a line was placed with besides what money needs; what was not sent is left out."""

    productId: Any
    """The product's id."""
    ean: Any
    """The article's number."""
    refId: Any
    """The item's id at the merchant's ERP."""
    lockId: Any
    """The reservation of its stock."""
    sellerSku: Any
    """The item's id at the seller."""
    priceValidUntil: Any
    """Until when its price holds."""
    imageUrl: Any
    """Its picture."""
    detailUrl: Any
    """Its page."""
    itemAttachment: Any
    """What the shopper had put on it."""
    attachments: Any
    """The same, of several."""
    components: Any
    """What it consists of."""
    params: Any
    """Parameters."""
    offerings: Any
    """Services that go with it."""
    attachmentOfferings: Any
    """What can be put on it."""
    assemblies: Any
    """What it is put together of."""
    commission: Any
    """The seller's commission."""
    freightCommission: Any
    """The commission on its freight."""
    shippingPrice: Any
    """What sending it costs."""
    costPrice: Any
    """What it cost the merchant."""
    rewardValue: Any
    """Points for it."""
    customTax: Any
    """A tax of its own."""
    taxCode: Any
    """Its tax code."""
    isGift: Any
    """Whether it is a gift."""
    preSaleDate: Any
    """From when it is sold."""
    parentItemIndex: Any
    """The index of the item that it belongs to."""
    parentAssemblyBinding: Any
    """How it belongs to that item."""
    callCenterOperator: Any
    """Who took it on the telephone."""
    serialNumbers: Any
    """Its serial numbers."""
    marketingData: Any
    """Its campaign."""
    productCategories: Any
    """Its categories, by id."""
    manualPriceAppliedBy: Any
    """Who made its price by hand."""
    manualPrice: Any
    """A price that was made by hand, as it was sent."""
    priceTags: Any
    """What made its price, as it was sent."""
    bundleItems: Any
    """What belongs to a bundle, as it was sent."""
    additionalInfo: Any
    """Where it stands in the catalogue, its size and weight, as it was sent."""
