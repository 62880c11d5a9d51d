"""Reads a connector's manifest (C§4.1) field by field; a fault names its field."""

import re

from settlement.connectors.ppp_fields import Fields, ambiguous, identifier, read_answer, text
from settlement.domain.connectors.connector_calls import (
    AutoSettleDelay,
    DeclaredField,
    FieldType,
    Manifest,
    PaymentMethod,
    SplitMoment,
)
from settlement.domain.connectors.custom_fields import MAX_CUSTOM_FIELDS, MAX_NAME_LENGTH

DEFAULT_VERSION = "1.0.0"

MAX_MANIFEST_BYTES = 500_000
MAX_OPTIONS = 500
MAX_METADATA_FIELDS = 3
MAX_METADATA_NAME_LENGTH = 20
"""What the protocol allows a connector to name of its metadata."""

_HOURS = re.compile("[0-9]{1,5}")


def read_manifest(status: int, body: bytes) -> Manifest:
    """Read the response to the manifest's request; raises ``ValueError``, which names the fault."""
    if status != 200:
        raise ValueError(f"the connector answered {status} to the manifest's request")
    if len(body) > MAX_MANIFEST_BYTES:
        raise ValueError(f"the manifest has {len(body)} bytes; at most {MAX_MANIFEST_BYTES} are read")
    fields = read_answer(body)
    if fault := ambiguous(fields, ("paymentMethods", "autoSettleDelay", "version", "customFields", "metadataFields")):
        raise ValueError(fault)
    return Manifest(
        payment_methods=_payment_methods(fields.get("paymentMethods")),
        auto_settle_delay=_auto_settle_delay(fields.get("autoSettleDelay")),
        version=text(fields.get("version")) or DEFAULT_VERSION,
        custom_fields=_custom_fields(fields.get("customFields")),
        metadata_fields=_metadata_fields(fields.get("metadataFields")),
    )


def _custom_fields(written: object) -> tuple[DeclaredField, ...]:
    fields = tuple(
        _custom_field(position, field)
        for position, field in enumerate(_list_of("customFields", written, MAX_CUSTOM_FIELDS))
    )
    names = [field.name for field in fields]
    if repeated := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"customFields has {repeated[0]} more than once")
    return fields


def _custom_field(position: int, written: object) -> DeclaredField:
    where = f"customFields[{position}]"
    if not isinstance(written, dict):
        raise ValueError(f"{where} is not an object")
    name, kind = written.get("name"), written.get("type")
    if not isinstance(name, str) or identifier(name) is None or len(name) > MAX_NAME_LENGTH:
        raise ValueError(f"{where}.name is not a name of at most {MAX_NAME_LENGTH} characters")
    if kind not in tuple(FieldType):
        raise ValueError(f"{where}.type is {text(kind)}, not one of {', '.join(FieldType)}")
    options = _list_of(f"{where}.options", written.get("options"), MAX_OPTIONS) if kind == FieldType.SELECT else []
    if kind == FieldType.SELECT and not options:
        raise ValueError(f"{where}.options is empty, and {name} is a select")
    return DeclaredField(name, FieldType(str(kind)), tuple(_option(where, option) for option in options))


def _option(where: str, written: object) -> tuple[str, str]:
    value = written.get("value") if isinstance(written, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(written, dict) or not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where}.options has one without a value")
    return text(written.get("text")) or value, value


def _metadata_fields(written: object) -> tuple[str, ...]:
    names = _list_of("metadataFields", written, MAX_METADATA_FIELDS)
    for name in names:
        if not isinstance(name, str) or not 1 <= len(name) <= MAX_METADATA_NAME_LENGTH:
            raise ValueError(
                f"metadataFields has {text(name)}, not a name of at most {MAX_METADATA_NAME_LENGTH} characters"
            )
    return tuple(map(str, names))


def _list_of(where: str, written: object, most: int) -> list[object]:
    if written is None:
        return []
    if not isinstance(written, list) or len(written) > most:
        raise ValueError(f"{where} is not a list of at most {most}")
    return written


def _payment_methods(written: object) -> tuple[PaymentMethod, ...]:
    if not isinstance(written, list) or not written:
        raise ValueError("paymentMethods is not a list with at least one method")
    return tuple(_payment_method(position, method) for position, method in enumerate(written))


def _payment_method(position: int, written: object) -> PaymentMethod:
    where = f"paymentMethods[{position}]"
    if not isinstance(written, dict):
        raise ValueError(f"{where} is not an object")
    name, split = written.get("name"), written.get("allowsSplit")
    if not isinstance(name, str) or identifier(name) is None:
        raise ValueError(f"{where}.name is not a name of at most 255 characters")
    if split not in tuple(SplitMoment):
        raise ValueError(f"{where}.allowsSplit is {text(split)}, not one of {', '.join(SplitMoment)}")
    return PaymentMethod(name, SplitMoment(str(split)))


def _auto_settle_delay(written: object) -> AutoSettleDelay | None:
    if written is None:
        return None
    if not isinstance(written, dict):
        raise ValueError("autoSettleDelay is not an object")
    minimum, maximum = (_hours(written, name) for name in ("minimum", "maximum"))
    if minimum > maximum:
        raise ValueError(f"autoSettleDelay.minimum, {minimum}, is above its maximum, {maximum}")
    return AutoSettleDelay(minimum, maximum)


def _hours(written: Fields, name: str) -> int:
    """Read whole hours, a string in the protocol; a number is accepted too."""
    value = written.get(name)
    digits = str(value) if isinstance(value, str | int) else ""
    if not _HOURS.fullmatch(digits):
        raise ValueError(f"autoSettleDelay.{name} is {text(value)}, not a number of whole hours")
    return int(digits)
