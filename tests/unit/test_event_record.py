"""What is stored of a commit's events, and that it stays readable (D117)."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from settlement.domain.actor import Actor
from settlement.domain.events import Event, EventType
from settlement.storage.event_record import EventRecord, packed, record_of
from settlement.storage.record_dictionaries import DICTIONARIES, NEWEST
from testkit.builders import NOON

EVENT = Event(EventType.PAYMENT_SETTLED, NOON, "leg-000002-0001", 1, "O-01", "T", "P", {"value": 7000, "said": "não"})
RECORD = EventRecord(
    "demo",
    [EVENT, replace(EVENT, type=EventType.BOOKS_UPDATED, writer="transaction", number=9, payment_id=None, data={})],
    [["T", "TXN", {"s": {"head": 3}, "a": {"captured": 7000}}]],
)
ANNA = Actor("erp", "anna")
BY_ANNA = replace(RECORD, events=[replace(event, actor=ANNA) for event in RECORD.events], actor=ANNA)
STORED = {
    1: (
        "e016ef6682db787662677358ee81c0930478d0073448daa0aa339a4f579500d0",
        bytes.fromhex(
            "436e05a4a4e6e693dc10300659035e87476e43c01f47351482de1008c035205b9c0896cf8b2935304835ce57226e210f6e97"
            "1333168ecfd5c4afe331862d3fc428b2626b01"
        ),
    ),
    2: (
        "428678bb1a335e89c39b42618344216bee48742a7f481a2f346c7e3cf7d82732",
        bytes.fromhex(
            "436e72a4a4e6e693dcea3006f909bce88fdc56873f8e3a2f04bdd511806bf4b738112c9f17536a60906a9caf44dcaa21dc2e"
            "2766e01d9fab895f34640c5beb88513ec6d60200"
        ),
    ),
}


@pytest.mark.parametrize("record", [RECORD, replace(RECORD, log=[]), replace(RECORD, events=[EVENT]), BY_ANNA])
def test_record_is_read_as_it_was_written(record: EventRecord) -> None:
    assert record_of(packed(record)) == record


def test_record_is_public_if_one_of_its_events_is() -> None:
    assert packed(RECORD)["public"] is True
    assert "public" not in packed(replace(RECORD, events=RECORD.events[1:]))


def test_record_sorts_as_its_last_event() -> None:
    late = replace(EVENT, at=NOON + timedelta(seconds=1))
    assert RECORD.sort_key == "EVENT#2026-03-01T12:00:00.000000+00:00#transaction#000009"
    assert replace(RECORD, events=[EVENT, late]).sort_key > RECORD.sort_key


@pytest.mark.parametrize("number", DICTIONARIES)
def test_dictionary_is_never_changed(number: int) -> None:
    checksum, stored = STORED[number]

    assert hashlib.sha256(DICTIONARIES[number]).hexdigest() == checksum
    assert record_of({"packed": stored, "dictionary": number}) == RECORD


def test_newest_dictionary_is_known() -> None:
    assert max(DICTIONARIES) == NEWEST


@pytest.mark.parametrize(
    "damage",
    [
        {"dictionary": NEWEST + 1},
        {"dictionary": None},
        {"packed": b""},
        {"packed": b"\x00\x00"},
        {"packed": b"\xff" * 9},
    ],
)
def test_record_that_cannot_be_read_says_so(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"dictionary|unpacked|Expecting"):
        record_of(packed(RECORD) | damage)
