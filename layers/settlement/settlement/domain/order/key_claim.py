"""Which invoice of an account has an access key: a fiscal document is one invoice (D169)."""

from dataclasses import dataclass

from settlement.domain.order.invoice import Invoice


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """An access key, with the invoice that has it."""

    key: str
    order_id: str
    number: str


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
