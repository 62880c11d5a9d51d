"""The request body of a registered change (C§2.1). Amounts are minor units."""

from typing import Annotated

from pydantic import (
    Field,
    StrictInt,
)

from settlement.api.shared.request import MAX_QUANTITY, Body, Id, Text
from settlement.api.shared.unit_multiplier import UnitMultiplier
from settlement.api.shared.written import (
    DigitsToo,
    FullText,
    NumberToo,
    Shaped,
    WholeNumber,
)
from settlement.domain.order.order import MAX_LINES, LineMention
from settlement.use_cases.orders.change_order import ChangeRequest


class ChangeItem(Body):
    """An item removed or added by a change; what its values may be is the contract's to say (C§2.1)."""

    id: Annotated[str, Field(max_length=100), FullText, NumberToo()]
    """The item's id."""
    price: WholeNumber = 0
    """The price of one unit."""
    quantity: Annotated[StrictInt, Field(le=MAX_QUANTITY), DigitsToo(least=1)]
    """How many units, above 0."""
    unique_id: Id | None = None
    """The line's id, unique in the order."""
    unit_multiplier: UnitMultiplier | None = None
    """How many measurement units one unit has, with at most six decimals."""

    def as_mention(self) -> LineMention:
        """Return the item as the domain names it."""
        return LineMention(self.id, self.price, self.quantity, self.unique_id, unit_multiplier=self.unit_multiplier)


Changes = Annotated[list[ChangeItem], Field(max_length=MAX_LINES)]


class ChangeBody(Body):
    """``POST /api/oms/pvt/orders/{orderId}/changes`` (C§2.1)."""

    request_id: Annotated[str, Shaped(r"[^\x00-\x1f\x7f]{1,100}", "1 to 100 characters, none a control"), NumberToo()]
    """The change's id; a repeat is taken once."""
    reason: Annotated[Text, FullText]
    """Why, in words."""
    discount_value: WholeNumber
    """By how much the order's value falls."""
    increment_value: WholeNumber
    """By how much the order's value rises."""
    items_removed: Changes | None = None
    """The items that leave; each has to be in the order."""
    items_added: Changes | None = None
    """The items that come."""

    def as_request(self) -> ChangeRequest:
        """Return the change to register."""
        return ChangeRequest(
            request_id=self.request_id,
            reason=self.reason,
            discount_value=self.discount_value,
            increment_value=self.increment_value,
            items_removed=tuple(item.as_mention() for item in self.items_removed or ()),
            items_added=tuple(item.as_mention() for item in self.items_added or ()),
        )
