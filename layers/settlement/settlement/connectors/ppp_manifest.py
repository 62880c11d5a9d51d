"""Reads a connector's manifest (C§4.1) field by field; a fault names its field."""

import re

from settlement.connectors.ppp_fields import Fields, ambiguous, identifier, read_answer, text
from settlement.domain.connectors.connector_calls import AutoSettleDelay, Manifest, PaymentMethod, SplitMoment

DEFAULT_VERSION = "1.0.0"

_HOURS = re.compile("[0-9]{1,5}")


def read_manifest(status: int, body: bytes) -> Manifest:
    """Read the response to the manifest's request; raises ``ValueError``, which names the fault."""
    if status != 200:
        raise ValueError(f"the connector answered {status} to the manifest's request")
    fields = read_answer(body)
    if fault := ambiguous(fields, ("paymentMethods", "autoSettleDelay", "version")):
        raise ValueError(fault)
    return Manifest(
        payment_methods=_payment_methods(fields.get("paymentMethods")),
        auto_settle_delay=_auto_settle_delay(fields.get("autoSettleDelay")),
        version=text(fields.get("version")) or DEFAULT_VERSION,
    )


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
