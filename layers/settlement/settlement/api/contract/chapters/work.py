"""What waits for a person in an account."""

from settlement.api.contract.described import Tag, describe
from settlement.api.contract.parameters import WORK
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
)
"""What the document says of the work list."""
