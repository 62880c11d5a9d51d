"""Expressions that find a shopper's data in the texts of connectors, for masking.

A fact is an expression on folded text (``folding.fold``) and matches whole words, whatever their punctuation, case and
accents. One letter is never a fact, and a short part of an address is not one by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import fields

from settlement.domain.order.shopper import Shopper
from settlement.domain.privacy.folding import fold

_START = r"(?<![^\W_])"
_END = r"(?![^\W_])"
_BETWEEN_CHARACTERS = r"[\s./()+_-]{0,3}"
_BETWEEN_WORDS = r"[\W_]+"
_AT = r"\s?[\[({]?\s?(?:@|at|arroba)\s?[\])}]?\s?"
_PARTICLES = frozenset({"das", "dos", "del", "des", "von", "van", "der", "den", "the", "and", "ltda", "filho", "neto"})
_SHORTEST_WORD, _SHORTEST_NAME, _SHORTEST_PLACE = 3, 2, 4
_SHORTEST_NUMBER = 5
_DIGITS_OF_A_PHONE = 8
"""Last digits that identify a phone, without the codes of country and area."""


def facts_of(shopper: Shopper | None, holder: str | None) -> tuple[str, ...]:
    """Return the expressions that find the known data of a shopper and the card holder's name."""
    return tuple(dict.fromkeys(_facts(shopper or Shopper(), holder)))


def _facts(shopper: Shopper, holder: str | None) -> Iterator[str]:
    yield from _email(shopper.email or "")
    yield from _characters(shopper.document or "")
    yield from _characters(shopper.corporate_document or "")
    yield from _phone(shopper.phone or "")
    addresses = [address for address in (shopper.address, shopper.billing_address) if address is not None]
    for name in (holder, shopper.first_name, shopper.last_name, *(address.receiver_name for address in addresses)):
        yield from _name(name or "")
    yield from _name(f"{shopper.first_name or ''} {shopper.last_name or ''}")
    for whole in (shopper.corporate_name, shopper.trade_name):
        yield from _place(whole or "")
    for exact in (shopper.ip_address, shopper.device_fingerprint, shopper.user_profile_id):
        yield from _exactly(exact or "")
    for address in addresses:
        for field in fields(address):
            yield from _place(getattr(address, field.name) or "")


def _email(email: str) -> Iterator[str]:
    local, _, domain = fold(email.strip()).text.rpartition("@")
    if local and domain:
        yield f"(?<![\\w.%+-]){re.escape(local)}{_AT}{re.escape(domain)}{_END}"


def _characters(fact: str) -> Iterator[str]:
    """Yield the expression of a document: its letters and digits, any punctuation, leading zeros optional."""
    plain = re.sub(r"[\W_]", "", fold(fact).text)
    bare = plain.lstrip("0") if plain.isdigit() else plain
    if len(bare) >= _SHORTEST_NUMBER:
        yield f"{_START}(?:0{_BETWEEN_CHARACTERS})*{_spread(bare)}{_END}"


def _phone(phone: str) -> Iterator[str]:
    digits = re.sub("[^0-9]", "", fold(phone).text)
    last = digits[-_DIGITS_OF_A_PHONE:]
    if len(last) >= _SHORTEST_NUMBER:
        yield f"{_START}(?:[0-9]{_BETWEEN_CHARACTERS}){{0,7}}{_spread(last)}{_END}"


def _name(name: str) -> Iterator[str]:
    """Yield the expressions of a name: the whole name, and each of its words but particles."""
    words = _words(name)
    if len(words) > 1:
        yield f"{_START}{_BETWEEN_WORDS.join(words)}{_END}"
    shortest = _SHORTEST_NAME if len(words) == 1 else _SHORTEST_WORD
    for word in words:
        if len(word) >= shortest and word not in _PARTICLES:
            yield f"{_START}{word}{_END}"


def _place(part: str) -> Iterator[str]:
    """Yield the expression of a whole part of an address."""
    words = _words(part)
    plain = "".join(words)
    if plain.isdigit():
        yield from _characters(plain)
    elif len(plain) >= _SHORTEST_PLACE:
        yield f"{_START}{_BETWEEN_WORDS.join(words)}{_END}"


def _exactly(text: str) -> Iterator[str]:
    """Yield the expression of an id or network address, as it is written."""
    plain = fold(text.strip()).text
    if len(plain) >= _SHORTEST_NUMBER:
        yield f"{_START}{re.escape(plain)}{_END}"


def _words(text: str) -> list[str]:
    return [re.escape(word) for word in re.findall(r"[^\W_]+", fold(text).text)]


def _spread(characters: str) -> str:
    return _BETWEEN_CHARACTERS.join(map(re.escape, characters))
