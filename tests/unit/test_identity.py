"""What makes two requests the same: canonical JSON with a version, and the hashes that were stored before it."""

from dataclasses import dataclass, field, make_dataclass, replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.errors import AlreadyExists
from settlement.domain.identity import canonical, identity, is_same
from settlement.domain.order.order import Order, OrderTotal
from settlement.domain.order.shopper import Shopper
from settlement.domain.transaction.checkout import Checkout
from settlement.use_cases.gateway.start_transaction import NewTransaction, start_transaction
from settlement.use_cases.orders.place_order import NewLine, NewOrder, NewPayment
from testkit.builders import ACCOUNT
from testkit.shop import Shop

CARD = VaultedCard("vault", "ANA", None, "1111")
PAYMENTS = (
    NewPayment("partial", "2", "Visa", "creditCard", 6000, 1, "P1", CARD, 5900, "1.5"),
    NewPayment("partial", "6", "BankInvoice", "bankInvoice", 4000, 1),
)
BY_SYSTEM = (NewPayment(None, "6", "BankInvoice", "bankInvoice", 4000, 1),)
ORDER = NewOrder(
    lines=(NewLine("A", "Shoé 'x'\n", 1, 8000, 8000), NewLine("B", "b", 2, 500, 500, "u1")),
    totals=(OrderTotal("Items", 9000), OrderTotal("Shipping", 1000)),
    value=10000,
    currency="BRL",
    payments=PAYMENTS,
    order_id="order-1",
)
TRANSACTION = NewTransaction(10000, Checkout("purchase-1", "store", "1"))
FORMER = {
    "order": (ORDER, "e2a1de2b7e687b8ad31fd288284f56ee884189597313d2baa6c208178a6cfaea"),
    "transaction": (TRANSACTION, "183bc322d35979d311a5c2ed9824f61ba890d53c18b69e21084fb110e7069374"),
    "payments": ((BY_SYSTEM, "BRL"), "076805757e8b4609296348206f2045d603fae211cb2623d8dc59e852112f6b84"),
}
"""Hashes as they were stored before there was a version."""

FORMER_LINE = "f5ac1818085e55a02e4050427ad5ff963ba2e07118839e93625ae2c3864d22b3"


@dataclass(frozen=True, slots=True)
class Said:
    """One of everything that can be said."""

    text: str
    number: int
    truth: bool
    nothing: None
    texts: tuple[str, ...]
    optional: str | None = None
    more: tuple[int, ...] = field(default_factory=tuple)


WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
SAID = st.builds(
    Said, st.text(), WHOLE, st.booleans(), st.none(), st.lists(st.text()).map(tuple), st.none() | st.text()
)


@given(SAID)
def test_canonical_form_is_that_of_rfc_8785(said: Said) -> None:
    plain: dict[str, Any] = {
        "text": said.text,
        "number": said.number,
        "truth": said.truth,
        "nothing": None,
        "texts": list(said.texts),
    } | ({} if said.optional is None else {"optional": said.optional})

    assert canonical(said) == rfc8785.dumps(plain)


@given(SAID, SAID)
def test_two_say_the_same_exactly_if_they_share_an_identity(one: Said, other: Said) -> None:
    assert (identity(one) == identity(other)) == (one == other)


def test_identities_stay_what_they_are() -> None:
    """Stored ones are compared with these: what changes them makes conflicts of honest repeats."""
    assert identity(ORDER) == "2:c18ffef7b6f64dea74e9f562ad0a353a6b22f5243600506393a3afb125ca86b6"
    assert identity(TRANSACTION) == "2:3b6ff496a760b08fecd26fa00340b69604f67f53a356a05759ec15a3c91bba4d"
    assert identity((PAYMENTS, "BRL")) == "2:c4e7f4d4072198aa8481f83e5563d08f032e19056700b771fb782ca88692b088"


@pytest.mark.parametrize(("said", "stored"), FORMER.values(), ids=FORMER)
def test_identity_stored_without_a_version_goes_on_to_count(said: object, stored: str) -> None:
    assert is_same(stored, said)
    assert is_same(identity(said), said)


def test_something_else_is_not_what_was_stored() -> None:
    stored = FORMER["order"][1]
    other = replace(ORDER, value=9999)

    assert not is_same(stored, other)
    assert not is_same(identity(ORDER), other)


@pytest.mark.parametrize("added", [("gift", str | None, None), ("multiplier", int, 1), ("tags", tuple, ())])
def test_new_field_at_its_default_changes_no_identity(added: tuple[str, type, object]) -> None:
    name, type_, default = added
    longer = make_dataclass("NewLine", [(name, type_, field(default=default))], bases=(NewLine,), frozen=True)
    line = longer("A", "Shoe", 1, 8000, 8000)

    assert identity(line) == identity(NewLine("A", "Shoe", 1, 8000, 8000))
    assert is_same("8c", line) is False
    assert is_same(FORMER_LINE, line)
    assert identity(longer("A", "Shoe", 1, 8000, 8000, **{name: ("else",)})) != identity(line)


@pytest.mark.parametrize("said", [1.5, {"a": 1}, b"bytes", object()])
def test_what_has_no_canonical_form_is_no_identity(said: object) -> None:
    with pytest.raises(TypeError, match="has no canonical form"):
        identity(said)


def test_lone_surrogate_has_an_identity() -> None:
    assert identity("\ud800") != identity("\udfff")


def with_hash(shop: Shop, order_id: str, stored: str) -> None:
    """Let an order have been stored with an identity."""
    things = shop.store.backup()
    held = {key: thing for key, thing in things.items() if isinstance(thing, Order) and thing.order_id == order_id}
    shop.store.restore({**things, **{key: replace(order, request_hash=stored) for key, order in held.items()}})


def test_order_stored_before_the_upgrade_is_the_same_when_it_is_sent_again(shop: Shop) -> None:
    placed = shop.place_again(ORDER)
    with_hash(shop, placed.order_id, FORMER["order"][1])

    assert shop.place_again(replace(ORDER, shopper=Shopper("a@example.com"))).transaction_id == placed.transaction_id
    with pytest.raises(AlreadyExists, match="already exists with different content"):
        shop.place_again(replace(ORDER, currency="USD"))


def test_transaction_started_before_the_upgrade_is_the_same_when_it_is_started_again(shop: Shop) -> None:
    started = start_transaction(shop.ports, ACCOUNT, TRANSACTION, "key")
    with_hash(shop, started.order.order_id, FORMER["transaction"][1])

    again = start_transaction(shop.ports, ACCOUNT, TRANSACTION, "key")
    assert again.transaction.transaction_id == started.transaction.transaction_id
    with pytest.raises(AlreadyExists):
        start_transaction(shop.ports, ACCOUNT, replace(TRANSACTION, value=1), "key")
