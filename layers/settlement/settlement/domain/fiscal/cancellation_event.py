"""Reads the event that cancels an NF-e: 110111 of layout 1.00, with or without the tax authority's answer to it."""

import re
from collections.abc import Iterator

from settlement.domain.fiscal.access_key import AccessKey
from settlement.domain.fiscal.fields import (
    SHOWN,
    found_at,
    key_in,
    lacking,
    require_version,
    short_text,
    text_of,
    time_of,
    value_of,
)
from settlement.domain.fiscal.nfe import MAX_REASON, TEST, Protocol
from settlement.domain.fiscal.refused import NAMESPACE, FiscalDocumentRefused, another_root
from settlement.domain.fiscal.xml_tree import Element
from settlement.domain.order.fiscal_record import FiscalCode
from settlement.values import dataclass

EVENT_ROOTS = ("procEventoNFe", "evento", "envEvento")
"""An event with the tax authority's answer, without it, and in the batch in which it is sent."""

EVENT_VERSION = "1.00"
CANCELLATION = "110111"
"""``tpEvento`` of the event that cancels a note."""

REGISTERED = frozenset({"135", "136", "155"})
"""Answers to an event that counts: registered, registered apart from its note, and registered after the term."""

MIN_REASON_CHARACTERS = 15
MAX_REASON_CHARACTERS = 255
"""The layout's limits of ``xJust``."""

_SEQUENCE = re.compile("[1-9][0-9]?")
_PROTOCOL = re.compile("[0-9]{15}")


@dataclass(frozen=True, slots=True)
class CancellationEvent:
    """The cancellation of the note that has ``key``, and was authorised by ``protocol``.

    ``told_twice`` are the fields that its key or another field tells, too: their names, and what they say and should
    say. ``reason`` is in words. ``registration`` is the tax authority's answer, None if it is not told.
    """

    key: AccessKey
    sequence: int
    protocol: str
    reason: str
    occurred_at: str
    is_test: bool
    told_twice: tuple[tuple[str, str, str], ...]
    registration: Protocol | None

    @property
    def id(self) -> str:
        """What identifies the event among all, as the layout makes it."""
        return _id(self.key, self.sequence)


def cancellation_event_of(root: Element) -> CancellationEvent:
    """Return the event that one of ``EVENT_ROOTS`` has; raises ``FiscalDocumentRefused``."""
    event = _event_of(root)
    body = _required(event, "infEvento")
    _require_cancellation(body, "infEvento/tpEvento")
    detail = _required(body, "detEvento")
    require_version(event.attributes.get("versao"), EVENT_VERSION, "evento, versao")
    require_version(value_of(body, "verEvento") or EVENT_VERSION, EVENT_VERSION, "infEvento/verEvento")
    require_version(detail.attributes.get("versao", EVENT_VERSION), EVENT_VERSION, "detEvento, versao")
    key = key_in(text_of(body, "chNFe"), "infEvento/chNFe")
    sequence = int(_like(_SEQUENCE, "a number from 1 to 99", body, "nSeqEvento"))
    answer = _answer_of(root)
    return CancellationEvent(
        key=key,
        sequence=sequence,
        protocol=_like(_PROTOCOL, "15 digits", detail, "nProt"),
        reason=_reason(detail),
        occurred_at=time_of(body, "dhEvento"),
        is_test=TEST in {text_of(body, "tpAmb"), None if answer is None else value_of(answer, "tpAmb")},
        told_twice=tuple(_told_twice(key, sequence, body, answer)),
        registration=None if answer is None else _registration(answer),
    )


def _event_of(root: Element) -> Element:
    """Return the one event of a body; the layout lets a batch have twenty."""
    events = [root] if root.name == "evento" else root.all("evento")
    if len(events) > 1:
        raise FiscalDocumentRefused(f"evento: must be 1 event, there are {len(events)}", code=FiscalCode.EVENTS)
    if not events:
        raise lacking("evento")
    if events[0].namespace != NAMESPACE:
        raise another_root(events[0], EVENT_ROOTS)
    return events[0]


def _answer_of(root: Element) -> Element | None:
    answer = found_at(root, "retEvento") if root.name == "procEventoNFe" else None
    return None if answer is None else _required(answer, "infEvento")


def _require_cancellation(body: Element, where: str) -> None:
    if (type_ := text_of(body, "tpEvento")) != CANCELLATION:
        raise FiscalDocumentRefused(
            f"{where}: must be {CANCELLATION}, the cancellation; got {type_[:SHOWN]}", code=FiscalCode.EVENT
        )


def _registration(answer: Element) -> Protocol:
    if value_of(answer, "tpEvento") is not None:
        _require_cancellation(answer, "retEvento/tpEvento")
    return Protocol(short_text(answer, SHOWN, "cStat"), (value_of(answer, "xMotivo") or "no reason")[:MAX_REASON])


def _told_twice(key: AccessKey, sequence: int, body: Element, answer: Element | None) -> Iterator[tuple[str, str, str]]:
    yield "infEvento/CNPJ", value_of(body, "CNPJ") or value_of(body, "CPF") or key.issuer, key.issuer
    yield "infEvento, Id", body.attributes.get("Id", _id(key, sequence)), _id(key, sequence)
    if answer is not None:
        yield "retEvento/chNFe", value_of(answer, "chNFe") or key.text, key.text
        yield "retEvento/nSeqEvento", value_of(answer, "nSeqEvento") or str(sequence), str(sequence)


def _id(key: AccessKey, sequence: int) -> str:
    return f"ID{CANCELLATION}{key.text}{sequence:02d}"


def _reason(detail: Element) -> str:
    reason = " ".join(text_of(detail, "xJust").split())
    if not MIN_REASON_CHARACTERS <= len(reason) <= MAX_REASON_CHARACTERS:
        raise FiscalDocumentRefused(
            f"detEvento/xJust: must have {MIN_REASON_CHARACTERS} to {MAX_REASON_CHARACTERS} characters, "
            f"it has {len(reason)}",
            code=FiscalCode.FIELD,
        )
    return reason


def _required(element: Element, name: str) -> Element:
    found = found_at(element, name)
    if found is None:
        raise lacking(name)
    return found


def _like(pattern: re.Pattern[str], meant: str, element: Element, name: str) -> str:
    text = text_of(element, name)
    if not pattern.fullmatch(text):
        raise FiscalDocumentRefused(f"{name}: must be {meant}; got {text[:SHOWN]}", code=FiscalCode.FIELD)
    return text
