"""The books of one order: every item of it and its transaction, read for an audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from settlement.domain.changes.change import Change
from settlement.domain.changes.modification import Modification
from settlement.domain.events import Event, Json
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Line, Order
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction

QUOTED_CHARACTERS = 200
"""Characters of what a mismatch quotes."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Two places that should say the same and do not; ``where`` names the item that is looked at.

    ``expected`` is what the others say of it, ``found`` what it says itself; amounts are minor units.
    """

    what: str
    where: str
    expected: int | str | None
    found: int | str | None

    @property
    def facts(self) -> dict[str, Json]:
        """The mismatch as data of an event."""
        return {"what": self.what, "where": self.where, "expected": self.expected, "found": self.found}


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that is stored of an order and its transaction; ``events`` are oldest first.

    ``documents`` are the numbers of the invoices whose embedded document is there, ``owners`` the transaction that each
    payment's id leads to, ``group`` the orders found under the order's group.
    """

    order: Order
    lines: Sequence[Line]
    invoices: Sequence[Invoice]
    documents: frozenset[str]
    changes: Sequence[Change]
    modifications: Sequence[Modification]
    transaction: Transaction
    payments: Sequence[Payment]
    operations: Sequence[Operation]
    legs: Sequence[Leg]
    settlements: Sequence[Settlement]
    events: Sequence[Event]
    owners: Mapping[str, str | None]
    group: Sequence[str]


def unequal(where: str, *pairs: tuple[str, object, object]) -> list[Mismatch]:
    """Return a mismatch for each pair, expected and found, that is not the same."""
    return [
        Mismatch(what, where, _plain(expected), _plain(found)) for what, expected, found in pairs if expected != found
    ]


def _plain(value: object) -> int | str | None:
    return value if value is None or isinstance(value, int) else str(value)[:QUOTED_CHARACTERS]
