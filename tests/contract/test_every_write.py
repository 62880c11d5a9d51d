"""Every write the service has, and what keeps it from undoing another's: a condition, a lock, or that it only adds."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from settlement.domain.account.account import AccountSettings, ExpiryPolicy, ReturnsBeforeCompletion
from settlement.domain.account.feed import Feed, Hook
from settlement.domain.actor import Actor
from settlement.domain.order.shopper import Shopper
from settlement.domain.transaction.approval import ApprovalKind, ApprovalLimit
from settlement.domain.transaction.checkout import AdditionalData, Checkout
from settlement.storage import codecs, keys
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.feeds import DynamoDBFeeds
from settlement.storage.writing import writes
from settlement.use_cases.account.change_settings import change_settings, replace_change_settings
from settlement.use_cases.connectors.configure_connector import disable_connector
from settlement.use_cases.gateway.add_data import add_data
from settlement.use_cases.gateway.start_transaction import NewTransaction, start_transaction
from settlement.use_cases.orders.erase_shopper import erase_shopper
from settlement.use_cases.shared.ports import Conflict, Ports
from settlement.use_cases.updates.read_feed import configure_feed
from testkit.builders import ACCOUNT, a_connector
from testkit.clock import Clock, Ids
from testkit.shop import Shop
from testkit.store import FakeStore
from tests.support.declared_table import make_declared_table
from tests.support.feeds import FakeFeeds

ROOT = Path(__file__).parents[2]
DEPLOYED = [*sorted((ROOT / "layers" / "settlement").rglob("*.py")), *sorted((ROOT / "functions").rglob("*.py"))]
WRITING = {
    "put_item",
    "update_item",
    "delete_item",
    "batch_write_item",
    "transact_write_items",
    "execute_statement",
    "execute_transaction",
    "batch_execute_statement",
    "put_secret_value",
    "update_secret",
}

GUARDS = {
    "storage/table.py:_put": "whatever is written here brings a condition: the parameter has no default",
    "storage/dynamodb.py:save_audit_walk": "its version",
    "storage/commits.py:_write": "versions, attempts, replays and revisions; counters are added up",
    "storage/commits.py:_write_lot": "the same, of each commit in it",
    "storage/figures.py:_raise": "only counts up",
    "storage/reports.py:save_report": "its version; of a sequence, that nothing has it, or the same report",
    "storage/reports.py:drop_arrival": "the statement that told it",
    "storage/feeds.py:append": "nothing is there yet",
    "storage/feeds.py:_write_with": "a delivery that is as it was read, with the events of its work",
    "storage/feeds.py:remove_delivery": "the attempts that were read",
    "storage/feeds.py:hide": "hidden until the time that was read",
    "storage/feeds.py:_delete": "takes away all of a thing, whatever it says: gone is gone",
    "storage/app_keys.py:_write": "a new key is not there yet; `save`, for the local stack, says all of the key",
    "storage/app_keys.py:_update": "the token's hash that was read",
    "storage/console_access.py:note_failure": "only counts up",
    "storage/console_access.py:forget_failures": "takes away the count, whatever it says: a sign-in ends it",
    "storage/console_access.py:end": "says one thing only, that a session has ended, whoever says it",
    "storage/connector_credentials.py:put": "the lock, which the two below take and give back",
    "storage/connector_credentials.py:_write": "nobody has the lock, or its time is over",
    "storage/connector_credentials.py:_unlock": "the lock is one's own",
    "sandbox_connector/sandbox_store.py:write": "its version",
}
"""Where the service writes, and what guards it."""

_tables = count(1)


def writing_calls() -> Iterator[str]:
    """Yield every function that calls a client to write."""
    for path in DEPLOYED:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                called = {each.func.attr for each in ast.walk(node) if _is_method_call(each)}  # type: ignore[attr-defined]
                if called & WRITING:
                    yield f"{path.parent.name}/{path.name}:{node.name}"


def _is_method_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def test_every_write_has_a_guard() -> None:
    assert sorted(writing_calls()) == sorted(GUARDS)


def tell(shop: Shop) -> None:
    """A story that writes everything an order and a transaction can have."""
    placed = shop.open(shopper=Shopper(email="a@example.com"), order_id="1234567890123-01")
    placed.change("C1", discount=1000)
    placed.invoice("N1", 5000)
    placed.give_back("R1", 1000)
    placed.invoice("N2", 4000)
    add_data(shop.ports, ACCOUNT, placed.transaction_id, [AdditionalData("device", "1")])
    start_transaction(shop.ports, ACCOUNT, NewTransaction(10000, Checkout("purchase", "store", "1")), "key")
    erase_shopper(shop.ports, ACCOUNT, placed.order_id)


def test_every_write_of_a_commit_has_a_condition_or_goes_with_a_head_that_has_one(shop: Shop) -> None:
    """One without is a part of an order or transaction whose head is written by its version in the same commit.

    What finds an order by a connector's answer only adds, and says the same whoever writes it.
    """
    tell(shop)
    bare = set()
    for commit in shop.store.commits:
        first, together = writes("table", commit)
        puts = [next(iter(write.values())) for write in (*first, *together)]
        guarded = {_sort_key(put) for put in puts if "ConditionExpression" in put}  # type: ignore[operator]
        for put in puts:
            if "ConditionExpression" not in put:  # type: ignore[operator]
                name, mark, _ = _sort_key(put).partition("#")
                bare.add(name + mark)
                assert guarded & {keys.ORDER, keys.TRANSACTION} or name + mark == keys.ANSWER

    assert bare == {"LINE#", "SHOPPER", "DATA#", keys.PERSON, keys.ANSWER, keys.group_member("")}


def _sort_key(put: Any) -> str:
    return str(codecs.from_wire(put.get("Item") or put["Key"])["SK"])


@pytest.fixture(params=["fake", "client", "own_client"])
def stores(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """An empty store and empty feeds of either kind."""
    if request.param == "fake":
        return FakeStore(), FakeFeeds()
    client = request.getfixturevalue(request.param)
    name = new_table(client)
    return DynamoDBStore(client, name), DynamoDBFeeds(client, name)


def new_table(client: Any) -> str:
    """Make an empty table as the template has it, and return its name."""
    name = f"writes-{next(_tables)}"
    make_declared_table(client, name)
    return name


NOTHING, FIRST, SECOND = AccountSettings(), AccountSettings("A"), AccountSettings("B", strict_invoices=True)
FEED, HOOK = Feed("erp", "F1"), Hook("erp", "https://a.example", (("key", ""),))

REPLACEMENTS: dict[str, tuple[Callable[[Any, Any, Any, Any], None], Any, Any, Any]] = {
    "settings": (
        lambda store, _, before, after: store.replace_settings(ACCOUNT, before, after),
        NOTHING,
        FIRST,
        SECOND,
    ),
    "change settings": (
        lambda store, _, before, after: store.replace_change_settings(ACCOUNT, before, after),
        None,
        "{}",
        '{"a":1}',
    ),
    "feed": (
        lambda _, feeds, before, after: feeds.replace_feed(ACCOUNT, before, after),
        None,
        FEED,
        replace(FEED, statuses=("handling",)),
    ),
    "hook": (
        lambda _, feeds, before, after: feeds.replace_hook(ACCOUNT, before, after),
        None,
        HOOK,
        replace(HOOK, statuses=("handling",), headers=()),
    ),
    "connector": (
        lambda store, _, before, after: store.replace_connector(ACCOUNT, before, after),
        None,
        a_connector("acme"),
        a_connector("acme", enabled=False, revision=1),
    ),
}


@pytest.mark.parametrize(("write", "nothing", "first", "second"), REPLACEMENTS.values(), ids=REPLACEMENTS)
def test_what_is_configured_is_written_only_over_what_was_read(
    stores: tuple[Any, Any], write: Callable[..., None], nothing: Any, first: Any, second: Any
) -> None:
    write(*stores, nothing, first)
    with pytest.raises(Conflict):
        write(*stores, nothing, second)
    stored = replace(first, revision=1) if hasattr(first, "revision") else first
    write(*stores, stored, second)
    with pytest.raises(Conflict):
        write(*stores, stored, first)


def test_settings_of_an_older_version_are_written_over_as_they_are_read(client: Any) -> None:
    """An item without fields that came later, or without the key of one that is absent, is what it reads as."""
    name = new_table(client)
    store = DynamoDBStore(client, name)
    pk, sk = keys.account(ACCOUNT, keys.SETTINGS)
    client.put_item(TableName=name, Item=codecs.to_wire({"PK": pk, "SK": sk, "merchant_name": "OLD"}))

    before = store.settings(ACCOUNT)
    store.replace_settings(ACCOUNT, before, replace(before, strict_invoices=True))

    assert store.settings(ACCOUNT) == AccountSettings("OLD", strict_invoices=True)


FIELDS: dict[str, Any] = {
    "merchant_name": "SHOP",
    "partial_settlement": False,
    "strict_invoices": True,
    "auto_settle": False,
    "expiry_policy": ExpiryPolicy.CANCEL,
    "returns_before_completion": ReturnsBeforeCompletion.REFUND,
    "approval_above": (ApprovalLimit(ApprovalKind.REFUND, "BRL", 2000),),
    "approval_hours": 24,
}


@pytest.mark.parametrize("one", FIELDS)
@pytest.mark.parametrize("other", FIELDS)
def test_two_changes_of_settings_at_once_both_stay(shop: Shop, one: str, other: str) -> None:
    def change(name: str) -> AccountSettings:
        return change_settings(shop.ports, ACCOUNT, lambda settings: replace(settings, **{name: FIELDS[name]}))

    shop.store.interrupt(lambda: change(other))
    answered = change(one)

    assert answered == shop.store.settings(ACCOUNT) == AccountSettings(**{name: FIELDS[name] for name in (one, other)})


def test_two_feeds_made_at_once_for_one_key_are_one() -> None:
    feeds = FakeFeeds()
    feeds.interrupt(lambda: configure_feed(feeds, ACCOUNT, Feed("erp", "F1")))

    kept = configure_feed(feeds, ACCOUNT, Feed("erp", "F2", ("handling",)))

    assert kept == feeds.feed(ACCOUNT, "erp") == Feed("erp", "F1", ("handling",))


def test_settings_of_changes_are_those_that_came_last() -> None:
    store = FakeStore()
    ports = Ports(store, Clock(), Ids(), Actor("key", "anna"))
    store.interrupt(lambda: replace_change_settings(ports, ACCOUNT, "first"))

    replace_change_settings(ports, ACCOUNT, "last")

    assert store.change_settings(ACCOUNT) == "last"


def test_connector_that_is_disabled_while_it_is_changed_stays_disabled(shop: Shop) -> None:
    held = shop.store.connector(ACCOUNT, "partial")
    disable_connector(shop.ports, ACCOUNT, "partial")
    with pytest.raises(Conflict):
        shop.store.replace_connector(ACCOUNT, held, a_connector("partial"))
