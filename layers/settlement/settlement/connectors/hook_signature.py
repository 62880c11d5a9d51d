"""The signature of a call of a hook: HMAC-SHA256 over time and body, with each of the hook's secrets (RFC 2104)."""

import hmac
from collections.abc import Sequence
from datetime import datetime

HEADER = "Quita-Signature"


def signature(secrets: Sequence[str], at: datetime, body: bytes) -> str:
    """Return the header's value, ``t=<seconds since 1970>,v1=<hexadecimal>``, with a ``v1`` for each secret.

    >>> from datetime import UTC
    >>> signature(["secret"], datetime(2026, 3, 2, tzinfo=UTC), b"{}")[:20]
    't=1772409600,v1=6b23'
    """
    time = int(at.timestamp())
    signed = [hmac.digest(secret.encode(), b"%d.%s" % (time, body), "sha256").hex() for secret in secrets]
    return ",".join([f"t={time}", *(f"v1={each}" for each in signed)])
