"""Order modifications, the asynchronous changes (C§2.2). The service computes their values, in minor units."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import count

from settlement.domain.errors import ChangeRefused, ItemAlreadyInvoiced, WrongStatus
from settlement.domain.money import MAX_MINOR_UNITS
from settlement.domain.order.line_value import ONE, unit_prices, written
from settlement.domain.order.order import MAX_MODIFICATIONS, Line, Order, OrderTotal
from settlement.domain.transaction.operation import Operation, OperationState
from settlement.domain.transaction.transaction import Transaction
from settlement.values import dataclass


class ModificationStatus(StrEnum):
    """Statuses of a modification by their API names."""

    WAITING_CONFIRMATION = "waiting-confirmation"
    DONE = "done"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class PriceTag:
    """A manual discount (negative) or tax (positive) on an item: minor units, or per cent of its value."""

    value: int
    is_percentual: bool
    is_tax: bool

    def amount(self, item_value: int) -> int:
        """Return the amount for an item of ``item_value``; a percentage is rounded half away from zero."""
        size = abs(self.value)
        if self.is_percentual:
            size = (item_value * size * 2 + 100) // 200
        return size if self.is_tax else -size


@dataclass(frozen=True, slots=True)
class ModifiedItem:
    """An item to add or remove; ``price`` overrides the order's price.

    ``unit_multiplier`` is in millionths; it and ``measurement_unit`` are None if not stated.
    """

    id: str
    quantity: int
    unique_id: str | None = None
    price: int | None = None
    price_tags: tuple[PriceTag, ...] = ()
    unit_multiplier: int | None = None
    measurement_unit: str | None = None
    list_price: int | None = None


@dataclass(frozen=True, slots=True)
class ModificationRequest:
    """The requested modification: items to remove, items to add, freight of replacements, and manual values.

    ``ignored`` are the ways to fields of the request that have no effect.
    """

    reason: str
    removed: tuple[ModifiedItem, ...]
    added: tuple[ModifiedItem, ...]
    shipping_value: int
    manual_discount: int
    manual_increment: int
    compensates_shipping: bool
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Modification:
    """An accepted modification. ``request`` is the sender's add, remove and replace as JSON text.

    ``operation`` is the sequence of the operation that moves the money, None if none moves, ``requested`` its change of
    the transaction's requested total. ``lines_before`` are the changed lines in their earlier state.
    """

    request_id: str
    workflow_id: str
    sequence: int
    reason: str
    request: str
    manual_discount: int
    manual_increment: int
    value: int
    totals: tuple[OrderTotal, ...]
    lines_before: tuple[Line, ...]
    lines_added: tuple[str, ...]
    created_at: datetime
    operation: int | None = None
    requested: int = 0
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    revision: int = 0

    def status(self, operation: Operation | None) -> ModificationStatus:
        """Derive the status from the operation."""
        if self.cancelled_at is not None:
            return ModificationStatus.CANCELED
        if operation is None or operation.state in (OperationState.DONE, OperationState.MANUAL):
            return ModificationStatus.DONE
        return ModificationStatus.WAITING_CONFIRMATION


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a modification: totals by kind, lines before and after, and the net value."""

    totals: tuple[OrderTotal, ...]
    lines_before: tuple[Line, ...]
    changed_lines: tuple[Line, ...]
    added_lines: tuple[Line, ...]

    @property
    def value(self) -> int:
        """The change of the order's value."""
        return sum(total.value for total in self.totals)


def require_modifiable(order: Order, transaction: Transaction) -> None:
    """Check the gates (C§5.3, C§2.2): status, one at a time (014), and none after registered changes (015)."""
    if order.cancelled_at is not None:
        raise WrongStatus(f"Order {order.order_id} is canceled", code="SalesOrderSystem008")
    if order.started_at is None or order.is_fully_invoiced:
        raise WrongStatus(
            f"Order {order.order_id} cannot be changed: it must be in handling and not fully invoiced",
            code="CHK0124",
        )
    if order.changes:
        raise WrongStatus(
            f"Order {order.order_id} has changes registered with the earlier API; use that one",
            code="SalesOrderSystem015",
        )
    if order.modifications >= MAX_MODIFICATIONS:
        raise ChangeRefused(f"Max allowed modifications for order exceeded: {MAX_MODIFICATIONS}", code="OMS013")
    if order.last_modification >= transaction.head:
        raise WrongStatus(f"Order {order.order_id} has a change in progress", code="SalesOrderSystem014")


