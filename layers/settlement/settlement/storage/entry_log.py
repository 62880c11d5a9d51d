"""The journal of an account on the table: lots of entries, one behind the other, each written once (D172).

A lot is written under the number behind the last one, if nobody has taken it, so two writers at once make two lots, and
what was read of the log stays as it was. Its time is never before that of the lot before, nor before its events: an
entry that came twice is therefore in a lot that is not older than its event, and is looked for only there.

Beside the lots stands one item with the account's receivables by the lots through one of them (D180).

A lot also counts for the console: it has the counters of its hour up to itself, and names the last lot of the hour
before, so a day is read by a lot for each hour (D185).
"""

import json
import random
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, cast

from settlement.domain.bookkeeping.entry import Entry, Lot
from settlement.domain.bookkeeping.receivables import Receivable, Receivables
from settlement.domain.hourly_figures import beginning_of
from settlement.storage import codecs, keys
from settlement.storage.table import Table
from settlement.storage.writing import equals
from settlement.use_cases.shared.ports import Conflict, Unavailable

NOTHING_COUNTED: Mapping[str, Iterable[str]] = MappingProxyType({})
"""The counters of entries that raise none."""

MAX_ENTRIES = 100
"""Most entries of a lot."""

KEEP_EVERY = 50
"""Lots after which the receivables are kept anew: so many does a reader add at most, while all goes well."""

_TRIES = 30
_PAUSE_SECONDS = 0.05
_LATEST = 5
"""Lots that are looked at first; most entries are newer than the last of them."""

_NEW = {"ConditionExpression": "attribute_not_exists(PK)"}


class EntryLog(Table):
    """The journals of all accounts; reads are consistent."""

    def enter(
        self,
        account: str,
        entries: Sequence[Entry],
        now: Callable[[], datetime],
        counters: Mapping[str, Iterable[str]] = NOTHING_COUNTED,
    ) -> int:
        """Enter those entries that are not in the journal yet; return their number.

        ``counters`` are the names of the counters that an entry raises, by its event.

        Raises ``Unavailable`` if the table does not answer, or if others were faster again and again. What was entered
        until then stays, and is recognised when the same entries come again.
        """
        left, entered, lost = list(entries), 0, 0
        while left:
            behind = list(self._not_before(account, min(entry.at for entry in left)))
            known = {entry.event for lot in behind for entry in lot.entries}
            left = [entry for entry in left if entry.event not in known]
            if not left:
                break
            lot = _lot_behind(behind[0] if behind else None, left[:MAX_ENTRIES], now(), counters)
            try:
                self._put(keys.journal_partition(account), keys.lot(lot.number), _packed(lot), _NEW)
            except Conflict:
                lost += 1
                if lost == _TRIES:
                    raise Unavailable(f"the journal of {account}: others were faster {lost} times") from None
                time.sleep(random.uniform(0, _PAUSE_SECONDS))
            else:
                left, entered = left[MAX_ENTRIES:], entered + len(lot.entries)
                if lot.number % KEEP_EVERY == 0:
                    self._keep_receivables(account, lot.number)
        return entered

    def receivables(self, account: str) -> Receivables:
        """Return the receivables by the lots of before some time, as they were last kept; none if they never were."""
        item = self._read(keys.journal_partition(account), keys.RECEIVABLES)
        if item is None:
            return Receivables()
        rows = _decompressed(item["packed"])
        since = date.fromisoformat(item["by_day_since"])
        return Receivables(
            int(item["through"]), since, tuple(Receivable(date.fromisoformat(on), *others) for on, *others in rows)
        )

    def _keep_receivables(self, account: str, through: int) -> None:
        """Keep the receivables by all lots through one; if another writer has kept newer ones, they stay.

        Whoever dies before it leaves more lots to be added to the next reader, and to the writer of a later lot.
        """
        kept = before = self.receivables(account)
        while kept.through < through and (lots := self.lots(account, kept.through + 1, through - kept.through)):
            kept = kept.after(lots)
        rows = [[row.on.isoformat(), *astuple(row)[1:]] for row in kept.rows]
        item = {
            "through": kept.through, "by_day_since": kept.by_day_since.isoformat(), "packed": _compressed(rows),
        }  # fmt: skip
        guard = equals("through", before.through) if before.through else _NEW
        with suppress(Conflict):
            self._put(keys.journal_partition(account), keys.RECEIVABLES, item, guard)

    def last(self, account: str) -> Lot | None:
        """Return the newest lot, None for an empty journal."""
        return next(self._newest_first(account, 1), None)

    def lot(self, account: str, number: int) -> Lot | None:
        """Return a lot by its number."""
        item = self._read(keys.journal_partition(account), keys.lot(number))
        return None if item is None else _unpacked(item)

    def lots(self, account: str, first: int, limit: int) -> list[Lot]:
        """Return lots from a number on, oldest first: at most ``limit``, or what fits into one read."""
        request = self._range(keys.journal_partition(account), keys.LOTS, first=keys.lot(first)) | {"Limit": limit}
        return [_unpacked(codecs.from_wire(item)) for item in self._client.query(**request)["Items"]]

    def last_of_each_hour(self, account: str, since: datetime) -> Iterator[Lot]:
        """Yield the last lot of each hour from that of a time on, newest first."""
        lot = self.last(account)
        while lot is not None and beginning_of(lot.at) >= beginning_of(since):
            yield lot
            lot = None if lot.hour_before is None else self.lot(account, lot.hour_before)

    def _not_before(self, account: str, at: datetime) -> Iterator[Lot]:
        """Yield the newest lot, and those before it that are not older than a time, newest first."""
        for number, lot in enumerate(self._newest_first(account, _LATEST)):
            if number and lot.at < at:
                return
            yield lot

    def _newest_first(self, account: str, size: int) -> Iterator[Lot]:
        request = self._range(keys.journal_partition(account), keys.LOTS) | {"ScanIndexForward": False, "Limit": size}
        while True:
            answer = self._client.query(**request)
            for item in answer["Items"]:
                yield _unpacked(codecs.from_wire(item))
            if "LastEvaluatedKey" not in answer:
                return
            request = request | {"ExclusiveStartKey": answer["LastEvaluatedKey"], "Limit": 1000}


