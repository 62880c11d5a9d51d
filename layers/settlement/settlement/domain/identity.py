"""Recognises repeated requests by a versioned hash of their content, written in the form of RFC 8785 (D50).

Fields with their default value are left out, so a new field with a default does not change stored identities. Stored
hashes without a version were made of Python's ``repr``; they stay valid.
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
"""The fields, in order, of each object when hashes had no version; this table never changes."""


def identity(said: object) -> str:
    """Return the hash of a request's content; equal hashes mean equal content.

    ``said`` consists of dataclasses, tuples, lists, texts, integers, booleans and None; others raise ``TypeError``.
    """
    return _VERSION + hashlib.sha256(canonical(said)).hexdigest()


def is_same(stored: str, said: object) -> bool:
    """Return True if a stored identity, with or without a version, is that of this content."""
    return stored == (identity(said) if stored.startswith(_VERSION) else _former_identity(said))


def canonical(said: object) -> bytes:
    """Return the content as canonical JSON (RFC 8785), which relies on ASCII field names and integer numbers."""
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
    """Return the content in Python's ``repr``, as hashed when hashes had no version."""
    name = type(said).__name__
    if name in _FORMER_FIELDS:
        values = (f"{field}={_former(getattr(said, field))}" for field in _FORMER_FIELDS[name])
        return f"{name}({', '.join(values)})"
    if isinstance(said, tuple):
        return f"({', '.join(map(_former, said))}{',' if len(said) == 1 else ''})"
    return repr(said)
