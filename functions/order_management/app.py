"""Places, reads, lists, handles and cancels orders; the account's settings; the service's health."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.approvals.view import approval_view
from settlement.api.contract.served import served_document
from settlement.api.orders.document_query import reason_of
from settlement.api.orders.view import left_to_invoice_view, order_view, placed_view
from settlement.api.resolver import Api, answer, etag, no_content
from settlement.api.settings.view import settings_view
from settlement.api.shared import body
from settlement.api.shared.http import Response
from settlement.api.shared.view import receipt_view
from settlement.domain.order.left_to_invoice import left_to_invoice
from settlement.domain.order.order import MAX_INVOICES
from settlement.domain.transaction.approval import Approval
from settlement.environment import ENVIRONMENT
from settlement.logs import new_logger
from settlement.use_cases.approvals.act_or_ask import act_or_ask
from settlement.use_cases.approvals.order_cancellation import asking_cancel
from settlement.use_cases.orders.add_interaction import add_interaction
from settlement.use_cases.orders.place_order import await_authorisation, place_order
from settlement.use_cases.orders.retrieve_order import retrieve_group, retrieve_order
from settlement.use_cases.orders.start_handling import start_handling
from settlement.use_cases.shared.heads import Heads, load
from settlement.use_cases.upkeep.check_health import check_health

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()

# Routes import the models of their bodies themselves, and the list its own modules: creating those classes is the most
# expensive part of a cold start, and most requests do not need them.


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event)


@api.serves("placeOrder")
def place() -> Response:
    """Place an order and wait for its authorisation for a limited time."""
    from settlement.api.orders.request import OrderBody
    from settlement.api.payments.card_data import refuse_card_data

    account = api.caller()
    parsed = api.read_json()
    refuse_card_data(parsed)
    ports = bootstrap.ports(api.actor())
    placed = place_order(ports, account, body.validate(OrderBody, parsed).as_order())
    return answer(201, placed_view(placed.order, await_authorisation(ports, placed, bootstrap.patience())))


@api.serves("listOrders")
def list_all() -> Response:
    """List orders, newest first; ``order_list_query`` has the filters."""
    from settlement.api.order_lists.query import next_page, read_list_query
    from settlement.api.order_lists.view import order_list_view, shown_on
    from settlement.use_cases.orders.list_orders import list_orders
    from settlement.use_cases.orders.order_figures import figures_of

    account, given, ports = api.caller(), api.query(), bootstrap.ports(api.actor())
    query = read_list_query(given)
    listed = list_orders(ports.store, account, query.wanted, ports.now(), query.enough)
    shown = shown_on(listed, query.page, query.per_page)
    figures = figures_of(ports.store, account, shown)
    parts = ports.store.listed_parts(account, (order.order_id for order in shown))
    link = next_page(given, query, listed)
    shown_page = order_list_view(listed, figures, query.page, query.per_page, parts)
    return answer(200, shown_page, api.link_to_next(link))


@api.serves("searchOrders")
def search() -> Response:
    """Search orders by the filters of a body; what tells of persons is hidden."""
    from settlement.api.order_lists.view import shown_on
    from settlement.api.order_searches.request import SearchBody
    from settlement.api.order_searches.view import search_view
    from settlement.use_cases.orders.describe_orders import describe_orders
    from settlement.use_cases.orders.list_orders import list_orders

    account, ports = api.caller(), bootstrap.ports(api.actor())
    query = api.read(SearchBody).as_query()
    listed = list_orders(ports.store, account, query.wanted, ports.now(), query.enough)
    shown = describe_orders(ports.store, account, shown_on(listed, query.page, query.per_page))
    return answer(200, search_view(account, listed, shown, query.page, query.per_page))


@api.serves("getOrderGroup")
def get_group(order_group: str) -> Response:
    """Show the orders of a group."""
    account = api.caller()
    api.list_query()
    orders = retrieve_group(bootstrap.store(), account, order_group)
    return answer(200, [order_view(whole) for whole in orders])


@api.serves("getOrder")
def get(order_id: str) -> Response:
    """Show an order."""
    account = api.caller()
    whole = retrieve_order(bootstrap.store(), account, order_id)
    return answer(200, order_view(whole), etag(Heads(whole.order, whole.transaction)))


@api.serves("getDocument")
def get_document(order_id: str) -> Response:
    """Show an order; what tells of persons for a reason only."""
    from settlement.api.orders.document_view import document_view

    account = api.caller()
    reason = reason_of(api.list_query("reason"))
    whole = retrieve_order(bootstrap.store(), account, order_id)
    if reason is not None:
        logger.info("personal data shown", order=whole.order.order_id, appKey=api.actor().app_key)
    view = document_view(whole, shows_persons=reason is not None)
    return answer(200, view, etag(Heads(whole.order, whole.transaction)))


@api.serves("getChangeSummary")
def get_change_summary(order_id: str) -> Response:
    """Show what an order was placed with, and what changes did to it."""
    from settlement.api.change_summaries.view import change_summary_view
    from settlement.use_cases.orders.summarise_changes import summarise_changes

    account = api.caller()
    return answer(200, change_summary_view(summarise_changes(bootstrap.store(), account, order_id)))


@api.serves("getLeftToInvoice")
def left(order_id: str) -> Response:
    """Show the value left to invoice, to the cent, and its split over ``invoices`` invoices."""
    account, store = api.caller(), bootstrap.store()
    invoices = api.query_integer("invoices", 1, 1, MAX_INVOICES)
    order = load(store, account, order_id).order
    return answer(200, left_to_invoice_view(order, left_to_invoice(order, store.lines(account, order_id), invoices)))


@api.serves("addInteraction")
def interact(order_id: str) -> Response:
    """Add a line to an order's timeline."""
    from settlement.api.timeline.request import InteractionBody

    account, body = api.caller(), api.read(InteractionBody)
    add_interaction(bootstrap.ports(api.actor()), account, order_id, body.source, body.message)
    return answer(200, {})


