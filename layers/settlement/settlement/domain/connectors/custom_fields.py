"""Custom fields: what a merchant fills in, held to what the connector's manifest declares (C§4.1)."""

from collections.abc import Mapping, Sequence

from settlement.domain.connectors.connector import CustomField
from settlement.domain.connectors.connector_calls import DeclaredField, FieldType
from settlement.domain.errors import InvalidRequest

MAX_CUSTOM_FIELDS = 50
MAX_NAME_LENGTH = 100
"""Characters of a custom field's name."""

Passwords = tuple[tuple[str, str], ...]


def require_declared(given: Mapping[str, str], declared: Sequence[DeclaredField], settings: Sequence[str] = ()) -> None:
    """Check the fields that a merchant sends, by name, against those of the manifest.

    Raises ``InvalidRequest`` for a field that is not declared, for one that is missing, and for the value of a select
    that is none of its options. ``settings`` are the other names that its sender may have meant.
    """
    known = {field.name: field for field in declared}
    for name, value in given.items():
        field = known.get(name)
        if field is None:
            names = ", ".join(known) or "none"
            raise InvalidRequest(
                f"customFields: {name} is not declared by the connector's manifest, which has: {names}"
                + (f"; nor is it a setting: {', '.join(settings)}" if settings else "")
            )
        values = [option for _, option in field.options]
        if field.type is FieldType.SELECT and value not in values:
            raise InvalidRequest(f"customFields.{name}: must be one of {', '.join(values)}; got {value[:80]}")
    missing = [name for name in known if not given.get(name, "").strip()]
    if missing:
        raise InvalidRequest(f"customFields.{missing[0]}: is missing; the connector's manifest declares it")


def split_passwords(
    given: Mapping[str, str], declared: Sequence[DeclaredField]
) -> tuple[tuple[CustomField, ...], Passwords]:
    """Return the fields to store, passwords without their values, and the passwords to put into the vault.

    Without a manifest (nothing ``declared``) every field is taken for a password: nobody knows which one is.
    """
    open_names = {field.name for field in declared if field.type is not FieldType.PASSWORD}
    fields = tuple(CustomField(name, value if name in open_names else None) for name, value in given.items())
    return fields, tuple((name, value) for name, value in given.items() if name not in open_names)
