"""The console's pages: method, path, where the page is written, and the roles of which its reader needs one.

They are not part of the API: its document does not have them, and no program is meant to read them.
"""

from settlement.domain.account.account import Role
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One page; ``function`` of the module ``pages.<module>`` answers it. An ``open`` page needs no session."""

    method: str
    path: str
    module: str
    function: str
    roles: tuple[Role, ...] = ()
    is_open: bool = False


_VIEW = (Role.VIEW_ORDER,)
_ADMIN = (Role.ACCOUNT_ADMIN,)
_PAYMENT = (Role.VIEW_PAYMENT,)
_FEED = (Role.ORDER_FEED,)
_APPROVER = (Role.APPROVE_PAYMENT,)
_DECIDING = (Role.VIEW_PAYMENT, Role.APPROVE_PAYMENT)

PAGES: tuple[PageRoute, ...] = (
    PageRoute("get", "/console/sign-in", "entrance", "show", is_open=True),
    PageRoute("post", "/console/sign-in", "entrance", "enter", is_open=True),
    PageRoute("post", "/console/sign-out", "entrance", "leave"),
    PageRoute("get", "/console/language/{language}", "entrance", "speak", is_open=True),
    PageRoute("get", "/console/static/{name}", "files", "serve", is_open=True),
    PageRoute("get", "/console", "start", "show"),
    PageRoute("get", "/console/today", "today", "show", _PAYMENT),
    PageRoute("get", "/console/lapses", "lapses", "show", _PAYMENT),
    PageRoute("get", "/console/payouts", "payouts", "show", _PAYMENT),
    PageRoute("post", "/console/payouts", "uploads", "name", (Role.PROCESS_PAYMENT,)),
    PageRoute("get", "/console/payouts/{reportId}", "payouts", "show_report", _PAYMENT),
    PageRoute("get", "/console/deliveries/{deliveryId}", "deliveries", "show", _FEED),
    PageRoute("post", "/console/deliveries/{deliveryId}/resend", "deliveries", "send_again", _FEED),
    PageRoute("get", "/console/approvals/{approvalId}", "approval", "show", _DECIDING),
    PageRoute("post", "/console/approvals/{approvalId}/approve", "approval", "agree", _APPROVER),
    PageRoute("post", "/console/approvals/{approvalId}/refuse", "approval", "decline", _APPROVER),
    PageRoute("get", "/console/connectors", "connectors", "show_all", _ADMIN),
    PageRoute("get", "/console/connectors/{name}", "connectors", "show", _ADMIN),
    PageRoute("get", "/console/connectors/{name}/manifest", "connectors", "manifest", _ADMIN),
    PageRoute("post", "/console/connectors/{name}/test", "connectors", "test", _ADMIN),
    *(
        PageRoute(method, path, "connector_form", function, _ADMIN)
        for path, function in (
            ("/console/new-connector", "add"),
            ("/console/connectors/{name}/edit", "edit"),
        )
        for method in ("get", "post")
    ),
    PageRoute("get", "/console/settings", "settings", "show", _ADMIN),
    PageRoute("post", "/console/settings", "settings", "change", _ADMIN),
    PageRoute("get", "/console/keys", "keys", "show", _ADMIN),
    PageRoute("post", "/console/keys", "keys", "create", _ADMIN),
    PageRoute("post", "/console/keys/{name}/token", "keys", "rotate", _ADMIN),
    PageRoute("post", "/console/keys/{name}/switch", "keys", "switch", _ADMIN),
    PageRoute("get", "/console/api", "reference", "show"),
    PageRoute("get", "/console/orders", "orders", "show", _VIEW),
    PageRoute("get", "/console/orders.csv", "orders", "download", _VIEW),
    PageRoute("get", "/console/orders/{orderId}", "order", "show", _VIEW),
    PageRoute("get", "/console/orders/{orderId}/invoices", "order", "invoices", _VIEW),
    PageRoute("get", "/console/orders/{orderId}/documents/{number}", "order", "document", _VIEW),
    PageRoute("get", "/console/orders/{orderId}/do/{action}", "action", "on_order", _VIEW),
    PageRoute("post", "/console/orders/{orderId}/do/{action}", "action", "on_order", _VIEW),
    PageRoute("get", "/console/transactions/{transactionId}", "transaction", "show", _PAYMENT),
    PageRoute("get", "/console/transactions/{transactionId}/timeline", "transaction", "timeline", _PAYMENT),
    PageRoute("get", "/console/transactions/{transactionId}/audit", "audit", "show", _PAYMENT),
    *(
        PageRoute(method, f"/console/transactions/{{transactionId}}/{what}do/{{action}}", "action", function, _PAYMENT)
        for what, function in (
            ("", "on_transaction"),
            ("operations/{operationId}/", "on_operation"),
            ("legs/{legId}/", "on_leg"),
            ("payments/{paymentId}/payouts/{payoutId}/", "on_payout"),
        )
        for method in ("get", "post")
    ),
)
"""Every page of the console."""
