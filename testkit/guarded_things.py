"""What a store in memory holds, and the one write that changes it, with the guards of the real one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from threading import Lock
from typing import Any, TypeVar

from settlement.domain.audit.walk import AuditWalk
from settlement.domain.connectors.payment_answer import PERSONAL_PARTS
from settlement.domain.events import Event, is_of_work
from settlement.domain.ledger.ledger import Counters
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.finding import Term, terms_of_shopper
from settlement.domain.order.fiscal_record import UsedKey
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.key_claim import KeyClaim
from settlement.domain.order.order import Line, Order
from settlement.domain.order.placement import Placement
from settlement.domain.order.shopper import Shopper
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.transaction.approval import Approval
from settlement.domain.transaction.checkout import AdditionalData
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment, new_terms
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.work import AuditFinding, as_stored
from settlement.storage.work_told import with_work_told
from settlement.use_cases.shared.ports import Changed, Commit, Conflict

T = TypeVar("T")

Key = tuple[object, ...]

MAX_WRITES = 100
"""A DynamoDB transaction takes no more writes than this, and no two on one item."""

MAX_LEGS = 50
"""New legs beyond this number are written ahead, outside of the transaction."""


class UnwritableCommit(Exception):
    """The table would refuse this commit whatever it holds: too many writes, or two on one item."""


def place_of(event: Event) -> str:
    """Return a text that sorts as events do: by time, writer and number."""
    return f"{event.at.isoformat(timespec='microseconds')}#{event.writer}#{event.number:06d}"


class GuardedThings:
    """Things under their keys. ``interrupt`` lets another writer win the next race."""

    def __init__(self) -> None:
        self.things: dict[Key, Any] = {}
        self._lock = Lock()
        self._interruptions: list[Callable[[], object]] = []
        self.commits: list[Commit] = []

    def interrupt(self, *others: Callable[[], object]) -> None:
        """Let others write, one before each of the next commits."""
        self._interruptions += others

    def backup(self) -> Mapping[Key, Any]:
        """Return everything as it is now."""
        return dict(self.things)

    def restore(self, backup: Mapping[Key, Any]) -> None:
        """Be as it was when the backup was taken."""
        self.things = dict(backup)

    def commit(self, commit: Commit) -> None:
        """Write all of it, or raise ``Conflict`` and write nothing."""
        self._let_others_write()
        with self._lock:
            placed = commit.placed()
            too_many = max(0, len(placed.new_legs) - MAX_LEGS)
            for leg in placed.new_legs[:too_many]:
                key, thing = self._untried(leg, commit.account, commit.transaction_id)
                self.things[key] = thing
            written: dict[Key, Any] = {}
            count = int(bool(commit.events))  # all events of a commit are one item of the table
            for key, thing in self._written(replace(with_work_told(placed), new_legs=placed.new_legs[too_many:])):
                if key in written:
                    raise UnwritableCommit(f"two writes on {key}")
                written[key] = thing
                count += not isinstance(thing, Event)
            if not 0 < count <= MAX_WRITES:
                raise UnwritableCommit(f"{count} writes")
            self.things |= written
            for key in [key for key, thing in written.items() if thing is None]:
                del self.things[key]
            self.commits.append(commit)

    def commit_each(self, commits: Sequence[Commit]) -> list[bool]:
        """Write commits, each whole or not at all; return for each whether it was written."""
        return [self._is_written(commit) for commit in commits]

    def _is_written(self, commit: Commit) -> bool:
        with suppress(Conflict):
            self.commit(commit)
            return True
        return False

    def _let_others_write(self) -> None:
        if self._interruptions:
            self._interruptions.pop(0)()

    def _written(self, commit: Commit) -> Iterator[tuple[Key, Any]]:
        """Yield what the commit puts where; raises ``Conflict`` at the first guard that does not hold."""
        yield from self._of_the_order(commit)
        yield from self._of_the_transaction(commit)
        yield from self._of_payments(commit)

    def _of_the_order(self, commit: Commit) -> Iterator[tuple[Key, Any]]:
        order = (commit.account, commit.order_id)
        for line in commit.lines:
            yield (Line, *order, line.unique_id), line
        if commit.order is not None:
            yield self._versioned(commit.order, *order)
            head, group = commit.order, commit.order.order_group
            if head.version == 0 and group != commit.order_id and not head.gateway_only:
                member = (str, "group", commit.account, group, commit.order_id)
                yield member, commit.order_id
        for invoice in commit.invoices:
            yield self._new(invoice, *order, invoice.number)
        for number, text in commit.documents:
            yield self._new(text, *order, number)
        for stale, claim in commit.key_claims:
            if self.get(KeyClaim, commit.account, claim.key) != stale:
                raise Conflict
            yield (KeyClaim, commit.account, claim.key), claim
        if commit.shopper is not None:
            yield (Shopper, *order), commit.shopper
            yield from _finding_shopper(commit, commit.shopper)
        if commit.placement is not None:
            yield (Placement, *order), commit.placement
        for change in commit.changes:
            yield self._new(change, *order, change.request_id)
        for replaced in commit.replaced_invoices:
            yield self._replaced(replaced, "replays", *order, replaced.after.number)
        yield from _used_keys(commit)
        for number, receipt in commit.new_receipts:
            named = (Invoice, *order, number)
            stored = self.things.get(named)
            if not isinstance(stored, Invoice):
                raise Conflict
            yield named, replace(stored, receipt=receipt, replays=stored.replays + 1)
        for modification in commit.modifications:
            yield self._new(modification, *order, modification.request_id)
        for modified in commit.replaced_modifications:
            yield self._replaced(modified, "revision", *order, modified.after.request_id)

    def _of_the_transaction(self, commit: Commit) -> Iterator[tuple[Key, Any]]:
        transaction = (commit.account, commit.transaction_id)
        if commit.transaction is not None:
            yield self._versioned(commit.transaction, *transaction)
        for operation in commit.operations:
            yield self._versioned(operation, *transaction, operation.sequence)
        for key, name, sequence in commit.requests:
            asked = ("request", *transaction, key)
            if asked in self.things:
                raise Conflict
            yield asked, (name, sequence)
        if commit.start_key is not None:
            start = ("start", commit.account, commit.start_key)
            if start in self.things:
                raise Conflict
            yield start, commit.transaction_id
        for told in commit.additional_data:
            yield (AdditionalData, *transaction, told.name), told
        for approval in commit.approvals:
            yield self._versioned(approval, *transaction, approval.name)
        for part in commit.payouts:
            yield self._versioned(part, *transaction, part.payment_id, part.name)
        if commit.payouts and commit.payouts_seen is not None:
            seen: Key = ("told", *transaction, commit.payouts[0].payment_id)
            if self.things.get(seen, commit.payouts_seen) != commit.payouts_seen:
                raise Conflict
            yield seen, commit.payouts_seen + len(commit.payouts)
        if commit.finding is not None:
            yield (AuditFinding, *transaction), commit.finding.after
        for leg in commit.new_legs:
            yield self._untried(leg, *transaction)
        for tried in commit.legs:
            yield self._replaced(tried, "attempts", *transaction, tried.after.operation, tried.after.number)
        record = max((place_of(event) for event in commit.events if not is_of_work(event.writer)), default="")
        for event in commit.events:
            yield self._new(replace(event, actor=commit.actor), *transaction, f"{record} {place_of(event)}")

    def _of_payments(self, commit: Commit) -> Iterator[tuple[Key, Any]]:
        transaction = (commit.account, commit.transaction_id)
        for payment in commit.new_payments:
            yield self._new(payment, *transaction, payment.payment_id)
            owner = ("owner", commit.account, payment.payment_id)
            if owner in self.things:
                raise Conflict
            yield owner, commit.transaction_id
        for paid in commit.payments:
            if paid.before != paid.after:
                yield self._paid(paid, (Payment, *transaction, paid.after.payment_id))
        for term in new_terms((paid.before, paid.after) for paid in commit.payments):
            yield (Term, commit.account, term, "", commit.order_id), True
        for settlement in commit.new_settlements:
            yield self._new(settlement, *transaction, settlement.payment_id, settlement.number)
        for refund in commit.new_refunds:
            yield self._new(refund, *transaction, refund.payment_id, refund.number)
        for drawn in commit.settlements:
            yield self._drawn(drawn, (Settlement, *transaction, drawn.after.payment_id, drawn.after.number))

    def _versioned(
        self, thing: Order | Transaction | Operation | Approval | AuditWalk | PayoutPart, *where: object
    ) -> tuple[Key, Any]:
        key = (type(thing), *where)
        stored = self.things.get(key)
        if thing.version != (stored.version if stored is not None else 0):
            raise Conflict
        if isinstance(thing, Operation):
            return key, as_stored(thing)
        return key, replace(thing, version=thing.version + 1)

    def _new(self, thing: object, *where: object) -> tuple[Key, Any]:
        key = (type(thing), *where)
        if key in self.things:
            raise Conflict
        return key, thing

    def _untried(self, leg: Leg, *transaction: object) -> tuple[Key, Any]:
        key = (Leg, *transaction, leg.operation, leg.number)
        stored = self.things.get(key)
        if stored is not None and stored.attempts > 0:
            raise Conflict
        return key, leg

    def _replaced(self, changed: Changed[Any], guard: str, *where: object) -> tuple[Key, Any]:
        key = (type(changed.after), *where)
        stored = self.things.get(key)
        if stored is None or getattr(stored, guard) != getattr(changed.before, guard):
            raise Conflict
        return key, changed.after

    def _paid(self, changed: Changed[Payment], key: Key) -> tuple[Key, Any]:
        stored, before, after = self._stored(key), changed.before, changed.after
        if before.next_call_at != after.next_call_at and stored.next_call_at != before.next_call_at:
            raise Conflict
        changed_parts = _facts(before, after, {"counters"})
        if stored.erased and not before.erased and any(changed_parts.get(part) for part in PERSONAL_PARTS):
            raise Conflict
        names = [*Counters.__slots__, "available", "refundable"]
        added = _added(stored.counters, before.counters, after.counters, names)
        counters = Counters(**{name: added[name] for name in Counters.__slots__})
        return key, replace(stored, **changed_parts, counters=counters)

    def _drawn(self, changed: Changed[Settlement], key: Key) -> tuple[Key, Any]:
        before, after = changed.before, changed.after
        stored = self.things.get(key, before) if before.is_untouched else self._stored(key)
        added = _added(stored, before, after, ["refunded", "refund_in_doubt", "refundable"])
        del added["refundable"]
        return key, replace(stored, **_facts(before, after, set(added)), **added)

    def _stored(self, key: Key) -> Any:
        if key not in self.things:
            raise Conflict
        return self.things[key]

    def every(self, kind: type[T]) -> list[T]:
        """Return all that is stored of a kind."""
        return self.all_of(kind)

    def corrupt(self, thing: object, changed: object | None) -> None:
        """Put something else, or nothing, in the place of a stored thing, past every guard."""
        key = next(key for key, stored in self.things.items() if stored is thing)
        if changed is None:
            del self.things[key]
        else:
            self.things[key] = changed

    def get(self, kind: type[T], *where: object) -> T | None:
        found: T | None = self.things.get((kind, *where))
        return found

    def all_of(self, kind: type[T], *where: object) -> list[T]:
        prefix = (kind, *where)
        return [thing for key, thing in list(self.things.items()) if key[: len(prefix)] == prefix]


def _used_keys(commit: Commit) -> Iterator[tuple[Key, Any]]:
    """Yield the key of each invoice that is another's, or no longer is."""
    written: list[tuple[Invoice | None, Invoice]] = [(None, invoice) for invoice in commit.invoices]
    written += [(replaced.before, replaced.after) for replaced in commit.replaced_invoices]
    for before, after in written:
        if (before and before.doubtful_key) != after.doubtful_key:
            yield (UsedKey, commit.account, commit.order_id, after.number), after.doubtful_key


def _finding_shopper(commit: Commit, shopper: Shopper) -> Iterator[tuple[Key, Any]]:
    """Yield what finds a placed order by its shopper, or no longer finds it."""
    order = commit.order or commit.order_before
    if order is not None and not order.gateway_only:
        place = order.created_at.isoformat(timespec="microseconds"), order.order_id
        for term in terms_of_shopper(shopper) if commit.places_order else ():
            yield (Term, order.account, term, *place), True
        for term in commit.erased_terms:
            yield (Term, order.account, term, *place), None


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
