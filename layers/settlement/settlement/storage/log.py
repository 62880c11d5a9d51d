"""The log in the events: the writes of each commit, from which every item can be rebuilt (D63).

A commit's log stands with its events. It holds all attributes of new items and the changed attributes of existing
ones; of a capture that nobody has drawn on both, since it can be told by its operation alone (D183). It never holds
cards, shoppers, personal parts of connectors' answers, embedded documents or additional data.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from settlement.domain.connectors.payment_answer import PERSONAL_PARTS
from settlement.domain.events import is_of_work
from settlement.storage import codecs, keys
from settlement.storage.event_record import EventRecord, Log, record_of
from settlement.use_cases.shared.ports import Commit

PERSONAL_ATTRIBUTES = frozenset({"card", "recipients", "return_url", "url"}) | PERSONAL_PARTS
"""Attributes with personal data, which the log leaves out."""

_LOGGED = (
    *(keys.ORDER, keys.line(""), keys.invoice(""), keys.change(""), keys.modification("")),
    *(
        keys.TRANSACTION,
        keys.payment(""),
        keys.OPERATIONS,
        keys.legs(None),
        keys.SETTLEMENTS,
        keys.REFUNDS,
        keys.request(""),
    ),
    keys.FINDING,
    keys.ANSWER,
    keys.APPROVALS,
    keys.PAYOUTS,
    keys.TOLD,
    keys.used_key(""),
    keys.access_key("", "")[1],
)
"""Logged items, by the beginning of their sort keys. Add each new kind of item, unless it holds personal data."""

_ORDER, _TRANSACTION = "O", "T"

_REVISIONS = ("version", "attempts", "replays", "revision")
"""Counters that grow with each change: of heads and operations, legs, invoices, modifications."""

Key = tuple[str, str]


def log_of(commit: Commit, puts: Iterable[Mapping[str, Any]], heads: Mapping[str, codecs.Item]) -> Log:
    """Return the log of a commit.

    ``puts`` are the items that it puts, on the wire, without its events; ``heads`` the attributes of the heads among
    them, by their sort keys.
    """
    names: dict[str, str] = _names(commit)
    known = dict(_changed(commit, heads))
    changes: Log = []
    for (pk, sk), (before, after) in known.items():
        changes.append([names.get(pk, pk), sk, _difference(before, after)])
    for drawn in commit.settlements:
        sk, base = keys.settlement(drawn.after.payment_id, drawn.after.number), codecs.encode(drawn.before)
        from_operation = {"b": base} if drawn.before.is_untouched else {}
        changes.append([_TRANSACTION, sk, from_operation | _difference(base, codecs.encode(drawn.after))])
    for item in puts:
        pk, sk = item["PK"]["S"], item["SK"]["S"]
        if (pk, sk) not in known and sk.startswith(_LOGGED):
            changes.append([names.get(pk, pk), sk, {"i": _impersonal(codecs.from_wire(item))}])
    return changes


def replay(items: Iterable[codecs.Item]) -> dict[Key, codecs.Item]:
    """Rebuild the items of one transaction from those of its events, given in any order.

    Changes of an item with a revision are applied by revision, so a writer's wrong clock cannot reorder them.
    """
    changes: dict[Key, list[tuple[int, int, dict[str, Any]]]] = defaultdict(list)
    for rank, record in enumerate(_in_order(map(record_of, items))):
        partitions = {
            _ORDER: keys.order_partition(record.account, record.newest.order_id),
            _TRANSACTION: keys.transaction_partition(record.account, record.newest.transaction_id),
        }
        for name, sk, change in record.log:
            changes[partitions.get(str(name), str(name)), str(sk)].append((_revision(change), rank, change))
    made = {}
    for key, found in changes.items():
        item: codecs.Item = {"PK": key[0], "SK": key[1]}
        for _, _, change in sorted(found, key=lambda held: held[:2]):
            item = _apply(item, change)
        made[key] = item
    return made


def _names(commit: Commit) -> dict[str, str]:
    return {
        keys.order_partition(commit.account, commit.order_id): _ORDER,
        keys.transaction_partition(commit.account, commit.transaction_id): _TRANSACTION,
    }


def _changed(commit: Commit, heads: Mapping[str, codecs.Item]) -> Iterator[tuple[Key, tuple[codecs.Item, codecs.Item]]]:
    """Yield each existing item that a commit changes, as it is before and after."""
    order = keys.order_partition(commit.account, commit.order_id)
    transaction = keys.transaction_partition(commit.account, commit.transaction_id)
    if commit.order is not None and commit.order_before is not None:
        yield (order, keys.ORDER), (codecs.encode(commit.order_before), heads[keys.ORDER])
    if commit.transaction is not None and commit.transaction_before is not None:
        yield (transaction, keys.TRANSACTION), (codecs.encode(commit.transaction_before), heads[keys.TRANSACTION])
    for invoice in commit.replaced_invoices:
        pair = (codecs.invoice_attributes(commit, invoice.before), codecs.invoice_attributes(commit, invoice.after))
        yield (order, keys.invoice(invoice.after.number)), pair
    for modified in commit.replaced_modifications:
        yield (order, keys.modification(modified.after.request_id)), _pair(modified)
    for leg in commit.legs:
        pair = (codecs.leg_attributes(commit, leg.before), codecs.leg_attributes(commit, leg.after))
        yield (transaction, keys.leg(leg.after.operation, leg.after.number)), pair
    for paid in commit.payments:
        if paid.before != paid.after:
            before, after = (codecs.payment_attributes(commit, held) for held in (paid.before, paid.after))
            yield (transaction, keys.payment(paid.after.payment_id)), (_impersonal(before), _impersonal(after))


def _pair(changed: Any) -> tuple[codecs.Item, codecs.Item]:
    return codecs.encode(changed.before), codecs.encode(changed.after)


def _impersonal(item: Mapping[str, Any]) -> codecs.Item:
    left_out = PERSONAL_ATTRIBUTES | {"PK", "SK"}
    return {name: value for name, value in item.items() if name not in left_out}


def _difference(before: codecs.Item, after: codecs.Item) -> dict[str, Any]:
    """Return the attributes to set, to remove and to add; counters are added, as the table adds them."""
    different = {name: value for name, value in after.items() if before.get(name) != value}
    added = {
        name: value - before[name] for name, value in different.items() if name in codecs.COUNTERS and name in before
    }
    rare = {name: after.get(name, 0) - before.get(name, 0) for name in codecs.RARE}
    added |= {name: change for name, change in rare.items() if change}
    parts = {
        "s": {name: value for name, value in different.items() if name not in added},
        "r": sorted(before.keys() - after.keys() - codecs.RARE),
        "a": added,
    }
    return {part: content for part, content in parts.items() if content}


def _revision(change: dict[str, Any]) -> int:
    """Return the revision that a change writes; without one, 0 for a new item and 1 for a change."""
    attributes = change.get("i") or change.get("s") or {}
    numbers = [int(attributes[name]) for name in _REVISIONS if name in attributes]
    return numbers[0] if numbers else int("i" not in change)


def _apply(item: codecs.Item, change: dict[str, Any]) -> codecs.Item:
    changed: codecs.Item = {"PK": item["PK"], "SK": item["SK"]} if "i" in change else change.get("b", {}) | item
    changed |= change.get("i", {}) | change.get("s", {})
    for name in change.get("r", ()):
        changed.pop(name, None)
    for name, more in change.get("a", {}).items():
        changed[name] = changed.get(name, 0) + more
    return changed


def _in_order(records: Iterable[EventRecord]) -> list[EventRecord]:
    """Sort records by the time of their events, but those of one writer by number."""
    latest: dict[str, datetime] = {}
    ranked: dict[int, tuple[tuple[datetime, str, int], EventRecord]] = {}
    events = [
        (event.writer, event.number, event.at, record)
        for record in records
        for event in record.events
        if not is_of_work(event.writer) or event is record.newest
    ]
    for writer, number, at, record in sorted(events, key=lambda found: found[:2]):
        latest[writer] = max(latest.get(writer, at), at)
        rank = (latest[writer], writer, number)
        ranked[id(record)] = max(ranked.get(id(record), (rank, record)), (rank, record), key=lambda held: held[0])
    return [record for _, record in sorted(ranked.values(), key=lambda held: held[0])]
