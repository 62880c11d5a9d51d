"""Writes of a commit as earlier versions made them: an item for each event, with the log on the smallest (before D117),
and an item for each leg, with an event for each plan (before D150).
"""

import itertools
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from settlement.domain.events import PUBLISHED, EventType
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.storage import codecs, keys
from settlement.storage.event_record import record_of
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Changed, Commit
from settlement.use_cases.workflow.plan_operation import telling_its_plan
from testkit.builders import a_transaction


def with_legs_apart(commit: Commit) -> Commit:
    """Return a commit whose legs are items of their own; the claim, and not the answer, tells of the plan."""
    events = list(commit.events)
    operations = [replace(held, only_leg=None) for held in commit.operations]
    if any(leg.alone for leg in commit.new_legs) and not events:
        operations, events = _told(commit, operations[0])
    elif any(changed.before.alone for changed in commit.legs):
        events = [event for event in events if event.type is not EventType.OPERATION_PLANNED]
    return replace(
        commit,
        operations=operations,
        new_legs=[_apart(leg) for leg in commit.new_legs],
        legs=[Changed(_apart(changed.before), _apart(changed.after)) for changed in commit.legs],
        events=events,
    )


def _told(commit: Commit, operation: Operation) -> tuple[list[Operation], list[Any]]:
    assert operation.first_attempt_at is not None
    transaction = a_transaction(transaction_id=commit.transaction_id, order_id=commit.order_id)
    told, events = telling_its_plan(transaction, operation, operation.first_attempt_at)
    return [told], events


def _apart(leg: Leg) -> Leg:
    return replace(leg, alone=False)


def writes_of_earlier_version(table: str, commit: Commit) -> Iterator[dict[str, Any]]:
    """Yield every write of a commit."""
    write: Any
    for write in itertools.chain(*writes(table, with_legs_apart(commit))):
        item = write["Put"]["Item"] if "Put" in write else {}
        if not item or not item["SK"]["S"].startswith(keys.EVENTS):
            yield dict(write)
            continue
        record = record_of(codecs.from_wire(item))
        events: list[codecs.Item] = []
        for event in record.events:
            key = {"PK": item["PK"]["S"], "SK": keys.event(event.at, event.writer, event.number)}
            public = {"public": True} if event.type in PUBLISHED else {}
            events.append(key | codecs.encode(event) | {"account": record.account} | public)
        if record.log:
            text = json.dumps(record.log, separators=(",", ":")).encode()
            min(events, key=lambda held: len(json.dumps(held)))["log"] = zlib.compress(text, 9)
        for held in events:
            guard = {"ConditionExpression": "attribute_not_exists(PK)"}
            yield {"Put": {"TableName": table, "Item": codecs.to_wire(held), **guard}}
