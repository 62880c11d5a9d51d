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

    def takes_cancel(self) -> bool:
        """Whether a cancellation is taken."""
        return self.cancelled or self.invoiced == 0

    def invoice(self, value: int) -> None:
        """A sale was taken."""
        counted = min(value, self.value - self.invoiced)
        if counted:
            self.invoiced += counted
            self.requested = self.payable if self.is_complete else self.requested + counted
            self._settle()

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
            self.requested = self.payable
            self._settle()

    def _settle(self) -> None:
        match self.mode:
            case Mode.PARTIAL:
                self.net_captured = max(self.net_captured, self.requested)
            case Mode.TOTAL:
                self.net_captured = self.payable
            case Mode.HOLD if self.is_complete:
                self.net_captured = self.payable
