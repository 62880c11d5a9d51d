"""Captures on the table: items of their own, or told by the operation whose only leg has made them (D183)."""

from collections.abc import Iterable

from settlement.domain.ledger.settlement import Settlement
from settlement.domain.transaction.operation import Operation
from settlement.storage import codecs, keys
from settlement.storage.table import Table
from settlement.use_cases.shared.ports import Page


class Captures(Table):
    """Part of the store on the table: the captures of payments. An item tells more than the operation beside it."""

    def settlement(self, account: str, transaction_id: str, payment_id: str, number: str) -> Settlement | None:
        """Return one settlement."""
        partition = keys.transaction_partition(account, transaction_id)
        found = self._get(Settlement, partition, keys.settlement(payment_id, number))
        operation, _, leg = number.partition("-")
        if found is not None or leg != keys.FIRST_LEG:
            return found
        holder = self._get(Operation, partition, keys.operation(int(operation)))
        told = None if holder is None else holder.capture
        return told if told is not None and told.payment_id == payment_id else None

    def settlements(self, account: str, transaction_id: str, payment_id: str) -> list[Settlement]:
        """Return a payment's settlements, oldest first, by one query over all that stands between both kinds."""
        partition = keys.transaction_partition(account, transaction_id)
        of_payment = keys.settlements(payment_id)
        read = [codecs.from_wire(item) for item in self._all(self._range(partition, of_payment, keys.OPERATIONS))]
        operations = [codecs.decode(Operation, item) for item in read if item["SK"].startswith(keys.OPERATIONS)]
        items = [codecs.decode(Settlement, item) for item in read if item["SK"].startswith(of_payment)]
        return [held for held in together(operations, items) if held.payment_id == payment_id]

    def settlements_after(
        self, account: str, transaction_id: str, payment_id: str, number: str | None, page_size: int
    ) -> Page[Settlement]:
        """Return a page of a payment's settlements, oldest first: those after a number, or from the first on.

        Operations and items are read side by side; the page ends where the shorter reading does, so it can be empty
        and go on.
        """
        partition = keys.transaction_partition(account, transaction_id)
        behind = None if number is None else number.partition("-")[0]
        operations = self._page(Operation, (partition, keys.OPERATIONS), _sequence, page_size, behind)
        of = partition, keys.settlements(payment_id)
        items = self._page(Settlement, of, lambda settlement: settlement.number, page_size, number)
        ends = [f"{operations.next}-{keys.FIRST_LEG}"] if operations.next is not None else []
        end = min([*ends, *([] if items.next is None else [items.next])], default=None)
        found = [held for held in together(operations.items, items.items) if held.payment_id == payment_id]
        read = [held for held in found if end is None or held.number <= end]
        if len(read) > page_size:
            return Page(read[:page_size], read[page_size - 1].number)
        return Page(read, end)


def together(operations: Iterable[Operation], items: Iterable[Settlement]) -> list[Settlement]:
    """Return the captures that operations tell and those that are items, by payment and number."""
    told = [capture for operation in operations if (capture := operation.capture) is not None]
    found = {(held.payment_id, held.number): held for held in (*told, *items)}
    return [found[key] for key in sorted(found)]


def _sequence(operation: Operation) -> str:
    return keys.operation(operation.sequence).removeprefix(keys.OPERATIONS)
