"""A payment's recipients share each capture and refund, to the cent (C§4.3, C§4.5)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.connectors.connector import Recipient
from settlement.domain.transaction.payout_split import recipients_of_call
from testkit.builders import a_new_payment
from testkit.shop import Shop

SELLER = Recipient("shoes", "Shoe Seller", "CNPJ", "12345678000195", "seller", 7000, commission_amount=300)
SHOP = Recipient("shop", "The Shop", "CNPJ", "11444777000161", "marketplace", 3000)


def parts(recipients: tuple[Recipient, ...], moved: int, value: int) -> dict[str, int]:
    return {each.id: each.amount for each in recipients_of_call(recipients, moved, value)}


def test_a_call_for_the_whole_payment_names_the_amounts_of_the_order() -> None:
    assert recipients_of_call((SELLER, SHOP), 0, 10000) == (SELLER, SHOP)


def test_a_call_for_a_part_names_the_recipients_parts_of_it() -> None:
    seller, shop = recipients_of_call((SELLER, SHOP), 0, 3333)

    assert (seller.amount, seller.commission_amount, shop.amount, shop.commission_amount) == (2333, 99, 1000, None)
    assert parts((SELLER, SHOP), 3333, 3333) == {"shoes": 2333, "shop": 1000}
    assert parts((SELLER, SHOP), 6666, 3334) == {"shoes": 2334, "shop": 1000}
    assert parts((SELLER, SHOP), 0, 1) == {"shoes": 1}


def test_recipients_of_nothing_are_not_named() -> None:
    assert recipients_of_call((), 0, 100) == ()
    assert recipients_of_call((replace(SHOP, amount=0),), 0, 100) == ()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any), st.data())
def test_parts_of_calls_add_up_and_never_exceed_what_was_captured(amounts: list[int], data: st.DataObject) -> None:
    recipients = tuple(replace(SHOP, id=str(index), amount=amount) for index, amount in enumerate(amounts))
    whole = sum(amounts)
    captured = data.draw(st.integers(1, whole))
    cuts = sorted(data.draw(st.lists(st.integers(0, captured), max_size=5)))
    calls = [(since, until - since) for since, until in zip([0, *cuts], [*cuts, captured], strict=True)]

    gotten = dict.fromkeys(map(str, range(len(amounts))), 0)
    for moved, value in calls:
        shared = parts(recipients, moved, value)
        assert sum(shared.values()) == value
        for id_, amount in shared.items():
            assert amount > 0
            gotten[id_] += amount

    assert {id_: amount for id_, amount in gotten.items() if amount} == parts(recipients, 0, captured)
    assert parts(recipients, 0, whole) == {str(index): amount for index, amount in enumerate(amounts) if amount}


def test_capture_and_refunds_tell_the_connector_who_shares_them(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial", recipients=(SELLER, SHOP)))
    placed.invoice("N1", 10000)
    placed.give_back("R1", 3333)
    placed.give_back("R2", 6667)

    moves = [call for call in shop.provider.calls if call.kind != "authorise"]
    assert [(call.kind, call.value, dict(call.shares)) for call in moves] == [
        ("settle", 10000, {"shoes": 7000, "shop": 3000}),
        ("refund", 3333, {"shoes": 2333, "shop": 1000}),
        ("refund", 6667, {"shoes": 4667, "shop": 2000}),
    ]
