"""Order modifications as their routes take them: a body in, the use case run, what the route answers."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from settlement.api.modifications.request import ModificationBody, ModificationSettings
from settlement.api.modifications.view import (
    history_view,
    modification_details,
    modification_preview,
    modification_view,
)
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import Refusal
from settlement.domain.order.order import Line
from settlement.use_cases.orders import modify_order as use_case
from settlement.use_cases.orders.modify_order import Modified
from settlement.use_cases.previews.preview_action import Preview, preview_action
from testkit.builders import ACCOUNT
from testkit.provider import Step
from testkit.shop import Placed, Shop

DEFAULTS = ModificationSettings.model_validate({})
FAILS: list[Step] = ["500", "500", "500"]
"""Every call of one attempt fails."""


def items(*listed: dict[str, Any]) -> dict[str, Any]:
    """The value of ``add`` and ``remove``."""
    return {"items": list(listed)}


def one(id_: str, quantity: int = 1, **fields: Any) -> dict[str, Any]:
    """An item of a modification."""
    return {"id": id_, "quantity": quantity, **fields}


def discount(value: int) -> dict[str, Any]:
    """A modification that gives a manual discount."""
    return {"manualDiscountValue": value}


def body_of(**fields: Any) -> ModificationBody:
    """The body of a modification."""
    return ModificationBody.model_validate({"reason": "The customer asked for it"} | fields)


def take(placed: Placed, of_account: ModificationSettings = DEFAULTS, **fields: Any) -> Modified:
    """Take a modification, without running anything."""
    body = body_of(**fields)
    wanted, text = body.as_wanted(of_account), body.as_text(of_account)
    return use_case.modify_order(placed.shop.ports, ACCOUNT, placed.order_id, wanted, text)


def modify(placed: Placed, **fields: Any) -> str:
    """Take a modification and run its workflow; return its id."""
    taken = take(placed, **fields)
    placed.run()
    return taken.modification.request_id


def preview(placed: Placed, **fields: Any) -> Preview[Modified]:
    """Preview a modification."""
    body = body_of(**fields)
    wanted, text = body.as_wanted(DEFAULTS), body.as_text(DEFAULTS)
    return preview_action(
        placed.shop.ports,
        lambda store: use_case.load_to_modify(store, ACCOUNT, placed.order_id),
        lambda ports: use_case.modify_order(ports, ACCOUNT, placed.order_id, wanted, text),
    )


def previewed(placed: Placed, **fields: Any) -> Any:
    """What the preview's route answers."""
    return modification_preview(preview(placed, **fields))


def answered(taken: Modified) -> Any:
    """What the create's route answers."""
    return modification_view(taken)


def found(placed: Placed, request_id: str) -> Modified:
    """One modification as it stands."""
    return use_case.retrieve_modification(placed.shop.ports, ACCOUNT, placed.order_id, request_id)


def details(placed: Placed, request_id: str) -> Any:
    """What the details' route answers."""
    return modification_details(found(placed, request_id))


def history(placed: Placed) -> Any:
    """What the history's route answers."""
    return history_view(use_case.retrieve_modifications(placed.shop.ports, ACCOUNT, placed.order_id))


def retry(placed: Placed, request_id: str) -> None:
    """Have a modification tried again, without running anything."""
    use_case.retry_modification(placed.shop.ports, ACCOUNT, placed.order_id, request_id)


def take_back(placed: Placed, request_id: str, reason: str = "changed my mind") -> None:
    """Take a modification back."""
    use_case.cancel_modification(placed.shop.ports, ACCOUNT, placed.order_id, request_id, reason)


def lines_of(placed: Placed) -> list[Line]:
    """The order's lines by index."""
    return placed.shop.store.lines(ACCOUNT, placed.order_id)


def quantities(placed: Placed) -> list[tuple[str, int, int, int]]:
    """Every line: SKU, quantity, removed, still to be invoiced."""
    return [(line.id, line.quantity, line.removed, line.pending) for line in lines_of(placed)]


def refused(act: Callable[[], object]) -> tuple[str, int]:
    """The code and status of the refusal that an act brings."""
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.published_code, refusal.value.status


def stuck_behind_a_settlement(shop: Shop, wish: Mapping[str, Any], mode: Mode = Mode.PARTIAL) -> tuple[Placed, str]:
    """A modification that waits for the settlement of N1, 5000, which the connector does not answer."""
    placed = shop.open(mode=mode)
    shop.provider.script("settle", *FAILS)
    placed.invoice("N1", 5000)
    return placed, take(placed, **wish).modification.request_id
