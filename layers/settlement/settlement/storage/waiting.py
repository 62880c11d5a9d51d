"""What an account's people look at each day: work, authorisations that lapse, and the figures of the last hours."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from settlement.domain.order.invoice import Invoice
from settlement.storage import codecs, keys
from settlement.storage.approvals import Approvals
from settlement.use_cases.shared.ports import Lapse, Page, WorkItem

if TYPE_CHECKING:
    from settlement.domain.hourly_figures import HourlyFigures


class Waiting(Approvals):
    """Part of the store on the table: lists and figures of an account. They lag behind the writes."""

    def work(self, account: str, until: datetime, after: str | None, limit: int) -> Page[WorkItem]:
        """Return work listed at ``until``, oldest first, from the index, which lags behind the writes."""
        from settlement.domain.transaction.listed_work import Work

        first, last = "0" if after is None else f"{after}\x00", f"{keys.timestamp(until)}#\uffff"
        if first > last:
            return Page([])
        page = self._between("work", ("workPK", "workSK"), keys.work_partition(account), first, last, limit)
        found = []
        for item in page.items:
            told = item["work"]
            transaction_id = told.get("transaction_id") or item["PK"].partition("#TXN#")[2]
            work = codecs.decode(Work, told)
            found.append(WorkItem(told["order_id"], transaction_id, told["currency"], work, item["workSK"]))
        return Page(found, page.next)

    def lapses(self, account: str, since: datetime, until: datetime, after: str | None, limit: int) -> Page[Lapse]:
        """Return what lapses within a time, soonest first, by the keys of the index."""
        first = keys.timestamp(since) if after is None else f"{after}\x00"
        last = f"{keys.timestamp(until)}#\uffff"
        if first > last:
            return Page([])
        page = self._between("byAccount", ("listPK", "listSK"), keys.lapse_partition(account), first, last, limit)
        found = []
        for item in page.items:
            at, transaction_id, payment_id = item["listSK"].split("#", 2)
            found.append(Lapse(transaction_id, payment_id, datetime.fromisoformat(at), item["listSK"]))
        return Page(found, page.next)

    def _between(
        self, index: str, names: tuple[str, str], partition: str, first: str, last: str, limit: int
    ) -> Page[codecs.Item]:
        """Return a page of an index's partition between two sort keys; ``names`` are those of the index's keys."""
        of, by = names
        values = {":of": partition, ":first": first, ":last": last}
        answer = self._client.query(
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression=f"{of} = :of AND {by} BETWEEN :first AND :last",
            ExpressionAttributeValues=codecs.to_wire(values),
            Limit=limit,
        )
        found = [codecs.from_wire(item) for item in answer["Items"]]
        return Page(found, str(found[-1][by]) if "LastEvaluatedKey" in answer and found else None)

    def hourly_figures(self, account: str, since: datetime) -> "list[HourlyFigures]":
        """Return the figures of each connector and hour from that of a time on, oldest first.

        They are those of the journal, and counters that are raised by what moves nothing.
        """
        from settlement.domain.hourly_figures import beginning_of, figures_of_hour
        from settlement.storage.entry_log import EntryLog

        found: dict[tuple[datetime, str], Counter[str]] = {}
        for lot in EntryLog(self._client, self._table).last_of_each_hour(account, since):
            for connector, counters in lot.counted.items():
                found.setdefault((beginning_of(lot.at), connector), Counter()).update(counters)
        request = self._range(keys.figures_partition(account), keys.HOUR, first=keys.hour(since))
        for item in map(codecs.from_wire, self._all(request | {"ConsistentRead": False})):
            hour, _, connector = item["SK"].removeprefix(keys.HOUR).partition("#")
            counters = {name: count for name, count in item.items() if isinstance(count, int)}
            at = datetime.fromisoformat(f"{hour}:00+00:00")
            found.setdefault((at, connector), Counter()).update(counters)
        return [figures_of_hour(connector, at, found[at, connector]) for at, connector in sorted(found)]

    def invoices_in_question(self, account: str, order_id: str, transaction_id: str) -> list[Invoice]:
        """Return the invoices of an order whose access keys are others'; it reads these alone."""
        request = self._range(keys.transaction_partition(account, transaction_id), keys.used_key(""))
        found = map(codecs.from_wire, self._all(request))
        numbers = [item["SK"].removeprefix(keys.used_key("")) for item in found if "work" in item]
        order = keys.order_partition(account, order_id)
        invoices = (self._get(Invoice, order, keys.invoice(number)) for number in numbers)
        return [invoice for invoice in invoices if invoice is not None]
