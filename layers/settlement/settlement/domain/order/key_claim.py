"""Which invoice of an account has an access key: a fiscal document is one invoice (D169)."""

from settlement.domain.order.invoice import Invoice
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """An access key, with the invoice that has it. ``version`` says how many had it before."""

    key: str
    order_id: str
    number: str
    version: int = 0

    def is_of(self, order_id: str, number: str | None) -> bool:
        """True if an invoice of an order has the key."""
        return (self.order_id, self.number) == (order_id, number)

    def passed_to(self, order_id: str, number: str) -> "KeyClaim":
        """Return the claim that replaces this one."""
        return KeyClaim(self.key, order_id, number, self.version + 1)


@dataclass(frozen=True, slots=True)
class ExaminedInvoice:
    """An invoice with what its document told; ``claim`` is written with it, over ``stale``, which it replaces."""

    invoice: Invoice
    claim: KeyClaim | None = None
    stale: KeyClaim | None = None

    @property
    def claims(self) -> list[tuple[KeyClaim | None, KeyClaim]]:
        """The claim to write with the invoice, and the one that is there; empty if none is written."""
        return [] if self.claim is None else [(self.stale, self.claim)]
