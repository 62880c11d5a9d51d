"""The side of the books: a payment with its captures and refunds, as lines are held against them.

Amounts are minor units.
"""

from collections.abc import Collection, Iterator
from datetime import date

from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class ToldPart:
    """An instalment that a report told: ``number`` of ``of``, and the day on which it is, or was, paid.

    One that differs ``is_open``: a corrected report can tell it again.
    """

    stage: Stage
    number: int
    of: int
    report_id: str
    on: date | None = None
    is_open: bool = False


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
        """Return True if another report has told the instalment at the same stage.

        Or if others have told that all of it was paid, in whatever instalments: it is paid once.
        """
        told = {
            (part.number, part.of)
            for part in self.told
            if part.stage is stage and part.report_id != report_id and not part.is_open
        }
        return (number, of) in told or (stage is Stage.PAID and bool(told) and is_whole(told))

    def due(self, since: date, until: date) -> Iterator[tuple[date, int, int]]:
        """Yield day, number and number of all of each instalment that was announced for a period and is not paid."""
        paid = {(told.number, told.of) for told in self.told if told.stage is Stage.PAID}
        for told in self.told if not is_whole(paid) else ():
            is_announced = told.stage is Stage.REPORTED and (told.number, told.of) not in paid
            if is_announced and told.on is not None and since <= told.on <= until:
                yield told.on, told.number, told.of


def is_whole(parts: Collection[tuple[int, int]]) -> bool:
    """Return True if all instalments of a plan are there, each given by its number and the number of all."""
    return any(has_all(parts, of) for _, of in parts)


def has_all(parts: Collection[tuple[int, int]], of: int) -> bool:
    """Return True if all of so many instalments are there."""
    return all((number, of) in parts for number in range(1, of + 1))


@dataclass(frozen=True, slots=True)
class ToldDispute:
    """A chargeback or its reversal that a report told first; ``told`` is what it said, by which it is known again."""

    report_id: str
    told: str


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
    disputes: tuple[ToldDispute, ...] = ()
    is_told: bool = False
    is_offline: bool = False

    @property
    def settled_by(self) -> tuple[str, str]:
        """Who pays it out: the connector, and the acquirer that it named."""
        return self.connector, self.acquirer


def numbers_of(named: PaymentBooks | ReportLine) -> str:
    """Return nsu and authorisation code as one name, empty unless there are both.

    Leading zeros of an nsu are written or not.
    """
    nsu, authorization = named.nsu, named.authorization
    return f"{nsu.lstrip('0')}/{authorization.upper()}" if nsu and authorization else ""