def effect_of(wanted: ModificationRequest, order: Order, lines: Sequence[Line]) -> Effect:
    """Compute a modification's effect, by its own prices or else those of the purchase, plus manual values."""
    _require_sound(wanted)
    changed, items_out, tax_out = _remove(wanted.removed, lines)
    added, items_in, tax_in = _add(wanted.added, lines)
    parts = {
        "Items": items_in - items_out,
        "Shipping": 0 if wanted.compensates_shipping else wanted.shipping_value,
        "Tax": tax_in - tax_out,
        "ManualValues": wanted.manual_increment - wanted.manual_discount,
    }
    totals = tuple(OrderTotal(id_, value) for id_, value in parts.items() if value)
    changed_ids = {line.unique_id for line in changed}
    before = tuple(line for line in lines if line.unique_id in changed_ids)
    effect = Effect(totals, before, changed, added)
    if not effect.value and not effect.changed_lines and not effect.added_lines:
        raise ChangeRefused("Invalid change for order: it changes nothing", code="CHK0124")
    if order.value + effect.value <= 0 or order.value + effect.value < order.invoiced:
        raise ChangeRefused(
            f"The change exceeds the order's price: it would leave {order.value + effect.value}, "
            f"and {order.invoiced} is invoiced already",
            code="CHK0034",
        )
    if order.value + effect.value > MAX_MINOR_UNITS:
        raise ChangeRefused(f"The change takes the order above {MAX_MINOR_UNITS}", code="CHK0098")
    return effect


def _require_sound(wanted: ModificationRequest) -> None:
    if not wanted.reason.strip():
        raise ChangeRefused("Field reason not set", code="CHK0124")
    manual = {"manualDiscountValue": wanted.manual_discount, "manualIncrementValue": wanted.manual_increment}
    for field, value in manual.items():
        if not 0 <= value <= MAX_MINOR_UNITS:
            raise ChangeRefused(f"{field} must be from 0 to {MAX_MINOR_UNITS}; it is {value}", code="CHK0098")
    for item in (*wanted.removed, *wanted.added):
        if not item.id.strip():
            raise ChangeRefused("Invalid item id: it is empty", code="CHK0022")
        if item.quantity <= 0:
            raise ChangeRefused(
                f"Invalid quantity of item {item.id}: {item.quantity} is not above zero", code="CHK0023"
            )
        if item.price is not None and not 0 <= item.price <= MAX_MINOR_UNITS:
            raise ChangeRefused(f"Invalid price of item {item.id}: {item.price}", code="CHK0098")


def _remove(items: Iterable[ModifiedItem], lines: Sequence[Line]) -> tuple[tuple[Line, ...], int, int]:
    """Remove items from their lines; return the changed lines, and the removed value of items and tax."""
    current = {line.unique_id: line for line in lines}
    value = tax = 0
    for item in items:
        line = _line_of(item, list(current.values()))
        if item.quantity > line.quantity:
            raise ChangeRefused(
                f"Cannot remove {item.quantity} of item {item.id}: the order has {line.quantity}",
                code="SalesOrderSystem011",
            )
        if item.quantity > line.pending:
            raise ItemAlreadyInvoiced(
                f"Item {item.id} cannot change after its invoice was issued: {item.quantity} to remove, "
                f"{line.pending} not invoiced"
            )
        goods, taxes = _value_of(item, _worth_removed(item, line))
        value, tax = value + goods, tax + taxes
        current[line.unique_id] = replace(
            line, quantity=line.quantity - item.quantity, removed=line.removed + item.quantity
        )
    return tuple(current[line.unique_id] for line in lines if current[line.unique_id] != line), value, tax


