"""The store on DynamoDB. Reads are consistent, but for lists; a commit is one write or one transaction."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from settlement.domain.account.account import AccountSettings
from settlement.domain.changes.change import Change
from settlement.domain.connectors.connector import Connector
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Line, Order
from settlement.domain.transaction.answers import sorted_refunds
from settlement.domain.transaction.checkout import AdditionalData
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.storage import codecs, keys
from settlement.storage.captures import Captures
from settlement.storage.commits import Commits
from settlement.storage.documents import Documents
from settlement.storage.money import MoneyOfTransactions
from settlement.storage.placements import Placements
from settlement.storage.races import lost_races_as_conflicts
from settlement.storage.waiting import Waiting
from settlement.storage.writing import equals, versioned_put
from settlement.use_cases.shared.ports import DueApproval, DueOperation, DuePayment, ListRange, Page

if TYPE_CHECKING:
    from settlement.domain.audit.walk import AuditWalk
    from settlement.domain.changes.modification import Modification
    from settlement.domain.order.finding import Term
    from settlement.domain.order.key_claim import KeyClaim
    from settlement.domain.order.listing import ListedOrder
    from settlement.domain.order.shopper import Shopper
    from settlement.domain.reconciliation.payout import PayoutPart


class DynamoDBStore(Waiting, Documents, Placements, MoneyOfTransactions, Captures, Commits):
    """The ``Store`` port on one table."""

    def settings(self, account: str) -> AccountSettings:
        """Return an account's settings, the defaults if it has none."""
        return self._get(AccountSettings, *keys.account(account, keys.SETTINGS)) or AccountSettings()

    def replace_settings(self, account: str, before: AccountSettings, after: AccountSettings) -> None:
        """Write an account's settings over ``before``, or raise ``Conflict`` if they changed since."""
        self._replace(*keys.account(account, keys.SETTINGS), before, after)

    def change_settings(self, account: str) -> str | None:
        """Return an account's settings of order modifications, as JSON text."""
        item = self._read(*keys.account(account, keys.CHANGE_SETTINGS))
        return str(item["text"]) if item else None

    def replace_change_settings(self, account: str, before: str | None, after: str) -> None:
        """Write an account's settings of order modifications over ``before``, or raise ``Conflict``."""
        guard = codecs.unchanged(None) if before is None else equals("text", before)
        self._put(*keys.account(account, keys.CHANGE_SETTINGS), {"text": after}, guard)

    def connector(self, account: str, name: str) -> Connector | None:
        """Return a connector's configuration."""
        return self._get(Connector, *keys.account(account, keys.connector(name)))

    def connectors(self, account: str) -> list[Connector]:
        """Return every connector of an account by name."""
        partition, prefix = keys.account(account, keys.connector(""))
        return self._query(Connector, partition, prefix)

    def replace_connector(self, account: str, before: Connector | None, after: Connector) -> None:
        """Write a connector over ``before`` with the next revision, or raise ``Conflict``."""
        guard = codecs.unchanged(None) if before is None else equals("revision", before.revision)
        written = replace(after, revision=before.revision + 1 if before is not None else 1)
        self._put(*keys.account(account, keys.connector(after.name)), codecs.encode(written), guard)

    def order(self, account: str, order_id: str) -> Order | None:
        """Return an order head."""
        return self._get(Order, keys.order_partition(account, order_id), keys.ORDER)

    def orders(self, account: str, order_ids: Iterable[str]) -> dict[str, Order]:
        """Return those of many order heads that exist, by id."""
        wanted = ((keys.order_partition(account, order_id), keys.ORDER) for order_id in order_ids)
        return {order.order_id: order for order in self._get_all(Order, wanted)}

    def orders_of_group(self, account: str, group: str) -> list[str]:
        """Return the ids of the orders of a group."""
        if not keys.can_exist(keys.group_partition(account, group), ""):
            return []
        request = self._range(keys.group_partition(account, group), keys.group_member(""))
        return [str(codecs.from_wire(item)["order_id"]) for item in self._all(request)]

    def orders_found(self, account: str, term: "Term", limit: int) -> Page[str]:
        """Return the ids of orders that a term finds, the newest first; it lags behind the writes."""
        index, sort = codecs.finder_of(term.kind), "SK"
        request: dict[str, Any] = {"TableName": self._table, "ScanIndexForward": False, "Limit": limit}
        if index is None:
            request["KeyConditionExpression"] = "PK = :term"
        else:
            partition, sort = index
            request["KeyConditionExpression"] = f"{partition} = :term"
            request["IndexName"] = "byAccount" if partition == "listPK" else "work"
        values = codecs.to_wire({":term": keys.found(account, term)})
        answer = self._client.query(**request, ExpressionAttributeValues=values)
        found = [str(codecs.from_wire(item)[sort]).rpartition("#")[2] for item in answer["Items"]]
        return Page(list(dict.fromkeys(found)), found[-1] if "LastEvaluatedKey" in answer and found else None)

    def listed(self, account: str, wanted: ListRange, after: str | None) -> "Page[ListedOrder]":
        """Return one page of a month's orders by creation time, from the index, which lags behind the writes."""
        from settlement.domain.order.listing import ListedOrder

        first, last = _list_bounds(wanted)
        values = {
            ":partition": keys.list_partition(account, wanted.month, gateway_only=wanted.gateway_only),
            ":first": first,
            ":last": last,
        }
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "byAccount",
            "KeyConditionExpression": "listPK = :partition AND listSK BETWEEN :first AND :last",
            "ScanIndexForward": not wanted.newest_first,
        }
        if wanted.statuses:
            names = {f":status{number}": status for number, status in enumerate(wanted.statuses)}
            request["FilterExpression"] = f"listed_status IN ({', '.join(names)})"
            values |= names
        if after is not None:
            request["ExclusiveStartKey"] = codecs.to_wire(json.loads(after))
        if wanted.limit is not None:
            request["Limit"] = wanted.limit
        answer = self._client.query(**request | {"ExpressionAttributeValues": codecs.to_wire(values)})
        found = [
            codecs.decode(ListedOrder, item | {"sales_channel": keys.sales_channel_of(item["listSK"])})
            for item in map(codecs.from_wire, answer["Items"])
        ]
        read_to = answer.get("LastEvaluatedKey")
        return Page(found, json.dumps(codecs.from_wire(read_to)) if read_to else None)

    def lines(self, account: str, order_id: str) -> list[Line]:
        """Return an order's lines by index."""
        found = self._query(Line, keys.order_partition(account, order_id), keys.line(""))
        return sorted(found, key=lambda line: line.index)

    def shopper(self, account: str, order_id: str) -> "Shopper | None":
        """Return the shopper of an order."""
        from settlement.domain.order.shopper import Shopper

        return self._get(Shopper, keys.order_partition(account, order_id), keys.SHOPPER)

    def invoice(self, account: str, order_id: str, number: str) -> Invoice | None:
        """Return one invoice of an order."""
        return self._get(Invoice, keys.order_partition(account, order_id), keys.invoice(number))

    def invoices(self, account: str, order_id: str) -> list[Invoice]:
        """Return an order's invoices in the order they were received."""
        found = self._query(Invoice, keys.order_partition(account, order_id), keys.invoice(""))
        return sorted(found, key=lambda invoice: invoice.sequence)

    def invoices_after(self, account: str, order_id: str, number: str | None, page_size: int) -> Page[Invoice]:
        """Return a page of an order's invoices by their numbers: those after a number, or from the first on."""
        of = keys.order_partition(account, order_id), keys.invoice("")
        return self._page(Invoice, of, lambda invoice: invoice.number, page_size, number)

    def key_claim(self, account: str, key: str) -> "KeyClaim | None":
        """Return the invoice that has an access key."""
        from settlement.domain.order.key_claim import KeyClaim

        return self._get(KeyClaim, *keys.access_key(account, key))

    def change(self, account: str, order_id: str, request_id: str) -> Change | None:
        """Return one registered change of an order."""
        return self._get(Change, keys.order_partition(account, order_id), keys.change(request_id))

    def changes(self, account: str, order_id: str) -> list[Change]:
        """Return an order's registered changes, oldest first."""
        found = self._query(Change, keys.order_partition(account, order_id), keys.change(""))
        return sorted(found, key=lambda change: change.received_at)

    def modification(self, account: str, order_id: str, request_id: str) -> "Modification | None":
        """Return one modification of an order."""
        from settlement.domain.changes.modification import Modification

        return self._get(Modification, keys.order_partition(account, order_id), keys.modification(request_id))

    def modifications(self, account: str, order_id: str) -> "list[Modification]":
        """Return an order's modifications, oldest first."""
        from settlement.domain.changes.modification import Modification

        found = self._query(Modification, keys.order_partition(account, order_id), keys.modification(""))
        return sorted(found, key=lambda modification: modification.sequence)

    def transaction(self, account: str, transaction_id: str) -> Transaction | None:
        """Return a transaction head."""
        return self._get(Transaction, keys.transaction_partition(account, transaction_id), keys.TRANSACTION)

    def transactions(self, account: str, transaction_ids: Iterable[str]) -> dict[str, Transaction]:
        """Return those of many transaction heads that exist, by id."""
        wanted = ((keys.transaction_partition(account, id_), keys.TRANSACTION) for id_ in transaction_ids)
        return {transaction.transaction_id: transaction for transaction in self._get_all(Transaction, wanted)}

    def payments_of(self, account: str, transactions: Iterable[Transaction]) -> dict[str, list[Payment]]:
        """Return the payments of many transactions by transaction, each by sequence."""
        owners = {
            position.payment_id: transaction.transaction_id
            for transaction in transactions
            for position in transaction.projection
        }
        wanted = (
            (keys.transaction_partition(account, owner), keys.payment(payment_id))
            for payment_id, owner in owners.items()
        )
        found: dict[str, list[Payment]] = {owner: [] for owner in owners.values()}
        for payment in sorted(self._get_all(Payment, wanted), key=lambda payment: payment.sequence):
            found[owners[payment.payment_id]].append(payment)
        return found

    def started(self, account: str, key: str) -> str | None:
        """Return the id of the transaction that was started with an idempotency key."""
        item = self._read(*keys.start(account, key))
        return str(item["transaction_id"]) if item else None

    def transaction_of_payment(self, account: str, payment_id: str) -> str | None:
        """Return the id of the transaction that a payment belongs to."""
        item = self._read(*keys.payment_owner(account, payment_id))
        return str(item["transaction_id"]) if item else None

    def request(self, account: str, transaction_id: str, key: str) -> tuple[str, int] | None:
        """Return the name and operation of the request that carried an idempotency key."""
        item = self._read(keys.transaction_partition(account, transaction_id), keys.request(key))
        return (str(item["name"]), int(item["operation"])) if item else None

    def additional_data(self, account: str, transaction_id: str) -> list[AdditionalData]:
        """Return a transaction's additional data, by name."""
        return self._query(AdditionalData, keys.transaction_partition(account, transaction_id), keys.data(""))

    def payment(self, account: str, transaction_id: str, payment_id: str) -> Payment | None:
        """Return one payment."""
        return self._get(Payment, keys.transaction_partition(account, transaction_id), keys.payment(payment_id))

    def payments(self, account: str, transaction_id: str) -> list[Payment]:
        """Return a transaction's payments by sequence."""
        found = self._query(Payment, keys.transaction_partition(account, transaction_id), keys.payment(""))
        return sorted(found, key=lambda payment: payment.sequence)

    def operation(self, account: str, transaction_id: str, sequence: int) -> Operation | None:
        """Return one operation."""
        return self._get(Operation, keys.transaction_partition(account, transaction_id), keys.operation(sequence))

    def operations(self, account: str, transaction_id: str, since: int = 1) -> list[Operation]:
        """Return a transaction's operations from sequence ``since`` on."""
        partition = keys.transaction_partition(account, transaction_id)
        return self._query(Operation, partition, keys.OPERATIONS, first=keys.operation(since))

    def leg(self, account: str, transaction_id: str, operation: int, number: str) -> Leg | None:
        """Return one leg, stored with its operation or by itself."""
        if number == keys.FIRST_LEG:
            held = self.operation(account, transaction_id, operation)
            if held is not None and held.only_leg is not None:
                return held.only_leg
        return self._get(Leg, keys.transaction_partition(account, transaction_id), keys.leg(operation, number))

    def legs(self, account: str, transaction_id: str, operation: int | None = None) -> list[Leg]:
        """Return the legs of one operation, or all of the transaction's, in the order they were planned."""
        partition = keys.transaction_partition(account, transaction_id)
        if operation is None:
            return self._all_legs(partition)
        found = self._query(Leg, partition, keys.legs(operation))
        if found and found[0].number == keys.FIRST_LEG:
            return found
        held = self.operation(account, transaction_id, operation)
        return found if held is None or held.only_leg is None else [held.only_leg, *found]

    def _all_legs(self, partition: str) -> list[Leg]:
        """Return all legs of a transaction; those that are items and the operations stand side by side."""
        found = []
        for item in map(codecs.from_wire, self._all(self._range(partition, keys.OPERATIONS, first=keys.legs(None)))):
            if item["SK"].startswith(keys.OPERATIONS):
                leg = codecs.decode(Operation, item).only_leg
                found += [] if leg is None else [leg]
            else:
                found.append(codecs.decode(Leg, item))
        return sorted(found, key=lambda leg: (leg.operation, leg.number))

    def refunds(self, account: str, transaction_id: str, payment_id: str) -> list[RefundMade]:
        """Return a payment's refunds, oldest first."""
        partition = keys.transaction_partition(account, transaction_id)
        return sorted_refunds(self._query(RefundMade, partition, keys.refunds(payment_id)))

    def payout(self, account: str, transaction_id: str, payment_id: str, name: str) -> "PayoutPart | None":
        """Return one thing that a settlement report told of a payment."""
        from settlement.domain.reconciliation.payout import PayoutPart

        return self._get(PayoutPart, keys.transaction_partition(account, transaction_id), keys.payout(payment_id, name))

    def payouts(self, account: str, transaction_id: str, payment_id: str) -> "list[PayoutPart]":
        """Return what settlement reports told of a payment."""
        from settlement.domain.reconciliation.payout import PayoutPart

        partition = keys.transaction_partition(account, transaction_id)
        return self._query(PayoutPart, partition, keys.payouts(payment_id))

    def payments_and_payouts(self, account: str, transaction_id: str) -> "tuple[list[Payment], list[PayoutPart]]":
        """Return a transaction's payments by sequence, and what settlement reports told of them, its neighbours."""
        from settlement.domain.reconciliation.payout import PayoutPart

        payments: list[Payment] = []
        told: list[PayoutPart] = []
        partition = keys.transaction_partition(account, transaction_id)
        for item in map(codecs.from_wire, self._all(self._range(partition, keys.PAYOUTS, first=keys.payment("")))):
            if item["SK"].startswith(keys.PAYOUTS):
                told.append(codecs.decode(PayoutPart, item))
            else:
                payments.append(codecs.decode(Payment, item))
        return sorted(payments, key=lambda payment: payment.sequence), told

    def due(self, now: datetime) -> tuple[list[DueOperation], list[DuePayment | DueApproval]]:
        """Return the operations that are due, and the payments and approvals whose timers are."""
        operations: list[DueOperation] = []
        timers: list[DuePayment | DueApproval] = []
        for number in range(keys.DUE_SHARDS):
            for key in self._due_keys(keys.due_shard(number), now):
                account, _, transaction_id = key["PK"].partition("#TXN#")
                kind, _, id_ = key["SK"].partition("#")
                if kind == "OPERATION":
                    operations.append(DueOperation(account, transaction_id, int(id_)))
                elif kind == "APPROVAL":
                    timers.append(DueApproval(account, transaction_id, id_))
                else:
                    timers.append(DuePayment(account, transaction_id, id_))
        return operations, timers

    def audit_walk(self, account: str) -> "AuditWalk | None":
        """Return the progress of an account's audit, None if it never started."""
        from settlement.domain.audit.walk import AuditWalk

        return self._get(AuditWalk, *keys.account(account, keys.AUDIT))

    def due_audits(self, now: datetime) -> "list[AuditWalk]":
        """Return the audits whose next slice is due."""
        walks = [self.audit_walk(key["PK"].removesuffix("#ACCOUNT")) for key in self._due_keys(keys.AUDITS, now)]
        return [walk for walk in walks if walk is not None and walk.due_at <= now]

    def save_audit_walk(self, walk: "AuditWalk") -> None:
        """Write the progress of an account's audit, or raise ``Conflict`` if another run has written it."""
        attributes = codecs.encode_next(walk) | {"duePK": keys.AUDITS, "dueAt": keys.timestamp(walk.due_at)}
        key = keys.account(walk.account, keys.AUDIT)
        with lost_races_as_conflicts():
            self._client.put_item(**versioned_put(self._table, key, walk.version, attributes))

    def _due_keys(self, shard: str, now: datetime) -> list[codecs.Item]:
        request = {
            "TableName": self._table,
            "IndexName": "due",
            "KeyConditionExpression": "duePK = :shard AND dueAt <= :now",
            "ExpressionAttributeValues": codecs.to_wire({":shard": shard, ":now": keys.timestamp(now)}),
        }
        return [codecs.from_wire(item) for item in self._all(request)]


def _list_bounds(wanted: ListRange) -> tuple[str, str]:
    """Return the first and last sort key of a range of a list."""
    first, last = keys.timestamp(wanted.since), f"{keys.timestamp(wanted.until)}#\uffff"
    if wanted.behind is None:
        return first, last
    if wanted.newest_first:
        return first, keys.before_in_list(*wanted.behind)
    return keys.after_in_list(*wanted.behind), last
