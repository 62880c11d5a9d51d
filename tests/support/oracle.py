"""What an order's money has to be, worked out from what was accepted alone: no plan, no ledger, no queue.

Amounts are minor units.
"""

from dataclasses import dataclass

from settlement.domain.connectors.connector import Mode


@dataclass
class Oracle:
    """The order as its merchant sees it."""

    mode: Mode
    value: int
    payable: int
    invoiced: int = 0
    requested: int = 0
    returned: int = 0
    refunds_due: int = 0
    net_captured: int = 0
    """What is captured in the end, less what changes gave back, if no timer captures more."""
    cancelled: bool = False
    refunds_early: bool = False
    """Whether a return before completion gives its value back at once."""
    sales: tuple[tuple[str, int, int], ...] = ()
    """The sales that stand: number, what counts of each, and what it has requested."""
    numbers: frozenset[str] = frozenset()
    """The numbers of all sales, also of those that were cancelled."""
    completion: int = 0
    """What a change has requested because it completed the order."""
    taken_back: int = 0
    """The requests of sales that were cancelled: at most that was refunded with them."""

    @property
    def is_complete(self) -> bool:
        """Whether invoices reach the value."""
        return self.invoiced == self.value

    def takes_invoice(self) -> bool:
        """Whether a sale is taken."""
        return not self.cancelled

    def takes_return(self, value: int) -> bool:
        """Whether a return is taken."""
        return not self.cancelled and value <= self.invoiced - self.returned

    def takes_change(self, net: int) -> bool:
        """Whether a change is taken, if the payments can do it."""
        new = self.value + net
        return net != 0 and not self.cancelled and not self.is_complete and new > 0 and new >= self.invoiced

    def takes_cancel_of(self, number: str) -> bool:
        """Whether the cancellation of a sale is taken, if the payments can do it."""
        counted = next((counted for held, counted, _ in self.sales if held == number), None)
        return counted is not None and not self.cancelled and self.returned <= self.invoiced - counted

    def takes_correction_of(self, number: str, value: int) -> bool:
        """Whether a sale is taken that replaces another one, if the payments can do it."""
        counted = next((counted for held, counted, _ in self.sales if held == number), None)
        if counted is None or self.cancelled:
            return False
        left = self.invoiced - counted
        return self.returned <= left + min(value, self.value - left)

    def takes_cancel(self) -> bool:
        """Whether a cancellation is taken."""
        return self.cancelled or self.invoiced == 0

    def invoice(self, value: int, number: str = "") -> None:
        """A sale was taken."""
        counted, before = min(value, self.value - self.invoiced), self.requested
        if counted:
            self.invoiced += counted
            self.requested = self.payable if self.is_complete else self.requested + counted
            self._settle()
        self.sales = (*self.sales, (number, counted, self.requested - before))
        self.numbers |= {number}

    def cancel_invoice(self, number: str) -> None:
        """The cancellation of a sale was taken: what it counted and requested is taken back."""
        [(_, counted, request)] = [held for held in self.sales if held[0] == number]
        self.sales = tuple(held for held in self.sales if held[0] != number)
        self.invoiced -= counted
        request += self._undo_completion(counted)
        self.requested -= request
        self.taken_back += request
        self.net_captured -= max(0, min(request, self.net_captured - self.requested))

    def correct(self, number: str, value: int, by: str) -> None:
        """A sale was taken that replaces another one: what both request alike stays as it is."""
        [(_, counted, request)] = [held for held in self.sales if held[0] == number]
        self.sales = tuple(held for held in self.sales if held[0] != number)
        self.invoiced -= counted
        request += self._undo_completion(counted)
        self.requested -= request
        self.invoice(value, by)
        given_back = max(0, request - self.sales[-1][2])
        self.taken_back += given_back
        self.net_captured -= max(0, min(given_back, self.net_captured - self.requested))

    def _undo_completion(self, counted: int) -> int:
        """Take back what a change has requested by completing the order, if a sale that counts is taken back."""
        request = self.completion if counted else 0
        self.completion -= request
        return request

    def give_back(self, value: int, taken_off: int | None = None) -> None:
        """A return was taken.

        Before completion Hold has captured nothing, so that the value is taken off what will be captured: ``taken_off``
        of it, if a timer has captured a part.
        """
        self.returned += value
        if not self.is_complete and not self.refunds_early:
            return
        if self.is_complete or self.mode is not Mode.HOLD:
            taken_off = 0
        elif taken_off is None:
            taken_off = value
        assert 0 <= taken_off <= min(value, self.requested)
        self.payable -= taken_off
        self.requested -= taken_off
        self.refunds_due += value - taken_off

    def change(self, net: int) -> None:
        """A change was taken: it takes open money first, then gives back what is captured."""
        self.value += net
        self.payable += net
        self.net_captured = min(self.net_captured, self.payable)
        if self.is_complete:
            self.completion = self.payable - self.requested
            self.requested = self.payable
            self._settle()

    @property
    def captured(self) -> tuple[int, int]:
        """The least and the most that is captured in the end, less what was given back, if no timer captures more.

        What Total and Hold capture early may be captured or still open when a sale is cancelled.
        """
        if not self.taken_back or self.mode is Mode.PARTIAL:
            return self.net_captured, self.net_captured
        least = self.requested if self.mode is Mode.TOTAL or self.requested == self.payable else 0
        return least, self.payable

    def _settle(self) -> None:
        match self.mode:
            case Mode.PARTIAL:
                self.net_captured = max(self.net_captured, self.requested)
            case Mode.TOTAL:
                self.net_captured = self.payable
            case Mode.HOLD if self.is_complete:
                self.net_captured = self.payable
