"""Keys of the one table. Every partition starts with the account, which keeps accounts apart.

App keys are the exception: they name the account.
"""

import zlib
from datetime import datetime
from hashlib import sha256

from settlement.domain.order.finding import Term
from settlement.domain.order.order import DEFAULT_SALES_CHANNEL

Key = tuple[str, str]

MAX_PARTITION_BYTES = 2048
MAX_SORT_BYTES = 1024

DUE_SHARDS = 16


def account(account: str, what: str) -> Key:
    """An item of the account itself: ``SETTINGS``, ``CONNECTOR#<name>``, …"""
    return f"{account}#ACCOUNT", what


def app_key(key: str) -> Key:
    """An app key with its hashed token."""
    return f"KEY#{key}", "KEY"


def key_of_account(app_key: str) -> str:
    """Sort key of an app key in the list of its account."""
    return f"KEY#{app_key}"


def sign_in(name: str) -> Key:
    """Failed attempts to sign in with an app key; no account has a name with a dot, so no key is mistaken for it."""
    return f"SIGN.IN#{name}", "FAILURES"


def ended_session(session_id: str) -> Key:
    """A session of the console that was ended."""
    return f"SIGN.OUT#{session_id}", "ENDED"


def order_partition(account: str, order_id: str) -> str:
    """The partition of an order."""
    return f"{account}#ORDER#{order_id}"


def transaction_partition(account: str, transaction_id: str) -> str:
    """The partition of a transaction."""
    return f"{account}#TXN#{transaction_id}"


def payment_owner(account: str, payment_id: str) -> Key:
    """Key of the pointer from a payment to its transaction."""
    return f"{account}#PAYMENT#{payment_id}", "TXN"


def access_key(account: str, key: str) -> Key:
    """Key of the pointer from the access key of a fiscal document to its invoice."""
    return f"{account}#NFE#{key}", "INVOICE"


def start(account: str, key: str) -> Key:
    """Key of the pointer from an idempotency key to the transaction that it started."""
    return f"{account}#START#{key}", "TXN"


def list_partition(account: str, month: str, *, gateway_only: bool = False) -> str:
    """The partition of a month's orders in the index ``byAccount``; ``month`` is ``2026-03``.

    Gateway-only transactions have a partition of their own; no list of orders shows them.
    """
    return f"{account}#{'CHECKOUTS' if gateway_only else 'LIST'}#{month}"


def list_sort(created_at: datetime, order_id: str, sales_channel: str) -> str:
    """Sort key of an order in the index ``byAccount``: creation time, order id, sales channel.

    The sales channel is in the key because the attributes that an index projects cannot be changed in place.
    """
    return f"{timestamp(created_at)}#{order_id}#{sales_channel}"


def before_in_list(created_at: datetime, order_id: str) -> str:
    """The last sort key of the index ``byAccount`` before an order's; an older order's own, without a channel."""
    return f"{timestamp(created_at)}#{order_id}"


def after_in_list(created_at: datetime, order_id: str) -> str:
    """The first sort key of the index ``byAccount`` after an order's, whatever its sales channel."""
    return f"{timestamp(created_at)}#{order_id}$"


def sales_channel_of(list_sort_key: str) -> str:
    """The sales channel of a sort key of the index ``byAccount``; the default if an older key has none."""
    return list_sort_key.partition("#")[2].partition("#")[2] or DEFAULT_SALES_CHANNEL


def group_partition(account: str, group: str) -> str:
    """The partition of a group of orders."""
    return f"{account}#GROUP#{group}"


def group_member(order_id: str) -> str:
    """Sort key of an order in its group."""
    return f"ORDER#{order_id}"


def feed(app_key: str) -> str:
    """Sort key of an app key's feed configuration."""
    return f"FEED#{app_key}"


def hook(app_key: str) -> str:
    """Sort key of an app key's hook configuration."""
    return f"HOOK#{app_key}"


def feed_partition(account: str, feed_id: str) -> str:
    """The partition of a feed's queue."""
    return f"{account}#FEED#{feed_id}"


