"""The ``Store`` port in memory: the same contract suite runs on it and on the real one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from settlement.domain.account.account import AccountSettings
from settlement.domain.account.delivery import Delivery
from settlement.domain.audit.walk import AuditWalk
from settlement.domain.changes.change import Change
from settlement.domain.changes.modification import Modification
from settlement.domain.connectors.connector import Connector
from settlement.domain.events import Event
from settlement.domain.hourly_figures import HourlyFigures, counted, figures_of_hour
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.finding import Term, terms_of_invoice
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.key_claim import KeyClaim
from settlement.domain.order.listing import ListedOrder, as_listed
from settlement.domain.order.order import Line, Order
from settlement.domain.order.placement import NOTHING_LISTED, ListedParts, Placement, listed_parts
from settlement.domain.order.shopper import Shopper
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.transaction.answers import sorted_refunds
from settlement.domain.transaction.approval import Approval
from settlement.domain.transaction.checkout import AdditionalData
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.work import AuditFinding, work_of
from settlement.storage.captures import together
from settlement.use_cases.shared.ports import (
    Conflict,
    DueApproval,
    DueOperation,
    DuePayment,
    Lapse,
    ListRange,
    Page,
    WorkItem,
)
from testkit.fake_money import FakeMoney

LIST_PAGE = 100
"""Orders in one page of the list; DynamoDB's pages are measured in bytes."""

_WORKED = Operation | Leg | Payment | AuditFinding | Approval | Invoice | PayoutPart


