"""Tracking of parcels: per invoice, and never a matter of money (C§1.2, R32)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from settlement.domain.errors import InvalidRequest, InvoiceNotFound, OrderNotFound, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.order.invoice import (
    MAX_SIGHTING_BYTES,
    MAX_SIGHTINGS_IN_ALL,
    Delivery,
    DeliveryEvent,
    Invoice,
    InvoiceType,
    Tracking,
)
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from tests.support.parcels import update_delivery, update_tracking

PARCEL = Tracking("Correios", "BR123", "https://track.example/BR123", "2026-03-03")
ON_ITS_WAY = Delivery(False, None, (DeliveryEvent("Recife", "PE", "left the depot", "2026-03-04 10:00"),))
DELIVERED = Delivery(True, "2026-03-05 11:30")


def track(placed: Placed, number: str, tracking: Tracking = PARCEL) -> None:
    """Say where a parcel is to be found."""
    update_tracking(placed.shop.ports, ACCOUNT, placed.order_id, number, tracking)


def deliver(placed: Placed, number: str, delivery: Delivery = DELIVERED) -> None:
    """Say how far a parcel is."""
    update_delivery(placed.shop.ports, ACCOUNT, placed.order_id, number, delivery)


def invoice_of(placed: Placed, number: str) -> Invoice:
    """A stored invoice."""
    invoice = placed.shop.store.invoice(ACCOUNT, placed.order_id, number)
    assert invoice is not None
    return invoice


def partly_invoiced(shop: Shop) -> Placed:
    """An order with N1 of 7000, which is settled."""
    placed = shop.open()
    placed.invoice("N1", 7000)
    return placed


def test_r32_tracking_changes_the_parcel_and_no_money(shop: Shop) -> None:
    placed = partly_invoiced(shop)
    before, ledger, operations, calls = placed.order, placed.ledger, placed.operations, len(shop.provider.calls)

    track(placed, "N1")
    deliver(placed, "N1", ON_ITS_WAY)
    deliver(placed, "N1")
    placed.run()

    invoice = invoice_of(placed, "N1")
    assert (invoice.tracking, invoice.delivery) == (PARCEL, replace(DELIVERED, events=ON_ITS_WAY.events))
    assert (invoice.value, invoice.counted) == (7000, 7000)
    same = replace(placed.order, version=before.version, invoices_bytes=before.invoices_bytes)
    assert (same, placed.ledger, placed.operations, len(shop.provider.calls)) == (
        before,
        ledger,
        operations,
        calls,
    )
    assert placed.status == ("payment-approved", "Settling")


def test_r32_each_invoice_has_a_parcel_of_its_own(shop: Shop) -> None:
    placed = partly_invoiced(shop)
    placed.invoice("N2", 3000)

    track(placed, "N1")
    track(placed, "N2", Tracking("Loggi", "LG9", None, None))

    assert [invoice_of(placed, number).tracking.number for number in ("N1", "N2")] == ["BR123", "LG9"]


def test_r32_later_tracking_replaces_the_earlier(shop: Shop) -> None:
    placed = partly_invoiced(shop)
    track(placed, "N1")

    track(placed, "N1", Tracking("Loggi", "LG9", None, None))

    assert invoice_of(placed, "N1").tracking == Tracking("Loggi", "LG9", None, None)


def test_r32_delivery_needs_a_tracking_number_first(shop: Shop) -> None:
    placed = partly_invoiced(shop)

    with pytest.raises(InvalidRequest, match="trackingNumber"):
        deliver(placed, "N1")
    track(placed, "N1", Tracking("", "", "", ""))
    with pytest.raises(InvalidRequest, match="trackingNumber"):
        deliver(placed, "N1")
    track(placed, "N1")
    deliver(placed, "N1")

    assert invoice_of(placed, "N1").delivery == DELIVERED


def test_r32_tracking_number_of_the_notification_counts(shop: Shop) -> None:
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT, tracking=PARCEL)

    deliver(placed, "N1")

    assert invoice_of(placed, "N1").delivery == DELIVERED


@pytest.mark.parametrize("act", [track, deliver])
def test_r32_unknown_invoice_and_unknown_order_are_not_found(shop: Shop, act: Callable[[Placed, str], None]) -> None:
    placed = partly_invoiced(shop)

    with pytest.raises(InvoiceNotFound, match="N9") as refusal:
        act(placed, "N9")
    assert refusal.value.status == 404
    with pytest.raises(OrderNotFound):
        act(Placed(shop, "none-01", placed.transaction_id), "N1")


@pytest.mark.parametrize("act", [track, deliver])
def test_r32_stand_alone_invoice_takes_no_tracking(shop: Shop, act: Callable[[Placed, str], None]) -> None:
    placed = partly_invoiced(shop)
    placed.invoice("N2", 3000)
    placed.notify("N3", 100, type_=InvoiceType.OUTPUT, tracking=PARCEL)

    with pytest.raises(WrongStatus, match="stand-alone") as refusal:
        act(placed, "N3")

    assert refusal.value.status == 409
    assert invoice_of(placed, "N3").delivery is None


def test_r32_invoice_that_was_capped_is_no_stand_alone_one(shop: Shop) -> None:
    placed = partly_invoiced(shop)
    placed.invoice("N2", 3500)

    track(placed, "N2")

    assert invoice_of(placed, "N2").tracking == PARCEL


def test_parcel_of_a_return_is_tracked_too(shop: Shop) -> None:
    placed = partly_invoiced(shop)
    placed.give_back("D1", 500)

    track(placed, "D1")

    assert invoice_of(placed, "D1").tracking == PARCEL


def test_invoiced_and_tracked_invoice_is_replayed_without_losing_its_parcel(shop: Shop) -> None:
    placed = partly_invoiced(shop)
    track(placed, "N1")
    deliver(placed, "N1")

    placed.invoice("N1", 7000)

    assert (invoice_of(placed, "N1").tracking, invoice_of(placed, "N1").delivery) == (PARCEL, DELIVERED)
    assert placed.moved("settle") == [7000]


def test_two_updates_at_once_are_both_kept(shop: Shop) -> None:
    placed = partly_invoiced(shop)
    track(placed, "N1")
    shop.store.interrupt(lambda: deliver(placed, "N1"))

    track(placed, "N1", Tracking("Loggi", "LG9", None, None))

    invoice = invoice_of(placed, "N1")
    assert (invoice.tracking.number, invoice.delivery) == ("LG9", DELIVERED)


def test_tracking_is_on_the_timeline(shop: Shop) -> None:
    placed = partly_invoiced(shop)

    track(placed, "N1")
    deliver(placed, "N1")

    told = [event.data for event in placed.said(EventType.TRACKING_UPDATED)]
    assert [(data["invoiceNumber"], data["trackingNumber"], data["isDelivered"]) for data in told] == [
        ("N1", "BR123", False),
        ("N1", "BR123", True),
    ]


def test_sightings_that_come_at_once_are_both_kept(shop: Shop) -> None:
    placed = partly_invoiced(shop)
    track(placed, "N1")
    shop.store.interrupt(lambda: deliver(placed, "N1", replace(DELIVERED, events=(DeliveryEvent("Natal"),))))

    deliver(placed, "N1", ON_ITS_WAY)

    delivery = invoice_of(placed, "N1").delivery
    assert delivery == replace(DELIVERED, events=(DeliveryEvent("Natal"), *ON_ITS_WAY.events))


def test_parcel_has_so_many_sightings(shop: Shop) -> None:
    placed = partly_invoiced(shop)
    track(placed, "N1")
    seen = [DeliveryEvent(f"city {number}") for number in range(MAX_SIGHTINGS_IN_ALL + 1)]
    deliver(placed, "N1", Delivery(False, None, tuple(seen[:-1])))

    deliver(placed, "N1", Delivery(True, None, (seen[0],)))
    with pytest.raises(InvalidRequest, match="501 sightings; the limit is 500"):
        deliver(placed, "N1", Delivery(True, None, (seen[-1],)))


def test_texts_of_sightings_are_bounded_in_all(shop: Shop) -> None:
    placed = partly_invoiced(shop)
    track(placed, "N1")
    deliver(placed, "N1", Delivery(False, None, (DeliveryEvent("x" * MAX_SIGHTING_BYTES),)))

    with pytest.raises(InvalidRequest, match="100001 bytes; the limit is 100000"):
        deliver(placed, "N1", Delivery(False, None, (DeliveryEvent("y"),)))
