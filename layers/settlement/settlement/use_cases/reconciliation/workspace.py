"""Where a file and the books meet: a place of its own for each run, that holds more than memory does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from settlement.domain.reconciliation.books import PaymentBooks
    from settlement.domain.reconciliation.outcomes import Missing, Outcome, Slot, Verdict
    from settlement.domain.reconciliation.payout import PayoutPart
    from settlement.domain.reconciliation.report_head import ReportHead
    from settlement.domain.reconciliation.report_line import ReportLine, Sums
    from settlement.domain.reconciliation.taken import Taken


Decided = tuple[Sequence[tuple[str, str, int]], Sequence[tuple[int, str]]]
"""The verdicts on the lines of one payment, and the slots that these speak for, as rows of the workspace."""


class Joined(Protocol):
    """A payment with the lines that were found for it, as they lie in a workspace: little work to hand on.

    Whoever gets it, in this process or in another one, reads it and writes down what is decided.
    """

    def read(self) -> tuple[PaymentBooks, list[ReportLine]]: ...
    def decided(self, verdicts: Iterable[Verdict]) -> Decided:
        """Return the verdicts on its lines, with the slots that they speak for, for the workspace to keep."""
        ...


class Workspace(Protocol):
    """Lines, books and verdicts of one file. What it yields is in the order of the file, or of the payments."""

    def note(self, head: ReportHead, taken: Taken) -> None:
        """Keep what was read of a file beside its lines."""
        ...

    def noted(self) -> tuple[ReportHead, Taken]: ...
    def add_lines(self, lines: Iterable[ReportLine]) -> None: ...
    def add_books(self, books: Iterable[PaymentBooks]) -> None: ...
    def join(self) -> None:
        """Find the payment of each line: by reference, else by tid, else by nsu and authorisation code.

        A line that several are found for, or none, is left open. May be asked again, once there are more books.
        """
        ...

    def unfound(self) -> Iterator[ReportLine]:
        """Yield the lines about a payment that none was found for, those of captures last."""
        ...

    def joined(self) -> Iterator[Joined]:
        """Yield each payment that lines were found for, with them."""
        ...

    def torn(self) -> Iterator[tuple[ReportLine, list[PaymentBooks]]]:
        """Yield each line that several payments were found for, with these."""
        ...

    def batches(self) -> Iterator[tuple[str, str, int]]:
        """Yield batch, currency and net sum of the lines that are no payout."""
        ...

    def lines_of_kind(self, kind: str) -> Iterator[ReportLine]: ...
    def give(self, line: ReportLine, books: PaymentBooks) -> None:
        """Join a torn line to a payment."""
        ...

    def leave_open(self, line: ReportLine, books: PaymentBooks, slots: Iterable[Slot]) -> None:
        """Keep the slots of a payment that a torn line may speak for: they are not missing."""
        ...

    def keep_decided(self, decided: Iterable[Decided]) -> None:
        """Keep what was decided of payments, as it comes."""
        ...

    def decide(self, verdicts: Iterable[Verdict]) -> None:
        """Keep verdicts on lines that have no payment."""
        ...

    def decide_rest(self) -> None:
        """Decide all other lines: rejected if they are faulty, else foreign."""
        ...

    def repeat(self, parts: Iterable[PayoutPart]) -> None:
        """Decide anew that the lines of these parts are duplicates."""
        ...

    def in_scope(self) -> Iterator[tuple[PaymentBooks, set[Slot]]]:
        """Yield every payment settled by those who settled the file's, with the slots that lines speak for."""
        ...

    def told(self) -> Iterator[tuple[PaymentBooks, list[Verdict]]]:
        """Yield each payment that lines were found for, with the verdicts on them."""
        ...

    def add_missing(self, missing: Iterable[Missing]) -> None: ...
    def missing(self) -> Iterator[Missing]:
        """Yield what is missing, payment by payment."""
        ...

    def paid_out(self) -> Iterator[tuple[str, str, int, str]]:
        """Yield day, currency and net of what was paid out, and its batch, empty for the rest of a day."""
        ...

    def sums(self) -> dict[Outcome, Sums]: ...
    def verdicts(self, outcome: Outcome | None = None, after: int = 0) -> Iterator[tuple[PaymentBooks | None, Verdict]]:
        """Yield the verdicts behind a line, of one outcome or of all."""
        ...
