"""One commit as one DynamoDB transaction.

heads, operations, approvals, payouts
                       put, if the version is the one that was read (new ones: if none exists)
lines                  put, guarded by the order's version
legs                   put, if no attempt was made since they were read
payments, settlements  counters are added, if no falling counter goes below zero; the time of a payment's next call
                       is set, if it is the one that was read; personal parts are set, if they were not erased;
                       a settlement that its operation tells is made by the first refund of it
access keys            put, if no other invoice has them, or the one that was read no longer does
events                 one item, put if none exists under the same key
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from settlement.domain.connectors.payment_answer import PERSONAL_PARTS
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.finding import terms_of_shopper
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Order
from settlement.domain.order.shopper import Shopper
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment, new_terms
from settlement.domain.transaction.work import work_of
from settlement.storage import codecs, keys
from settlement.storage.documents import packed_document
from settlement.storage.event_record import EventRecord, in_order, packed
from settlement.storage.log import log_of
from settlement.storage.placements import placement_items
from settlement.storage.work_told import with_work_told
from settlement.use_cases.shared.ports import Changed, Commit

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from settlement.domain.transaction.approval import Approval

MAX_WRITES = 100
"""Most writes in one transaction of DynamoDB."""

MAX_LEGS_AT_ONCE = 50
"""Most new legs in one transaction, so that all its writes fit."""

_CLAIM = "next_call_at"
"""Setting this attribute claims the payment's next call; the write is conditional on the value that was read."""

_NEW = {"ConditionExpression": "attribute_not_exists(PK)"}
_UNTRIED: dict[str, Any] = {
    "ConditionExpression": "attribute_not_exists(PK) OR attempts = :none",
    "ExpressionAttributeValues": codecs.to_wire({":none": 0}),
}


def writes(table: str, commit: Commit) -> "tuple[list[TransactWriteItemTypeDef], list[TransactWriteItemTypeDef]]":
    """Return the writes of a commit: the overflow legs, to be written one by one, then the writes of one transaction.

    Overflow legs are those that do not fit into the transaction; they are written first. They stay invisible until the
    operation, written last, is marked planned; a late planner cannot overwrite an attempted leg.
    """
    commit = with_work_told(commit.placed())
    too_many = max(0, len(commit.new_legs) - MAX_LEGS_AT_ONCE)
    builder = _Writes(table, commit)
    first = [builder.new_leg(leg) for leg in commit.new_legs[:too_many]]
    rest = list(builder.state(commit.new_legs[too_many:]))
    return first, rest + list(builder.events([*first, *rest]))


def due_at(thing: "Operation | Payment | Approval") -> str | None:
    """Return the time from which the sweep handles an operation, payment or approval, None if it is not due."""
    return keys.timestamp(thing.due_at) if thing.due_at is not None else None


def versioned_put(table: str, key: keys.Key, version: int, attributes: codecs.Item) -> dict[str, Any]:
    """Return the put of a versioned object, on the condition that its version is the one that was read, 0 for none."""
    item = {"PK": key[0], "SK": key[1], **attributes}
    guard = equals("version", version) if version else _NEW
    return {"TableName": table, "Item": codecs.to_wire(item), **guard}