def _lot_behind(
    last: Lot | None, entries: Sequence[Entry], now: datetime, counters: Mapping[str, Iterable[str]]
) -> Lot:
    times = [now, *(entry.at for entry in entries)]
    at = max(times) if last is None else max(*times, last.at)
    goes_on = last is not None and beginning_of(last.at) == beginning_of(at)
    counted = {name: Counter(held) for name, held in last.counted.items()} if last is not None and goes_on else {}
    for entry in entries:
        if names := counters.get(entry.event):
            counted.setdefault(entry.connector, Counter()).update(names)
    if last is None:
        return Lot(1, at, entries, counted)
    return Lot(last.number + 1, at, entries, counted, last.hour_before if goes_on else last.number)


def _packed(lot: Lot) -> codecs.Item:
    item: codecs.Item = {"number": lot.number, "at": keys.timestamp(lot.at)}
    item["packed"] = _compressed([codecs.encode(entry) for entry in lot.entries])
    item |= {"counted": _compressed(lot.counted)} if lot.counted else {}
    return item if lot.hour_before is None else item | {"hourBefore": lot.hour_before}


def _unpacked(item: codecs.Item) -> Lot:
    """Return a lot; one of an earlier version counts nothing."""
    entries = [codecs.decode(Entry, entry) for entry in _decompressed(item["packed"])]
    counted = _decompressed(item["counted"]) if "counted" in item else {}
    hour_before = item.get("hourBefore")
    at = datetime.fromisoformat(item["at"])
    return Lot(int(item["number"]), at, entries, counted, None if hour_before is None else int(hour_before))


def _compressed(value: object) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 9)


def _decompressed(packed: object) -> Any:
    return json.loads(zlib.decompress(bytes(cast(bytes, packed))))
