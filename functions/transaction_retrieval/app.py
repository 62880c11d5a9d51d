"""Shows transactions: the OMS's view, the gateway's views, and the timeline (C§3)."""

from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.payments.view import gateway_payment
from settlement.api.resolver import Api, answer, etag
from settlement.api.shared.http import Response
from settlement.api.timeline.view import interaction_view
from settlement.api.transactions import view as views
from settlement.logs import new_logger
from settlement.use_cases.gateway import retrieve_transaction as retrieve
from settlement.use_cases.shared.connectors import connectors_named
from settlement.use_cases.shared.heads import load, load_by_transaction

MAX_EVENTS = 1000

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event)


@api.serves("getPaymentTransaction")
def payment_transaction(order_id: str) -> Response:
    """Show an order's transaction in the OMS's view."""
    account, store = api.caller(), bootstrap.store()
    heads = load(store, account, order_id)
    payments = store.payments(account, heads.transaction.transaction_id)
    return answer(200, views.oms_transaction_view(heads, payments, store.settings(account)), etag(heads))


@api.serves("getTransaction")
def transaction(transaction_id: str) -> Response:
    """Show a transaction."""
    account, store = api.caller(), bootstrap.store()
    found = retrieve.retrieve_books(store, account, transaction_id)
    lines = store.lines(account, found.heads.order.order_id)
    view = views.transaction_view(found, lines, store.additional_data(account, transaction_id))
    return answer(200, view, etag(found.heads))


@api.serves("listPayments")
def payments(transaction_id: str) -> Response:
    """Show a transaction's payments."""
    account = api.caller()
    api.list_query()
    found, payments = retrieve.retrieve_payments(bootstrap.store(), account, transaction_id)
    return answer(200, [gateway_payment(held.payment, found, held.status, held.answers) for held in payments])


@api.serves("getPayment")
def payment(transaction_id: str, payment_id: str) -> Response:
    """Show one payment."""
    account = api.caller()
    found, held = retrieve.retrieve_payment(bootstrap.store(), account, transaction_id, payment_id)
    return answer(200, gateway_payment(held.payment, found, held.status, held.answers))


@api.serves("listSettlements")
def settlements(transaction_id: str) -> Response:
    """Show the settlements requested and made."""
    found = _movements(transaction_id)
    names = (payment.connector for payment in found.payments.values())
    connectors = connectors_named(bootstrap.store(), api.caller(), names)
    payouts = retrieve.retrieve_payouts(bootstrap.store(), api.caller(), found)
    return answer(200, views.settlements_view(found, connectors, payouts))


@api.serves("listRefunds")
def refunds(transaction_id: str) -> Response:
    """Show the refunds requested and made."""
    return answer(200, views.refunds_view(_movements(transaction_id)))


@api.serves("listCancellations")
def cancellations(transaction_id: str) -> Response:
    """Show the cancellations requested and made."""
    return answer(200, views.cancellations_view(_movements(transaction_id)))


@api.serves("getCapabilities")
def capabilities(transaction_id: str) -> Response:
    """Show by how much the transaction's value can change."""
    found = load_by_transaction(bootstrap.store(), api.caller(), transaction_id)
    return answer(200, views.capabilities_view(found))


@api.serves("listInteractions")
def interactions(transaction_id: str) -> Response:
    """Show the timeline, newest first; the ``Link`` header has the next page."""
    account = api.caller()
    limit = api.query_integer("limit", MAX_EVENTS, 1, MAX_EVENTS)
    after = api.list_query("limit", "after").get("after")
    found, page = retrieve.retrieve_events(bootstrap.store(), account, transaction_id, limit, after)
    path = f"/api/pvt/transactions/{transaction_id}/interactions"
    query = urlencode({"limit": limit, "after": page.next})
    link = api.link_to_next(f"{path}?{query}" if page.next else None)
    return answer(200, [interaction_view(event, found.currency) for event in page.items], link)


@api.serves("listWorkItems")
def work_items() -> Response:
    """Show what waits for a person, oldest first, a page at a time."""
    from settlement.api.work.query import DEFAULT_WORK_ITEMS, MAX_WORK_ITEMS, read_work_query
    from settlement.api.work.view import work_view
    from settlement.use_cases.upkeep.list_work import list_work

    account = api.caller()
    limit = api.query_integer("limit", DEFAULT_WORK_ITEMS, 1, MAX_WORK_ITEMS)
    wanted = read_work_query(api.list_query("kind", "since", "limit", "cursor"))
    return answer(200, work_view(list_work(bootstrap.ports(api.actor()), account, wanted.kinds, wanted.after, limit)))


@api.serves("summariseWorkItems")
def work_summary() -> Response:
    """Count what waits for a person, by kind and currency."""
    from settlement.api.work.view import summary_view
    from settlement.use_cases.upkeep.list_work import summarise_work

    account = api.caller()
    api.list_query()
    return answer(200, summary_view(summarise_work(bootstrap.ports(api.actor()), account)))