class _Writes:
    def __init__(self, table: str, commit: Commit) -> None:
        self._table = table
        self._commit = commit
        self._order = keys.order_partition(commit.account, commit.order_id)
        self._transaction = keys.transaction_partition(commit.account, commit.transaction_id)

    def state(self, new_legs: Sequence[Leg]) -> "Iterator[TransactWriteItemTypeDef]":
        """Yield all writes of the commit except its events, of new legs these."""
        yield from self._heads()
        yield from self._of_order()
        yield from self._of_transaction(new_legs)

    def events(self, state: "Sequence[TransactWriteItemTypeDef]") -> "Iterator[TransactWriteItemTypeDef]":
        """Yield the write of the commit's events, with the log of ``state``; nothing if there are none."""
        if self._commit.events:
            puts = [write["Put"]["Item"] for write in state if "Put" in write]
            log = log_of(self._commit, puts, self._encoded_heads)
            commit = self._commit
            record = EventRecord(commit.account, in_order(commit.events), log, commit.actor, commit.currency)
            yield self._put(self._transaction, record.sort_key, packed(record))

    @cached_property
    def _encoded_heads(self) -> dict[str, codecs.Item]:
        """The attributes of the heads that are written, by their sort keys, for the table and for the log."""
        heads = {keys.ORDER: self._commit.order, keys.TRANSACTION: self._commit.transaction}
        return {key: codecs.encode_next(head) for key, head in heads.items() if head is not None}

    def _heads(self) -> "Iterator[TransactWriteItemTypeDef]":
        if (order := self._commit.order) is not None:
            attributes = self._encoded_heads[keys.ORDER] | codecs.list_attributes(order)
            yield self._versioned(self._order, keys.ORDER, order.version, attributes)
            if order.version == 0 and order.order_group != order.order_id and not order.gateway_only:
                yield self._group_member(order)
        if (transaction := self._commit.transaction) is not None:
            attributes = self._encoded_heads[keys.TRANSACTION]
            yield self._versioned(self._transaction, keys.TRANSACTION, transaction.version, attributes)
        for operation in self._commit.operations:
            key = keys.operation(operation.sequence)
            due = codecs.due_attributes(self._commit.transaction_id, due_at(operation))
            work = codecs.work_attributes(self._commit, key, operation)
            attributes = codecs.encode_next(operation) | due | work
            yield self._versioned(self._transaction, key, operation.version, attributes)

    def _group_member(self, order: Order) -> "TransactWriteItemTypeDef":
        """The order's entry in its group; a group of one order has no entry."""
        partition = keys.group_partition(order.account, order.order_group)
        return self._put(partition, keys.group_member(order.order_id), {"order_id": order.order_id}, guard={})

    def _of_order(self) -> "Iterator[TransactWriteItemTypeDef]":
        commit = self._commit
        for line in commit.lines:
            yield self._put(self._order, keys.line(line.unique_id), codecs.encode(line), guard={})
        for invoice in commit.invoices:
            yield self._put(self._order, keys.invoice(invoice.number), codecs.invoice_attributes(commit, invoice))
        for replaced in commit.replaced_invoices:
            after = replaced.after
            guard = equals("replays", replaced.before.replays)
            written = codecs.invoice_attributes(commit, after)
            yield self._put(self._order, keys.invoice(after.number), written, guard)
        for number, receipt in commit.new_receipts:
            yield self._receipt(number, receipt)
        for number, text in commit.documents:
            yield self._put(self._order, keys.document(number), packed_document(text))
        yield from self._key_claims()
        yield from self._used_keys()
        if commit.shopper is not None:
            yield self._put(self._order, keys.SHOPPER, codecs.encode(commit.shopper), guard={})
            yield from self._finding_shopper(commit.shopper)
        if commit.placement is not None:
            for key, item in placement_items(commit.placement, is_new=commit.places_order):
                yield self._put(self._order, key, item, guard={})
        for change in commit.changes:
            yield self._put(self._order, keys.change(change.request_id), codecs.encode(change))
        for new in commit.modifications:
            yield self._put(self._order, keys.modification(new.request_id), codecs.encode(new))
        for modified in commit.replaced_modifications:
            guard = equals("revision", modified.before.revision)
            key = keys.modification(modified.after.request_id)
            yield self._put(self._order, key, codecs.encode(modified.after), guard)

    def _key_claims(self) -> "Iterator[TransactWriteItemTypeDef]":
        """The access keys of the invoices; a stale claim is replaced as it was read, or the write is none."""
        for stale, claim in self._commit.key_claims:
            key = keys.access_key(self._commit.account, claim.key)
            yield self._put(*key, codecs.encode(claim), codecs.unchanged(stale))

    def _used_keys(self) -> "Iterator[TransactWriteItemTypeDef]":
        """The work of invoices whose keys are others', which is theirs alone to write; an ended one lists nothing."""
        commit = self._commit
        written: list[tuple[Invoice | None, Invoice]] = [(None, invoice) for invoice in commit.invoices]
        written += [(replaced.before, replaced.after) for replaced in commit.replaced_invoices]
        for before, after in written:
            if (before and work_of(before)) != work_of(after):
                key = keys.used_key(after.number)
                yield self._put(self._transaction, key, codecs.work_attributes(commit, key, after), guard={})

    def _finding_shopper(self, shopper: Shopper) -> "Iterator[TransactWriteItemTypeDef]":
        """What finds a placed order by its shopper; for an erased one it is deleted."""
        order = self._commit.order or self._commit.order_before
        if order is None or order.gateway_only:
            return
        sort_key = keys.found_by_person(order.created_at, order.order_id)
        if self._commit.places_order:
            for term in terms_of_shopper(shopper):
                found = {"order_id": order.order_id}
                yield self._put(keys.found(order.account, term), sort_key, found, guard={})
        for term in self._commit.erased_terms:
            key = codecs.to_wire({"PK": keys.found(order.account, term), "SK": sort_key})
            yield {"Delete": {"TableName": self._table, "Key": key}}

    def _of_transaction(self, new_legs: Sequence[Leg]) -> "Iterator[TransactWriteItemTypeDef]":
        commit = self._commit
        for key, name, sequence in commit.requests:
            yield self._put(self._transaction, keys.request(key), {"name": name, "operation": sequence})
        if commit.start_key is not None:
            pk, sk = keys.start(commit.account, commit.start_key)
            yield self._put(pk, sk, {"transaction_id": commit.transaction_id})
        for told in commit.additional_data:
            yield self._put(self._transaction, keys.data(told.name), codecs.encode(told), guard={})
        for payment in commit.new_payments:
            yield self._put(self._transaction, keys.payment(payment.payment_id), self._attributes(payment))
            pk, sk = keys.payment_owner(commit.account, payment.payment_id)
            yield self._put(pk, sk, {"transaction_id": commit.transaction_id})
        for changed_payment in commit.payments:
            if changed_payment.after == changed_payment.before:
                continue
            yield self._add(keys.payment(changed_payment.after.payment_id), changed_payment)
        for term in new_terms((changed.before, changed.after) for changed in commit.payments):
            partition, key = keys.found(commit.account, term), keys.found_by_answer(commit.order_id)
            yield self._put(partition, key, {"order_id": commit.order_id}, guard={})
        for leg in new_legs:
            yield self.new_leg(leg)
        for changed_leg in commit.legs:
            yield self._replace_leg(changed_leg)
        if commit.finding is not None:
            finding = commit.finding.after
            found = codecs.encode(finding) | codecs.work_attributes(commit, keys.FINDING, finding)
            yield self._put(self._transaction, keys.FINDING, found, guard={})
        for approval in commit.approvals:
            key = keys.approval(approval.name)
            due = codecs.due_attributes(commit.transaction_id, due_at(approval))
            work = codecs.work_attributes(commit, key, approval)
            attributes = codecs.encode_next(approval) | due | work
            yield self._versioned(self._transaction, key, approval.version, attributes)
        for part in commit.payouts:
            key = keys.payout(part.payment_id, part.name)
            attributes = codecs.encode_next(part) | codecs.work_attributes(commit, key, part)
            yield self._versioned(self._transaction, key, part.version, attributes)
        yield from self._sum_told()
        for settlement in commit.new_settlements:
            key = keys.settlement(settlement.payment_id, settlement.number)
            yield self._put(self._transaction, key, codecs.encode(settlement))
        for refund in commit.new_refunds:
            key = keys.refund(refund.payment_id, refund.number)
            yield self._put(self._transaction, key, codecs.encode(refund))
        for drawn in commit.settlements:
            write = self._draw_first if drawn.before.is_untouched else self._add
            yield write(keys.settlement(drawn.after.payment_id, drawn.after.number), drawn)

    def _sum_told(self) -> "Iterator[TransactWriteItemTypeDef]":
        """The sum of the versions of what was told of a payment; any other writer of that makes the write none.

        Where it does not stand yet, the versions of the parts alone are the guard.
        """
        seen, parts = self._commit.payouts_seen, self._commit.payouts
        if seen is not None and parts:
            guard = equals("version", seen)
            guard["ConditionExpression"] += " OR attribute_not_exists(PK)"
            yield self._put(
                self._transaction, f"{keys.TOLD}{parts[0].payment_id}", {"version": seen + len(parts)}, guard
            )

    def _receipt(self, number: str, receipt: str) -> "TransactWriteItemTypeDef":
        """The new receipt of a repeated notification; parallel repeats do not conflict."""
        return {
            "Update": {
                "TableName": self._table,
                "Key": codecs.to_wire({"PK": self._order, "SK": keys.invoice(number)}),
                "UpdateExpression": "SET receipt = :receipt ADD replays :one",
                "ConditionExpression": "attribute_exists(PK)",
                "ExpressionAttributeValues": codecs.to_wire({":receipt": receipt, ":one": 1}),
            }
        }

    def new_leg(self, leg: Leg) -> "TransactWriteItemTypeDef":
        """A leg of a plan; it can overwrite a leg of an unfinished planner, never an attempted one."""
        return self._put(
            self._transaction, keys.leg(leg.operation, leg.number), codecs.leg_attributes(self._commit, leg), _UNTRIED
        )

    def _replace_leg(self, changed: Changed[Leg]) -> "TransactWriteItemTypeDef":
        after = changed.after
        guard = equals("attempts", changed.before.attempts)
        written = codecs.leg_attributes(self._commit, after)
        return self._put(self._transaction, keys.leg(after.operation, after.number), written, guard)

    def _versioned(self, pk: str, sk: str, version: int, attributes: codecs.Item) -> "TransactWriteItemTypeDef":
        return {"Put": versioned_put(self._table, (pk, sk), version, attributes)}  # type: ignore[typeddict-item]

    def _put(self, pk: str, sk: str, item: codecs.Item, guard: dict[str, Any] = _NEW) -> "TransactWriteItemTypeDef":
        wire = codecs.to_wire({"PK": pk, "SK": sk, **item})
        return {"Put": {"TableName": self._table, "Item": wire, **guard}}  # type: ignore[typeddict-item]

    def _add(self, sk: str, changed: Changed[Payment] | Changed[Settlement]) -> "TransactWriteItemTypeDef":
        """Update the changed attributes: facts are set, counters added; no falling counter goes below zero."""
        before, after = self._attributes(changed.before), self._attributes(changed.after)
        names, sets, removes, adds, guards = {}, [], [], [], ["attribute_exists(PK)"]
        values: codecs.Item = {}
        if before.get(_CLAIM) != after.get(_CLAIM):
            guards.append(f"{_CLAIM} = :claim" if _CLAIM in before else f"attribute_not_exists({_CLAIM})")
            values |= {":claim": before[_CLAIM]} if _CLAIM in before else {}
        if _brings_personal_parts(before, after):
            guards.append("(attribute_not_exists(erased) OR erased = :kept)")
            values[":kept"] = False
        for index, name in enumerate(sorted(before.keys() | after.keys())):
            if before.get(name) == after.get(name):
                continue
            names[f"#{index}"] = name
            if name not in after and name not in codecs.RARE:
                removes.append(f"#{index}")
                continue
            values[f":{index}"] = after.get(name)
            if name in codecs.COUNTERS:
                delta = after.get(name, 0) - before.get(name, 0)
                values[f":{index}"] = delta
                adds.append(f"#{index} :{index}")
                if delta < 0:
                    values[f":least{index}"] = -delta
                    guards.append(f"#{index} >= :least{index}")
            else:
                sets.append(f"#{index} = :{index}")
        clauses = (("SET", sets), ("REMOVE", removes), ("ADD", adds))
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": codecs.to_wire({"PK": self._transaction, "SK": sk}),
            "UpdateExpression": " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses if parts),
            "ConditionExpression": " AND ".join(guards),
            "ExpressionAttributeNames": names,
        }
        if values:
            update["ExpressionAttributeValues"] = codecs.to_wire(values)
        return {"Update": update}  # type: ignore[typeddict-item]

    def _draw_first(self, sk: str, changed: Changed[Settlement]) -> "TransactWriteItemTypeDef":
        """Make the item of a settlement with what is drawn of it, or draw of the item that there is."""
        before, after = codecs.encode(changed.before), codecs.encode(changed.after)
        names, values, sets, guards = {}, {}, [], []
        for index, (name, value) in enumerate(after.items()):
            names[f"#{index}"], values[f":{index}"] = name, before[name]
            if name not in codecs.COUNTERS:
                sets.append(f"#{index} = :{index}")
                continue
            values[f":more{index}"] = value - before[name]
            sets.append(f"#{index} = if_not_exists(#{index},:{index}) + :more{index}")
            if value < before[name]:
                values[f":least{index}"] = before[name] - value
                guards.append(f"#{index} >= :least{index}")
        update = {
            "TableName": self._table,
            "Key": codecs.to_wire({"PK": self._transaction, "SK": sk}),
            "UpdateExpression": f"SET {', '.join(sets)}",
            "ConditionExpression": " OR ".join(["attribute_not_exists(PK)", " AND ".join(guards)]),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": codecs.to_wire(values),
        }
        return {"Update": update}  # type: ignore[typeddict-item]

    def _attributes(self, thing: Payment | Settlement) -> codecs.Item:
        if isinstance(thing, Payment):
            return codecs.payment_attributes(self._commit, thing)
        return codecs.encode(thing)


def _brings_personal_parts(before: codecs.Item, after: codecs.Item) -> bool:
    """True if an answer's personal parts are set on a payment that was read before an erasure could write."""
    return not before.get("erased") and any(
        part in after and before.get(part) != after[part] for part in PERSONAL_PARTS
    )


def equals(name: str, value: int | str) -> dict[str, Any]:
    """Return the condition that an attribute has a value."""
    return {
        "ConditionExpression": "#guard = :guard",
        "ExpressionAttributeNames": {"#guard": name},
        "ExpressionAttributeValues": codecs.to_wire({":guard": value}),
    }
