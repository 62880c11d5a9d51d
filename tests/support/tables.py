"""Tables that the service runs on in process: the fake, and the real store on moto. Both show their stream."""

import inspect
from collections.abc import Sequence
from datetime import datetime
from itertools import chain, count
from typing import Any, Protocol

import boto3

from settlement.domain.bookkeeping.entry import Entry
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.entry_log import EntryLog
from settlement.storage.feeds import DynamoDBFeeds
from settlement.storage.work_told import with_work_told
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Commit, Store
from settlement.use_cases.updates.feed_ports import Feeds
from testkit.store import FakeStore
from tests.support.declared_table import make_declared_table
from tests.support.effects import Effects
from tests.support.feeds import FakeFeeds
from tests.support.journal import FakeEntryLog

Record = dict[str, Any]

WRITES = frozenset(name for name, method in vars(Store).items() if inspect.isfunction(method)) - frozenset(
    name
    for name, method in vars(Store).items()
    if inspect.isfunction(method) and inspect.signature(method).return_annotation not in (None, "None")
)
"""What of a store is an effect: whatever answers nothing."""


class Table(Protocol):
    """A table of the service, with a store for the test to look at."""

    @property
    def store(self) -> Store:
        """What the table holds."""
        ...

    def watched(self, effects: Effects) -> Any:
        """Return a store for the service to work on, whose writes are effects."""
        ...

    @property
    def feeds(self) -> Feeds:
        """The feeds and hooks in it."""
        ...

    def watched_feeds(self, effects: Effects) -> Any:
        """Return feeds and hooks for the service to work on, whose deliveries are effects."""
        ...

    def entry_log(self, effects: Effects) -> Any:
        """Return the journal for the service to work on, whose writes are effects."""
        ...

    def entries(self, account: str) -> list[Entry]:
        """Return all entries of a journal."""
        ...

    def records(self, after: int) -> Sequence[Record]:
        """Return the public events on the stream, but for the first ``after``."""
        ...

    def next_due(self) -> datetime | None:
        """Return when the sweep next finds something to do."""
        ...


class FakeTable:
    """A table in memory: one commit is one effect."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.feeds = FakeFeeds()
        self.feeds.store = self.store
        self._journal = FakeEntryLog()
        self._read = 0
        self._records: list[Record] = []

    def copy(self) -> "FakeTable":
        """Return a table that holds the same, to go on with by itself."""
        twin = FakeTable()
        twin.store.restore(self.store.backup())
        twin.store.commits = list(self.store.commits)
        twin.feeds = self.feeds.copy(twin.store)
        twin._journal = self._journal.copy()
        twin._read, twin._records = self._read, list(self._records)
        return twin

    def watched(self, effects: Effects) -> Any:
        """Return a store for the service to work on, whose writes are effects."""
        return effects.of(self.store, only=WRITES)

    def watched_feeds(self, effects: Effects) -> Any:
        """Return feeds and hooks for the service to work on, whose deliveries are effects."""
        return effects.of(self.feeds, only={"record_delivery", "remove_delivery"})

    def entry_log(self, effects: Effects) -> Any:
        """Return the journal for the service to work on: a batch of entries is one effect."""
        return effects.of(self._journal, only={"enter"})

    def entries(self, account: str) -> list[Entry]:
        """Return all entries of a journal."""
        return self._journal.entries(account)

    def records(self, after: int) -> Sequence[Record]:
        """Return the public events on the stream, but for the first ``after``."""
        fresh = self.store.commits[self._read :]
        self._read += len(fresh)
        for commit in fresh:
            where = (commit.account, commit.order_id, commit.transaction_id, commit.currency)
            events = Commit(*where, events=with_work_told(commit).events, actor=commit.actor)
            items = [write["Put"]["Item"] for write in chain(*writes("none", events))]
            self._records += [
                {"eventName": "INSERT", "dynamodb": {"NewImage": item}} for item in items if "public" in item
            ]
        return self._records[after:]

    def next_due(self) -> datetime | None:
        """Return when the sweep next finds something to do."""
        return self.store.next_due()


_names = count(1)


class MotoTable:
    """The template's table on moto: every call of the client that writes is an effect."""

    def __init__(self) -> None:
        self._client = boto3.client("dynamodb")
        self._name = f"table-{next(_names)}"
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        self._stream = make_declared_table(self._client, self._name, StreamSpecification=stream)["LatestStreamArn"]
        self.store = DynamoDBStore(self._client, self._name)
        self.feeds = DynamoDBFeeds(self._client, self._name)
        self._records: list[Record] = []
        self._unread: str | None = None

    def watched(self, effects: Effects) -> Any:
        """Return a store for the service to work on, whose writes are effects."""
        return DynamoDBStore(effects.of(self._client), self._name)

    def watched_feeds(self, effects: Effects) -> Any:
        """Return feeds and hooks for the service to work on, whose deliveries are effects."""
        return DynamoDBFeeds(effects.of(self._client), self._name)

    def entry_log(self, effects: Effects) -> Any:
        """Return the journal for the service to work on, whose writes are effects."""
        return EntryLog(effects.of(self._client), self._name)

    def entries(self, account: str) -> list[Entry]:
        """Return all entries of a journal."""
        return [entry for lot in EntryLog(self._client, self._name).lots(account, 1, 1000) for entry in lot.entries]

    def records(self, after: int) -> Sequence[Record]:
        """Return the public events on the stream, but for the first ``after``."""
        streams = boto3.client("dynamodbstreams")
        if self._unread is None:
            [shard] = streams.describe_stream(StreamArn=self._stream)["StreamDescription"]["Shards"]
            self._unread = streams.get_shard_iterator(
                StreamArn=self._stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
        read = streams.get_records(ShardIterator=self._unread)
        self._unread = read["NextShardIterator"]
        self._records += [
            record
            for record in read["Records"]
            if record["eventName"] == "INSERT" and "public" in record["dynamodb"].get("NewImage", {})
        ]
        return self._records[after:]

    def next_due(self) -> datetime | None:
        """Return when the sweep next finds something to do."""
        items = self._client.scan(TableName=self._name, IndexName="due")["Items"]
        return min((datetime.fromisoformat(item["dueAt"]["S"]) for item in items), default=None)

    def drop(self) -> None:
        """Leave moto with less to copy: each of its transactions copies every table."""
        self._client.delete_table(TableName=self._name)
