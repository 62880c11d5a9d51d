"""Dates as the contract's bodies write them (C§0); all are UTC."""

from datetime import datetime


def oms_date(at: datetime) -> str:
    """Write a date of the OMS: an offset and seven fractional digits."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}0+00:00"


def oms_date_or_none(at: datetime | None) -> str | None:
    """Write a date of the OMS that may be missing."""
    return None if at is None else oms_date(at)


def gateway_date(at: datetime) -> str:
    """Write a date of the gateway: no zone, no fraction."""
    return f"{at:%Y-%m-%dT%H:%M:%S}"


def gateway_date_or_none(at: datetime | None) -> str | None:
    """Write a date of the gateway that may be missing."""
    return None if at is None else gateway_date(at)


def action_date(at: datetime) -> str:
    """Write the date of a gateway action: UTC, to the microsecond."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
