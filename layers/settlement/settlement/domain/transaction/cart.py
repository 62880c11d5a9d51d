"""The lines of an order as connectors are told of them (C§4.2). Amounts are minor units."""

from collections.abc import Iterator

from settlement.domain.connectors.connector import CartItem
from settlement.domain.order.order import Line


def cart_items(line: Line) -> Iterator[CartItem]:
    """Yield an item for each unit price of a line; their taxes add up to the line's."""
    units = sum(price.quantity for price in line.unit_prices)
    passed = 0
    for price in line.unit_prices:
        before, passed = passed, passed + price.quantity
        yield CartItem(
            id=line.id,
            name=line.name,
            price=price.value,
            quantity=price.quantity,
            delivery_type=line.delivery_type,
            category_id=line.category_id,
            seller_id=line.seller_id,
            tax_rate=line.tax_rate,
            tax_value=None if line.tax is None else line.tax * passed // units - line.tax * before // units,
        )
