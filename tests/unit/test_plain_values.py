"""What is written of every stored object, and read again, is what pydantic writes and reads."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from settlement.domain.account.account import AccountSettings
from settlement.domain.account.feed import Feed, FeedItem, Hook
from settlement.domain.audit.walk import AuditWalk
from settlement.domain.changes.change import Change
from settlement.domain.changes.modification import Modification
from settlement.domain.connectors.connector import Connector
from settlement.domain.events import Event
from settlement.domain.ledger.ledger import Counters
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.listing import ListedOrder
from settlement.domain.order.order import Line, Order
from settlement.domain.order.shopper import Shopper
from settlement.domain.transaction.checkout import AdditionalData
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.storage.attribute_values import from_attribute, to_attribute
from settlement.storage.plain_values import reader_of, writer_of

KINDS: tuple[Any, ...] = (
    *(AccountSettings, AdditionalData, AuditWalk, Change, Connector, Event, Feed, FeedItem, Hook, Invoice, Leg, Line),
    *(ListedOrder, Modification, Operation, Order, Payment, Settlement, Shopper, Transaction),
)
ADAPTERS = {kind: TypeAdapter(kind) for kind in KINDS}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(max_size=5),
    lambda held: st.lists(held, max_size=3) | st.dictionaries(st.text(max_size=5), held, max_size=3),
    max_leaves=6,
)
OFFSETS = st.sampled_from([UTC, UTC, timezone(timedelta(hours=-3)), timezone(timedelta(hours=5, minutes=30))])
WRONG: dict[str, Any] = {
    "text": "no-such-value",
    "list": [None],
    "map": {"no-such-name": 1},
    "number": -3,
    "none": None,
}

COUNTERS = st.lists(st.integers(0, 10**12), min_size=10, max_size=10).map(
    lambda drawn: Counters(
        authorised=sum(drawn),
        **dict(zip(("cancelled", "withheld", "in_doubt", "written_off", "paid_otherwise"), drawn, strict=False)),
        captured=sum(drawn[5:8]),
        refunded=drawn[5],
        change_refunded=drawn[5] // 2,
        refund_in_doubt=drawn[6],
        refund_written_off=drawn[8],
        change_written_off=drawn[8] // 3,
    )
)
"""Ledgers that are in balance: no other can be made."""

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    simple: dict[Any, st.SearchStrategy[Any]] = {
        int: st.integers(0, 10**30),
        str: st.text(max_size=8),
        bool: st.booleans(),
        datetime: st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=OFFSETS),
        timedelta: st.timedeltas(timedelta(-4000), timedelta(4000)),
        type(None): st.none(),
        Counters: COUNTERS,
    }
    if hint in simple:
        return simple[hint]
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of(*map(values_of, get_args(hint)))
    if get_origin(hint) is tuple:
        inner = get_args(hint)
        return (
            st.lists(values_of(inner[0]), max_size=3).map(tuple) if ... in inner else st.tuples(*map(values_of, inner))
        )
    if get_origin(hint) in (dict, Mapping):
        return st.dictionaries(st.text(max_size=5), JSON, max_size=3)
    if issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    assert is_dataclass(hint)
    hints: dict[str, Any] = get_type_hints(hint)
    return st.builds(cast(Any, hint), **{field.name: values_of(hints[field.name]) for field in fields(hint)})


@every_kind
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_object_is_written_and_read_as_pydantic_does(kind: Any, data: st.DataObject) -> None:
    thing = data.draw(values_of(kind))
    written = ADAPTERS[kind].dump_python(thing, mode="json", exclude_none=True)

    item = writer_of(kind)(thing)

    assert item == written
    assert list(item) == list(written)
    assert reader_of(kind)(item) == thing == ADAPTERS[kind].validate_python(item)
    assert reader_of(kind)(item | {"PK": "of another kind"}) == thing


@every_kind
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_what_pydantic_refuses_is_refused_with_its_field(kind: Any, data: st.DataObject) -> None:
    item = writer_of(kind)(data.draw(values_of(kind)))
    hints = get_type_hints(kind)
    name = data.draw(st.sampled_from([field.name for field in fields(kind)]))
    numbers_are_read = {datetime, timedelta} & {hints[name], *get_args(hints[name])}
    wrong = data.draw(st.sampled_from([key for key in WRONG if not (key == "number" and numbers_are_read)]))
    changed = {**item, name: WRONG[wrong]}
    try:
        expected = ADAPTERS[kind].validate_python(changed)
    except ValidationError:
        with pytest.raises(ValueError, match=name):
            reader_of(kind)(changed)
    else:
        assert reader_of(kind)(changed) == expected


@every_kind
def test_missing_field_is_its_default_or_refused(kind: Any) -> None:
    try:
        expected = ADAPTERS[kind].validate_python({})
    except ValidationError as error:
        missing = [str(each["loc"][0]) for each in error.errors()]
        with pytest.raises(ValueError, match=f"{kind.__name__}: lacks {', '.join(sorted(missing))}"):
            reader_of(kind)({})
    else:
        assert reader_of(kind)({}) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "1H", "P1M", "PT1.5H", "P-1D", "PT1S ", "-"])
def test_text_that_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        reader_of(timedelta)(text)


def test_type_that_nothing_reads_is_told_when_its_reader_is_made() -> None:
    @dataclass(frozen=True)
    class Odd:
        fraction: float

    with pytest.raises(TypeError, match="float"):
        reader_of(Odd)


@settings(deadline=None)
@given(
    value=st.dictionaries(st.text(max_size=5), JSON | st.binary(max_size=5) | st.integers(-(10**38) + 1, 10**38 - 1))
)
def test_attribute_values_are_those_of_boto3(value: dict[str, Any]) -> None:
    attribute = to_attribute(value)

    assert attribute == TypeSerializer().serialize(value)
    assert from_attribute(attribute) == value == TypeDeserializer().deserialize(attribute)


@pytest.mark.parametrize("value", [1.5, {1.5}, object(), {"a": [1.0]}])
def test_what_has_no_place_in_an_item_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_attribute(value)


@pytest.mark.parametrize("number", [10**38, -(10**38)])
def test_number_that_the_table_would_round_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="38 digits"):
        to_attribute(number)


def test_attribute_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match="SS"):
        from_attribute({"SS": ["a"]})
