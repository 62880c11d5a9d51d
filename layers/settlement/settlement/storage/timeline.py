"""A transaction's events read page by page, newest first.

A page ends after any event, a record of events in the table after its last. So the mark of a page is the key of a
record, with the number of its events that the pages so far have shown if there are more.
"""

from settlement.domain.errors import InvalidRequest
from settlement.domain.events import Event
from settlement.storage import codecs, keys
from settlement.storage.event_record import record_of
from settlement.storage.table import Table
from settlement.use_cases.shared.ports import Page
from settlement.values import dataclass

_WITHIN = "~"


@dataclass(frozen=True, slots=True)
class _Mark:
    """The last record that a page has shown, and how many of its events; None for all of them."""

    record: str
    shown: int | None = None

    def __str__(self) -> str:
        return self.record if self.shown is None else f"{self.record}{_WITHIN}{self.shown}"


class Timeline(Table):
    """Part of the store on the table: the events of a transaction."""

    def events(self, account: str, transaction_id: str, page_size: int, after: str | None) -> Page[Event]:
        """Return one page of a transaction's events; ``after`` is the ``next`` of the previous page.

        Raises ``InvalidRequest`` if ``after`` is not such a mark.
        """
        partition = keys.transaction_partition(account, transaction_id)
        mark = None if after is None else _mark(partition, after)
        shown = [] if mark is None else self._rest(partition, mark)
        request = self._range(partition, keys.EVENTS) | {"ScanIndexForward": False, "Limit": page_size}
        if mark is not None:
            request["ExclusiveStartKey"] = codecs.to_wire({"PK": partition, "SK": mark.record})
        answer = self._client.query(**request)
        for item in map(codecs.from_wire, answer["Items"]):
            shown += _marked(item)
        page = shown[:page_size]
        is_last = len(shown) <= page_size and "LastEvaluatedKey" not in answer
        return Page([event for _, event in page], None if is_last or not page else str(page[-1][0]))

    def _rest(self, partition: str, mark: _Mark) -> list[tuple[_Mark, Event]]:
        """Return the events of a mark's record that are not shown yet."""
        if mark.shown is None:
            return []
        item = self._read(partition, mark.record)
        return [] if item is None else _marked(item)[mark.shown :]


def _marked(item: codecs.Item) -> list[tuple[_Mark, Event]]:
    """Return a record's events, newest first, each with the mark of a page that ends with it."""
    events = record_of(item).events[::-1]
    shown = [*range(1, len(events)), None]
    return [(_Mark(item["SK"], number), event) for number, event in zip(shown, events, strict=True)]


def _mark(partition: str, text: str) -> _Mark:
    record, within, shown = text.partition(_WITHIN)
    is_mark = record.startswith(keys.EVENTS) and keys.can_exist(partition, record)
    if not is_mark or (within and not (shown.isascii() and shown.isdecimal() and len(shown) < 4)):
        raise InvalidRequest(f"after: must be what the page before names; got {text[:80]}")
    return _Mark(record, int(shown) if within else None)
