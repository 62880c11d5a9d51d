"""Card numbers and security codes are refused before anything else looks at them, so none can be stored or logged."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from settlement.domain.errors import InvalidRequest
from settlement.domain.privacy.card_numbers import is_article_number, is_issued, may_be_issued
from settlement.domain.privacy.documents import is_cnpj

Names = tuple[str, ...]
"""The name of a part, of what a value is in, and of the value itself."""


class _Place(Enum):
    """What a value can be, by its names."""

    NUMBER = auto()
    """Called the number of a card."""
    CARD = auto()
    """Part of a card, or what stands for one: nothing but a card or its token is expected there."""
    ANY = auto()
    """Whatever a client wants to tell."""
    ELSE = auto()
    """Called something that no card is: a document, a phone, an article, an id."""


_SECURITY_CODES = frozenset(
    {"csc", "cvv", "cvv2", "cvc", "cvc2", "cid", "securitycode", "cardsecuritycode", "validationcode"}
)
_CARD_NUMBERS = frozenset(
    {"cardnumber", "number", "pan", "ccnumber", "creditcard", "creditcardnumber", "debitcardnumber", "cardno"}
)
_TOKENS = frozenset({"token", "accountid"})
_OF_CARDS = "card|cartao|tarjeta|numbertoken"
_PERSONS = "document|cpf|cnpj|tax|rfc|cuit|phone|mobile|celular|telefone|whatsapp"
_ELSE = (
    f"{_PERSONS}|ean|gtin|upc|isbn|barcode|sku|ncm|imei|serial|tracking|invoice|order|reference|refid"
    "|timestamp|postal|zip|id$|ids$|key$|code$|codes$|nsu$|tid$|time$|date$|at$"
)
_SHORTEST_CARD_NUMBER = 12
_BEGINS_JSON = ("{", "[", '"')
_NO_DIGITS = "[^0-9]"
_GROUPS = (
    "[0-9]{13,19}",
    "[0-9]{3,7}(?:[ ._-][0-9]{3,7}){2,4}(?:[ ._-][0-9]{1,2})?",
    "[0-9]{6,10}[ ._-][0-9]{6,13}",
)
_NUMBERS = f"(?<![0-9+])(?:{'|'.join(_GROUPS)})(?![0-9])(?!-[0-9]{{2}}(?![0-9]))"
"""Card numbers within a text: without separators, or in groups; a plus makes it a phone, ``-01`` the id of an order."""


def refuse_card_data(order: Any) -> None:
    """Raise ``InvalidRequest`` if a payment's ``card`` or ``fields`` hold a card number or a security code.

    A card number has the first digits and the length of a brand and passes the Luhn check, alone or within a text;
    what is called one has at least 12 digits. What is called a document, a phone, an article or an id is none, outside
    of ``card``, nor is a number with the check digits of a CNPJ or GTIN. Separators, other scripts' digits and escaped
    JSON do not hide it, nor does being a name. The error repeats none of it.
    """
    for where, payment in _payments(order):
        _refuse_in(where, payment)


def refuse_card_data_of_payments(payments: Any) -> None:
    """Do the same for a list of payments."""
    for index, payment in enumerate(payments if isinstance(payments, list) else []):
        if isinstance(payment, Mapping):
            _refuse_in(str(index), payment)


def refuse_card_data_of_texts(texts: Any) -> None:
    """Do the same for named texts, whose values may be JSON."""
    for text in texts if isinstance(texts, list) else []:
        value = text.get("value") if isinstance(text, Mapping) else None
        if not isinstance(value, str):
            continue
        name = str(text.get("name"))[:50]
        _refuse(name, _leaves((name,), _parsed(value)))


def refuse_card_data_in(parts: Mapping[str, Any]) -> None:
    """Do the same for parts of an order that are kept as they are sent."""
    for name, part in parts.items():
        _refuse(name, _leaves((name,), part))


def _refuse_in(where: str, payment: Mapping[str, Any]) -> None:
    for part in ("card", "fields"):
        _refuse(f"{where}.{part}", _leaves((part,), payment.get(part)))


def _refuse(where: str, leaves: Iterator[tuple[Names, Any]]) -> None:
    for names, value in leaves:
        if value is not None and _plain(names[-1]) in _SECURITY_CODES:
            raise InvalidRequest(f"{where}: security codes are not accepted; send a vault token")
        if _holds_card_number(_place(names), value) or _holds_card_number(_Place.ANY, names[-1]):
            raise InvalidRequest(f"{where}: card numbers are not accepted; send a vault token")


def _payments(order: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    data = order.get("paymentData") if isinstance(order, Mapping) else None
    transactions = data.get("transactions") if isinstance(data, Mapping) else None
    for number, transaction in enumerate(transactions if isinstance(transactions, list) else []):
        payments = transaction.get("payments") if isinstance(transaction, Mapping) else None
        for index, payment in enumerate(payments if isinstance(payments, list) else []):
            if isinstance(payment, Mapping):
                yield f"paymentData.transactions.{number}.payments.{index}", payment


def _leaves(names: Names, value: Any) -> Iterator[tuple[Names, Any]]:
    """Yield every value with its names; a ``{"name": …, "value": …}`` pair goes by the name it states."""
    waiting = [(names, value)]
    while waiting:
        names, value = waiting.pop()
        if isinstance(value, Mapping):
            stated = value.get("name")
            for key, inner in value.items():
                named = stated if key == "value" and isinstance(stated, str) else str(key)
                waiting.append(((names[0], names[-1], named), inner))
        elif isinstance(value, Sequence) and not isinstance(value, str):
            waiting += [(names, inner) for inner in value]
        elif isinstance(value, str) and value[:1] in _BEGINS_JSON and (parsed := _parsed(value)) is not value:
            waiting.append((names, parsed))
        else:
            yield names, value


def _parsed(text: str) -> Any:
    """Return what a text says as JSON, with all that one name is given for, or itself if it is none."""
    try:
        return json.loads(text, object_pairs_hook=_every)
    except (ValueError, RecursionError):
        return text


def _every(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said: dict[str, list[Any]] = {}
    for name, value in pairs:
        said.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in said.items()}


def _place(names: Names) -> _Place:
    *outer, last = (_plain(name) for name in names)
    if last == "number" and outer and re.search(_ELSE, outer[-1]) and not re.search(_OF_CARDS, outer[-1]):
        last = f"{outer[-1]}id"
    if last in _CARD_NUMBERS:
        return _Place.NUMBER
    if last in _TOKENS or re.search(_OF_CARDS, last):
        return _Place.CARD
    if "card" in outer or last == "card":
        return _Place.ELSE if re.search(_PERSONS, last) else _Place.CARD
    return _Place.ELSE if re.search(_ELSE, last) else _Place.ANY


def _holds_card_number(place: _Place, value: Any) -> bool:
    """Tell whether a value holds a card number, by its digits and where it stands."""
    if place is _Place.ELSE or isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    if isinstance(value, float):
        value = int(value) if value.is_integer() else ""
    text = unicodedata.normalize("NFKC", str(value))
    text = "".join(str(unicodedata.digit(character, character)) for character in text)
    if place is not _Place.ANY and not any(character.isalpha() for character in text):
        digits = re.sub(_NO_DIGITS, "", text)
        if may_be_issued(digits) or (place is _Place.NUMBER and len(digits) >= _SHORTEST_CARD_NUMBER):
            return True
    is_card = _is_card_of_any if place is _Place.ANY else may_be_issued
    return any(is_card(re.sub(_NO_DIGITS, "", found)) for found in re.findall(_NUMBERS, text))


def _is_card_of_any(digits: str) -> bool:
    return is_issued(digits) and not is_article_number(digits) and not is_cnpj(digits)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
