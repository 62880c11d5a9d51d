"""What the event of a call or movement belongs to, for those who read it without its transaction."""

from settlement.domain.events import Json
from settlement.domain.transaction.payment import Payment


def movement_facts(payment: Payment, operation: int, invoice: str | None) -> dict[str, Json]:
    """Return the payment's connector, ``offline`` if the merchant received it himself, the operation, and the invoice
    that asked for the movement, or whose cancellation did.
    """
    facts: dict[str, Json] = {"connector": payment.connector, "operation": operation}
    if payment.offline:
        facts["offline"] = True
    return facts if invoice is None else facts | {"invoiceNumber": invoice}
