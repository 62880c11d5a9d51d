"""The input of an audit: all items of one order and its transaction."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from settlement.domain.changes.change import Change
from settlement.domain.changes.modification import Modification
from settlement.domain.events import Event, Json
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Line, Order
from settlement.domain.transaction.approval import Approval
from settlement.domain.transaction.deeds import Deeds, deeds_of_all
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.reconciliation.payout import PayoutPart

QUOTED_CHARACTERS = 200
"""Most characters of a value in a mismatch."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Two figures that should be equal but differ; ``where`` names the audited item.

    ``expected`` follows from the other items, ``found`` is the item's own; amounts are minor units.
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
    """All stored items of an order and its transaction; ``events`` are oldest first.

    ``documents`` are the numbers of the invoices whose embedded document is stored, ``owners`` the transaction to which
    each payment's id points, ``group`` the orders in the order's group.
    """

    order: Order
    lines: Sequence[Line]
    invoices: Sequence[Invoice]
    documents: frozenset[str]
    changes: Sequence[Change]
    modifications: Sequence[Modification]
    transaction: Transaction
    payments: Sequence[Payment]
    payouts: "Sequence[PayoutPart]"
    operations: Sequence[Operation]
    legs: Sequence[Leg]
    approvals: Sequence[Approval]
    settlements: Sequence[Settlement]
    refunds: Sequence[RefundMade]
    events: Sequence[Event]
    owners: Mapping[str, str | None]
    group: Sequence[str]

    @property
    def deeds(self) -> Deeds:
        """The deeds of all operations, added up from their calls."""
        return deeds_of_all(self.operations, self.legs)


def unequal(where: str, *pairs: tuple[str, object, object]) -> list[Mismatch]:
    """Return a mismatch for each pair of an expected and a found value that differ."""
    return [
        Mismatch(what, where, _plain(expected), _plain(found)) for what, expected, found in pairs if expected != found
    ]


def _plain(value: object) -> int | str | None:
    return value if value is None or isinstance(value, int) else str(value)[:QUOTED_CHARACTERS]