@api.serves("startHandling", "startHandlingDocument")
def start(order_id: str) -> Response:
    """Start handling an order."""
    start_handling(bootstrap.ports(api.actor()), api.caller(), order_id)
    return no_content()


@api.serves("cancelOrder", "cancelDocument")
def cancel(order_id: str) -> Response:
    """Cancel an order; the reason is optional, and so is the whole body."""
    from settlement.api.orders.request import CancelBody

    account = api.caller()
    request = api.read(CancelBody) if api.request.body else CancelBody()
    asking, expected = asking_cancel(account, order_id, request.reason), api.expected_version()
    done = act_or_ask(bootstrap.ports(api.actor()), account, asking, expected)
    return answer(202, approval_view(done)) if isinstance(done, Approval) else answer(200, receipt_view(done))


@api.serves("previewCancel", "previewCancelDocument")
def preview_cancel(order_id: str) -> Response:
    """Show what cancelling an order would do, and write nothing."""
    from settlement.api.orders.request import CancelBody
    from settlement.api.previews.view import preview_view
    from settlement.use_cases.approvals.act_or_ask import preview_asking
    from settlement.use_cases.approvals.order_cancellation import asking_cancel

    account = api.caller()
    request, expected = api.read(CancelBody) if api.request.body else CancelBody(), api.expected_version()
    asking = asking_cancel(account, order_id, request.reason)
    previewed = preview_asking(bootstrap.ports(api.actor()), account, asking, expected)
    return answer(200, preview_view(previewed))


@api.serves("eraseShopper")
def erase(order_id: str) -> Response:
    """Erase the personal data of an order's shopper."""
    from settlement.use_cases.orders.erase_shopper import erase_shopper

    erase_shopper(bootstrap.ports(api.actor()), api.caller(), order_id)
    return no_content()


@api.serves("eraseShopperOfTransaction")
def erase_of_transaction(transaction_id: str) -> Response:
    """Erase the personal data of a transaction's shopper."""
    from settlement.use_cases.orders.erase_shopper import erase_shopper_of_transaction

    erase_shopper_of_transaction(bootstrap.ports(api.actor()), api.caller(), transaction_id)
    return no_content()


@api.serves("getSettings")
def get_settings() -> Response:
    """Show the account's settings."""
    return answer(200, settings_view(bootstrap.store().settings(api.caller())))


@api.serves("changeSettings")
def patch_settings() -> Response:
    """Change the account's settings; the answer has all of them."""
    from settlement.api.settings.request import SettingsBody
    from settlement.use_cases.account.change_settings import change_settings

    account, body = api.caller(), api.read(SettingsBody)
    return answer(200, settings_view(change_settings(bootstrap.ports(api.actor()), account, body.applied_to)))


@api.serves("getOpenApi")
def openapi() -> Response:
    """Show the description of all routes."""
    return Response(200, "application/json", served_document(api.request.address))


@api.serves("getHealth")
def health() -> Response:
    """Check that the service can place an order of the account in ``HEALTH_ACCOUNT``."""
    missing = check_health(bootstrap.store(), ENVIRONMENT.health_account)
    return answer(503, {"status": "unavailable", "missing": missing}) if missing else answer(200, {"status": "ok"})
