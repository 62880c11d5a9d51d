"""What waits for a second key, read from its transaction."""

from settlement.domain.transaction.approval import Approval
from settlement.storage import keys
from settlement.storage.timeline import Timeline


class Approvals(Timeline):
    """Part of the store on the table: the approvals of a transaction."""

    def approval(self, account: str, transaction_id: str, name: str) -> Approval | None:
        """Return one approval of a transaction."""
        partition, key = keys.transaction_partition(account, transaction_id), keys.approval(name)
        return self._get(Approval, partition, key) if keys.can_exist(partition, key) else None

    def approvals(self, account: str, transaction_id: str, beginning: str = "") -> list[Approval]:
        """Return a transaction's approvals, by name; those whose names have a beginning."""
        return self._query(Approval, keys.transaction_partition(account, transaction_id), keys.approval(beginning))
