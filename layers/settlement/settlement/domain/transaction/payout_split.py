"""The split of each capture and refund among a payment's recipients (C§4.3, C§4.5). Amounts are minor units."""

from collections.abc import Sequence
from dataclasses import replace

from settlement.domain.connectors.connector import Recipient


def recipients_of_call(recipients: Sequence[Recipient], moved: int, value: int) -> tuple[Recipient, ...]:
    """Return the recipients' parts of a call for ``value``, after ``moved`` of the same kind; they add up to it.

    A recipient's parts of all calls add up to what it gets of their sum, so that the refunds of a capture never take
    more from it than the capture gave it, and calls for the whole payment give it exactly the amount that the order
    names. Recipients without a part are left out.
    """
    if not any(recipient.amount for recipient in recipients):
        return ()
    before, after = (_parts(recipients, total) for total in (moved, moved + value))
    return tuple(
        replace(
            recipient,
            amount=until - since,
            commission_amount=_commission(recipient, until) - _commission(recipient, since)
            if recipient.commission_amount is not None
            else None,
        )
        for recipient, since, until in zip(recipients, before, after, strict=True)
        if until > since
    )


def _parts(recipients: Sequence[Recipient], total: int) -> list[int]:
    """Divide a total by the recipients' amounts, with D'Hondt's method: as the total grows, no part ever shrinks.

    The largest remainder (R20) does not have that property: there a part can be smaller of a larger total.
    """
    amounts = [recipient.amount for recipient in recipients]
    whole = sum(amounts)
    parts = [total * amount // whole for amount in amounts]
    for _ in range(total - sum(parts)):
        first = 0
        for index, amount in enumerate(amounts):
            if amount * (parts[first] + 1) > amounts[first] * (parts[index] + 1):
                first = index
        parts[first] += 1
    return parts


def _commission(recipient: Recipient, part: int) -> int:
    commission = recipient.commission_amount or 0
    return commission * part // recipient.amount if recipient.amount else 0
