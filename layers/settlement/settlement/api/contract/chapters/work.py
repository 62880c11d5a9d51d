"""What waits for a person in an account, the sums of its payments, and its journal."""

from settlement.api.contract.described import Tag, Written, describe
from settlement.api.contract.parameters import JOURNAL, RECEIVABLES, REPORT_LINES, REPORTS, TOTALS, WORK
from settlement.api.receivables.answer import ReceivablesAnswer
from settlement.api.reports.answer import LinesAnswer, NamedReportAnswer, ReportAnswer, ReportsAnswer
from settlement.api.reports.request import NamedReportBody
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
    describe(
        "getJournal",
        Tag.TRANSACTIONS,
        "Read the journal of an account, a page at a time",
        "Answers balanced entries for what captures, cancellations, refunds, withheld and doubtful value moved, in the "
        "order in which they were entered: as CSV with a line for each posting, as lines of JSON with amounts in minor "
        "units, or as a file of Beancount or hledger. Pages one behind the other are the file of the period. A page "
        "that is full, or of a period that is over, never changes: an entry that comes late is entered at the end.",
        {200: Written(("text/csv", "application/x-ndjson", "text/plain"))},
        {400: "OMS001"},
        parameters=JOURNAL,
        answer_headers={
            "Link": 'The address of the next page, `rel="next"`; none once nothing can follow. While the period is '
            "open the last page has one too, to go on from later."
        },
    ),
    describe(
        "listReceivables",
        Tag.TRANSACTIONS,
        "List what is still to come from acquirers, by day",
        "Answers what captures will bring to the account, less refunds that are not taken off yet: by day, connector "
        "and currency, with the days and fees that settlement reports told, else by the market's custom. What was "
        "expected before today, and no report has told to be paid, is apart. It follows a capture, refund or report "
        "within seconds. What the merchant received himself, and chargebacks, are not in it.",
        {200: ReceivablesAnswer},
        {400: "OMS001"},
        parameters=RECEIVABLES,
    ),
    describe(
        "nameSettlementReport",
        Tag.TRANSACTIONS,
        "Name a settlement report, and get the address to upload it to",
        "Answers the address to which the file is PUT within an hour. It is read then, and the report says how far "
        "it is. The same file is the same report: once it is done, there is no address. A file with another hash, of "
        "more than 100,000,000 bytes, compressed or empty, or one that its format refuses, is refused on the report, "
        "with the reason and its place; nothing is booked.",
        {200: NamedReportAnswer, 201: NamedReportAnswer},
        {400: "OMS001", 413: "OMS413"},
        body=NamedReportBody,
    ),
    describe(
        "listSettlementReports",
        Tag.TRANSACTIONS,
        "List the settlement reports of acquirers and banks",
        "Answers the files that were reconciled, the newest first, each with the sums of its lines by outcome.",
        {200: ReportsAnswer},
        {400: "OMS001"},
        parameters=REPORTS,
    ),
    describe(
        "getSettlementReport",
        Tag.TRANSACTIONS,
        "Show a settlement report",
        "Answers what became of a file: its period, the sums of its lines by outcome in gross, fee and net by "
        "currency, or why it was refused.",
        {200: ReportAnswer},
        {404: "1404"},
    ),
    describe(
        "listSettlementReportLines",
        Tag.TRANSACTIONS,
        "List the lines of a settlement report with their outcomes",
        "Answers each line of a report that is done with what became of it and what it is about, and what is missing: "
        "those of one outcome in the order of the file, or those of all, the differing ones first. A page has at most "
        "a megabyte of lines. Lines are kept for 400 days.",
        {200: LinesAnswer},
        {400: "OMS001", 404: "1404"},
        parameters=REPORT_LINES,
    ),
)
"""What the document says of the work list, of totals and of the journal."""