@api.serves("getTotals")
def totals() -> Response:
    """Add up the account's payments."""
    from settlement.api.totals.query import read_totals_query
    from settlement.api.totals.view import totals_view
    from settlement.use_cases.upkeep.total_account import MAX_TRANSACTIONS, total_account

    account = api.caller()
    limit = api.query_integer("limit", MAX_TRANSACTIONS, 1, MAX_TRANSACTIONS)
    wanted = read_totals_query(api.list_query("from", "to", "groupBy", "limit", "cursor"))
    found = total_account(
        bootstrap.ports(api.actor()), account, wanted.since, wanted.until, wanted.group_by, wanted.after, limit
    )
    return answer(200, totals_view(wanted, found))


@api.serves("getJournal")
def journal() -> Response:
    """Show entries of the journal; the ``Link`` header has the next page."""
    from settlement.api.journal.formats import answer_of, media_type
    from settlement.api.journal.query import read_journal_query
    from settlement.domain.bookkeeping.accounts import chart_of
    from settlement.use_cases.bookkeeping.read_journal import MAX_ENTRIES, Period, read_journal

    account = api.caller()
    limit = api.query_integer("limit", MAX_ENTRIES, 1, MAX_ENTRIES)
    query = api.list_query("from", "to", "format", "authorisations", "limit", "cursor")
    wanted = read_journal_query(query)
    period = Period(account, wanted.since, wanted.until, wanted.after)
    chart = chart_of(bootstrap.store().settings(account).journal_accounts, authorisations=wanted.authorisations)
    page = read_journal(bootstrap.entry_log(), period, chart, bootstrap.ports(api.actor()).now(), limit)
    text, place = answer_of(wanted.format, page, is_first=wanted.after is None)
    following = urlencode(query | {"cursor": str(place)})
    link = api.link_to_next(f"/api/pvt/journal?{following}" if place else None)
    return Response(200, media_type(wanted.format), text, link)


@api.serves("listReceivables")
def receivables() -> Response:
    """Show what is still to come to the account, by day."""
    from settlement.api.receivables.query import read_behind, read_until
    from settlement.api.receivables.view import receivables_view
    from settlement.use_cases.bookkeeping.list_receivables import MAX_RECEIVABLES, list_receivables

    account, log, now = api.caller(), bootstrap.entry_log(), bootstrap.ports(api.actor()).now()
    limit = api.query_integer("limit", MAX_RECEIVABLES, 1, MAX_RECEIVABLES)
    query = api.list_query("until", "limit", "cursor")
    page = list_receivables(log, account, read_until(query), now, read_behind(query), limit)
    return answer(200, receivables_view(page))


@api.serves("listSettlementReports")
def settlement_reports() -> Response:
    """Show the account's settlement reports, the newest first, a page at a time."""
    from settlement.api.reports.view import DEFAULT_REPORTS, MAX_REPORTS, reports_view
    from settlement.api.shared.cursors import read_cursor

    account = api.caller()
    limit = api.query_integer("limit", DEFAULT_REPORTS, 1, MAX_REPORTS)
    after = read_cursor(api.list_query("limit", "cursor").get("cursor"))
    return answer(200, reports_view(bootstrap.reports().reports(account, after, limit)))


@api.serves("getSettlementReport")
def settlement_report(report_id: str) -> Response:
    """Show one settlement report."""
    from settlement.api.reports.view import report_view
    from settlement.use_cases.reconciliation.retrieve_report import retrieve_report

    account = api.caller()
    api.list_query()
    return answer(200, report_view(retrieve_report(bootstrap.reports(), account, report_id)))


@api.serves("listSettlementReportLines")
def settlement_report_lines(report_id: str) -> Response:
    """Show the lines of a settlement report with their outcomes, a page at a time."""
    from settlement.api.reports.lines_view import lines_view
    from settlement.api.reports.query import DEFAULT_REPORT_LINES, MAX_REPORT_LINES, read_lines_query
    from settlement.use_cases.reconciliation.retrieve_lines import retrieve_lines

    account = api.caller()
    limit = api.query_integer("limit", DEFAULT_REPORT_LINES, 1, MAX_REPORT_LINES)
    wanted = read_lines_query(api.list_query("outcome", "limit", "cursor"))
    page = retrieve_lines(
        bootstrap.reports(), bootstrap.report_lines(), account, report_id, wanted.outcome, wanted.after, limit
    )
    return answer(200, lines_view(page))


@api.serves("diagnoseOrder")
def diagnosis(order_id: str) -> Response:
    """Say why an order is where it is, what happens next, and what a person can do."""
    from settlement.api.work.view import diagnosis_view
    from settlement.use_cases.upkeep.diagnose_order import diagnose_order

    account = api.caller()
    api.list_query()
    return answer(200, diagnosis_view(diagnose_order(bootstrap.ports(api.actor()), account, order_id)))


@api.serves("auditTransaction")
def audit(transaction_id: str) -> Response:
    """Audit a transaction and its order: compare their stored figures with each other."""
    from settlement.api.transactions.audit import audit_view
    from settlement.use_cases.upkeep.audit_order import audit_transaction

    account = api.caller()
    return answer(200, audit_view(audit_transaction(bootstrap.store(), account, transaction_id)))


def _movements(transaction_id: str) -> retrieve.Movements:
    account = api.caller()
    api.list_query()
    return retrieve.retrieve_movements(bootstrap.store(), account, transaction_id)
