"""What an account has configured (§8.2)."""

from dataclasses import dataclass

from settlement.domain.planning import RefundPriority


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The settings of one account, with the defaults of a new one."""

    merchant_name: str = ""
    partial_settlement: bool = True
    strict_invoices: bool = False
    refund_priority: RefundPriority = RefundPriority.LOWEST_SETTLED
