"""Texts, money, numbers and times as a person of one language and time zone reads them.

Babel is loaded by the first amount or time, not with the function.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from settlement.console.language import catalogue
from settlement.domain.actor import Actor
from settlement.domain.errors import Refusal
from settlement.domain.money import is_currency, minor_digits, to_major
from settlement.values import dataclass

if TYPE_CHECKING:
    from babel import Locale

    from settlement.domain.events import Event


@dataclass(frozen=True, slots=True)
class Words:
    """How one reader is spoken to; ``zone`` is the name of a time zone."""

    language: str
    zone: str = "UTC"

    def text(self, key: str, **facts: object) -> str:
        """Return the text of a key with its facts filled in; raises ``KeyError`` for an unknown key."""
        return catalogue(self.language)[key].format_map(facts)

    def of(self, kind: str, name: object) -> str:
        """Return the text for one of a kind, ``of("order-status", "handling")``; an unknown name reads as it is."""
        return catalogue(self.language).get(f"{kind}.{name}", str(name))

    def refusal(self, refusal: Refusal) -> str:
        """Return what kind of refusal it is; its message, which has field, value and limit, is for programs and in
        English. Empty for what a page says by its title.
        """
        name = type(refusal).__name__
        told = self.of("refusal", name)
        return "" if told == name else told

    def money(self, minor_units: int, currency: str) -> str:
        """Return an amount with its currency, all of its minor units shown: ``R$ 70,00``."""
        pattern = _money_pattern(self.language, minor_digits(currency))
        shown = pattern.apply(
            to_major(minor_units, currency), _locale(self.language), currency=currency, currency_digits=False
        )
        return _LETTER_BEFORE_DIGIT.sub("\xa0", shown)

    def plain_money(self, minor_units: int, currency: str) -> str:
        """Return an amount as a field of a form holds it, without currency and groups: ``1234,50``."""
        from babel.numbers import get_decimal_symbol

        digits = minor_digits(currency)
        text = f"{to_major(minor_units, currency):.{digits}f}"
        return text.replace(".", get_decimal_symbol(_locale(self.language)))

    def number(self, number: int | Decimal) -> str:
        """Return a number."""
        from babel.numbers import format_decimal

        return format_decimal(number, locale=_locale(self.language))

    def duration(self, milliseconds: int) -> str:
        """Return a time span in the largest unit that it reaches: ``0.9 s``, ``3 min``, ``1.5 h``."""
        unit, symbol = next(held for held in _SPANS if milliseconds >= held[0] or held is _SPANS[-1])
        digits = 0 if milliseconds >= 10 * unit else 1
        return f"{self.number(Decimal(milliseconds / unit).quantize(Decimal(1).scaleb(-digits)))}\xa0{symbol}"

    def short(self, milliseconds: int) -> str:
        """Return the time of one call: in milliseconds below a second."""
        return f"{self.number(milliseconds)}\xa0ms" if milliseconds < 1000 else self.duration(milliseconds)

    def moment(self, at: datetime) -> str:
        """Return a time to the minute: ``29 de nov. de 2026, 14:35``."""
        from babel.dates import format_datetime

        return format_datetime(self.local(at), _MOMENTS[self.language], locale=_locale(self.language))

    def soon(self, at: datetime) -> str:
        """Return a time of this year to the minute: ``29 de nov., 14:35``."""
        from babel.dates import format_datetime

        return format_datetime(self.local(at), "d MMM, HH:mm", locale=_locale(self.language))

    def second(self, at: datetime) -> str:
        """Return a time to the millisecond, for timelines."""
        from babel.dates import format_datetime

        shown = format_datetime(self.local(at), _SECONDS[self.language], locale=_locale(self.language))
        return f"{shown}.{at.microsecond // 1000:03d}"

    def day(self, day: date) -> str:
        """Return a day."""
        from babel.dates import format_date

        return format_date(day, "d MMM y", locale=_locale(self.language))

    def short_day(self, day: date) -> str:
        """Return a day of the coming year: ``29 de nov.``"""
        from babel.dates import format_date

        return format_date(day, "d MMM", locale=_locale(self.language))

    def any_money(self, minor_units: int, currency: str) -> str:
        """Return an amount of a file, which can have something else in the place of its currency."""
        return self.money(minor_units, currency) if is_currency(currency) else f"{self.number(minor_units)} {currency}"

    def written_day(self, text: str) -> str:
        """Return a day that was sent as ``2026-11-29``, alone or before a time; anything else as it is."""
        try:
            return self.day(date.fromisoformat(text[:10]))
        except ValueError:
            return text

    def clock(self, at: datetime) -> str:
        """Return the time of a day."""
        return self.local(at).strftime("%H:%M")

    def local(self, at: datetime) -> datetime:
        """Return a time in the reader's zone."""
        return at.astimezone(zone_named(self.zone))

    def sentence(self, kind: str, code: str, facts: Mapping[str, Any], currency: str) -> str:
        """Return the sentence of a diagnosis; amounts read as money, a kind of operation by its name."""
        told = {name: self._fact(name, fact, currency) for name, fact in facts.items()}
        return self.text(f"{kind}.{code}", **told)

    def _fact(self, name: str, fact: Any, currency: str) -> str:
        if name in _AMOUNTS_OF_DIAGNOSES:
            return self.money(int(fact), currency)
        return self.of("operation", fact) if name == "kind" else str(fact or self.text("nothing-told"))

    def origin(self, origin: str) -> str:
        """Return where an operation comes from: ``invoice/N1`` is ``Invoice N1``."""
        kind, _, name = origin.partition("/")
        return f"{self.of('origin', kind)} {name}".strip()

    def actor(self, actor: Actor) -> str:
        """Return who caused an event: a part of the service, or a person and their app key."""
        if actor.system is not None:
            return self.text("by", who=self.of("system", actor.system.value))
        who = f"{actor.user} ({actor.app_key})" if actor.user else str(actor.app_key)
        return self.text("by", who=who)

    def told(self, event: "Event", untold: frozenset[str], currency: str) -> list[tuple[str, str]]:
        """Return the facts of an event with their names, those that have no other place."""
        facts, item = dict(event.data), event.data.get("item")
        if isinstance(item, Mapping):
            facts = {name: item.get(name) for name in _OF_WORK}
        return [
            (self.of("fact", name), self.value(name, fact, currency))
            for name, fact in facts.items()
            if name not in untold and fact not in (None, "")
        ]

    def value(self, name: str, fact: Any, currency: str) -> str:
        """Return a fact of an event; amounts, by the names of facts, as money."""
        if isinstance(fact, bool):
            return self.of("answer", "yes" if fact else "no")
        if isinstance(fact, int) and name in AMOUNTS:
            return self.money(fact, currency)
        if name in _NAMED and isinstance(fact, str):
            return next((found for kind in _NAMED[name] if (found := self.of(kind, fact)) != fact), fact)
        if name == "origin":
            return self.origin(str(fact))
        if name in _TIMES and isinstance(fact, str):
            return self.moment(datetime.fromisoformat(fact.replace("Z", "+00:00")))
        if isinstance(fact, Mapping):
            return ", ".join(f"{self.of('counter', key)}: {self.value('value', one, currency)}"
                             for key, one in fact.items())  # fmt: skip
        if isinstance(fact, list | tuple):
            return ", ".join(str(one) for one in fact)
        return str(fact)


