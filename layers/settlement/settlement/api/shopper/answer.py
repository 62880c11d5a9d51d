"""The shopper in answers: who ordered, and where it goes."""

from typing import Any, NotRequired

from typing_extensions import TypedDict


class ClientProfileAnswer(TypedDict):
    """Who ordered, as far as it was told; every value is `***` once it was erased."""

    id: NotRequired[str]
    """Always `clientProfileData`."""
    isCorporate: NotRequired[bool]
    """Whether a company ordered; false unless it was told."""
    userProfileId: NotRequired[str]
    """The shopper's id at the shop."""
    corporateName: NotRequired[str | None]
    """The company's registered name; null in an order's document where it was not told."""
    tradeName: NotRequired[str | None]
    """The company's trade name; null in an order's document where it was not told."""
    corporateDocument: NotRequired[str | None]
    """The company's document; null in an order's document where it was not told."""
    email: NotRequired[str]
    """The e-mail address."""
    firstName: NotRequired[str]
    """The first name."""
    lastName: NotRequired[str]
    """The last name."""
    documentType: NotRequired[str]
    """The kind of document, such as `cpf`."""
    document: NotRequired[str]
    """The document's number."""
    phone: NotRequired[str]
    """The telephone number."""
    stateInscription: NotRequired[Any]
    """The company's number at its state, as it was sent."""
    corporatePhone: NotRequired[Any]
    """The company's telephone number, as it was sent."""
    userProfileVersion: NotRequired[Any]
    """The version of the shopper's profile, as it was sent."""
    customerClass: NotRequired[Any]
    """The class that the shop gave the shopper, as it was sent."""
    customerCode: NotRequired[Any]
    """The shopper's number in another system, as it was sent."""


class AddressAnswer(TypedDict):
    """Where the order goes; every value is `***` once it was erased."""

    addressType: str
    """The kind of address, such as `residential`."""
    receiverName: str
    """Who receives the parcel."""
    postalCode: str
    """The postal code."""
    city: str
    """The city."""
    state: str
    """The state or region."""
    country: str
    """The country, as it was sent; usually ISO 3166 with three letters."""
    street: str
    """The street."""
    number: str
    """The number in the street."""
    neighborhood: str
    """The neighbourhood."""
    complement: str
    """What else finds the door."""
    reference: str
    """A landmark nearby."""
    addressId: NotRequired[Any]
    """The address' id at the shop, as it was sent."""
    versionId: NotRequired[Any]
    """The version of the address, as it was sent."""
    entityId: NotRequired[Any]
    """The address' id among the shop's data, as it was sent."""
    geoCoordinates: NotRequired[Any]
    """Longitude and latitude, as they were sent."""
    contactId: NotRequired[Any]
    """The id of who is at the address, as it was sent."""


class BillAddressAnswer(TypedDict, total=False):
    """Where the bill goes, as far as it was told."""

    addressType: str
    """The kind of address, such as `residential`."""
    receiverName: str
    """Who gets the bill."""
    postalCode: str
    """The postal code."""
    city: str
    """The city."""
    state: str
    """The state or region."""
    country: str
    """The country, as it was sent; usually ISO 3166 with three letters."""
    street: str
    """The street."""
    number: str
    """The number in the street."""
    neighborhood: str
    """The neighbourhood."""
    complement: str
    """What else finds the door."""
    reference: str
    """A landmark nearby."""
    addressId: Any
    """The address' id at the shop, as it was sent."""
    versionId: Any
    """The version of the address, as it was sent."""
    entityId: Any
    """The address' id among the shop's data, as it was sent."""
    geoCoordinates: Any
    """Longitude and latitude, as they were sent."""
    contactId: Any
    """The id of who is at the address, as it was sent."""


class InvoiceDataAnswer(TypedDict):
    """What the order says of its bill."""

    address: BillAddressAnswer | None
    """Where the bill goes; null if that was not told."""
    userPaymentInfo: Any
    """How the buyer pays by invoice, as it was sent."""
    invoiceSubject: Any
    """Whom the bill is for, as it was sent."""
    settleInvoices: NotRequired[Any]
    """How bills are settled, as it was sent."""


class ShippingAnswer(TypedDict):
    """Where the order goes, and how; what else was sent of it stands beside."""

    id: NotRequired[str]
    """Always `shippingData`."""
    address: NotRequired[AddressAnswer]
    """Where the order goes."""
    logisticsInfo: list[Any]
    """How each line is sent, as it was sent with the order."""
    trackingHints: NotRequired[Any]
    """How parcels are followed, as it was sent."""
    selectedAddresses: NotRequired[Any]
    """The addresses that the lines go to, as they were sent."""
    contactInformation: NotRequired[Any]
    """Who receives the lines, as it was sent."""
