"""Feeds, their queues and hooks on the table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from settlement.domain.account.delivery import Delivery
from settlement.domain.account.feed import LISTENERS, Feed, FeedItem, Hook
from settlement.domain.actor import Actor
from settlement.domain.events import Event
from settlement.storage import codecs, keys
from settlement.storage.event_record import EventRecord, packed
from settlement.storage.races import lost_races_as_conflicts
from settlement.storage.table import Table
from settlement.storage.work_told import told_of_delivery
from settlement.storage.writing import equals
from settlement.use_cases.shared.ports import Page


class DynamoDBFeeds(Table):
    """The ``Feeds`` port on one table. Committed updates are deleted at once, expired ones by DynamoDB's TTL."""

    def feed(self, account: str, app_key: str) -> Feed | None:
        """Return an app key's feed."""
        return self._get(Feed, *keys.account(account, keys.feed(app_key)))

    def feeds(self, account: str) -> list[Feed]:
        """Return every feed of an account by app key."""
        return self._query(Feed, *keys.account(account, keys.feed("")))

    def replace_feed(self, account: str, before: Feed | None, after: Feed) -> None:
        """Write an app key's feed over ``before``, or raise ``Conflict``."""
        self._replace(*keys.account(account, keys.feed(after.app_key)), before, after)

    def delete_feed(self, account: str, app_key: str) -> None:
        """Delete an app key's feed; the updates in its queue expire unread."""
        self._delete(*keys.account(account, keys.feed(app_key)))

    def hook(self, account: str, app_key: str) -> Hook | None:
        """Return an app key's hook."""
        return self._get(Hook, *keys.account(account, keys.hook(app_key)))

    def hooks(self, account: str) -> list[Hook]:
        """Return every hook of an account by app key."""
        return self._query(Hook, *keys.account(account, keys.hook("")))

    def replace_hook(self, account: str, before: Hook | None, after: Hook) -> None:
        """Write an app key's hook over ``before``, or raise ``Conflict``."""
        self._replace(*keys.account(account, keys.hook(after.app_key)), before, after)

    def delete_hook(self, account: str, app_key: str) -> None:
        """Delete an app key's hook."""
        self._delete(*keys.account(account, keys.hook(app_key)))

    def listeners(self, account: str) -> list[str]:
        """Return what of ``LISTENERS`` the account has configured, by one small query."""
        request = self._range(*keys.account(account, keys.hook("")), first=keys.feed(""))
        kinds = {item["SK"]["S"] for item in self._all(request | {"ProjectionExpression": "SK"})}
        starts = {"feed": keys.feed(""), "hook": keys.hook("")}
        return [kind for kind in LISTENERS if any(held.startswith(starts[kind]) for held in kinds)]

    def append(self, account: str, feed_id: str, item: FeedItem) -> None:
        """Add an update to a queue; if it is there already, it stays unchanged."""
        attributes = codecs.encode(item) | {"expiresAt": int(item.expires_at.timestamp())}
        attributes["visible_at"] = keys.timestamp(item.visible_at)
        key = {"PK": keys.feed_partition(account, feed_id), "SK": keys.feed_item(item.update.key)}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=codecs.to_wire(attributes | key),
                ConditionExpression="attribute_not_exists(PK)",
            )
        except ClientError as error:
            if not _is_refused(error):
                raise

    def items(self, account: str, feed_id: str, page_size: int, after: str | None) -> Page[FeedItem]:
        """Return a page of a queue, oldest first, hidden and expired items included."""
        of = keys.feed_partition(account, feed_id), keys.feed_item("")
        return self._page(FeedItem, of, lambda item: item.update.key, page_size, after)

    def hide(self, account: str, feed_id: str, item: FeedItem, until: datetime) -> bool:
        """Hide an item until a time. Return False if another reader changed it since it was read."""
        key = {"PK": keys.feed_partition(account, feed_id), "SK": keys.feed_item(item.update.key)}
        times = {":before": keys.timestamp(item.visible_at), ":until": keys.timestamp(until)}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=codecs.to_wire(key),
                UpdateExpression="SET visible_at = :until",
                ConditionExpression="visible_at = :before",
                ExpressionAttributeValues=codecs.to_wire(times),
            )
        except ClientError as error:
            if not _is_refused(error):
                raise
            return False
        return True

    def remove(self, account: str, feed_id: str, key: str) -> None:
        """Delete an update from a queue; does nothing if it is not there."""
        self._delete(keys.feed_partition(account, feed_id), keys.feed_item(key))

    def delivery(self, account: str, app_key: str, key: str) -> Delivery | None:
        """Return a delivery of a hook's log."""
        return self._get(Delivery, keys.deliveries(account, app_key), keys.delivery(key))

    def deliveries(self, account: str, app_key: str, limit: int, after: str | None) -> Page[Delivery]:
        """Return a page of a hook's log, the newest updates first."""
        of = keys.deliveries(account, app_key), keys.DELIVERY
        return self._page(Delivery, of, lambda delivery: delivery.key, limit, after, newest_first=True)

    def record_delivery(self, account: str, before: Delivery | None, after: Delivery, actor: Actor) -> None:
        """Write a delivery, with its keys of the index ``work`` and the event of that, or raise ``Conflict``."""
        item = codecs.encode(after)
        if after.expires_at is not None:
            item["expiresAt"] = int(after.expires_at.timestamp())
        if (work := after.work) is not None:
            item |= {
                "workPK": keys.work_partition(account),
                "workSK": keys.work_sort(work.since, work.kind.value, after.app_key, after.key),
                "work": codecs.encode(work)
                | {
                    "order_id": after.update.order_id,
                    "transaction_id": after.transaction_id,
                    "currency": after.currency,
                },
            }
        guard = codecs.unchanged(None) if before is None else equals("attempts", before.attempts)
        where = keys.deliveries(account, after.app_key), keys.delivery(after.key)
        events = told_of_delivery(before, after, after.at, actor)
        if not events:
            self._put(*where, item, guard)
            return
        wire = codecs.to_wire({"PK": where[0], "SK": where[1], **item})
        put = {"Put": {"TableName": self._table, "Item": wire, **guard}}
        self._write_with(put, account, after, events, actor)

    def remove_delivery(self, account: str, delivery: Delivery, at: datetime, actor: Actor) -> None:
        """Delete a delivery from a log with the work that it asks for, or raise ``Conflict`` if it has changed."""
        key = codecs.to_wire({"PK": keys.deliveries(account, delivery.app_key), "SK": keys.delivery(delivery.key)})
        guard = equals("attempts", delivery.attempts)
        events = told_of_delivery(delivery, None, at, actor)
        if events:
            delete = {"Delete": {"TableName": self._table, "Key": key, **guard}}
            self._write_with(delete, account, delivery, events, actor)
            return
        with lost_races_as_conflicts():
            self._client.delete_item(TableName=self._table, Key=key, **guard)

    def _write_with(
        self, write: dict[str, Any], account: str, delivery: Delivery, events: Sequence[Event], actor: Actor
    ) -> None:
        """Make a write of the log with the record of its events, which is one of the transaction's."""
        record = EventRecord(account, events, [], actor, delivery.currency)
        keyed = {"PK": keys.transaction_partition(account, delivery.transaction_id), "SK": record.sort_key}
        told = {
            "Put": {"TableName": self._table, "Item": codecs.to_wire(keyed | packed(record)), **codecs.unchanged(None)}
        }
        writes: Any = [write, told]
        with lost_races_as_conflicts():
            self._client.transact_write_items(TransactItems=writes)

    def _delete(self, pk: str, sk: str) -> None:
        if keys.can_exist(pk, sk):
            self._client.delete_item(TableName=self._table, Key=codecs.to_wire({"PK": pk, "SK": sk}))


def _is_refused(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException"
