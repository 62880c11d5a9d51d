"""The ``Store`` port in memory, with the guards of the real one: the same contract suite runs on both."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from settlement.domain.account.account import AccountSettings
from settlement.domain.audit.walk import AuditWalk
from settlement.domain.changes.change import Change
from settlement.domain.changes.modification import Modification
from settlement.domain.connectors.connector import Connector
from settlement.domain.events import Event
from settlement.domain.ledger.ledger import Counters
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.listing import ListedOrder, as_listed
from settlement.domain.order.order import Line, Order
from settlement.domain.order.shopper import Shopper
from settlement.domain.transaction.checkout import AdditionalData
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.ports import Changed, Commit, Conflict, DueOperation, DuePayment, ListRange, Page

T = TypeVar("T")

Key = tuple[object, ...]

MAX_WRITES = 100
"""A DynamoDB transaction takes no more writes than this, and no two on one item."""

MAX_LEGS = 50
"""New legs beyond this number are written ahead, outside of the transaction."""


LIST_PAGE = 100
"""Orders in one page of the list; DynamoDB's pages are measured in bytes."""


class UnwritableCommit(Exception):
    """The table would refuse this commit whatever it holds: too many writes, or two on one item."""


class FakeStore:
    """Orders and transactions in a dict. ``interrupt`` lets another writer win the next race."""

    def __init__(self) -> None:
        self._things: dict[Key, Any] = {}
        self._lock = Lock()
        self._interruptions: list[Callable[[], object]] = []
        self.commits: list[Commit] = []

    def interrupt(self, *others: Callable[[], object]) -> None:
        """Let others write, one before each of the next commits."""
        self._interruptions += others

    def backup(self) -> Mapping[Key, Any]:
        """Return everything as it is now."""
        return dict(self._things)

    def restore(self, backup: Mapping[Key, Any]) -> None:
        """Be as it was when the backup was taken."""
        self._things = dict(backup)

    def settings(self, account: str) -> AccountSettings:
        """Return an account's settings, the defaults if it has none."""
        return self._get(AccountSettings, account) or AccountSettings()

    def save_settings(self, account: str, settings: AccountSettings) -> None:
        """Replace an account's settings."""
        self._things[AccountSettings, account] = settings

    def replace_settings(self, account: str, before: AccountSettings, after: AccountSettings) -> None:
        """Write an account's settings over what was read, or raise ``Conflict``."""
        self._let_others_write()
        if self.settings(account) != before:
            raise Conflict
        self.save_settings(account, after)

    def change_settings(self, account: str) -> str | None:
        """Return an account's settings of order modifications, as JSON text."""
        text: str | None = self._things.get(("change settings", account))
        return text

    def replace_change_settings(self, account: str, before: str | None, after: str) -> None:
        """Write an account's settings of order modifications over what was read, or raise ``Conflict``."""
        self._let_others_write()
        if self.change_settings(account) != before:
            raise Conflict
        self._things["change settings", account] = after

    def connector(self, account: str, name: str) -> Connector | None:
        """Return a connector's configuration."""
        return self._get(Connector, account, name)

    def connectors(self, account: str) -> list[Connector]:
        """Return every connector of an account by name."""
        return sorted(self._all(Connector, account), key=lambda connector: connector.name)

    def save_connector(self, account: str, connector: Connector) -> None:
        """Write a connector's configuration over what it is; its revision counts up."""
        self.replace_connector(account, self.connector(account, connector.name), connector)

    def replace_connector(self, account: str, before: Connector | None, after: Connector) -> None:
        """Write a connector over what was read, or raise ``Conflict``; its revision counts up."""
        stored = self.connector(account, after.name)
        if (stored and stored.revision) != (before and before.revision):
            raise Conflict
        revision = before.revision + 1 if before is not None else 1
        self._things[Connector, account, after.name] = replace(after, revision=revision)

    def order(self, account: str, order_id: str) -> Order | None:
        """Return an order head."""
        return self._get(Order, account, order_id)

    def orders_of_group(self, account: str, group: str) -> list[str]:
        """Return the ids of the orders of a group."""
        return sorted(self._all(str, "group", account, group))

    def listed(self, account: str, wanted: ListRange, after: str | None) -> Page[ListedOrder]:
        """Return one page of a month's orders by their creation."""
        found = [
            held
            for held in self._all(Order, account)
            if held.gateway_only == wanted.gateway_only
            and f"{held.created_at:%Y-%m}" == wanted.month
            and wanted.since <= held.created_at <= wanted.until
            and (not wanted.statuses or held.listed_status in wanted.statuses)
        ]
        found.sort(key=lambda held: (held.created_at, held.order_id), reverse=wanted.newest_first)
        first = int(after or 0)
        last = first + (LIST_PAGE if wanted.limit is None else wanted.limit)
        return Page([as_listed(held) for held in found[first:last]], str(last) if len(found) > last else None)

    def lines(self, account: str, order_id: str) -> list[Line]:
        """Return an order's lines by index."""
        return sorted(self._all(Line, account, order_id), key=lambda line: line.index)

    def shopper(self, account: str, order_id: str) -> Shopper | None:
        """Return what is known of the person behind an order."""
        return self._get(Shopper, account, order_id)

    def invoice(self, account: str, order_id: str, number: str) -> Invoice | None:
        """Return one invoice of an order."""
        return self._get(Invoice, account, order_id, number)

    def invoices(self, account: str, order_id: str) -> list[Invoice]:
        """Return an order's invoices in the order they were received."""
        return sorted(self._all(Invoice, account, order_id), key=lambda invoice: invoice.sequence)

    def document(self, account: str, order_id: str, number: str) -> str | None:
        """Return the document embedded in an invoice."""
        return self._get(str, account, order_id, number)

    def change(self, account: str, order_id: str, request_id: str) -> Change | None:
        """Return one registered change of an order."""
        return self._get(Change, account, order_id, request_id)

    def changes(self, account: str, order_id: str) -> list[Change]:
        """Return an order's registered changes, oldest first."""
        return sorted(self._all(Change, account, order_id), key=lambda change: change.received_at)

    def modification(self, account: str, order_id: str, request_id: str) -> Modification | None:
        """Return one modification of an order."""
        return self._get(Modification, account, order_id, request_id)

    def modifications(self, account: str, order_id: str) -> list[Modification]:
        """Return an order's modifications, oldest first."""
        found = self._all(Modification, account, order_id)
        return sorted(found, key=lambda modification: modification.sequence)

    def transaction(self, account: str, transaction_id: str) -> Transaction | None:
        """Return a transaction head."""
        return self._get(Transaction, account, transaction_id)

    def started(self, account: str, key: str) -> str | None:
        """Return the id of the transaction that was started with an idempotency key."""
        found: str | None = self._things.get(("start", account, key))
        return found

    def transaction_of_payment(self, account: str, payment_id: str) -> str | None:
        """Return the id of the transaction that a payment belongs to."""
        found: str | None = self._things.get(("owner", account, payment_id))
        return found

    def request(self, account: str, transaction_id: str, key: str) -> tuple[str, int] | None:
        """Return the name and operation of the request that carried an idempotency key."""
        found: tuple[str, int] | None = self._things.get(("request", account, transaction_id, key))
        return found

    def additional_data(self, account: str, transaction_id: str) -> list[AdditionalData]:
        """Return what was told about a transaction, by name."""
        return sorted(self._all(AdditionalData, account, transaction_id), key=lambda told: told.name)

    def payment(self, account: str, transaction_id: str, payment_id: str) -> Payment | None:
        """Return one payment."""
        return self._get(Payment, account, transaction_id, payment_id)

    def payments(self, account: str, transaction_id: str) -> list[Payment]:
        """Return a transaction's payments by sequence."""
        return sorted(self._all(Payment, account, transaction_id), key=lambda payment: payment.sequence)

    def operation(self, account: str, transaction_id: str, sequence: int) -> Operation | None:
        """Return one operation."""
        return self._get(Operation, account, transaction_id, sequence)

    def operations(self, account: str, transaction_id: str, since: int = 1) -> list[Operation]:
        """Return a transaction's operations from sequence ``since`` on."""
        found = [held for held in self._all(Operation, account, transaction_id) if held.sequence >= since]
        return sorted(found, key=lambda operation: operation.sequence)

    def leg(self, account: str, transaction_id: str, operation: int, number: str) -> Leg | None:
        """Return one leg."""
        return self._get(Leg, account, transaction_id, operation, number)

    def legs(self, account: str, transaction_id: str, operation: int | None = None) -> list[Leg]:
        """Return the legs of one operation, or all of the transaction's, in the order they were planned."""
        scope = () if operation is None else (operation,)
        return sorted(self._all(Leg, account, transaction_id, *scope), key=lambda leg: (leg.operation, leg.number))

    def settlements(self, account: str, transaction_id: str, payment_id: str) -> list[Settlement]:
        """Return a payment's settlements, oldest first."""
        found = self._all(Settlement, account, transaction_id, payment_id)
        return sorted(found, key=lambda settlement: settlement.number)

    def settlements_after(
        self, account: str, transaction_id: str, payment_id: str, number: str | None, page_size: int
    ) -> Page[Settlement]:
        """Return a page of a payment's settlements, oldest first: those after a number, or from the first on."""
        found = self.settlements(account, transaction_id, payment_id)
        later = [held for held in found if number is None or held.number > number]
        page = later[:page_size]
        return Page(page, page[-1].number if len(later) > page_size else None)

    def settlement(self, account: str, transaction_id: str, payment_id: str, number: str) -> Settlement | None:
        """Return one settlement."""
        return self._get(Settlement, account, transaction_id, payment_id, number)

    def events(self, account: str, transaction_id: str, page_size: int, after: str | None) -> Page[Event]:
        """Return one page of a transaction's events, newest first; ``after`` is the ``next`` of the page before."""
        found = self._all(Event, account, transaction_id)
        by_key = {f"{held.at.isoformat('#', 'microseconds')}#{held.writer}#{held.number:06d}": held for held in found}
        keys = sorted((key for key in by_key if after is None or key < after), reverse=True)
        page = keys[:page_size]
        return Page([by_key[key] for key in page], page[-1] if len(keys) > page_size else None)

    def due(self, now: datetime) -> tuple[list[DueOperation], list[DuePayment]]:
        """Return the operations and payments whose time has come."""
        operations, payments = [], []
        for key, thing in list(self._things.items()):
            if isinstance(thing, Operation) and thing.due_at is not None and thing.due_at <= now:
                operations.append(DueOperation(str(key[1]), str(key[2]), thing.sequence))
            if isinstance(thing, Payment) and thing.due_at is not None and thing.due_at <= now:
                payments.append(DuePayment(str(key[1]), str(key[2]), thing.payment_id))
        return operations, payments

    def audit_walk(self, account: str) -> AuditWalk | None:
        """Return how far the audit of an account is, None if it never began."""
        return self._get(AuditWalk, account)

    def due_audits(self, now: datetime) -> list[AuditWalk]:
        """Return the audits whose next slice is due."""
        return [walk for walk in self.every(AuditWalk) if walk.due_at <= now]

    def save_audit_walk(self, walk: AuditWalk) -> None:
        """Write how far the audit of an account is, or raise ``Conflict`` if another run was first."""
        with self._lock:
            key, thing = self._versioned(walk, walk.account)
            self._things[key] = thing

    def next_due(self) -> datetime | None:
        """Return when the sweep next finds something to do."""
        times = [thing.due_at for thing in list(self._things.values()) if isinstance(thing, Operation | Payment)]
        return min((time for time in times if time is not None), default=None)

    def hasten(self, payment_id: str, time: datetime) -> None:
        """Set the auto-settlement timer of a payment to a time."""
        for key, thing in self._things.items():
            if isinstance(thing, Payment) and thing.payment_id == payment_id and thing.auto_settle_at:
                self._things[key] = replace(thing, auto_settle_at=time)

    def commit(self, commit: Commit) -> None:
        """Write all of it, or raise ``Conflict`` and write nothing."""
        self._let_others_write()
        with self._lock:
            too_many = max(0, len(commit.new_legs) - MAX_LEGS)
            for leg in commit.new_legs[:too_many]:
                key, thing = self._untried(leg, commit.account, commit.transaction_id)
                self._things[key] = thing
            written: dict[Key, Any] = {}
            count = 0
            for key, thing in self._written(replace(commit, new_legs=commit.new_legs[too_many:])):
                if key in written:
                    raise UnwritableCommit(f"two writes on {key}")
                written[key] = thing
                count += 1
            if not 0 < count <= MAX_WRITES:
                raise UnwritableCommit(f"{count} writes")
            self._things |= written
            self.commits.append(commit)

    def _let_others_write(self) -> None:
        if self._interruptions:
            self._interruptions.pop(0)()

    def _written(self, commit: Commit) -> Iterator[tuple[Key, Any]]:
        """Yield what the commit puts where; raises ``Conflict`` at the first guard that does not hold."""
        order, transaction = (commit.account, commit.order_id), (commit.account, commit.transaction_id)
        for line in commit.lines:
            yield (Line, *order, line.unique_id), line
        if commit.order is not None:
            yield self._versioned(commit.order, *order)
            head, group = commit.order, commit.order.order_group
            if head.version == 0 and group != commit.order_id and not head.gateway_only:
                member = (str, "group", commit.account, group, commit.order_id)
                yield member, commit.order_id
        if commit.transaction is not None:
            yield self._versioned(commit.transaction, *transaction)
        for operation in commit.operations:
            yield self._versioned(operation, *transaction, operation.sequence)
        for invoice in commit.invoices:
            yield self._new(invoice, *order, invoice.number)
        for number, text in commit.documents:
            yield self._new(text, *order, number)
        if commit.shopper is not None:
            yield (Shopper, *order), commit.shopper
        for change in commit.changes:
            yield self._new(change, *order, change.request_id)
        for replaced in commit.replaced_invoices:
            yield self._replaced(replaced, "replays", *order, replaced.after.number)
        for number, receipt in commit.new_receipts:
            named = (Invoice, *order, number)
            stored = self._things.get(named)
            if not isinstance(stored, Invoice):
                raise Conflict
            yield named, replace(stored, receipt=receipt, replays=stored.replays + 1)
        for modification in commit.modifications:
            yield self._new(modification, *order, modification.request_id)
        for modified in commit.replaced_modifications:
            yield self._replaced(modified, "revision", *order, modified.after.request_id)
        for key, name, sequence in commit.requests:
            asked = ("request", *transaction, key)
            if asked in self._things:
                raise Conflict
            yield asked, (name, sequence)
        if commit.start_key is not None:
            start = ("start", commit.account, commit.start_key)
            if start in self._things:
                raise Conflict
            yield start, commit.transaction_id
        for told in commit.additional_data:
            yield (AdditionalData, *transaction, told.name), told
        for payment in commit.new_payments:
            yield self._new(payment, *transaction, payment.payment_id)
            owner = ("owner", commit.account, payment.payment_id)
            if owner in self._things:
                raise Conflict
            yield owner, commit.transaction_id
        for paid in commit.payments:
            if paid.before != paid.after:
                yield self._paid(paid, (Payment, *transaction, paid.after.payment_id))
        for leg in commit.new_legs:
            yield self._untried(leg, *transaction)
        for tried in commit.legs:
            yield self._replaced(tried, "attempts", *transaction, tried.after.operation, tried.after.number)
        for settlement in commit.new_settlements:
            yield self._new(settlement, *transaction, settlement.payment_id, settlement.number)
        for drawn in commit.settlements:
            yield self._drawn(drawn, (Settlement, *transaction, drawn.after.payment_id, drawn.after.number))
        for event in commit.events:
            yield self._new(event, *transaction, event.at, event.writer, event.number)

    def _versioned(self, thing: Order | Transaction | Operation | AuditWalk, *where: object) -> tuple[Key, Any]:
        key = (type(thing), *where)
        stored = self._things.get(key)
        if thing.version != (stored.version if stored is not None else 0):
            raise Conflict
        return key, replace(thing, version=thing.version + 1)

    def _new(self, thing: object, *where: object) -> tuple[Key, Any]:
        key = (type(thing), *where)
        if key in self._things:
            raise Conflict
        return key, thing

    def _untried(self, leg: Leg, *transaction: object) -> tuple[Key, Any]:
        key = (Leg, *transaction, leg.operation, leg.number)
        stored = self._things.get(key)
        if stored is not None and stored.attempts > 0:
            raise Conflict
        return key, leg

    def _replaced(self, changed: Changed[Any], guard: str, *where: object) -> tuple[Key, Any]:
        key = (type(changed.after), *where)
        stored = self._things.get(key)
        if stored is None or getattr(stored, guard) != getattr(changed.before, guard):
            raise Conflict
        return key, changed.after

    def _paid(self, changed: Changed[Payment], key: Key) -> tuple[Key, Any]:
        stored, before, after = self._stored(key), changed.before, changed.after
        if before.next_call_at != after.next_call_at and stored.next_call_at != before.next_call_at:
            raise Conflict
        names = [*Counters.__slots__, "available", "refundable"]
        added = _added(stored.counters, before.counters, after.counters, names)
        counters = Counters(**{name: added[name] for name in Counters.__slots__})
        return key, replace(stored, **_facts(before, after, {"counters"}), counters=counters)

    def _drawn(self, changed: Changed[Settlement], key: Key) -> tuple[Key, Any]:
        stored, before, after = self._stored(key), changed.before, changed.after
        added = _added(stored, before, after, ["refunded", "refund_in_doubt", "refundable"])
        del added["refundable"]
        return key, replace(stored, **_facts(before, after, set(added)), **added)

    def _stored(self, key: Key) -> Any:
        if key not in self._things:
            raise Conflict
        return self._things[key]

    def every(self, kind: type[T]) -> list[T]:
        """Return all that is stored of a kind."""
        return self._all(kind)

    def corrupt(self, thing: object, changed: object | None) -> None:
        """Put something else, or nothing, in the place of a stored thing, past every guard."""
        key = next(key for key, stored in self._things.items() if stored is thing)
        if changed is None:
            del self._things[key]
        else:
            self._things[key] = changed

    def _get(self, kind: type[T], *where: object) -> T | None:
        found: T | None = self._things.get((kind, *where))
        return found

    def _all(self, kind: type[T], *where: object) -> list[T]:
        prefix = (kind, *where)
        return [thing for key, thing in list(self._things.items()) if key[: len(prefix)] == prefix]


def _added(stored: object, before: object, after: object, names: list[str]) -> dict[str, int]:
    """Add up what changed; a falling number may not go below zero."""
    added: dict[str, int] = {}
    for name in names:
        delta = getattr(after, name) - getattr(before, name)
        added[name] = getattr(stored, name) + delta
        if delta < 0 and added[name] < 0:
            raise Conflict
    return added


def _facts(before: Any, after: Any, counters: set[str]) -> dict[str, Any]:
    """Return the facts that changed, without counters."""
    names = [field.name for field in fields(after) if field.name not in counters]
    return {name: getattr(after, name) for name in names if getattr(before, name) != getattr(after, name)}
