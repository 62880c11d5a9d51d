"""The order: its lines, its value, and the facts that its gates read.

Values are minor units of the order's currency. Gates never read the progress of a settlement (C§8.6).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from settlement.domain.actor import Actor
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
from settlement.values import dataclass

MAX_LINES = 70
MAX_PART_CHARACTERS = 50
"""The seller or category of a line."""

MAX_DELIVERY_CHARACTERS = 100
"""The way in which a line is delivered."""

MAX_INVOICES = 1000
MAX_INVOICES_BYTES = 3_000_000
"""Most bytes of texts and documents of an order's invoices: an answer of at most 6 MB shows all of them."""

MAX_CHANGES = 50
"""Most registered changes of an order (C§2.1, R26)."""

MAX_MODIFICATIONS = 200
"""Most modifications of an order; one answer shows all of them."""

DEFAULT_SALES_CHANNEL = "1"
"""The sales channel of orders that state none."""

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
    """An order head. ``value`` is current, after changes; ``invoiced`` is I, the counted sales, at most ``value``.

    ``invoices_bytes`` is the size of the texts and documents of its invoices. ``returned`` is the sum of accepted
    return invoices, refunded or not (C§8.10), ``returns_written_off`` the part that will never be refunded.
    ``changes`` counts registered changes, ``modifications`` the asynchronous ones; ``last_modification`` is the
    operation of the newest modification. ``listed_status`` is the status in lists, its own or, while an attempt at a
    settlement runs, the one before; with it, ``authorised_at``, ``in_error``, ``payment_names`` and ``total_items``,
    lists need not read the transaction. ``listed_since`` is of earlier versions: the transaction has it now.
    ``rounding_error`` is the allowed difference, either way, between lines and totals at the placing. A
    ``gateway_only`` order belongs to a gateway-only transaction; the OMS does not show it.
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
    cancelled_by: Actor | None = None
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
    url: str | None = None
    version: int = 0

    @property
    def remainder(self) -> int:
        """The value left to invoice."""
        return self.value - self.invoiced

    @property
    def is_fully_invoiced(self) -> bool:
        """True if invoices reach the order's value (C§1.4.1)."""
        return self.invoiced == self.value

    def start(self, at: datetime) -> "Order":
        """Start handling; the caller has checked that the payments are authorised."""
        return replace(self, started_at=at)

    def require_output_invoice(self, value: int, *, strict: bool) -> int:
        """Return the part of a sale invoice that counts, 0 if it is stand-alone (R18, C§8.6, C§8.9)."""
        self._require_invoice(value)
        if strict and value > self.remainder:
            raise OverInvoiced(f"invoiceValue {value} is more than what is left to invoice, {self.remainder}")
        return min(value, self.remainder)

    def require_input_invoice(self, value: int) -> None:
        """Check a return invoice against the invoiced value, less earlier returns (R16, C§8.10)."""
        self._require_invoice(value)
        left = self.invoiced - self.returned + self.returns_written_off
        if value > left:
            raise ReturnTooLarge(
                f"Unable to using the restitution Refund more than {left}: invoiceValue is {value}, "
                f"invoiced {self.invoiced}, already returned {self.returned}"
            )

    def with_texts(self, more: int) -> "Order":
        """Return the order with ``more`` bytes of invoices; raises ``InvalidRequest`` above the limit."""
        size = self.invoices_bytes + more
        if more > 0 and size > MAX_INVOICES_BYTES:
            raise InvalidRequest(
                f"items, embeddedInvoice and tracking: the texts of all invoices of order {self.order_id} would have "
                f"{size} bytes; the limit is {MAX_INVOICES_BYTES}"
            )
        return replace(self, invoices_bytes=size)

    def require_change(self, net_value: int) -> None:
        """Check that the order allows a change of ``net_value`` (negative for a discount) (R10, C§2.3)."""
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
        """Check that the order has no sale invoice (R22, C§1.4.8)."""
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
    """One line of an order; several lines can have the same SKU at different prices.

    ``quantity`` is current, after changes. ``price`` and ``selling_price`` are minor units for one measurement unit;
    a unit of the line is ``unit_multiplier`` millionths of it. ``prices`` are the prices of single units, dearest
    first and including removed units, if stated (C§1.3 priceDefinition). Seller, category, delivery and ``tax``, of
    the whole line, are only told to connectors.
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
    seller_id: str | None = None
    category_id: str | None = None
    delivery_type: str | None = None
    tax: int | None = None
    tax_rate: str | None = None

    @property
    def pending(self) -> int:
        """The quantity left to invoice."""
        return self.quantity - self.invoiced

    def worth(self, quantity: int) -> int:
        """Return the value of the line's first ``quantity`` units, rounded once; removals take the last units."""
        if self.prices:
            return total_of(first_units(self.prices, quantity))
        return times(self.selling_price, self.unit_multiplier, quantity)

    def worth_of_last(self, quantity: int) -> int:
        """Return the value of the last ``quantity`` units; with the rest, it adds up to the line's value (C§9.24)."""
        return self.worth(self.quantity) - self.worth(self.quantity - quantity)

    @property
    def value(self) -> int:
        """The line's current value."""
        return self.worth(self.quantity)

    @property
    def placed_value(self) -> int:
        """The line's value including removed units."""
        return self.worth(self.quantity + self.removed)

    def as_placed(self) -> "Line":
        """Return the line as its order was placed with it."""
        return replace(self, quantity=self.quantity + self.removed, removed=0, invoiced=0, returned=0)

    @property
    def unit_prices(self) -> tuple[UnitPrice, ...]:
        """Prices of the units, dearest first, which add up to the value."""
        return first_units(self.prices, self.quantity) if self.prices else unit_prices(self.value, self.quantity)

    @property
    def pending_prices(self) -> tuple[UnitPrice, ...]:
        """Prices of the units not invoiced; the dearest count as invoiced first."""
        return units_after(self.unit_prices, self.invoiced)