def feed_item(key: str) -> str:
    """Sort key of an update in a feed's queue, oldest first."""
    return f"UPDATE#{key}"


def deliveries(account: str, app_key: str) -> str:
    """The partition of the log of an app key's hook."""
    return f"{account}#DELIVERIES#{app_key}"


DELIVERY = "DELIVERY#"


def delivery(key: str) -> str:
    """Sort key of a delivery, by the time of its update."""
    return f"{DELIVERY}{key}"


def journal_partition(account: str) -> str:
    """The partition of the lots of an account's journal."""
    return f"{account}#JOURNAL"


def used_key(number: str) -> str:
    """Sort key of the work that an invoice asks for: in the index ``work`` the invoice itself is under its key."""
    return f"USED_KEY#{number}"


LOTS = "LOT#"
"""Prefix of the lots of a journal."""


RECEIVABLES = "RECEIVABLES"
"""Sort key of an account's receivables, beside its lots."""


def lot(number: int) -> str:
    """Sort key of a lot of a journal, oldest first."""
    return f"{LOTS}{number:012d}"


def work_partition(account: str) -> str:
    """The partition of an account in the index ``work``."""
    return f"{account}#WORK"


def work_sort(since: datetime, kind: str, transaction_id: str, sort_key: str) -> str:
    """Sort key of a work item in the index ``work``: since when it is listed, kind, and the key of what asks for it."""
    return f"{timestamp(since)}#{kind}#{transaction_id}#{sort_key}"


def figures_partition(account: str) -> str:
    """The partition of an account's figures by hour and connector."""
    return f"{account}#FIGURES"


HOUR = "HOUR#"
"""Prefix of the figures of an hour."""


def hour(at: datetime, connector: str = "") -> str:
    """Sort key of a connector's figures of an hour."""
    return f"{HOUR}{at:%Y-%m-%dT%H}#{connector}"


def lapse_partition(account: str) -> str:
    """The partition of an account's lapses in the index ``byAccount``."""
    return f"{account}#LAPSES"


def lapse_sort(at: datetime, transaction_id: str, payment_id: str) -> str:
    """Sort key of a lapse in the index ``byAccount``: when, and which payment's."""
    return f"{timestamp(at)}#{transaction_id}#{payment_id}"


def found(account: str, term: Term) -> str:
    """The partition of the orders that a term finds, in the table or an index; the term itself is hashed."""
    return f"{account}#FIND#{term.kind.value}#{sha256(term.text.encode()).hexdigest()[:32]}"


PERSON = "PERSON#"
"""Prefix of the orders of a shopper's term."""

ANSWER = "ANSWER#"
"""Prefix of the orders of a term of a connector's answer."""


def found_by_person(created_at: datetime, order_id: str) -> str:
    """Sort key of an order in the partition of a shopper's term, oldest first."""
    return f"{PERSON}{timestamp(created_at)}#{order_id}"


def found_by_answer(order_id: str) -> str:
    """Sort key of an order in the partition of a term of a connector's answer."""
    return f"{ANSWER}{order_id}"


def found_by_invoice(received_at: datetime, order_id: str) -> str:
    """Sort key of an invoice in an index, in the partition of one of its terms, oldest first."""
    return f"{timestamp(received_at)}#{order_id}"


CREDENTIALS_LOCK: Key = ("CREDENTIALS#LOCK", "LOCK")
"""The lock on the secret of connector credentials, one for all accounts."""

ORDER = "ORDER"
OPERATIONS = "OPERATION#"
PAYMENTS = "PAYMENT#"
SETTLEMENTS = "SETTLEMENT#"
REFUNDS = "REFUND#"
PAYOUTS, TOLD = "PAYOUT#", "TOLD#"
TRANSACTION = "TXN"
SETTINGS = "SETTINGS"
AUDIT = "AUDIT"
FINDING = "FINDING"
APPROVALS = "APPROVAL#"
CHANGE_SETTINGS = "CHANGE-SETTINGS"
SHOPPER = "SHOPPER"
PLACEMENT = "PLACEMENT"
LISTED_PARTS = "PLACEMENT.LISTED"


