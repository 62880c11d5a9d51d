"""What a transaction has of money, read at once."""

from typing import Any

from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.transaction.answers import sorted_refunds
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.storage import codecs, keys
from settlement.storage.captures import together
from settlement.storage.table import Table
from settlement.use_cases.shared.ports import Money


class MoneyOfTransactions(Table):
    """Part of the store on the table: reads of all payments of a transaction with what was done with them."""

    def money_of(self, account: str, transaction_id: str) -> Money:
        """Return a transaction's payments, settlements, refunds and told parts.

        They stand beside each other, and beside the operations, which tell settlements too.
        """
        from settlement.domain.reconciliation.payout import PayoutPart

        partition = keys.transaction_partition(account, transaction_id)
        found = self._all(self._range(partition, keys.SETTLEMENTS, keys.OPERATIONS))
        items = [codecs.from_wire(item) for item in found]
        operations = [held for held in _of(Operation, keys.OPERATIONS, items) if held.only_leg is not None]
        return Money(
            payments=sorted(_of(Payment, keys.PAYMENTS, items), key=lambda payment: payment.sequence),
            settlements=together(operations, _of(Settlement, keys.SETTLEMENTS, items)),
            refunds=sorted_refunds(_of(RefundMade, keys.REFUNDS, items)),
            payouts=_of(PayoutPart, keys.PAYOUTS, items),
        )


def _of(kind: Any, prefix: str, items: list[codecs.Item]) -> Any:
    return [codecs.decode(kind, item) for item in items if item["SK"].startswith(prefix)]
