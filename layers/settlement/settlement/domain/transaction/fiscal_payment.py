"""What an NF-e says of a payment: the codes of its group ``detPag``, layout 4.00 (C§3.5).

Nothing is made up: what the payment does not tell is None, and the merchant's own system fills it in.
"""

from settlement.domain.connectors.connector import Connector
from settlement.domain.connectors.payment_systems import PAYMENT_SYSTEMS
from settlement.domain.transaction.payment import Payment
from settlement.values import dataclass

FISCAL_CURRENCY = "BRL"
"""An NF-e states its payments in reais."""

MAX_AUTHORISATION_CHARACTERS = 128
MIN_DESCRIPTION_CHARACTERS, MAX_DESCRIPTION_CHARACTERS = 2, 60

OTHER_MEANS = "99"
OTHER_BRAND = "99"

_CARDS = {"creditCard": "03", "debitCard": "04"}
_ELECTRONIC = {**_CARDS, "bankInvoice": "15", "instantPayment": "17"}
_MEANS = {**_ELECTRONIC, "cash": "01", "customerCredit": "05", "giftCard": "12"}
"""``tPag`` of each group of payment methods."""

_BRANDS = {
    name: code
    for code, names in (
        ("01", ("visa", "visa electron")),
        ("02", ("mastercard", "maestro")),
        ("03", ("american express", "amex")),
        ("04", ("sorocred",)),
        ("05", ("diners", "diners club")),
        ("06", ("elo",)),
        ("07", ("hipercard",)),
        ("08", ("aura",)),
        ("09", ("cabal",)),
        ("10", ("alelo",)),
        ("11", ("banescard",)),
        ("12", ("calcard",)),
        ("13", ("credz",)),
        ("14", ("discover",)),
        ("15", ("goodcard",)),
        ("16", ("greencard",)),
        ("17", ("hiper",)),
        ("18", ("jcb",)),
        ("19", ("mais",)),
        ("20", ("maxvan",)),
        ("21", ("policard",)),
        ("22", ("redecompras",)),
        ("23", ("sodexo",)),
        ("24", ("valecard",)),
        ("25", ("verocheque",)),
        ("26", ("vr",)),
        ("27", ("ticket",)),
    )
    for name in names
}
"""``tBand`` of each brand of cards."""


@dataclass(frozen=True, slots=True)
class FiscalPayment:
    """One payment of a fiscal document; ``value`` in cents.

    ``description`` is needed for other means than the listed ones. Electronic payments through a connector have an
    ``institution``, the acquirer's CNPJ, if the merchant has configured it, and the ``authorization`` of the connector.
    """

    means: str
    value: int
    description: str | None = None
    is_integrated: bool = False
    institution: str | None = None
    brand: str | None = None
    authorization: str | None = None


def fiscal_payment(payment: Payment, value: int, connector: Connector | None) -> FiscalPayment:
    """Return what an NF-e says of a capture of ``value``; ``connector`` is as it is configured now."""
    means = _MEANS.get(payment.group, OTHER_MEANS)
    if means == OTHER_MEANS:
        return FiscalPayment(means, value, description=_description(payment.payment_system_name))
    if payment.offline or payment.group not in _ELECTRONIC:
        return FiscalPayment(means, value)
    return FiscalPayment(
        means,
        value,
        is_integrated=True,
        institution=connector.acquirer_cnpj if connector is not None else None,
        brand=_brand(payment) if payment.group in _CARDS else None,
        authorization=_authorization(payment),
    )


def _description(name: str) -> str:
    """Return the name of other means in a form that the layout takes: 2 to 60 characters, no space at either end."""
    bare = name.strip()[:MAX_DESCRIPTION_CHARACTERS].rstrip()
    return bare if len(bare) >= MIN_DESCRIPTION_CHARACTERS else f"Pagamento {bare}".rstrip()


def _brand(payment: Payment) -> str:
    """Return the brand of a listed payment system, or of one that is named like a brand."""
    listed = PAYMENT_SYSTEMS.get(payment.payment_system)
    name = listed.name if listed is not None else payment.payment_system_name
    return _BRANDS.get(name.strip().lower(), OTHER_BRAND)


def _authorization(payment: Payment) -> str | None:
    """Return the authorisation code, None if the field cannot hold it: a part of it would be another code."""
    code = payment.authorization_id
    return code if code is not None and len(code) <= MAX_AUTHORISATION_CHARACTERS else None
