"""The ports of the use cases: store, clock, ids and pause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.account.account import AccountSettings
    from settlement.domain.actor import Actor
    from settlement.domain.audit.walk import AuditWalk
    from settlement.domain.changes.change import Change
    from settlement.domain.changes.modification import Modification
    from settlement.domain.connectors.connector import Connector
    from settlement.domain.events import Event
    from settlement.domain.hourly_figures import HourlyFigures
    from settlement.domain.ledger.refund_made import RefundMade
    from settlement.domain.ledger.settlement import Settlement
    from settlement.domain.order.finding import Term
    from settlement.domain.order.invoice import Invoice
    from settlement.domain.order.key_claim import KeyClaim
    from settlement.domain.order.listing import ListedOrder
    from settlement.domain.order.order import Line, Order
    from settlement.domain.order.placement import ListedParts, Placement
    from settlement.domain.order.shopper import Shopper
    from settlement.domain.reconciliation.payout import PayoutPart
    from settlement.domain.transaction.approval import Approval
    from settlement.domain.transaction.checkout import AdditionalData
    from settlement.domain.transaction.leg import Leg
    from settlement.domain.transaction.listed_work import Work
    from settlement.domain.transaction.operation import Operation
    from settlement.domain.transaction.payment import Payment
    from settlement.domain.transaction.transaction import Transaction
    from settlement.domain.transaction.work import AuditFinding

T = TypeVar("T")


class Conflict(Exception):
    """Another writer was first; read and decide again."""


class Unavailable(Exception):
    """An outside service did not answer. The request may or may not have had an effect, and can be repeated."""


@dataclass(frozen=True, slots=True)
class Changed(Generic[T]):
    """A stored object before and after a change; counters are written as differences, so parallel writers add up."""

    before: T
    after: T


@dataclass(frozen=True, slots=True)
class Commit:
    """All writes of one decision about an order and its transaction: all are made, or none.

    Order, transaction, operations and approvals carry the ``version`` that was read (0: new); the write requires it
    unchanged, and likewise the attempts of changed legs and the replays of replaced invoices. ``order_before`` and
    ``transaction_before`` are the heads that were read, None for new ones. ``new_receipts``, by number of existing
    invoices, are written unconditionally. ``key_claims`` are written over those that were read, None for no earlier
    one. ``requests`` are idempotency keys with the name and the operation of their request. ``additional_data``
    replaces data of the same names. ``start_key`` is the idempotency key of the transaction's start. ``finding`` is
    what an audit has found, after the one before, ``erased_terms`` are those of an erased shopper. ``payouts``
    replace what was told under their names, ``payouts_before``, of one payment; ``payouts_seen`` is the sum of the
    versions of all that was told of it, which has to be unchanged. ``currency`` is the transaction's, for work items.
    ``actor`` is who causes the events. A leg that is ``alone`` is written with its operation, so the commit has that.
    """

    account: str
    order_id: str
    transaction_id: str
    currency: str = ""
    order: Order | None = None
    transaction: Transaction | None = None
    order_before: Order | None = None
    transaction_before: Transaction | None = None
    operations: Sequence[Operation] = ()
    lines: Sequence[Line] = ()
    invoices: Sequence[Invoice] = ()
    documents: Sequence[tuple[str, str]] = ()
    key_claims: Sequence[tuple[KeyClaim | None, KeyClaim]] = ()
    changes: Sequence[Change] = ()
    new_payments: Sequence[Payment] = ()
    payments: Sequence[Changed[Payment]] = ()
    new_legs: Sequence[Leg] = ()
    legs: Sequence[Changed[Leg]] = ()
    new_settlements: Sequence[Settlement] = ()
    settlements: Sequence[Changed[Settlement]] = ()
    new_refunds: Sequence[RefundMade] = ()
    replaced_invoices: Sequence[Changed[Invoice]] = ()
    new_receipts: Sequence[tuple[str, str]] = ()
    shopper: Shopper | None = None
    placement: Placement | None = None
    modifications: Sequence[Modification] = ()
    replaced_modifications: Sequence[Changed[Modification]] = ()
    requests: Sequence[tuple[str, str, int]] = ()
    additional_data: Sequence[AdditionalData] = ()
    start_key: str | None = None
    finding: Changed[AuditFinding] | None = None
    erased_terms: Sequence[Term] = ()
    approvals: Sequence[Approval] = ()
    payouts: Sequence[PayoutPart] = ()
    payouts_before: Sequence[PayoutPart] = ()
    payouts_seen: int | None = None
    events: Sequence[Event] = ()
    actor: Actor | None = None

    @property
    def places_order(self) -> bool:
        """True if it writes an order for the first time."""
        return self.order is not None and self.order.version == 0 and not self.order.gateway_only

    def placed(self) -> Commit:
        """Return the commit with each leg where it is stored.

        A leg that stays alone is in its operation, which also tells of the capture that it has made; one that does not,
        from now on, is new by itself. Raises ``ValueError`` if the operation of such a leg is not written.
        """
        legs = [leg for leg in self.new_legs if leg.alone]
        legs += [changed.after for changed in self.legs if changed.before.alone]
        if not legs:
            return self
        alone = {leg.operation: leg for leg in legs}
        if missing := alone.keys() - {operation.sequence for operation in self.operations}:
            raise ValueError(f"the leg of operation {min(missing)} is written without it")
        told = {leg.key for leg in legs if leg.stays_alone}
        return replace(
            self,
            operations=[
                replace(held, only_leg=leg if leg.stays_alone else None)
                if (leg := alone.get(held.sequence)) is not None
                else held
                for held in self.operations
            ],
            new_legs=[
                *(leg for leg in self.new_legs if not leg.alone),
                *(replace(leg, alone=False) for leg in legs if not leg.stays_alone),
            ],
            legs=[changed for changed in self.legs if not changed.before.alone],
            new_settlements=[capture for capture in self.new_settlements if capture.number not in told],
        )


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; ``next`` is the mark of the next page, None at the end."""

    items: list[T]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """What a transaction has of payments, settlements, refunds, and parts that reports told, each in their order."""

    payments: list[Payment]
    settlements: list[Settlement]
    refunds: list[RefundMade]
    payouts: list[PayoutPart]


