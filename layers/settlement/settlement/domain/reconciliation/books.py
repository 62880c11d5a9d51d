"""The side of the books: a payment with its captures and refunds, as lines are held against them.

Amounts are minor units.
"""

from dataclasses import dataclass
from datetime import date

from settlement.domain.reconciliation.report_line import LineKind, Stage


@dataclass(frozen=True, slots=True)
class ToldPart:
    """An instalment that a report told: ``number`` of ``of``, and the day on which it is, or was, paid."""

    stage: Stage
    number: int
    of: int
    report_id: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class BookedMove:
    """A capture or refund: ``number`` is its key, ``reference`` the connector's id of it, ``on`` its day.

    ``told`` is what earlier reports said of it. ``invoice`` is the number of the invoice that asked for it, empty if
    none did, None if that is not known.
    """

    kind: LineKind
    number: str
    reference: str
    value: int
    on: date
    told: tuple[ToldPart, ...] = ()
    invoice: str | None = None

    def is_told(self, stage: Stage, number: int, of: int, report_id: str) -> bool:
        """Return True if another report has told the instalment at the same stage."""
        return any((told.stage, told.number, told.of) == (stage, number, of) and told.report_id != report_id
                   for told in self.told)  # fmt: skip

    def is_due(self, since: date, until: date) -> bool:
        """Return True if an instalment that was announced for a day of a period is not paid yet."""
        paid = {(told.number, told.of) for told in self.told if told.stage is Stage.PAID}
        return any(
            told.on is not None and since <= told.on <= until and (told.number, told.of) not in paid
            for told in self.told
            if told.stage is Stage.REPORTED
        )


@dataclass(frozen=True, slots=True)
class PaymentBooks:
    """A payment, by what acquirers call it, with what was captured and refunded of it.

    It ``is_told`` if a report has told anything of it, be it that something is missing.
    It ``is_offline`` if the merchant received it himself, so that no acquirer pays it out.
    """

    order_id: str
    transaction_id: str
    payment_id: str
    currency: str
    connector: str
    acquirer: str
    group: str
    installments: int
    tid: str = ""
    nsu: str = ""
    authorization: str = ""
    moves: tuple[BookedMove, ...] = ()
    is_told: bool = False
    is_offline: bool = False

    @property
    def settled_by(self) -> tuple[str, str]:
        """Who pays it out: the connector, and the acquirer that it named."""
        return self.connector, self.acquirer