def _worth_removed(item: ModifiedItem, line: Line) -> int:
    """Return the value that a line loses, by its own prices or the item's; another multiplier raises ``ChangeRefused``.

    It is the difference of the line's value before and after, so that no rounding is lost (C§9.24).
    """
    if item.unit_multiplier not in (None, line.unit_multiplier):
        raise ChangeRefused(
            f"Invalid unitMultiplier of item {item.id}: {written(item.unit_multiplier)}; it was bought with "
            f"{written(line.unit_multiplier)}",
            code="CHK0022",
        )
    if item.price is None or item.price == line.selling_price:
        return line.worth_of_last(item.quantity)
    return replace(line, selling_price=item.price, prices=()).worth_of_last(item.quantity)


def _line_of(item: ModifiedItem, lines: Sequence[Line]) -> Line:
    matching = [
        line
        for line in lines
        if line.quantity > 0 and line.id == item.id and (item.unique_id is None or line.unique_id == item.unique_id)
    ]
    if not matching:
        raise ChangeRefused(f"Item {item.id} is not in the order and cannot be removed", code="SalesOrderSystem010")
    if len(matching) > 1:
        raise ChangeRefused(
            f"Item {item.id} is on {len(matching)} lines; give the uniqueId of one", code="SalesOrderSystem026"
        )
    return matching[0]


def _add(items: Sequence[ModifiedItem], lines: Sequence[Line]) -> tuple[tuple[Line, ...], int, int]:
    """Create a line for each item; return the lines, and their value of items and tax."""
    added: list[Line] = []
    value = tax = 0
    for item in items:
        known = _bought_as(item, lines)
        index = len(lines) + len(added)
        price = known.selling_price if item.price is None and known is not None else item.price or 0
        line = Line(
            unique_id=_free_id(item, index, {line.unique_id for line in (*lines, *added)}),
            index=index,
            id=item.id,
            name=known.name if known else item.id,
            quantity=item.quantity,
            price=price,
            selling_price=price,
            unit_multiplier=_multiplier_of(item, known),
            measurement_unit=item.measurement_unit or (known.measurement_unit if known else "un"),
            list_price=item.list_price,
        )
        goods, taxes = _value_of(item, line.value)
        value, tax = value + goods, tax + taxes
        added.append(line if goods == line.value else replace(line, prices=unit_prices(goods, line.quantity)))
    return tuple(added), value, tax


def _bought_as(item: ModifiedItem, lines: Sequence[Line]) -> Line | None:
    """Return the line of the same item, which gives an item to add its name and default price."""
    same = [line for line in lines if line.id == item.id]
    same = [line for line in same if line.unique_id == item.unique_id] or same
    if item.price is None and not same:
        raise ChangeRefused(f"Item {item.id} is new to the order; its price must be given", code="CHK0022")
    if item.price is None and len({line.selling_price for line in same}) > 1:
        raise ChangeRefused(
            f"Item {item.id} has more than one price in the order; give its price or its uniqueId",
            code="SalesOrderSystem026",
        )
    return same[0] if same else None


def _free_id(item: ModifiedItem, index: int, taken: Collection[str]) -> str:
    """Return the uniqueId of a new line: the item's own if it is free, else a new one."""
    if item.unique_id and item.unique_id not in taken:
        return item.unique_id
    made = (f"{index:04d}{'-' * dashes}{item.id}" for dashes in count(1))
    return next(unique_id for unique_id in made if unique_id not in taken)


def _multiplier_of(item: ModifiedItem, known: Line | None) -> int:
    """Return the multiplier of an item to add: its own, else that of the line of the same item, else 1."""
    if item.unit_multiplier is not None:
        return item.unit_multiplier
    return known.unit_multiplier if known else ONE


def _value_of(item: ModifiedItem, nominal: int) -> tuple[int, int]:
    """Return the value of an item, ``nominal`` less its manual discounts, and its manual taxes."""
    tags = [(tag.is_tax, tag.amount(nominal)) for tag in item.price_tags]
    goods = nominal + sum(amount for is_tax, amount in tags if not is_tax)
    if goods < 0:
        raise ChangeRefused(f"The discounts of item {item.id} exceed its value {nominal}", code="CHK0098")
    return goods, sum(amount for is_tax, amount in tags if is_tax)
