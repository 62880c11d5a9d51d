"""What waits for a person in an account, and the sums of its payments."""

from settlement.api.contract.described import Tag, describe
from settlement.api.contract.parameters import TOTALS, WORK
from settlement.api.totals.answer import TotalsAnswer
from settlement.api.work.answer import DiagnosisAnswer, WorkAnswer, WorkSummary

ROUTES = (
    describe(
        "diagnoseOrder",
        Tag.TRANSACTIONS,
        "Say why an order is where it is",
        "Answers the reasons, what happens next and when, and what a person can do: as data, and in one paragraph.",
        {200: DiagnosisAnswer},
        {400: "OMS001", 404: "OMS007"},
    ),
    describe(
        "listWorkItems",
        Tag.TRANSACTIONS,
        "List what waits for a person, oldest first",
        "Answers what has failed, is in doubt, is left to a person, is tried again, expires or is undecided, each with "
        "its value, its next step and the requests for that. A read costs what it shows. The list follows a write "
        "within a second.",
        {200: WorkAnswer},
        {400: "OMS001"},
        parameters=WORK,
    ),
    describe(
        "summariseWorkItems",
        Tag.TRANSACTIONS,
        "Count what waits for a person",
        "Answers number and value of the work items by kind and currency.",
        {200: WorkSummary},
        {400: "OMS001"},
    ),
    describe(
        "getTotals",
        Tag.TRANSACTIONS,
        "Add up the payments of an account",
        "Answers how much of the payments of the transactions that were created within a range is now authorised, "
        "captured, cancelled, withheld, refunded, open and in doubt, and of how many payments: by currency, and by "
        "connector, status and day of creation if asked for. One answer adds up the whole range, up to 10,000 "
        "transactions or 8 seconds; beyond these `isPartial` is true, and the rest is had by `next`, or by shorter "
        "ranges. The figures follow a write within a second.",
        {200: TotalsAnswer},
        {400: "OMS001"},
        parameters=TOTALS,
    ),
)
"""What the document says of the work list and of totals."""
