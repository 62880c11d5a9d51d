"""The catalogue of refusals, each with its published code and HTTP status (C§0, C§2).

A message names the field, the value and the limit. Messages are for people; code and fields are the interface.
"""

from typing import ClassVar


class Refusal(Exception):
    """The request is refused, for a reason that its sender can understand; nothing was written."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "OMS001"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.published_code = code or self.code


class InvalidRequest(Refusal):
    """A field is missing, of the wrong type or outside its limits."""


class Unauthorised(Refusal):
    """The caller's key and token are missing or wrong."""

    status = 401
    code = "1"


class Forbidden(Refusal):
    """The caller's key lacks the role of the route."""

    status = 403
    code = "2"


class OrderNotFound(Refusal):
    """No such order in the caller's account (OMS007)."""

    status = 404
    code = "OMS007"

    def __init__(self, order_id: str) -> None:
        super().__init__(f"Order Not Found: {order_id}")


class TransactionNotFound(Refusal):
    """No such transaction in the caller's account."""

    status = 404
    code = "1404"

    def __init__(self, transaction_id: str) -> None:
        super().__init__(f"Transaction Not Found: {transaction_id}")


class ReportNotFound(Refusal):
    """No such settlement report in the caller's account."""

    status = 404
    code = "1404"

    def __init__(self, report_id: str) -> None:
        super().__init__(f"Settlement Report Not Found: {report_id}")


class ReportLinesNotFound(Refusal):
    """The lines of a settlement report are not kept: not yet, or not any more."""

    status = 404
    code = "1404"

    def __init__(self, report_id: str, reason: str) -> None:
        super().__init__(f"Lines Of Settlement Report Not Found: {report_id}; {reason}")


class PayoutNotFound(Refusal):
    """No settlement report told this of the payment."""

    status = 404
    code = "1404"

    def __init__(self, name: str) -> None:
        super().__init__(f"Payout Not Found: {name}")


class PaymentNotFound(Refusal):
    """No such payment in the transaction."""

    status = 404
    code = "1404"

    def __init__(self, payment_id: str) -> None:
        super().__init__(f"Payment Not Found: {payment_id}")


class OperationNotFound(Refusal):
    """No such operation, or leg of one, in the transaction."""

    status = 404
    code = "1404"

    def __init__(self, name: str) -> None:
        super().__init__(f"Operation Not Found: {name}")


class ApprovalNotFound(Refusal):
    """No such approval in the caller's account."""

    status = 404
    code = "1404"

    def __init__(self, approval_id: str) -> None:
        super().__init__(f"Approval Not Found: {approval_id}")


class InvoiceNotFound(Refusal):
    """No such invoice on the order."""

    status = 404
    code = "OMS004"

    def __init__(self, invoice_number: str) -> None:
        super().__init__(f"Invoice Not Found: {invoice_number}")


class NoSuchChange(Refusal):
    """No such order modification (CHK0289)."""

    status = 404
    code = "CHK0289"

    def __init__(self, request_id: str) -> None:
        super().__init__(f"Change Request Not Found: {request_id}")


class NoFeed(Refusal):
    """The caller's app key has no feed."""

    status = 404
    code = "OMS014"

    def __init__(self, app_key: str) -> None:
        super().__init__(f"Feed Not Found: app key {app_key} has none; configure it first")


class NoHook(Refusal):
    """The caller's app key has no hook."""

    status = 404
    code = "OMS014"

    def __init__(self, app_key: str) -> None:
        super().__init__(f"Hook Not Found: app key {app_key} has none; configure it first")


class DeliveryNotFound(Refusal):
    """The log of the account's hooks has no such delivery."""

    status = 404
    code = "OMS014"

    def __init__(self, id_: str) -> None:
        super().__init__(f"Delivery Not Found: {id_[:80]} is not in the log, which is kept for 14 days")


class AffiliationNotFound(Refusal):
    """No such connector in the caller's account."""

    status = 404
    code = "1404"

    def __init__(self, affiliation: str) -> None:
        super().__init__(f"Affiliation Not Found: {affiliation}")


class ItemNotFound(Refusal):
    """An order change names an item that is not in the order (C§2.1)."""

    status = 404
    code = "OMS005"

    def __init__(self, item_id: str) -> None:
        super().__init__(f"Item {item_id} is not in the order")


class WrongStatus(Refusal):
    """The order's status does not allow this action (OMS003)."""

    status = 409
    code = "OMS003"


class AlreadyExists(Refusal):
    """An id exists already, with other content."""

    status = 409
    code = "OMS008"


class TooManyWaiting(Refusal):
    """The transaction has reached its limit of operations, waiting or in all."""

    status = 409
    code = "OMS009"


class TimelineFull(TooManyWaiting):
    """The timeline has reached its limit for events that move no money."""


class StaleVersion(Refusal):
    """The order or transaction was changed since the version that the request names (RFC 9110, If-Match)."""

    status = 412
    code = "OMS412"

    def __init__(self, expected: int, version: int) -> None:
        super().__init__(f'If-Match: "{expected}" is not the current version, which is "{version}"; look again')


class BadValue(Refusal):
    """The value of a settlement, cancellation or refund request is not allowed (1402)."""

    code = "1402"


class OverInvoiced(Refusal):
    """The invoice exceeds the value left to invoice, and the account refuses that (R18, strictInvoices)."""

    code = "OMS010"


class ItemsNotOfOrder(Refusal):
    """The items of an invoice are not those of its order, and the account refuses that (strictInvoices).

    OMS020: an unknown item; OMS021: more units than are left; OMS022: prices that do not add up.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code=code)


class ReturnTooLarge(Refusal):
    """Returns would exceed what was invoiced (R16)."""

    code = "OMS011"


class InvoiceCancelRefused(Refusal):
    """An invoice cannot be cancelled: it is no sale, was cancelled before, or a return rests on it (R38)."""

    status = 409
    code = "OMS016"


class CancelRefused(Refusal):
    """An order with a sale invoice cannot be cancelled (R22, C§1.4.8)."""

    code = "OMS012"


class ChangeRefused(Refusal):
    """The figures of an order change are not allowed (C§2.1, C§2.3)."""

    code = "CHK0034"


class ItemAlreadyInvoiced(Refusal):
    """An item cannot be removed after its invoice was issued (C§2.3)."""

    code = "SalesOrderSystem046"


class MoneyCannotMove(Refusal):
    """The payments cannot move the value: no partial refund, no room to raise (R11c, R23)."""

    status = 409
    code = "CHK0096"


class CredentialsFull(Refusal):
    """The secret with the credentials of all connectors is full."""

    status = 409
    code = "OMS015"

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"configuration.appToken: the credentials of all connectors would take {size} bytes; limit {limit}"
        )


class ConnectorFailed(Refusal):
    """The connector gave no usable answer to a relayed request; the request can be sent again."""

    status = 502
    code = "OMS502"


class BodyTooLarge(Refusal):
    """The request body is over its limit."""

    status = 413
    code = "OMS413"


class Busy(Refusal):
    """Too many parallel writers on one order; nothing was written, and the request can be sent again."""

    status = 503
    code = "OMS503"
