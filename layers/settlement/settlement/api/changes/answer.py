"""Registered changes, as an order shows them (C§2.1)."""

from typing_extensions import TypedDict

from settlement.api.shared.answer import Cents, Receipt


class ChangedItem(TypedDict):
    """An item that a change added or removed."""

    id: str
    """The item's id."""
    name: str
    """The same as `id`."""
    quantity: int
    """How many units."""
    price: Cents
    """The price of one unit."""
    unitMultiplier: str | None
    """How many measurement units one unit has, as decimal text; null if it was not sent."""


class RegisteredChange(TypedDict):
    """A registered change."""

    reason: str
    """Why, in words."""
    discountValue: Cents
    """By how much the order's value fell."""
    incrementValue: Cents
    """By how much the order's value rose."""
    itemsAdded: list[ChangedItem]
    """The items that came."""
    itemsRemoved: list[ChangedItem]
    """The items that left."""
    receipt: Receipt
    """The receipt that the change was answered with."""


class ChangesAttachment(TypedDict):
    """The order's registered changes, oldest first."""

    id: str
    """Always `changeAttachment`."""
    changesData: list[RegisteredChange]
    """One for each change."""