def connector(name: str) -> str:
    """Sort key of a connector's configuration."""
    return f"CONNECTOR#{name}"


def line(unique_id: str) -> str:
    """Sort key of an order line."""
    return f"LINE#{unique_id}"


def invoice(number: str) -> str:
    """Sort key of an invoice."""
    return f"INVOICE#{number}"


def document(number: str) -> str:
    """Sort key of an invoice's embedded document."""
    return f"DOCUMENT#{number}"


def change(request_id: str) -> str:
    """Sort key of a registered change."""
    return f"CHANGE#{request_id}"


def modification(request_id: str) -> str:
    """Sort key of an order modification."""
    return f"MODIFICATION#{request_id}"


def payment(payment_id: str) -> str:
    """Sort key of a payment."""
    return f"{PAYMENTS}{payment_id}"


def request(key: str) -> str:
    """Sort key of a direct request with an idempotency key."""
    return f"REQUEST#{key}"


def approval(name: str) -> str:
    """Sort key of an approval."""
    return f"{APPROVALS}{name}"


def data(name: str) -> str:
    """Sort key of additional data of a transaction."""
    return f"DATA#{name}"


def operation(sequence: int) -> str:
    """Sort key of an operation; keys sort in the order of the sequences."""
    return f"{OPERATIONS}{sequence:06d}"


FIRST_LEG = "0001"
"""The number of an operation's first leg, the only one that can be stored with the operation."""


def legs(operation: int | None) -> str:
    """Prefix of the legs of one operation, or of all."""
    return "LEG#" if operation is None else f"LEG#{operation:06d}#"


def leg(operation: int, number: str) -> str:
    """Sort key of a leg."""
    return f"{legs(operation)}{number}"


def settlements(payment_id: str) -> str:
    """Prefix of the settlements of one payment, oldest first."""
    return f"{SETTLEMENTS}{payment_id}#"


def settlement(payment_id: str, number: str) -> str:
    """Sort key of a settlement."""
    return f"{settlements(payment_id)}{number}"


def refunds(payment_id: str) -> str:
    """Prefix of the refunds of one payment."""
    return f"{REFUNDS}{payment_id}#"


def refund(payment_id: str, number: str) -> str:
    """Sort key of a refund."""
    return f"{refunds(payment_id)}{number}"


def payouts(payment_id: str) -> str:
    """Prefix of what settlement reports told of one payment."""
    return f"{PAYOUTS}{payment_id}#"


def payout(payment_id: str, name: str) -> str:
    """Sort key of what a settlement report told of a capture, refund or chargeback."""
    return f"{payouts(payment_id)}{name}"


def can_exist(pk: str, sk: str) -> bool:
    """Return True if the table allows a key of this length; names in it come from callers and can have any length."""
    return len(pk.encode()) <= MAX_PARTITION_BYTES and len(sk.encode()) <= MAX_SORT_BYTES


EVENTS = "EVENT#"


def event(at: datetime, writer: str, number: int) -> str:
    """Sort key of an event: time, writer, number."""
    return f"{EVENTS}{timestamp(at)}#{writer}#{number:06d}"


def timestamp(at: datetime) -> str:
    """Format a UTC time so that the texts sort in the order of the times."""
    return at.isoformat(timespec="microseconds")


def timestamp_of(text: str) -> str:
    """Format a stored ISO 8601 time, which can be shorter, as ``timestamp`` does."""
    return timestamp(datetime.fromisoformat(text.replace("Z", "+00:00")))


def due_partition(transaction_id: str) -> str:
    """The shard of the ``due`` index for a transaction."""
    return due_shard(zlib.crc32(transaction_id.encode()) % DUE_SHARDS)


AUDITS = "DUE#AUDITS"
"""The partition of the ``due`` index for audits."""


def due_shard(number: int) -> str:
    """One of the 16 shards of the ``due`` index."""
    return f"DUE#{number:02d}"
