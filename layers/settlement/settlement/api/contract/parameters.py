"""Query parameters and headers of the routes."""

from settlement.api.contract.described import Parameter
from settlement.api.feeds.view import DEFAULT_DELIVERIES, MAX_DELIVERIES, MAX_LOT
from settlement.api.journal.formats import JournalFormat
from settlement.api.order_lists.query import DAYS, DEFAULT_PER_PAGE, MARK, MAX_PER_PAGE
from settlement.api.orders.document_query import MAX_REASON
from settlement.api.reports.query import DEFAULT_REPORT_LINES, MAX_REPORT_LINES
from settlement.api.reports.view import DEFAULT_REPORTS, MAX_REPORTS
from settlement.api.shared.patterns import DAY, MOMENT, any_case
from settlement.api.work.query import DEFAULT_WORK_ITEMS, MAX_WORK_ITEMS
from settlement.domain.actor import MAX_USER_LENGTH
from settlement.domain.order.order import MAX_INVOICES
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.use_cases.bookkeeping.list_receivables import MAX_RECEIVABLES
from settlement.use_cases.bookkeeping.read_journal import MAX_ENTRIES
from settlement.use_cases.orders.list_orders import MAX_LISTED, OrderBy
from settlement.use_cases.upkeep.total_account import MAX_SPAN, MAX_TRANSACTIONS, GroupBy

ID = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,100}$"}
_TEXT = {"type": "string", "maxLength": 200}
_FLAG = {"type": "string", "pattern": f"^({any_case('true')}|{any_case('false')})$"}
_WORDS = {"type": "string", "maxLength": 1000, "pattern": "[^, ]"}
_SORTS = [f"{field.value}{direction}" for field in OrderBy for direction in ("", ",asc", ",desc")]


def _range(name: str) -> dict[str, str]:
    between = rf"\[\s*({MOMENT}|\*)\s+{any_case('TO')}\s+({MOMENT}|\*)\s*\]"
    return {"type": "string", "pattern": f"^({any_case(name)}:)?({between}|{DAY})$"}


LIST_PARAMETERS = (
    Parameter("page", "The page.", {"type": "integer", "minimum": 1, "maximum": MAX_LISTED, "default": 1}),
    Parameter(
        "per_page", "Orders per page.",
        {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE, "default": DEFAULT_PER_PAGE},
    ),
    Parameter(
        "after", "Where the list goes on: what the `Link` of the page before names.",
        {"type": "string", "pattern": f"^{MARK}$"},
    ),
    Parameter("_stats", "`1` counts all orders that match.", {"type": "string", "enum": ["0", "1"]}),
    Parameter("q", "An id, or a part of one; a term of the shopper, a payment or an invoice.", _TEXT),
    Parameter("searchField", "What `q` is: the kind of id or term; or an order id itself.", _TEXT),
    Parameter("orderBy", "What to sort by, and which way.", {"type": "string", "enum": _SORTS}),
    Parameter("f_status", "Statuses, with commas between them.", _WORDS),
    Parameter(
        "f_creationDate", "`creationDate:[from TO to]`, ISO 8601; `*` is open. A day without a time is all of it.",
        _range("creationDate"),
    ),
    Parameter("f_authorizedDate", "The same: `authorizedDate:[from TO to]`.", _range("authorizedDate")),
    Parameter("f_invoicedDate", "The same: `invoicedDate:[from TO to]`.", _range("invoicedDate")),
    Parameter("f_paymentNames", "A part of a payment system's name.", _TEXT),
    Parameter("f_hasInputInvoice", "Whether something was returned.", _FLAG),
    Parameter("f_attention", "Kinds of work that the orders ask for, with commas between them.", _WORDS),
    Parameter("f_salesChannel", "Sales channels, with commas between them.", _WORDS),
    Parameter("salesChannelId", "The same.", _WORDS),
    Parameter("incompleteOrders", "`true` finds nothing: there are no incomplete orders.", _FLAG),
    Parameter("f_isInstore", "`true` finds nothing: no order is placed in a store.", _FLAG),
    Parameter("f_affiliateId", "The affiliate that sold it, as it was sent; several with commas.", {"type": "string"}),
    Parameter("f_sellerNames", "The name of a seller, as it was sent; several with commas.", {"type": "string"}),
    Parameter("f_UtmSource", "The `utmSource` of its `marketingData`.", {"type": "string"}),
    Parameter("f_RnB", "The name of a promotion of its `ratesAndBenefitsData`.", {"type": "string"}),
    Parameter("f_callCenterOperatorName", "The `userName` of its `callCenterOperatorData`.", {"type": "string"}),
    Parameter(
        "f_shippingEstimate",
        "Within how many days its last line is to arrive, as `7.days`; `0.days` is today, `-1.days` is late.",
        {"type": "string", "pattern": DAYS},
    ),
)  # fmt: skip
"""The query of the list of orders (``order_list_query`` reads it)."""

WORK = (
    Parameter("kind", "Kinds of work, with commas between them.", _WORDS),
    Parameter(
        "since", "ISO 8601 with its offset: what waits since then or later.",
        {"type": "string", "format": "date-time"},
    ),
    Parameter(
        "limit", "Items per page.",
        {"type": "integer", "minimum": 1, "maximum": MAX_WORK_ITEMS, "default": DEFAULT_WORK_ITEMS},
    ),
    Parameter("cursor", "The `next` of the page before.", {"type": "string", "maxLength": 1000}),
)  # fmt: skip
"""The query of the work list (``read_work_query`` reads it)."""

REPORTS = (
    Parameter(
        "limit", "Reports per page.",
        {"type": "integer", "minimum": 1, "maximum": MAX_REPORTS, "default": DEFAULT_REPORTS},
    ),
    Parameter("cursor", "The `next` of the page before.", {"type": "string", "maxLength": 1000}),
)  # fmt: skip
"""The query of the list of settlement reports."""

