"""A page of 1,000 invoices and 10,000 events is there as soon as one of ten, by what it reads and computes."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from settlement import bootstrap
from settlement.domain.events import Event
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Order
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.transaction import Transaction
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.console import Browser, things_read

INVOICES, EVENTS = 1_000, 10_000
MOST = 1.5
"""How much longer the page of the long order may take, and how much more it may read."""

PAGES = (
    "orders/{order_id}",
    "orders/{order_id}/invoices",
    "orders/{order_id}/do/invoice",
    "transactions/{transaction_id}",
    "transactions/{transaction_id}/timeline",
    "transactions/{transaction_id}/timeline?kind=money",
)


class Timed:
    """A store whose own time is counted apart: in memory, each read looks at all things; a table's does not."""

    def __init__(self, store: object) -> None:
        self._store = store
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Callable[..., object]:
        read = getattr(self._store, name)

        def timed(*asked: object, **more: object) -> object:
            before = time.thread_time()
            found: object = read(*asked, **more)
            self.seconds += time.thread_time() - before
            return found

        return timed


def an_order_of_ten(shop: Shop) -> Placed:
    placed = shop.open(a_new_payment(2_000_000, "partial"), value=2_000_000)
    for number in range(10):
        placed.invoice(f"N{number:04d}", 100)
    return placed


def grown(shop: Shop) -> Placed:
    """The same with its invoices, operations and events over and over again."""
    placed = an_order_of_ten(shop)
    of_order, of_transaction = (ACCOUNT, placed.order_id), (ACCOUNT, placed.transaction_id)
    things = shop.store.things
    mine: dict[Any, Any] = {key: things[key] for key in list(things) if key[1:3] in (of_order, of_transaction)}
    invoices, operations, events = (
        [(key, thing) for key, thing in mine.items() if key[0] is kind] for kind in (Invoice, Operation, Event)
    )
    for number in range(len(invoices), INVOICES):
        key, invoice = invoices[number % len(invoices)]
        things[(*key[:3], f"N{number:04d}")] = replace(invoice, number=f"N{number:04d}", sequence=number + 1)
    for sequence in range(len(operations) + 1, INVOICES + 2):
        key, operation = operations[-1]
        things[(*key[:3], sequence)] = replace(operation, sequence=sequence)
    for number in range(len(events), EVENTS):
        key, event = events[number % len(events)]
        things[(*key[:3], f"{key[3]}#{number:05d}")] = event
    for key, thing in mine.items():
        if key[0] is Order:
            things[key] = replace(thing, invoices=INVOICES)
        if key[0] is Transaction:
            things[key] = replace(thing, head=INVOICES + 2, tail=INVOICES + 2)
    return placed


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A browser on a shop whose books need not agree: most of them are copies."""
    browser = Browser(Shop(), monkeypatch)
    browser.sign_in()
    return browser


def test_long_orders_pages_are_there_as_soon_as_those_of_a_short_one(browser: Browser) -> None:
    shop = browser.shop
    short, long = an_order_of_ten(shop), grown(shop)
    store: Any = Timed(shop.store)
    browser.patch.setattr(bootstrap, "ports", lambda actor: replace(shop.ports, store=store))
    slower = {}
    for page in PAGES:
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(9):
            for placed, times in zip((short, long), taken, strict=True):
                store.seconds, before = 0.0, time.thread_time()
                shown = browser.get(f"/console/{_path(page, placed)}")
                times.append(time.thread_time() - before - store.seconds)
                assert shown.status == 200
        slower[page] = statistics.median(taken[1]) / statistics.median(taken[0])

    assert {page: ratio for page, ratio in slower.items() if ratio > MOST} == {}


def test_long_orders_pages_read_little_more_than_those_of_a_short_one(browser: Browser) -> None:
    short, long = an_order_of_ten(browser.shop), grown(browser.shop)
    for page in PAGES:
        reads = [things_read(browser, f"/console/{_path(page, placed)}") for placed in (short, long)]
        assert reads[1] <= reads[0] * MOST, page


def _path(page: str, placed: Placed) -> str:
    return page.format(order_id=placed.order_id, transaction_id=placed.transaction_id)
