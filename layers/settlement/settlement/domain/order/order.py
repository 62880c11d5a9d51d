"""The order: its lines, its value and the facts that decide what it still takes.

Values are minor units of the order's currency. Gates read these facts alone, never settlement progress (C§8.6).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from settlement.domain.errors import (
    CancelRefused,
    ChangeRefused,
    InvalidRequest,
    ItemAlreadyInvoiced,
    ItemNotFound,
    OverInvoiced,
    ReturnTooLarge,
    WrongStatus,
)
from settlement.domain.order.line_value import (
    ONE,
    UnitPrice,
    first_units,
    times,
    total_of,
    unit_prices,
    units_after,
    written,
)

MAX_LINES = 70
MAX_INVOICES = 1000
MAX_INVOICES_BYTES = 3_000_000
"""The texts and documents of an order's invoices: the order is shown with all of them, in an answer of at most 6 MB."""

MAX_CHANGES = 50
"""Registered changes an order takes (C§2.1, R26)."""

MAX_MODIFICATIONS = 200
"""Asynchronous changes an order takes: all of them are shown together."""

DEFAULT_SALES_CHANNEL = "1"
"""Where an order was sold that does not say."""

CHANGE_STATUS_MESSAGE = (
    "It is only allowed to register an order modification when the order is in handling: "
    "status = handling, waiting for fulfillment or ready for invoicing"
)


