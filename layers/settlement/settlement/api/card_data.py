"""Card numbers and security codes are refused before anything else looks at them, so none can be stored or logged."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from settlement.domain.errors import InvalidRequest
from settlement.domain.masking import passes_luhn

_SECURITY_CODES = frozenset(
    {"csc", "cvv", "cvv2", "cvc", "cvc2", "cid", "securitycode", "cardsecuritycode", "validationcode"}
)
_CARD_NUMBERS = frozenset({"cardnumber", "number", "pan"})
_SHORTEST_CARD_NUMBER = 12
_NO_DIGITS = re.compile(r"[^0-9]")
_GROUPS = ("[0-9]{13,19}", "(?:[0-9]{4}[ ._-]){3}[0-9]{1,7}", "[0-9]{4}[ ._-][0-9]{6}[ ._-][0-9]{5}")
_NUMBERS = re.compile(f"(?<![0-9])(?:{'|'.join(_GROUPS)})(?![0-9])")
"""Card numbers within a text: without separators, or in the groups that cards are embossed with."""


def refuse_card_data(order: Any) -> None:
    """Raise ``InvalidRequest`` if a payment's ``card`` or ``fields`` hold a card number or a security code.

    A card number is 13 to 19 digits that pass the Luhn check, alone or within a text, or at least 12 digits that are
    called so. Separators, other scripts' digits and escaped JSON do not hide it, nor does being a name. The error
    repeats none of it.
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
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            inner = value
        _refuse(str(text.get("name"))[:50], _leaves("value", inner))


def _refuse_in(where: str, payment: Mapping[str, Any]) -> None:
    for part in ("card", "fields"):
        _refuse(f"{where}.{part}", _leaves(part, payment.get(part)))


def _refuse(where: str, leaves: Iterator[tuple[str, Any]]) -> None:
    for name, value in leaves:
        if value is not None and _is_security_code(name):
            raise InvalidRequest(f"{where}: security codes are not accepted; send a vault token")
        if _holds_card_number(name, value) or _holds_card_number("", name):
            raise InvalidRequest(f"{where}: card numbers are not accepted; send a vault token")


def _payments(order: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    data = order.get("paymentData") if isinstance(order, Mapping) else None
    transactions = data.get("transactions") if isinstance(data, Mapping) else None
    for number, transaction in enumerate(transactions if isinstance(transactions, list) else []):
        payments = transaction.get("payments") if isinstance(transaction, Mapping) else None
        for index, payment in enumerate(payments if isinstance(payments, list) else []):
            if isinstance(payment, Mapping):
                yield f"paymentData.transactions.{number}.payments.{index}", payment


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every value with its name; a ``{"name": …, "value": …}`` pair goes by the name it states."""
    if isinstance(value, Mapping):
        stated = value.get("name")
        for key, inner in value.items():
            yield from _leaves(stated if key == "value" and isinstance(stated, str) else str(key), inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _leaves(name, inner)
    else:
        yield name, value


def _is_security_code(name: str) -> bool:
    return _plain(name) in _SECURITY_CODES


def _holds_card_number(name: str, value: Any) -> bool:
    """Tell whether a value holds a card number by its digits, or is called one and has digits enough."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    if isinstance(value, float):
        value = int(value) if value.is_integer() else ""
    text = unicodedata.normalize("NFKC", str(value))
    text = "".join(str(unicodedata.digit(character, character)) for character in text)
    if not any(character.isalpha() for character in text):
        digits = _NO_DIGITS.sub("", text)
        if _passes(digits) or (_plain(name) in _CARD_NUMBERS and len(digits) >= _SHORTEST_CARD_NUMBER):
            return True
    return any(_passes(_NO_DIGITS.sub("", found)) for found in _NUMBERS.findall(text))


def _passes(digits: str) -> bool:
    return 13 <= len(digits) <= 19 and passes_luhn(digits)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
