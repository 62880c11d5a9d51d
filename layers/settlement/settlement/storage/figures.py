"""Figures by hour and connector: counters that the relay raises, kept for three days (D162)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from settlement.domain.hourly_figures import Hour
from settlement.storage import codecs, keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=3)
"""How long the figures of an hour are kept."""


class HourlyCounters:
    """The counters on one table. They are added to without being read, so parallel writers are all counted."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def raise_by(self, counted: Iterable[Mapping[Hour, Mapping[str, int]]]) -> None:
        """Add what several commits count: one write for each account, connector and hour."""
        raised: dict[Hour, Counter[str]] = {}
        for hour, counters in (held for hours in counted for held in hours.items()):
            raised.setdefault(hour, Counter()).update(counters)
        for hour, counters in raised.items():
            self._raise(hour, counters)

    def _raise(self, hour: Hour, counters: Mapping[str, int]) -> None:
        values = {f":{index}": count for index, count in enumerate(counters.values())}
        raised = ", ".join(f"#{index} :{index}" for index in range(len(counters)))
        key = {"PK": keys.figures_partition(hour.account), "SK": keys.hour(hour.at, hour.connector)}
        self._client.update_item(
            TableName=self._table,
            Key=codecs.to_wire(key),
            UpdateExpression=f"ADD {raised} SET expiresAt = :until",
            ExpressionAttributeNames={f"#{index}": name for index, name in enumerate(counters)},
            ExpressionAttributeValues=codecs.to_wire({**values, ":until": int((hour.at + KEPT).timestamp())}),
        )
