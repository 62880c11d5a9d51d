"""Part of the store in memory: what reports told, and the money of a transaction at once."""

from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.transaction.answers import sorted_refunds
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.storage.captures import together
from settlement.use_cases.shared.ports import Money
from testkit.guarded_things import GuardedThings


class FakeMoney(GuardedThings):
    """Money in a dict."""

    def payout(self, account: str, transaction_id: str, payment_id: str, name: str) -> PayoutPart | None:
        """Return one thing that a settlement report told of a payment."""
        return self.get(PayoutPart, account, transaction_id, payment_id, name)

    def payouts(self, account: str, transaction_id: str, payment_id: str) -> list[PayoutPart]:
        """Return what settlement reports told of a payment."""
        found = self.all_of(PayoutPart, account, transaction_id, payment_id)
        return sorted(found, key=lambda part: part.name)

    def payments_and_payouts(self, account: str, transaction_id: str) -> tuple[list[Payment], list[PayoutPart]]:
        """Return a transaction's payments by sequence, and what settlement reports told of them."""
        money = self.money_of(account, transaction_id)
        return money.payments, money.payouts

    def money_of(self, account: str, transaction_id: str) -> Money:
        """Return a transaction's payments with what was captured, refunded and told of them."""
        of = account, transaction_id
        return Money(
            payments=sorted(self.all_of(Payment, *of), key=lambda payment: payment.sequence),
            settlements=together(self.all_of(Operation, *of), self.all_of(Settlement, *of)),
            refunds=sorted_refunds(self.all_of(RefundMade, *of)),
            payouts=sorted(self.all_of(PayoutPart, *of), key=lambda part: (part.payment_id, part.name)),
        )
