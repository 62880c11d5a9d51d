"""The log in the events: what each commit wrote, so that every item can be made again from the events alone (D63).

A commit's changes are one compressed text on the smallest of its events: attributes of a new item, or what became
different of one that was there. A shopper's card and what a document or a checkout tells of people is never in it.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from settlement.storage import codecs, keys
from settlement.use_cases.shared.ports import Commit

LOG = "log"
"""The attribute of an event that holds the changes of its commit."""

PERSONAL_ATTRIBUTES = frozenset({"card"})
PERSONAL_ITEMS = (keys.SHOPPER, keys.document(""), keys.data(""))
"""What may tell of a shopper: attributes, and items by the beginning of their sort keys. Neither is in the log."""

_LOGGED = (
    *(keys.ORDER, keys.line(""), keys.invoice(""), keys.change(""), keys.modification("")),
    *(keys.TRANSACTION, keys.payment(""), keys.OPERATIONS, keys.legs(None), keys.SETTLEMENTS, keys.request("")),
)
"""Items of the log. One that is in neither list is in none: whoever adds a kind of item says where it belongs."""

_ORDER, _TRANSACTION = "O", "T"

_REVISIONS = ("version", "attempts", "replays", "revision")
"""What grows with each change of an item: of heads and operations, legs, invoices, modifications."""

Key = tuple[str, str]


def log_of(commit: Commit, puts: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the changes of a commit, given the items that it puts as the table takes them, events left out."""
    names: dict[str, str] = _names(commit)
    known = dict(_changed(commit))
    changes: list[list[Any]] = []
    for (pk, sk), (before, after) in known.items():
        changes.append([names.get(pk, pk), sk, _difference(before, after)])
    for item in puts:
        pk, sk = item["PK"]["S"], item["SK"]["S"]
        if (pk, sk) not in known and sk.startswith(_LOGGED):
            changes.append([names.get(pk, pk), sk, {"i": _impersonal(codecs.from_wire(item))}])
    return zlib.compress(json.dumps(changes, separators=(",", ":")).encode(), 9)


def replay(events: Iterable[codecs.Item]) -> dict[Key, codecs.Item]:
    """Return the items that the events of one transaction tell of, whatever order they come in.

    What is versioned or counted follows its own numbers, so that no clock of a writer can turn its changes round.
    """
    changes: dict[Key, list[tuple[int, int, dict[str, Any]]]] = defaultdict(list)
    for rank, event in enumerate(_in_order(events)):
        if LOG not in event:
            continue
        account = event["account"]
        partitions = {
            _ORDER: keys.order_partition(account, event["order_id"]),
            _TRANSACTION: keys.transaction_partition(account, event["transaction_id"]),
        }
        for name, sk, change in json.loads(zlib.decompress(bytes(event[LOG]))):
            changes[partitions.get(name, name), sk].append((_revision(change), rank, change))
    items = {}
    for key, found in changes.items():
        item: codecs.Item = {"PK": key[0], "SK": key[1]}
        for _, _, change in sorted(found, key=lambda held: held[:2]):
            item = _apply(item, change)
        items[key] = item
    return items


def _names(commit: Commit) -> dict[str, str]:
    return {
        keys.order_partition(commit.account, commit.order_id): _ORDER,
        keys.transaction_partition(commit.account, commit.transaction_id): _TRANSACTION,
    }


def _changed(commit: Commit) -> Iterator[tuple[Key, tuple[codecs.Item, codecs.Item]]]:
    """Yield what was there before a commit and is another after it."""
    order = keys.order_partition(commit.account, commit.order_id)
    transaction = keys.transaction_partition(commit.account, commit.transaction_id)
    if commit.order is not None and commit.order_before is not None:
        yield (order, keys.ORDER), (codecs.encode(commit.order_before), codecs.encode_next(commit.order))
    if commit.transaction is not None and commit.transaction_before is not None:
        pair = (codecs.encode(commit.transaction_before), codecs.encode_next(commit.transaction))
        yield (transaction, keys.TRANSACTION), pair
    for invoice in commit.replaced_invoices:
        yield (order, keys.invoice(invoice.after.number)), _pair(invoice)
    for modified in commit.replaced_modifications:
        yield (order, keys.modification(modified.after.request_id)), _pair(modified)
    for leg in commit.legs:
        yield (transaction, keys.leg(leg.after.operation, leg.after.number)), _pair(leg)
    for drawn in commit.settlements:
        yield (transaction, keys.settlement(drawn.after.payment_id, drawn.after.number)), _pair(drawn)
    for paid in commit.payments:
        if paid.before != paid.after:
            before, after = (
                codecs.payment_attributes(commit.transaction_id, held) for held in (paid.before, paid.after)
            )
            yield (transaction, keys.payment(paid.after.payment_id)), (_impersonal(before), _impersonal(after))


def _pair(changed: Any) -> tuple[codecs.Item, codecs.Item]:
    return codecs.encode(changed.before), codecs.encode(changed.after)


def _impersonal(item: Mapping[str, Any]) -> codecs.Item:
    left_out = PERSONAL_ATTRIBUTES | {"PK", "SK"}
    return {name: value for name, value in item.items() if name not in left_out}


def _difference(before: codecs.Item, after: codecs.Item) -> dict[str, Any]:
    """Return what to set, remove and add; counters are added, as parallel writers add to them."""
    different = {name: value for name, value in after.items() if before.get(name) != value}
    added = {
        name: value - before[name] for name, value in different.items() if name in codecs.COUNTERS and name in before
    }
    parts = {
        "s": {name: value for name, value in different.items() if name not in added},
        "r": sorted(before.keys() - after.keys()),
        "a": added,
    }
    return {part: content for part, content in parts.items() if content}


def _revision(change: dict[str, Any]) -> int:
    """Return the number that an item's changes are ordered by; what has none is first made, then changed."""
    attributes = change.get("i") or change.get("s") or {}
    numbers = [int(attributes[name]) for name in _REVISIONS if name in attributes]
    return numbers[0] if numbers else int("i" not in change)


def _apply(item: codecs.Item, change: dict[str, Any]) -> codecs.Item:
    changed: codecs.Item = {"PK": item["PK"], "SK": item["SK"]} if "i" in change else dict(item)
    changed |= change.get("i", {}) | change.get("s", {})
    for name in change.get("r", ()):
        changed.pop(name, None)
    for name, more in change.get("a", {}).items():
        changed[name] = changed.get(name, 0) + more
    return changed


def _in_order(events: Iterable[codecs.Item]) -> list[codecs.Item]:
    """Sort events by time; those of one writer as they are numbered, whatever its clocks said."""
    latest: dict[str, str] = {}
    ranked = []
    for event in sorted(events, key=lambda event: (event["writer"], event["number"])):
        latest[event["writer"]] = max(latest.get(event["writer"], ""), keys.timestamp_of(event["at"]))
        ranked.append(((latest[event["writer"]], event["writer"], event["number"]), event))
    return [event for _, event in sorted(ranked, key=lambda pair: pair[0])]
