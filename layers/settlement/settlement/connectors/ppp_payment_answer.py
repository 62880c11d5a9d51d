"""Reads what an answer to create payment tells of the payment beside its decision (C§4.2).

Ids and numbers have at most 255 characters, addresses 2,000 bytes, an app's payload 20,000 bytes. What is longer, or
of another type, is left out whole and remarked; the answer counts all the same.
"""

import re
from json import JSONDecoder

from settlement.connectors.ppp_reading import Reading
from settlement.domain.connectors.payment_answer import PaymentAnswer, PaymentApp
from settlement.domain.privacy.masking import MASK

MAX_AUTO_SETTLE_SECONDS = 604_800
"""A week, the protocol's longest delay of an automatic settlement (C§4.2)."""

MAX_ADDRESS_BYTES = 2_000
MAX_PAYLOAD_BYTES = 20_000
"""Most bytes of the text for a payment app, such as the code of an instant payment with its image."""

_PRIVATE = re.compile(r'"(?:paymentUrl|redirectUrl|payload)"\s*:\s*')


def payment_answer(reading: Reading) -> PaymentAnswer:
    """Return what the answer names of the payment."""
    return PaymentAnswer(
        authorization_id=reading.identifier("authorizationId"),
        tid=reading.identifier("tid"),
        nsu=reading.identifier("nsu"),
        acquirer=reading.identifier("acquirer"),
        payment_url=reading.whole_text("paymentUrl", MAX_ADDRESS_BYTES),
        redirect_url=reading.whole_text("redirectUrl", MAX_ADDRESS_BYTES),
        payment_app=_payment_app(reading),
        identification_number=reading.identifier("identificationNumber"),
        identification_number_formatted=reading.identifier("identificationNumberFormatted"),
        bar_code_image_type=reading.identifier("barCodeImageType"),
        bar_code_image_number=reading.identifier("barCodeImageNumber"),
        bank_issue_invoice_id=reading.identifier("bankIssueInvoiceId"),
        delay_to_auto_settle_seconds=reading.seconds("delayToAutoSettle", MAX_AUTO_SETTLE_SECONDS),
        delay_after_antifraud_seconds=reading.seconds("delayToAutoSettleAfterAntifraud", MAX_AUTO_SETTLE_SECONDS),
    )


def without_way_to_pay(answer: str) -> str:
    """Return an answer for the timeline, with addresses and payloads for the shopper masked: they stay erasable.

    Values of any type are masked. From one that does not end, such as in an answer that was cut off, nothing is kept.
    """
    parts, at = [], 0
    while (key := _PRIVATE.search(answer, at)) is not None:
        end = _end_of_value(answer, key.end())
        value = answer[key.end() : end]
        parts += [answer[at : key.end()], value if value == "null" else f'"{MASK}"']
        at = end
    return "".join([*parts, answer[at:]])


def _end_of_value(text: str, start: int) -> int:
    try:
        return JSONDecoder().raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return len(text)


def _payment_app(reading: Reading) -> PaymentApp | None:
    app = reading.part("paymentAppData")
    if app is None:
        return None
    read = PaymentApp(
        name=app.whole_text("appName", MAX_ADDRESS_BYTES), payload=app.whole_text("payload", MAX_PAYLOAD_BYTES)
    )
    return read if read != PaymentApp() else None