@dataclass(frozen=True, slots=True)
class DueOperation:
    """An operation that is due for the sweep."""

    account: str
    transaction_id: str
    sequence: int


@dataclass(frozen=True, slots=True)
class DuePayment:
    """A payment with a timer that is due."""

    account: str
    transaction_id: str
    payment_id: str


@dataclass(frozen=True, slots=True)
class DueApproval:
    """An approval whose time is over."""

    account: str
    transaction_id: str
    name: str


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Work of an account, with the order and transaction that it is about; ``place`` is its place in the list."""

    order_id: str
    transaction_id: str
    currency: str
    work: Work
    place: str


@dataclass(frozen=True, slots=True)
class Lapse:
    """A payment whose open value lapses, as the list has it; ``place`` is its place in the list."""

    transaction_id: str
    payment_id: str
    at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class ListRange:
    """A range of an account's list: a month, ``2026-03``, and a first and last time in it, both inclusive.

    Empty ``statuses`` select all. ``limit`` is the number of orders to read, None for one full page of the table.
    ``gateway_only`` selects the gateway-only transactions instead of the orders. ``behind`` is the creation time and id
    of an order; only orders that come after it in the list are wanted.
    """

    month: str
    since: datetime
    until: datetime
    statuses: tuple[str, ...] = ()
    newest_first: bool = True
    limit: int | None = None
    gateway_only: bool = False
    behind: tuple[datetime, str] | None = None


class Store(Protocol):
    """Stored orders and transactions. Reads see all earlier writes; lists, ``work`` and reads of many lag behind."""

    def settings(self, account: str) -> AccountSettings: ...
    def replace_settings(self, account: str, before: AccountSettings, after: AccountSettings) -> None:
        """Write an account's settings over ``before``, or raise ``Conflict``."""
        ...

    def change_settings(self, account: str) -> str | None: ...
    def replace_change_settings(self, account: str, before: str | None, after: str) -> None:
        """Write an account's settings of modifications over ``before``, or raise ``Conflict``."""
        ...

    def connector(self, account: str, name: str) -> Connector | None: ...
    def connectors(self, account: str) -> list[Connector]: ...
    def replace_connector(self, account: str, before: Connector | None, after: Connector) -> None:
        """Write a connector over ``before`` with the next revision, or raise ``Conflict``."""
        ...

    def order(self, account: str, order_id: str) -> Order | None: ...
    def orders(self, account: str, order_ids: Iterable[str]) -> dict[str, Order]:
        """Return those of many order heads that exist, by id."""
        ...

    def orders_of_group(self, account: str, group: str) -> list[str]: ...
    def orders_found(self, account: str, term: Term, limit: int) -> Page[str]:
        """Return the ids of orders that a term finds, at most ``limit``; ``next`` is set if there can be more."""
        ...

    def listed(self, account: str, wanted: ListRange, after: str | None) -> Page[ListedOrder]: ...
    def lines(self, account: str, order_id: str) -> list[Line]: ...
    def shopper(self, account: str, order_id: str) -> Shopper | None: ...
    def placement(self, account: str, order_id: str) -> Placement | None: ...
    def listed_parts(self, account: str, order_ids: Iterable[str]) -> dict[str, ListedParts]:
        """Return what lists have of the placements of many orders, by id; of those that have any."""
        ...

    def invoice(self, account: str, order_id: str, number: str) -> Invoice | None: ...
    def invoices(self, account: str, order_id: str) -> list[Invoice]: ...
    def invoices_after(self, account: str, order_id: str, number: str | None, page_size: int) -> Page[Invoice]: ...
    def invoices_in_question(self, account: str, order_id: str, transaction_id: str) -> list[Invoice]:
        """Return the invoices of an order whose access keys are others'."""
        ...

    def document(self, account: str, order_id: str, number: str) -> str | None: ...
    def key_claim(self, account: str, key: str) -> KeyClaim | None:
        """Return the invoice that has an access key."""
        ...

    def change(self, account: str, order_id: str, request_id: str) -> Change | None: ...
    def changes(self, account: str, order_id: str) -> list[Change]: ...
    def modification(self, account: str, order_id: str, request_id: str) -> Modification | None: ...
    def modifications(self, account: str, order_id: str) -> list[Modification]: ...
    def transaction(self, account: str, transaction_id: str) -> Transaction | None: ...
    def transactions(self, account: str, transaction_ids: Iterable[str]) -> dict[str, Transaction]:
        """Return those of many transaction heads that exist, by id."""
        ...

    def payments_of(self, account: str, transactions: Iterable[Transaction]) -> dict[str, list[Payment]]:
        """Return the payments of many transactions by transaction, each by sequence."""
        ...

    def started(self, account: str, key: str) -> str | None: ...
    def transaction_of_payment(self, account: str, payment_id: str) -> str | None: ...
    def request(self, account: str, transaction_id: str, key: str) -> tuple[str, int] | None: ...
    def additional_data(self, account: str, transaction_id: str) -> list[AdditionalData]: ...
    def payment(self, account: str, transaction_id: str, payment_id: str) -> Payment | None: ...
    def payments(self, account: str, transaction_id: str) -> list[Payment]: ...
    def operation(self, account: str, transaction_id: str, sequence: int) -> Operation | None: ...
    def operations(self, account: str, transaction_id: str, since: int = 1) -> list[Operation]: ...
    def leg(self, account: str, transaction_id: str, operation: int, number: str) -> Leg | None: ...
    def legs(self, account: str, transaction_id: str, operation: int | None = None) -> list[Leg]: ...
    def approval(self, account: str, transaction_id: str, name: str) -> Approval | None: ...
    def approvals(self, account: str, transaction_id: str, beginning: str = "") -> list[Approval]:
        """Return a transaction's approvals, by name; those whose names have a beginning."""
        ...

    def money_of(self, account: str, transaction_id: str) -> Money:
        """Return the payments of a transaction with what was captured, refunded and told of them."""
        ...

    def settlements(self, account: str, transaction_id: str, payment_id: str) -> list[Settlement]: ...
    def settlements_after(
        self, account: str, transaction_id: str, payment_id: str, number: str | None, page_size: int
    ) -> Page[Settlement]: ...
    def refunds(self, account: str, transaction_id: str, payment_id: str) -> list[RefundMade]: ...
    def settlement(self, account: str, transaction_id: str, payment_id: str, number: str) -> Settlement | None: ...
    def payout(self, account: str, transaction_id: str, payment_id: str, name: str) -> PayoutPart | None: ...
    def payouts(self, account: str, transaction_id: str, payment_id: str) -> list[PayoutPart]:
        """Return what settlement reports told of a payment."""
        ...

    def payments_and_payouts(self, account: str, transaction_id: str) -> tuple[list[Payment], list[PayoutPart]]:
        """Return a transaction's payments by sequence, and what settlement reports told of them, in one read."""
        ...

    def events(self, account: str, transaction_id: str, page_size: int, after: str | None) -> Page[Event]: ...
    def audit_walk(self, account: str) -> AuditWalk | None: ...
    def due_audits(self, now: datetime) -> list[AuditWalk]: ...
    def save_audit_walk(self, walk: AuditWalk) -> None:
        """Write the progress of an audit, or raise ``Conflict`` if its ``version`` has changed (0: new)."""
        ...

    def work(self, account: str, until: datetime, after: str | None, limit: int) -> Page[WorkItem]:
        """Return work listed at ``until``, oldest first, behind the place ``after``; it lags behind the writes."""
        ...

    def lapses(self, account: str, since: datetime, until: datetime, after: str | None, limit: int) -> Page[Lapse]:
        """Return what lapses within a time, soonest first, behind the place ``after``; it lags behind the writes."""
        ...

    def hourly_figures(self, account: str, since: datetime) -> list[HourlyFigures]:
        """Return the figures of each connector and hour from that of a time on, oldest first; they lag behind."""
        ...

    def due(self, now: datetime) -> tuple[list[DueOperation], list[DuePayment | DueApproval]]: ...
    def commit(self, commit: Commit) -> None:
        """Write the whole commit, or raise ``Conflict``; then nothing of it is visible."""
        ...

    def commit_each(self, commits: Sequence[Commit]) -> list[bool]:
        """Write commits, each whole or not at all; return for each whether it was written, or lost a race."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside world of the use cases, and who acts. Times are UTC and aware; ids are 32 upper-case hex digits.

    With ``allow_loopback``, for the sandbox, addresses of this machine are taken from requests.
    """

    store: Store
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    actor: Actor
    pause: Callable[[float], None] = field(default=lambda seconds: None)
    allow_loopback: bool = False

    def commit(self, commit: Commit) -> None:
        """Write the whole commit in the actor's name, or raise ``Conflict``; then nothing of it is visible."""
        self.store.commit(replace(commit, actor=self.actor))

    def commit_each(self, commits: Sequence[Commit]) -> list[bool]:
        """Write commits in the actor's name, each whole or not at all; return for each whether it was written."""
        return self.store.commit_each([replace(commit, actor=self.actor) for commit in commits])