@dataclass(frozen=True, slots=True)
class OrderTotal:
    """One part of the order's value: Items, Discounts, Shipping or Tax."""

    id: str
    value: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order head. ``value`` is current, after changes; ``invoiced`` is I, counted Output, at most ``value``.

    ``invoices_bytes`` is what the texts and documents of its invoices take.
    ``returned`` is the sum of return invoices accepted, refunded or not (C§8.10), ``returns_written_off`` the part
    of it that never will be refunded. ``changes`` counts registered changes,
    ``modifications`` the asynchronous ones, ``last_modification`` is the operation of the newest of those.
    ``listed_status`` is the status it was last written with, since ``listed_since``; with ``authorised_at``,
    ``in_error`` and what was placed (``payment_names``, ``total_items``) lists need not read the transaction.
    ``rounding_error`` is by how much, either way, its lines and totals may miss each other, as it was placed.
    One that is ``gateway_only`` stands behind a transaction that a checkout drives by itself: the OMS has none such.
    """

    account: str
    order_id: str
    order_group: str
    transaction_id: str
    currency: str
    value: int
    placed_value: int
    totals: tuple[OrderTotal, ...]
    request_hash: str
    created_at: datetime
    invoiced: int = 0
    returned: int = 0
    returns_written_off: int = 0
    invoices: int = 0
    invoices_bytes: int = 0
    changes: int = 0
    modifications: int = 0
    last_modification: int = 0
    started_at: datetime | None = None
    invoiced_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    cancel_receipt: str | None = None
    payment_names: str = ""
    total_items: int = 0
    listed_status: str = ""
    listed_since: datetime | None = None
    authorised_at: datetime | None = None
    in_error: bool = False
    gateway_only: bool = False
    sales_channel: str = DEFAULT_SALES_CHANNEL
    rounding_error: int = 0
    version: int = 0

    @property
    def remainder(self) -> int:
        """What is still to be invoiced."""
        return self.value - self.invoiced

    @property
    def is_fully_invoiced(self) -> bool:
        """Whether invoices reach the order's value (C§1.4.1)."""
        return self.invoiced == self.value

    def start(self, at: datetime) -> "Order":
        """Begin handling; the caller has checked that the payments are authorised."""
        return replace(self, started_at=at)

    def require_output_invoice(self, value: int, *, strict: bool) -> int:
        """Return the part of a sale invoice that counts, 0 when it is stand-alone (R18, C§8.6, C§8.9)."""
        self._require_invoice(value)
        if strict and value > self.remainder:
            raise OverInvoiced(f"invoiceValue {value} is more than what is left to invoice, {self.remainder}")
        return min(value, self.remainder)

    def require_input_invoice(self, value: int) -> None:
        """Check a return invoice against what was invoiced, less earlier returns (R16, C§8.10)."""
        self._require_invoice(value)
        left = self.invoiced - self.returned + self.returns_written_off
        if value > left:
            raise ReturnTooLarge(
                f"Unable to using the restitution Refund more than {left}: invoiceValue is {value}, "
                f"invoiced {self.invoiced}, already returned {self.returned}"
            )

    def with_texts(self, more: int) -> "Order":
        """Return the order with so many bytes more of texts and documents in its invoices; raises above the limit."""
        size = self.invoices_bytes + more
        if more > 0 and size > MAX_INVOICES_BYTES:
            raise InvalidRequest(
                f"items, embeddedInvoice and tracking: the texts of all invoices of order {self.order_id} would have "
                f"{size} bytes; the limit is {MAX_INVOICES_BYTES}"
            )
        return replace(self, invoices_bytes=size)

    def require_change(self, net_value: int) -> None:
        """Check that the order takes a change of ``net_value`` (negative for a discount) (R10, C§2.3)."""
        if self.started_at is None or self.cancelled_at is not None or self.is_fully_invoiced:
            raise WrongStatus(f"{CHANGE_STATUS_MESSAGE}; order {self.order_id} {self._why_no_change()}")
        if self.modifications:
            raise WrongStatus(
                f"Order {self.order_id} has asynchronous changes; use that API", code="SalesOrderSystem015"
            )
        if self.changes >= MAX_CHANGES:
            raise ChangeRefused(f"Max allowed modifications for order exceeded: {MAX_CHANGES}", code="OMS013")
        if net_value < 0 and -net_value >= self.value:
            raise ChangeRefused(
                "The value of the modification exceeds the order's price: "
                f"discountValue less incrementValue is {-net_value}, the order's value {self.value}"
            )
        if self.value + net_value < self.invoiced:
            raise ChangeRefused(
                "The value of the modification exceeds the order's price: it would leave "
                f"{self.value + net_value}, and {self.invoiced} is invoiced already"
            )

    def _why_no_change(self) -> str:
        if self.cancelled_at is not None:
            return "is canceled"
        return (
            "is not started" if self.started_at is None else f"is completely invoiced: {self.invoiced} of {self.value}"
        )

    def require_cancel(self) -> None:
        """Check that no sale invoice exists (R22, C§1.4.8)."""
        if self.invoiced > 0:
            raise CancelRefused(f"Order {self.order_id} has invoices of {self.invoiced} and cannot be canceled")

    def _require_invoice(self, value: int) -> None:
        self._require_started("receive an invoice")
        if value <= 0:
            raise InvalidRequest(f"invoiceValue must be above zero; it is {value}")
        if self.invoices >= MAX_INVOICES:
            raise InvalidRequest(f"an order takes at most {MAX_INVOICES} invoices")

    def _require_started(self, action: str) -> None:
        if self.cancelled_at is not None:
            raise WrongStatus(f"Order {self.order_id} is canceled and cannot {action}")
        if self.started_at is None:
            raise WrongStatus(f"Order {self.order_id} must be in handling to {action}: call start-handling first")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order; the same SKU may stand on several lines with different prices.

    ``quantity`` is current, after changes. ``price`` and ``selling_price`` are minor units for one measurement unit,
    of which a unit of the line holds ``unit_multiplier`` millionths. ``prices`` are what its units cost one by one,
    dearest first, where that was said (C§1.3 priceDefinition); they cover removed units too.
    """

    unique_id: str
    index: int
    id: str
    name: str
    quantity: int
    price: int
    selling_price: int
    invoiced: int = 0
    returned: int = 0
    removed: int = 0
    unit_multiplier: int = ONE
    measurement_unit: str = "un"
    list_price: int | None = None
    prices: tuple[UnitPrice, ...] = ()

    @property
    def pending(self) -> int:
        """The quantity still to be invoiced."""
        return self.quantity - self.invoiced

    def worth(self, quantity: int) -> int:
        """What the line is worth with so many units, rounded as a whole; its last units are the ones it loses."""
        if self.prices:
            return total_of(first_units(self.prices, quantity))
        return times(self.selling_price, self.unit_multiplier, quantity)

    def worth_of_last(self, quantity: int) -> int:
        """What the line loses with its last units; that and what stays add up to what it is worth (C§9.24)."""
        return self.worth(self.quantity) - self.worth(self.quantity - quantity)

    @property
    def value(self) -> int:
        """What the line is worth now."""
        return self.worth(self.quantity)

    @property
    def placed_value(self) -> int:
        """What the line was worth with the units that are removed."""
        return self.worth(self.quantity + self.removed)

    @property
    def unit_prices(self) -> tuple[UnitPrice, ...]:
        """Prices of its units, dearest first, that add up to its value."""
        return first_units(self.prices, self.quantity) if self.prices else unit_prices(self.value, self.quantity)

    @property
    def pending_prices(self) -> tuple[UnitPrice, ...]:
        """Prices of its units that are not invoiced; its dearest are taken to be invoiced first."""
        return units_after(self.unit_prices, self.invoiced)


@dataclass(frozen=True, slots=True)
class LineMention:
    """An item of an invoice or change: a SKU, its unit price and quantity, and the line if the sender knows it.

    ``total`` is the value of the whole quantity, where the sender states that instead of a unit price;
    ``unit_multiplier`` is in millionths, None where it is not stated.
    """

    id: str
    price: int
    quantity: int
    unique_id: str | None = None
    index: int | None = None
    total: int | None = None
    description: str | None = None
    unit_multiplier: int | None = None

    def multiplier_on(self, line: Line | None) -> int:
        """The multiplier its price is to be taken by: its own, else that of the line whose price it repeats."""
        if self.unit_multiplier is not None:
            return self.unit_multiplier
        if self.total is not None or line is None or line.prices:
            return ONE
        return line.unit_multiplier if self.price in (line.price, line.selling_price) else ONE

    def value_on(self, line: Line | None) -> int:
        """The value of the whole quantity, of the line that is meant if there is one (C§9.24)."""
        return times(self.price, self.multiplier_on(line), self.quantity) if self.total is None else self.total


def pending_to_invoice(order: Order, line: Line) -> int:
    """Units of a line that invoices can still name: none once the order is fully invoiced, by items or by value."""
    return 0 if order.is_fully_invoiced else line.pending


def lines_meant(lines: Iterable[Line], mention: LineMention) -> list[Line]:
    """Lines that a mention can mean: by line id or index if given, else by SKU, the same price first (C§7.15)."""
    if mention.unique_id is not None:
        return [line for line in lines if line.unique_id == mention.unique_id]
    if mention.index is not None:
        return [line for line in lines if line.index == mention.index]
    matching = [line for line in lines if line.id == mention.id]
    return sorted(matching, key=lambda line: (mention.price not in (line.price, line.selling_price), line.index))


def invoice_lines(lines: Sequence[Line], mentions: Iterable[LineMention]) -> tuple[list[Line], list[LineMention]]:
    """Book invoiced quantities on lines; return the lines that changed and the mentions that found no room.

    An invoice's value is what counts (C§1.4.9), so a mention without room is reported, not refused.
    """
    return _book(
        lines, mentions, lambda line: line.pending, lambda line, more: replace(line, invoiced=line.invoiced + more)
    )


def return_lines(lines: Sequence[Line], mentions: Iterable[LineMention]) -> tuple[list[Line], list[LineMention]]:
    """Book returned quantities on lines, at most what was invoiced on them; answers as ``invoice_lines`` does."""
    return _book(
        lines,
        mentions,
        lambda line: line.invoiced - line.returned,
        lambda line, more: replace(line, returned=line.returned + more),
    )


def _book(
    lines: Sequence[Line],
    mentions: Iterable[LineMention],
    room: Callable[[Line], int],
    add: Callable[[Line, int], Line],
) -> tuple[list[Line], list[LineMention]]:
    current = {line.unique_id: line for line in lines}
    unplaced = []
    for mention in mentions:
        left = mention.quantity
        for line in lines_meant(current.values(), mention):
            booked = min(left, room(line))
            current[line.unique_id] = add(line, booked)
            left -= booked
        if left:
            unplaced.append(replace(mention, quantity=left))
    return [current[line.unique_id] for line in lines if current[line.unique_id] != line], unplaced


def remove_from_lines(lines: Sequence[Line], mentions: Iterable[LineMention]) -> list[Line]:
    """Take quantities off lines, never what is invoiced; return the lines that changed (R8, C§2.3)."""
    current = {line.unique_id: line for line in lines}
    for mention in mentions:
        candidates = lines_meant(current.values(), mention)
        if not candidates:
            raise ItemNotFound(mention.id)
        _require_multiplier(mention, candidates)
        if mention.quantity > sum(line.quantity for line in candidates):
            raise ChangeRefused(
                f"Invalid quantity to remove from item {mention.id}: {mention.quantity} to remove, "
                f"{sum(line.quantity for line in candidates)} in the order",
                code="CHK0023",
            )
        left = mention.quantity
        for line in candidates:
            taken = min(left, line.pending)
            current[line.unique_id] = replace(line, quantity=line.quantity - taken, removed=line.removed + taken)
            left -= taken
        if left:
            raise ItemAlreadyInvoiced(
                f"Item {mention.id} cannot be removed after its invoice was issued: {mention.quantity} to remove, "
                f"{mention.quantity - left} not invoiced"
            )
    return [current[line.unique_id] for line in lines if current[line.unique_id] != line]


def _require_multiplier(mention: LineMention, lines: Iterable[Line]) -> None:
    bought = {line.unit_multiplier for line in lines}
    if mention.unit_multiplier is not None and mention.unit_multiplier not in bought:
        raise ChangeRefused(
            f"Invalid unitMultiplier of item {mention.id}: {written(mention.unit_multiplier)}; it was bought with "
            f"{' or '.join(sorted(map(written, bought)))}",
            code="CHK0022",
        )