class FakeStore(FakeMoney):
    """Orders and transactions in a dict."""

    def settings(self, account: str) -> AccountSettings:
        """Return an account's settings, the defaults if it has none."""
        return self.get(AccountSettings, account) or AccountSettings()

    def replace_settings(self, account: str, before: AccountSettings, after: AccountSettings) -> None:
        """Write an account's settings over what was read, or raise ``Conflict``."""
        self._let_others_write()
        if self.settings(account) != before:
            raise Conflict
        self.things[AccountSettings, account] = after

    def change_settings(self, account: str) -> str | None:
        """Return an account's settings of order modifications, as JSON text."""
        text: str | None = self.things.get(("change settings", account))
        return text

    def replace_change_settings(self, account: str, before: str | None, after: str) -> None:
        """Write an account's settings of order modifications over what was read, or raise ``Conflict``."""
        self._let_others_write()
        if self.change_settings(account) != before:
            raise Conflict
        self.things["change settings", account] = after

    def connector(self, account: str, name: str) -> Connector | None:
        """Return a connector's configuration."""
        return self.get(Connector, account, name)

    def connectors(self, account: str) -> list[Connector]:
        """Return every connector of an account by name."""
        return sorted(self.all_of(Connector, account), key=lambda connector: connector.name)

    def replace_connector(self, account: str, before: Connector | None, after: Connector) -> None:
        """Write a connector over what was read, or raise ``Conflict``; its revision counts up."""
        stored = self.connector(account, after.name)
        if (stored and stored.revision) != (before and before.revision):
            raise Conflict
        revision = before.revision + 1 if before is not None else 1
        self.things[Connector, account, after.name] = replace(after, revision=revision)

    def order(self, account: str, order_id: str) -> Order | None:
        """Return an order head."""
        return self.get(Order, account, order_id)

    def orders(self, account: str, order_ids: Iterable[str]) -> dict[str, Order]:
        """Return those of many order heads that exist, by id."""
        found = (self.order(account, order_id) for order_id in order_ids)
        return {order.order_id: order for order in found if order is not None}

    def orders_of_group(self, account: str, group: str) -> list[str]:
        """Return the ids of the orders of a group."""
        return sorted(self.all_of(str, "group", account, group))

    def orders_found(self, account: str, term: Term, limit: int) -> Page[str]:
        """Return the ids of orders that a term finds, the newest first."""
        found: list[tuple[str, str]] = []
        for key, thing in list(self.things.items()):
            if key[0] is Term and key[1:3] == (account, term):
                found.append((str(key[3]), str(key[4])))
            if key[0] is Invoice and key[1] == account and term in terms_of_invoice(thing):
                found.append((thing.received_at.isoformat(timespec="microseconds"), str(key[2])))
        ids = [order_id for _, order_id in sorted(found, reverse=True)]
        return Page(list(dict.fromkeys(ids[:limit])), ids[limit - 1] if len(ids) > limit else None)

    def listed(self, account: str, wanted: ListRange, after: str | None) -> Page[ListedOrder]:
        """Return one page of a month's orders by their creation."""
        found = [
            held
            for held in self.all_of(Order, account)
            if held.gateway_only == wanted.gateway_only
            and f"{held.created_at:%Y-%m}" == wanted.month
            and wanted.since <= held.created_at <= wanted.until
            and (not wanted.statuses or held.listed_status in wanted.statuses)
            and _is_behind(held, wanted)
        ]
        found.sort(key=lambda held: (held.created_at, held.order_id), reverse=wanted.newest_first)
        first = int(after or 0)
        last = first + (LIST_PAGE if wanted.limit is None else wanted.limit)
        is_at_limit = len(found) >= last if wanted.limit is not None else len(found) > last
        return Page([as_listed(held) for held in found[first:last]], str(last) if is_at_limit else None)

    def lines(self, account: str, order_id: str) -> list[Line]:
        """Return an order's lines by index."""
        return sorted(self.all_of(Line, account, order_id), key=lambda line: line.index)

    def shopper(self, account: str, order_id: str) -> Shopper | None:
        """Return what is known of the person behind an order."""
        return self.get(Shopper, account, order_id)

    def placement(self, account: str, order_id: str) -> Placement | None:
        """Return the kept parts of an order."""
        return self.get(Placement, account, order_id)

    def listed_parts(self, account: str, order_ids: Iterable[str]) -> dict[str, ListedParts]:
        """Return what lists have of the placements of many orders, by id; of those that have any."""
        placed = {order_id: self.placement(account, order_id) for order_id in order_ids}
        listed = {order_id: listed_parts(held) for order_id, held in placed.items() if held is not None}
        return {order_id: parts for order_id, parts in listed.items() if parts != NOTHING_LISTED}

    def invoice(self, account: str, order_id: str, number: str) -> Invoice | None:
        """Return one invoice of an order."""
        return self.get(Invoice, account, order_id, number)

    def invoices(self, account: str, order_id: str) -> list[Invoice]:
        """Return an order's invoices in the order they were received."""
        return sorted(self.all_of(Invoice, account, order_id), key=lambda invoice: invoice.sequence)

    def invoices_after(self, account: str, order_id: str, number: str | None, page_size: int) -> Page[Invoice]:
        """Return a page of an order's invoices by their numbers: those after a number, or from the first on."""
        found = sorted(self.all_of(Invoice, account, order_id), key=lambda invoice: invoice.number)
        later = [held for held in found if number is None or held.number > number]
        page = later[:page_size]
        return Page(page, page[-1].number if len(later) > page_size else None)

    def invoices_in_question(self, account: str, order_id: str, transaction_id: str) -> list[Invoice]:
        """Return the invoices of an order whose access keys are others'."""
        return [invoice for invoice in self.invoices(account, order_id) if work_of(invoice) is not None]

    def document(self, account: str, order_id: str, number: str) -> str | None:
        """Return the document embedded in an invoice."""
        return self.get(str, account, order_id, number)

    def key_claim(self, account: str, key: str) -> KeyClaim | None:
        """Return the invoice that has an access key."""
        return self.get(KeyClaim, account, key)

    def change(self, account: str, order_id: str, request_id: str) -> Change | None:
        """Return one registered change of an order."""
        return self.get(Change, account, order_id, request_id)

    def changes(self, account: str, order_id: str) -> list[Change]:
        """Return an order's registered changes, oldest first."""
        return sorted(self.all_of(Change, account, order_id), key=lambda change: change.received_at)

    def modification(self, account: str, order_id: str, request_id: str) -> Modification | None:
        """Return one modification of an order."""
        return self.get(Modification, account, order_id, request_id)

    def modifications(self, account: str, order_id: str) -> list[Modification]:
        """Return an order's modifications, oldest first."""
        found = self.all_of(Modification, account, order_id)
        return sorted(found, key=lambda modification: modification.sequence)

    def transaction(self, account: str, transaction_id: str) -> Transaction | None:
        """Return a transaction head."""
        return self.get(Transaction, account, transaction_id)

    def transactions(self, account: str, transaction_ids: Iterable[str]) -> dict[str, Transaction]:
        """Return those of many transaction heads that exist, by id."""
        found = (self.transaction(account, transaction_id) for transaction_id in transaction_ids)
        return {transaction.transaction_id: transaction for transaction in found if transaction is not None}

    def payments_of(self, account: str, transactions: Iterable[Transaction]) -> dict[str, list[Payment]]:
        """Return the payments of many transactions by transaction, each by sequence."""
        ids = [transaction.transaction_id for transaction in transactions if transaction.projection]
        return {transaction_id: self.payments(account, transaction_id) for transaction_id in ids}

    def started(self, account: str, key: str) -> str | None:
        """Return the id of the transaction that was started with an idempotency key."""
        found: str | None = self.things.get(("start", account, key))
        return found

    def transaction_of_payment(self, account: str, payment_id: str) -> str | None:
        """Return the id of the transaction that a payment belongs to."""
        found: str | None = self.things.get(("owner", account, payment_id))
        return found

    def request(self, account: str, transaction_id: str, key: str) -> tuple[str, int] | None:
        """Return the name and operation of the request that carried an idempotency key."""
        found: tuple[str, int] | None = self.things.get(("request", account, transaction_id, key))
        return found

    def additional_data(self, account: str, transaction_id: str) -> list[AdditionalData]:
        """Return what was told about a transaction, by name."""
        return sorted(self.all_of(AdditionalData, account, transaction_id), key=lambda told: told.name)

    def payment(self, account: str, transaction_id: str, payment_id: str) -> Payment | None:
        """Return one payment."""
        return self.get(Payment, account, transaction_id, payment_id)

    def payments(self, account: str, transaction_id: str) -> list[Payment]:
        """Return a transaction's payments by sequence."""
        return sorted(self.all_of(Payment, account, transaction_id), key=lambda payment: payment.sequence)

    def operation(self, account: str, transaction_id: str, sequence: int) -> Operation | None:
        """Return one operation."""
        return self.get(Operation, account, transaction_id, sequence)

    def operations(self, account: str, transaction_id: str, since: int = 1) -> list[Operation]:
        """Return a transaction's operations from sequence ``since`` on."""
        found = [held for held in self.all_of(Operation, account, transaction_id) if held.sequence >= since]
        return sorted(found, key=lambda operation: operation.sequence)

    def leg(self, account: str, transaction_id: str, operation: int, number: str) -> Leg | None:
        """Return one leg."""
        legs = self.legs(account, transaction_id, operation)
        return next((leg for leg in legs if leg.number == number), None)

    def legs(self, account: str, transaction_id: str, operation: int | None = None) -> list[Leg]:
        """Return the legs of one operation, or all of the transaction's, in the order they were planned."""
        scope = () if operation is None else (operation,)
        found = self.all_of(Leg, account, transaction_id, *scope)
        held = [leg for one in self.all_of(Operation, account, transaction_id, *scope) if (leg := one.only_leg)]
        return sorted([*found, *held], key=lambda leg: (leg.operation, leg.number))

    def approval(self, account: str, transaction_id: str, name: str) -> Approval | None:
        """Return one approval of a transaction."""
        return self.get(Approval, account, transaction_id, name)

    def approvals(self, account: str, transaction_id: str, beginning: str = "") -> list[Approval]:
        """Return a transaction's approvals, by name; those whose names have a beginning."""
        found = [held for held in self.all_of(Approval, account, transaction_id) if held.name.startswith(beginning)]
        return sorted(found, key=lambda approval: approval.name)

    def settlements(self, account: str, transaction_id: str, payment_id: str) -> list[Settlement]:
        """Return a payment's settlements, oldest first."""
        of = account, transaction_id
        found = together(self.all_of(Operation, *of), self.all_of(Settlement, *of))
        return [held for held in found if held.payment_id == payment_id]

    def settlements_after(
        self, account: str, transaction_id: str, payment_id: str, number: str | None, page_size: int
    ) -> Page[Settlement]:
        """Return a page of a payment's settlements, oldest first: those after a number, or from the first on."""
        found = self.settlements(account, transaction_id, payment_id)
        later = [held for held in found if number is None or held.number > number]
        page = later[:page_size]
        return Page(page, page[-1].number if len(later) > page_size else None)

    def refunds(self, account: str, transaction_id: str, payment_id: str) -> list[RefundMade]:
        """Return a payment's refunds, oldest first."""
        return sorted_refunds(self.all_of(RefundMade, account, transaction_id, payment_id))

    def settlement(self, account: str, transaction_id: str, payment_id: str, number: str) -> Settlement | None:
        """Return one settlement."""
        found = self.settlements(account, transaction_id, payment_id)
        return next((held for held in found if held.number == number), None)

    def events(self, account: str, transaction_id: str, page_size: int, after: str | None) -> Page[Event]:
        """Return one page of a transaction's events, newest first; ``after`` is the ``next`` of the page before."""
        by_place = {
            str(key[3]): thing
            for key, thing in list(self.things.items())
            if key[:3] == (Event, account, transaction_id)
        }
        places = sorted((place for place in by_place if after is None or place < after), reverse=True)
        page = places[:page_size]
        return Page([by_place[place] for place in page], page[-1] if len(places) > page_size else None)

    def due(self, now: datetime) -> tuple[list[DueOperation], list[DuePayment | DueApproval]]:
        """Return the operations, and the payments and approvals, whose time has come."""
        operations: list[DueOperation] = []
        timers: list[DuePayment | DueApproval] = []
        for key, thing in list(self.things.items()):
            if isinstance(thing, Operation) and thing.due_at is not None and thing.due_at <= now:
                operations.append(DueOperation(str(key[1]), str(key[2]), thing.sequence))
            if isinstance(thing, Payment) and thing.due_at is not None and thing.due_at <= now:
                timers.append(DuePayment(str(key[1]), str(key[2]), thing.payment_id))
            if isinstance(thing, Approval) and thing.due_at is not None and thing.due_at <= now:
                timers.append(DueApproval(str(key[1]), str(key[2]), thing.name))
        return operations, timers

    def work(self, account: str, until: datetime, after: str | None, limit: int) -> Page[WorkItem]:
        """Return what the stored things ask of people until a time, oldest first."""
        found = []
        for key, thing in list(self.things.items()):
            if isinstance(thing, Delivery) and key[1] == account and thing.work and thing.work.since <= until:
                place = f"{thing.work.since.isoformat(timespec='microseconds')}#{thing.work.kind}#{thing.id}"
                found.append(WorkItem(thing.update.order_id, thing.transaction_id, thing.currency, thing.work, place))
            work = work_of(thing) if isinstance(thing, _WORKED) else None
            if work is None or key[1] != account or work.since > until:
                continue
            order = self.order(account, str(key[2])) if isinstance(thing, Invoice) else None
            transaction = self.transaction(account, order.transaction_id if order is not None else str(key[2]))
            assert transaction is not None
            place = f"{work.since.isoformat(timespec='microseconds')}#{work.kind}#{'#'.join(map(str, key[2:]))}"
            found.append(WorkItem(transaction.order_id, transaction.transaction_id, transaction.currency, work, place))
        found = sorted((held for held in found if after is None or held.place > after), key=lambda held: held.place)
        return Page(found[:limit], found[limit - 1].place if len(found) > limit else None)

    def lapses(self, account: str, since: datetime, until: datetime, after: str | None, limit: int) -> Page[Lapse]:
        """Return what lapses within a time, soonest first."""
        found = []
        for key, thing in list(self.things.items()):
            at = thing.lapses_at if isinstance(thing, Payment) and key[1] == account else None
            if at is not None and since <= at <= until:
                place = f"{at.isoformat(timespec='microseconds')}#{key[2]}#{thing.payment_id}"
                found.append(Lapse(str(key[2]), thing.payment_id, at, place))
        found = sorted((held for held in found if after is None or held.place > after), key=lambda held: held.place)
        return Page(found[:limit], found[limit - 1].place if len(found) > limit else None)

    def hourly_figures(self, account: str, since: datetime) -> list[HourlyFigures]:
        """Return the figures that the relay would have counted, oldest first."""
        events = [thing for key, thing in list(self.things.items()) if key[:2] == (Event, account)]
        found = sorted(counted(account, events).items(), key=lambda held: (held[0].at, held[0].connector))
        first = since.replace(minute=0, second=0, microsecond=0)
        return [figures_of_hour(hour.connector, hour.at, counters) for hour, counters in found if hour.at >= first]

    def audit_walk(self, account: str) -> AuditWalk | None:
        """Return how far the audit of an account is, None if it never began."""
        return self.get(AuditWalk, account)

    def due_audits(self, now: datetime) -> list[AuditWalk]:
        """Return the audits whose next slice is due."""
        return [walk for walk in self.every(AuditWalk) if walk.due_at <= now]

    def save_audit_walk(self, walk: AuditWalk) -> None:
        """Write how far the audit of an account is, or raise ``Conflict`` if another run was first."""
        with self._lock:
            key, thing = self._versioned(walk, walk.account)
            self.things[key] = thing

    def next_due(self) -> datetime | None:
        """Return when the sweep next finds something to do."""
        due = Operation | Payment | Approval
        times = [thing.due_at for thing in list(self.things.values()) if isinstance(thing, due)]
        return min((time for time in times if time is not None), default=None)

    def hasten(self, payment_id: str, time: datetime) -> None:
        """Set the auto-settlement timer of a payment to a time."""
        for key, thing in self.things.items():
            if isinstance(thing, Payment) and thing.payment_id == payment_id and thing.auto_settle_at:
                self.things[key] = replace(thing, auto_settle_at=time)


def _is_behind(order: Order, wanted: ListRange) -> bool:
    """True if an order comes after that behind which a list goes on."""
    if wanted.behind is None:
        return True
    place = (order.created_at, order.order_id)
    return place < wanted.behind if wanted.newest_first else place > wanted.behind
