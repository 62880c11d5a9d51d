"""An action that names a version is taken on that one only, also if another writer wins a race (RFC 9110)."""

from collections.abc import Callable

import pytest

from settlement.domain.errors import StaleVersion
from settlement.domain.order.invoice import InvoiceType
from settlement.use_cases.gateway.request_movement import (
    CANCELLATION,
    REFUND,
    SETTLEMENT,
    DirectRequest,
    request_movement,
)
from settlement.use_cases.orders.cancel_order import cancel_order
from settlement.use_cases.orders.change_order import ChangeRequest, change_order
from settlement.use_cases.orders.modify_order import modify_order
from settlement.use_cases.orders.notify_invoice import Notification, notify_invoice
from settlement.use_cases.recovery.retry_operation import retry_operation
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from tests.support.modifications import DEFAULTS, body_of, discount

Act = Callable[[Placed, int | None], object]


def _invoice(type_: InvoiceType, key: str = "N9") -> Act:
    notification = Notification(type_, key, 100, "2026-03-02")
    return lambda placed, version: notify_invoice(placed.shop.ports, ACCOUNT, placed.order_id, notification, version)


def _change(placed: Placed, version: int | None) -> object:
    request = ChangeRequest("C9", "less", 100, 0)
    return change_order(placed.shop.ports, ACCOUNT, placed.order_id, request, "receipt", version)


def _modify(placed: Placed, version: int | None) -> object:
    body = body_of(**discount(100))
    wanted, text = body.as_wanted(DEFAULTS), body.as_text(DEFAULTS)
    return modify_order(placed.shop.ports, ACCOUNT, placed.order_id, wanted, text, version)


def _cancel(placed: Placed, version: int | None) -> object:
    return cancel_order(placed.shop.ports, ACCOUNT, placed.order_id, "sold out", version)


def _ask(movement: DirectRequest) -> Act:
    return lambda placed, version: request_movement(
        placed.shop.ports, ACCOUNT, placed.transaction_id, movement, 100, "key", version
    )


def _retry(placed: Placed, version: int | None) -> object:
    return retry_operation(placed.shop.ports, ACCOUNT, placed.transaction_id, 2, version)


def placed_order() -> Placed:
    return Shop().open()


def settled_order() -> Placed:
    placed = placed_order()
    placed.invoice("N1", 5000)
    return placed


def refused_settlement() -> Placed:
    placed = placed_order()
    placed.shop.provider.script("settle", "400")
    placed.invoice("N1", 5000)
    return placed


CASES: dict[str, tuple[Act, Callable[[], Placed]]] = {
    "sale": (_invoice(InvoiceType.OUTPUT), placed_order),
    "return": (_invoice(InvoiceType.INPUT), settled_order),
    "change": (_change, placed_order),
    "modification": (_modify, placed_order),
    "cancel": (_cancel, placed_order),
    "settlement": (_ask(SETTLEMENT), placed_order),
    "refund": (_ask(REFUND), settled_order),
    "cancellation": (_ask(CANCELLATION), placed_order),
    "retry": (_retry, refused_settlement),
}
every_action = pytest.mark.parametrize(("act", "order"), CASES.values(), ids=CASES)


def write_between(placed: Placed) -> None:
    """Something that moves no money, and raises the version."""
    heads = placed.heads
    placed.shop.store.commit(heads.becomes(heads.journal(placed.shop.clock.time), heads.order, heads.transaction))


@every_action
def test_action_is_taken_on_the_version_that_it_names(act: Act, order: Callable[[], Placed]) -> None:
    placed = order()
    version = placed.heads.version

    act(placed, version)

    assert placed.heads.version == version + 1


@every_action
def test_action_on_an_earlier_version_is_refused_and_nothing_is_written(act: Act, order: Callable[[], Placed]) -> None:
    placed = order()
    version, commits = placed.heads.version, len(placed.shop.store.commits)
    write_between(placed)
    stored = placed.shop.store.backup()

    with pytest.raises(
        StaleVersion, match=f'"{version}" is not the current version, which is "{version + 1}"'
    ) as stale:
        act(placed, version)

    assert (stale.value.status, stale.value.published_code) == (412, "OMS412")
    assert (placed.shop.store.backup(), len(placed.shop.store.commits)) == (stored, commits + 1)


@every_action
def test_action_that_loses_a_race_is_refused_though_it_read_the_right_version(
    act: Act, order: Callable[[], Placed]
) -> None:
    placed = order()
    version, commits = placed.heads.version, len(placed.shop.store.commits)
    placed.shop.store.interrupt(lambda: write_between(placed))

    with pytest.raises(StaleVersion):
        act(placed, version)

    assert (placed.heads.version, len(placed.shop.store.commits)) == (version + 1, commits + 1)


@every_action
def test_action_that_names_no_version_is_taken_on_any(act: Act, order: Callable[[], Placed]) -> None:
    placed = order()
    placed.shop.store.interrupt(lambda: write_between(placed))

    act(placed, None)


@pytest.mark.parametrize("kind", ["sale", "return", "change", "cancel", "settlement"])
def test_repeat_is_answered_whatever_version_it_names(kind: str) -> None:
    act, order = CASES[kind]
    placed = order()
    version = placed.heads.version
    act(placed, version)
    placed.run()

    act(placed, version)

    assert placed.heads.version <= version + 2


def test_end_of_an_attempt_raises_the_version() -> None:
    placed = placed_order()
    placed.notify("N1", 5000, type_=InvoiceType.OUTPUT)
    version = placed.heads.version

    placed.run()

    with pytest.raises(StaleVersion):
        _change(placed, version)
