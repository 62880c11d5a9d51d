"""What two requests must share to be the same one: a versioned hash of what they say, in the form of RFC 8785 (D50).

What is left at its default says nothing, so a field that is added later, with a default, changes no identity that is
stored. Hashes stored before there was a version were made of what Python wrote of the objects; they go on to count.
"""

import hashlib
import json
from dataclasses import MISSING, Field, fields, is_dataclass

_VERSION = "2:"

_FORMER_FIELDS: dict[str, tuple[str, ...]] = {
    "NewOrder": ("lines", "totals", "value", "currency", "payments", "order_id", "transaction_id"),
    "NewLine": ("id", "name", "quantity", "price", "selling_price", "unique_id"),
    "OrderTotal": ("id", "value"),
    "NewPayment": (
        "connector",
        "payment_system",
        "payment_system_name",
        "group",
        "value",
        "installments",
        "payment_id",
        "card",
        "reference_value",
        "interest_rate",
    ),
    "VaultedCard": ("token", "holder", "first_digits", "last_digits"),
    "NewTransaction": ("value", "checkout"),
    "Checkout": (
        "reference",
        "channel",
        "sales_channel",
        "urn",
        "order_group",
        "batch",
        "soft_descriptor",
        "recurrent",
    ),
}
"""The fields, in their order, that each object had when hashes had no version; nothing is ever added here."""


def identity(said: object) -> str:
    """Return a hash that two requests share only if they say the same.

    ``said`` is made of dataclasses, tuples, lists, texts, integers, booleans and None; raises ``TypeError`` for others.
    """
    return _VERSION + hashlib.sha256(canonical(said)).hexdigest()


def is_same(stored: str, said: object) -> bool:
    """Tell whether a stored identity, of this version or without one, is that of what is said now."""
    return stored == (identity(said) if stored.startswith(_VERSION) else _former_identity(said))


def canonical(said: object) -> bytes:
    """Write what is said as canonical JSON (RFC 8785); the names of fields are ASCII, and no number has a fraction."""
    text = json.dumps(_plain(said), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "surrogatepass")


def _plain(said: object) -> object:
    if is_dataclass(said) and not isinstance(said, type):
        values = ((field, getattr(said, field.name)) for field in fields(said))
        return {field.name: _plain(value) for field, value in values if not _is_default(field, value)}
    if isinstance(said, tuple | list):
        return [_plain(each) for each in said]
    if said is None or isinstance(said, str | int):
        return said
    raise TypeError(f"{type(said).__name__} has no canonical form")


def _is_default(field: "Field[object]", value: object) -> bool:
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    return default is not MISSING and value == default


def _former_identity(said: object) -> str:
    return hashlib.sha256(_former(said).encode()).hexdigest()


def _former(said: object) -> str:
    """Write what is said as Python wrote it when hashes had no version."""
    name = type(said).__name__
    if name in _FORMER_FIELDS:
        values = (f"{field}={_former(getattr(said, field))}" for field in _FORMER_FIELDS[name])
        return f"{name}({', '.join(values)})"
    if isinstance(said, tuple):
        return f"({', '.join(map(_former, said))}{',' if len(said) == 1 else ''})"
    return repr(said)