REPORT_LINES = (
    Parameter("outcome", "Lines of one outcome; without it those of all, the differing ones first.",
              {"type": "string", "enum": list(Outcome)}),
    Parameter(
        "limit", "Lines per page.",
        {"type": "integer", "minimum": 1, "maximum": MAX_REPORT_LINES, "default": DEFAULT_REPORT_LINES},
    ),
    Parameter("cursor", "The `next` of the page before.", {"type": "string", "maxLength": 1000}),
)  # fmt: skip
"""The query of the lines of a settlement report."""

_DAY_OR_TIME = {"type": "string", "pattern": f"^{MOMENT}$"}
TOTALS = (
    Parameter(
        "from", "The first creation time that counts, ISO 8601; a day is its beginning, in UTC.", _DAY_OR_TIME,
        required=True,
    ),
    Parameter(
        "to", f"The last one, at most {MAX_SPAN.days} days later; a day counts whole.", _DAY_OR_TIME, required=True
    ),
    Parameter(
        "groupBy", f"What divides the sums beside the currency: {', '.join(GroupBy)}, with commas between them.", _WORDS
    ),
    Parameter(
        "limit", "How many transactions one answer adds up.",
        {"type": "integer", "minimum": 1, "maximum": MAX_TRANSACTIONS, "default": MAX_TRANSACTIONS},
    ),
    Parameter("cursor", "The `next` of the part before.", {"type": "string", "maxLength": 1000}),
)  # fmt: skip
"""The query of totals (``read_totals_query`` reads it)."""

JOURNAL = (
    Parameter(
        "from", "The first moment at which entries were entered, ISO 8601; a day is its beginning, in UTC.",
        _DAY_OR_TIME, required=True,
    ),
    Parameter("to", "The last one; a day counts whole.", _DAY_OR_TIME, required=True),
    Parameter(
        "format", "The form of the answer.",
        {"type": "string", "enum": [held.value for held in JournalFormat], "default": JournalFormat.CSV.value},
    ),
    Parameter("authorisations", "Whether authorisations and their use are booked, too.", _FLAG),
    Parameter(
        "limit", "Entries per page.",
        {"type": "integer", "minimum": 1, "maximum": MAX_ENTRIES, "default": MAX_ENTRIES},
    ),
    Parameter(
        "cursor", "Where to go on, as the `Link` of the page before says.",
        {"type": "string", "pattern": r"^[0-9]{1,12}\.[0-9]{1,3}$"},
    ),
)  # fmt: skip
"""The query of the journal (``read_journal_query`` reads it)."""

RECEIVABLES = (
    Parameter("until", "The last day that counts; all days without it.", {"type": "string", "format": "date"}),
    Parameter(
        "limit", "Days per page, each of a connector and a currency.",
        {"type": "integer", "minimum": 1, "maximum": MAX_RECEIVABLES, "default": MAX_RECEIVABLES},
    ),
    Parameter("cursor", "The `next` of the page before.", {"type": "string", "maxLength": 1000}),
)  # fmt: skip
"""The query of receivables (``read_until`` and ``read_behind`` read it)."""

ACCOUNT_PARAMETERS = (
    Parameter("an", "The account of the app key; another one is refused.", {"type": "string"}),
    Parameter("accountName", "The same.", {"type": "string"}),
)
SIGNATURE = (
    Parameter("accountName", "The account of the payment.", {"type": "string"}, required=True),
    Parameter(
        "X-VTEX-signature", "The signature in the payment's callback address.", {"type": "string"}, required=True
    ),
)
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "Makes a repeat safe: the same key and request answer with the operation that the first one made.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    where="header",
)
IF_MATCH = Parameter(
    "If-Match",
    "The version that the request is meant for, in quotes, as `ETag` has it; `*` is any. A new request on another "
    "version is refused; a repeat is answered as ever.",
    {"type": "string", "pattern": r'^(\*|"[0-9]{1,12}")$'},
    where="header",
)
USER = Parameter(
    "X-Quita-User",
    "For whom the request acts; recorded with what it causes as it is told, and not checked. Printable characters; "
    "those beyond ASCII arrive as their sender's software encodes them.",
    {"type": "string", "maxLength": MAX_USER_LENGTH, "pattern": "^[ -~]*$"},
    where="header",
)
VERSION_TAG = {"ETag": "The version of the order and its transaction, in quotes, to send as `If-Match`."}
REASON = Parameter(
    "reason",
    "Why what tells of persons is needed; without it, that is hidden.",
    {"type": "string", "maxLength": MAX_REASON},
)
INVOICES = Parameter(
    "invoices", "Over how many invoices to split it.", {"type": "integer", "minimum": 1, "maximum": MAX_INVOICES}
)
PAGE = (
    Parameter("limit", "Events per page.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000}),
    Parameter("after", "Where to go on, as the `Link` of the page before says.", {"type": "string"}),
)
DELIVERIES = (
    Parameter(
        "limit", "Deliveries per page.",
        {"type": "integer", "minimum": 1, "maximum": MAX_DELIVERIES, "default": DEFAULT_DELIVERIES},
    ),
    Parameter("cursor", "The `next` of the page before.", {"type": "string", "maxLength": 1000}),
)  # fmt: skip
LOT = Parameter("maxlot", "Updates at most.", {"type": "integer", "minimum": 1, "maximum": MAX_LOT})
CHECKOUT_ACCOUNT = Parameter("an", "The account.", ID, required=True)
PURCHASE = Parameter("orderId", "The purchase that is paid; connectors are told it.", ID)
