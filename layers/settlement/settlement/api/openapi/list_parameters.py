"""The query of the list of orders (``order_list_query`` reads it)."""

from settlement.api.openapi.route import Parameter
from settlement.api.order_list_query import DEFAULT_PER_PAGE, MAX_PER_PAGE
from settlement.use_cases.list_orders import MAX_LISTED, OrderBy

_TEXT = {"type": "string", "maxLength": 200}
_RANGE = {"type": "string", "pattern": r"^([A-Za-z]+:)?\[\S+ TO \S+\]$"}
_FLAG = {"type": "string", "enum": ["true", "false"]}
_SORTS = [f"{field.value}{direction}" for field in OrderBy for direction in ("", ",asc", ",desc")]

LIST_PARAMETERS = (
    Parameter("page", "The page.", {"type": "integer", "minimum": 1, "maximum": MAX_LISTED, "default": 1}),
    Parameter(
        "per_page", "Orders per page.",
        {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE, "default": DEFAULT_PER_PAGE},
    ),
    Parameter("q", "An id, or a part of one.", _TEXT),
    Parameter("searchField", "Of what `q` is the id, or an order id itself.", _TEXT),
    Parameter("orderBy", "What to sort by, and which way.", {"type": "string", "enum": _SORTS}),
    Parameter("f_status", "Statuses, with commas between them.", {"type": "string", "maxLength": 1000}),
    Parameter("f_creationDate", "`creationDate:[from TO to]`, ISO 8601; `*` is open.", _RANGE),
    Parameter("f_authorizedDate", "`authorizedDate:[from TO to]`.", _RANGE),
    Parameter("f_invoicedDate", "`invoicedDate:[from TO to]`.", _RANGE),
    Parameter("f_paymentNames", "A part of a payment system's name.", _TEXT),
    Parameter("f_hasInputInvoice", "Whether something was returned.", _FLAG),
)  # fmt: skip