@dataclass(frozen=True, slots=True)
class LineMention:
    """An item of an invoice or change: SKU, unit price and quantity, and the line if stated.

    ``total`` is the value of the whole quantity, if stated instead of a unit price. ``unit_multiplier`` is in
    millionths, None if not stated.
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
        """Return the multiplier of its price: its own, else the line's if the price is the same, else 1."""
        if self.unit_multiplier is not None:
            return self.unit_multiplier
        if self.total is not None or line is None or line.prices:
            return ONE
        return line.unit_multiplier if self.price in (line.price, line.selling_price) else ONE

    def value_on(self, line: Line | None) -> int:
        """Return the value of the whole quantity, on a line if there is one (C§9.24)."""
        return times(self.price, self.multiplier_on(line), self.quantity) if self.total is None else self.total


def pending_to_invoice(order: Order, line: Line) -> int:
    """Return the units of a line left to invoice: none once the order is fully invoiced, by items or by value."""
    return 0 if order.is_fully_invoiced else line.pending


def lines_meant(lines: Iterable[Line], mention: LineMention) -> list[Line]:
    """Return the lines that match a mention: by line id or index if given, else by SKU, same price first (C§7.15)."""
    if mention.unique_id is not None:
        return [line for line in lines if line.unique_id == mention.unique_id]
    if mention.index is not None:
        return [line for line in lines if line.index == mention.index]
    matching = [line for line in lines if line.id == mention.id]
    return sorted(matching, key=lambda line: (mention.price not in (line.price, line.selling_price), line.index))


def invoice_lines(lines: Sequence[Line], mentions: Iterable[LineMention]) -> tuple[list[Line], list[LineMention]]:
    """Book invoiced quantities on lines; return the changed lines and the mentions that do not fit.

    An invoice's value is authoritative (C§1.4.9), so a mention that does not fit is reported, not refused.
    """
    return _book(
        lines, mentions, lambda line: line.pending, lambda line, more: replace(line, invoiced=line.invoiced + more)
    )


def return_lines(lines: Sequence[Line], mentions: Iterable[LineMention]) -> tuple[list[Line], list[LineMention]]:
    """Book returned quantities on lines, up to their invoiced quantities; returns the same as ``invoice_lines``."""
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
    """Remove quantities from lines, never invoiced ones; return the changed lines (R8, C§2.3)."""
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