_AMOUNTS_OF_DIAGNOSES = frozenset({"value", "invoiced", "left", "captured"})

AMOUNTS = frozenset(
    {"asked", "changeValue", "counted", "discountValue", "incrementValue", "repeatedValue", "storedValue", "total"}
    | {"transactionValue", "value", "takenOff", "unreturned", "itemsValue", "linesValue", "payable", "withdrawn"}
    | {"fee", "net"}
)
"""Facts of events that are minor units."""

_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[A-Za-z])(?=[0-9])")
"""Where a code stands in place of a symbol, as in ``KWD 7.000``, a space keeps it from the number."""

_NAMED = {
    "kind": ("operation", "work"),
    "call": ("leg",),
    "mode": ("mode",),
    "invoiceType": ("invoice-type",),
    "ending": ("ending",),
    "from": ("order-status", "transaction-status"),
    "to": ("order-status", "transaction-status"),
}
"""Facts that are one of a kind, which has names in the catalogues."""

_SPANS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))
"""Units of time in milliseconds, with the symbols that all languages of the console have."""

_OF_WORK = ("kind", "value", "message")
"""What is told of a work item that an event opens or closes."""

_TIMES = frozenset({"nextAttemptAt", "expiresAt", "plannedAt", "since"})

_LOCALES = {"pt-BR": "pt_BR", "en": "en", "es": "es"}
_MOMENTS = {"pt-BR": "d MMM y, HH:mm", "en": "d MMM y, HH:mm", "es": "d MMM y, HH:mm"}
_SECONDS = {"pt-BR": "d MMM, HH:mm:ss", "en": "d MMM, HH:mm:ss", "es": "d MMM, HH:mm:ss"}


@cache
def _locale(language: str) -> "Locale":
    from babel import Locale

    return Locale.parse(_LOCALES[language])


@cache
def _money_pattern(language: str, digits: int) -> Any:
    """The locale's pattern of money with the currency's own number of decimals, as ISO 4217 has it."""
    from babel.numbers import parse_pattern

    pattern = parse_pattern(_locale(language).currency_formats["standard"].pattern)
    pattern.frac_prec = (digits, digits)
    return pattern


@cache
def zone_named(name: str) -> tzinfo:
    """Return a time zone; UTC if there is none of the name."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return UTC
