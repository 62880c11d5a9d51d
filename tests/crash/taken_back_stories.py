"""Stories of sales that are taken back, or corrected (R38, R39)."""

from testkit.bodies import invoice_body
from tests.crash.stories import (
    CARD,
    HOLD,
    ORDER,
    STARTS,
    TOTAL,
    TRANSACTION,
    TWO,
    Act,
    End,
    Story,
    changes,
    invoices,
    scripts,
    sends,
)


def takes_back(number: str) -> Act:
    """A sale is cancelled."""
    body = {"requestId": f"K-{number}", "reason": "wrong address"}
    return sends(f"{ORDER}/invoice/{number}/cancel", body)


def corrects(number: str, by: str, value: int) -> Act:
    """A sale is replaced by another one."""
    return sends(f"{ORDER}/invoice", invoice_body(by, value, replaces=number))


TAKEN_BACK = (
    Story(
        "take-back",
        (CARD,),
        (STARTS, invoices("N1", 7000), takes_back("N1"), invoices("N2", 3000), changes("C1", 7000)),
        End("invoiced", "Finished", (10000,), (0,), (7000,), requested=3000),
    ),
    Story(
        "take-back-of-two-payments",
        TWO,
        (STARTS, invoices("N1", 7000), invoices("N2", 3000), takes_back("N1")),
        End("payment-approved", "Settled", (4000, 6000), (0, 0), (4000, 3000), requested=3000),
    ),
    Story(
        "take-back-in-total",
        (TOTAL,),
        (STARTS, invoices("N1", 7000), takes_back("N1"), invoices("N2", 3000)),
        End("payment-approved", "Settled", (10000,), (0,), (7000,), requested=3000),
    ),
    Story(
        "take-back-what-hold-retains",
        (HOLD,),
        (STARTS, invoices("N1", 7000), takes_back("N1"), invoices("N2", 10000)),
        End("invoiced", "Finished", (10000,), requested=10000),
    ),
    Story(
        "take-back-what-failed",
        (CARD,),
        (STARTS, scripts("settle", "400"), invoices("N1", 7000), takes_back("N1"), invoices("N2", 10000)),
        End("invoiced", "Finished", (10000,), requested=10000),
    ),
    Story(
        "take-back-refused-and-retried",
        (CARD,),
        (
            STARTS,
            invoices("N1", 7000),
            scripts("refund", "400"),
            takes_back("N1"),
            sends(f"{TRANSACTION}/operations/3/retry", once=True),
        ),
        End("handling", "Settling", (7000,), (0,), (7000,)),
    ),
    Story(
        "correct-downwards",
        (CARD,),
        (STARTS, invoices("N1", 9900), corrects("N1", "N2", 7000)),
        End("payment-approved", "Settling", (9900,), (0,), (2900,), requested=7000),
    ),
    Story(
        "correct-upwards",
        TWO,
        (STARTS, invoices("N1", 7000), corrects("N1", "N2", 10000)),
        End("invoiced", "Finished", (4000, 6000), (0, 0), (0, 0), requested=10000),
    ),
)
