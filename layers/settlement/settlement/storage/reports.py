"""Settlement reports on the table: the files, each under its id, their sequences, and the payouts that came."""

from collections.abc import Iterable
from contextlib import suppress

from settlement.domain.reconciliation.bank_lines import Arrival, PayoutName
from settlement.domain.reconciliation.report import Report
from settlement.storage import codecs, keys, report_keys
from settlement.storage.races import lost_races_as_conflicts
from settlement.storage.table import Table
from settlement.storage.writing import versioned_put
from settlement.use_cases.shared.ports import Conflict, Page


class DynamoDBReports(Table):
    """The ``Reports`` port on one table."""

    def report(self, account: str, report_id: str) -> Report | None:
        """Return a report."""
        return self._get(Report, report_keys.partition(account), report_keys.report(report_id))

    def report_of_serial(self, account: str, serial: str) -> str | None:
        """Return the id of the report that has a sequence."""
        item = self._read(report_keys.partition(account), report_keys.serial(serial))
        return str(item["report_id"]) if item else None

    def save_report(self, account: str, report: Report) -> Report:
        """Write a report over the version that was read, with its sequence; raises ``Conflict``."""
        listed = {
            "listPK": report_keys.partition(account),
            "listSK": f"{keys.timestamp(report.received_at)}#{report.report_id}",
        }
        key = report_keys.partition(account), report_keys.report(report.report_id)
        encoded = codecs.encode_next(report)
        writes = [{"Put": versioned_put(self._table, key, report.version, encoded | listed)}]
        if report.serial:
            writes.append({"Put": self._serial(account, report)})
        with lost_races_as_conflicts():
            self._client.transact_write_items(TransactItems=writes)  # type: ignore[arg-type]
        return codecs.decode(Report, encoded)

    def reports(self, account: str, after: str | None, limit: int) -> Page[Report]:
        """Return reports, those that were named last first; the list lags behind the writes."""
        values = {":account": report_keys.partition(account), ":last": after or "\uffff"}
        answer = self._client.query(
            TableName=self._table,
            IndexName="byAccount",
            KeyConditionExpression="listPK = :account AND listSK < :last",
            ExpressionAttributeValues=codecs.to_wire(values),
            ScanIndexForward=False,
            Limit=limit,
        )
        places = [codecs.from_wire(item) for item in answer["Items"]]
        found = self._get_all(Report, [(place["PK"], place["SK"]) for place in places])
        by_id = {report_keys.report(report.report_id): report for report in found}
        page = [by_id[place["SK"]] for place in places if place["SK"] in by_id]
        return Page(page, str(places[-1]["listSK"]) if "LastEvaluatedKey" in answer and places else None)

    def arrivals(self, account: str, payouts: Iterable[PayoutName]) -> list[Arrival]:
        """Return what statements told of payouts to have come; it lags behind the writes."""
        return self._get_all(
            Arrival, [(report_keys.partition(account), report_keys.arrival(*payout)) for payout in payouts]
        )

    def keep_arrival(self, account: str, arrival: Arrival) -> None:
        """Write that a payout has come; raises ``Conflict`` if another statement has told it."""
        guard = {
            "ConditionExpression": "attribute_not_exists(PK) OR told_by = :own",
            "ExpressionAttributeValues": codecs.to_wire({":own": arrival.told_by}),
        }
        self._put(report_keys.partition(account), report_keys.arrival(*arrival.payout), codecs.encode(arrival), guard)

    def drop_arrival(self, account: str, arrival: Arrival) -> None:
        """Remove what a statement told, unless another one tells it now."""
        with suppress(Conflict), lost_races_as_conflicts():
            self._client.delete_item(
                TableName=self._table,
                Key=codecs.to_wire({"PK": report_keys.partition(account), "SK": report_keys.arrival(*arrival.payout)}),
                ConditionExpression="told_by = :own",
                ExpressionAttributeValues=codecs.to_wire({":own": arrival.told_by}),
            )

    def _serial(self, account: str, report: Report) -> dict[str, object]:
        """The pointer from a sequence: nothing has it yet, or this report has."""
        item = {
            "PK": report_keys.partition(account),
            "SK": report_keys.serial(report.serial),
            "report_id": report.report_id,
        }
        return {
            "TableName": self._table,
            "Item": codecs.to_wire(item),
            "ConditionExpression": "attribute_not_exists(PK) OR report_id = :own",
            "ExpressionAttributeValues": codecs.to_wire({":own": report.report_id}),
        }
