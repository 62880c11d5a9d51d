"""Every limit of a request: what is below or at it is taken, what is above is refused with field and limit.

The table of limits in docs/limits.md is what is tested: a row without a test here, or one of those named below, fails.
"""

import pytest

from settlement.api.checkout.request import MAX_DATA_AT_ONCE, MAX_DATA_CHARACTERS
from settlement.api.invoices.request import MAX_DOCUMENT_BYTES, MAX_INVOICE_ITEMS, MAX_SIGHTINGS, MAX_TEXT_BYTES
from settlement.api.modifications.request import MAX_REQUEST_BYTES, MAX_SETTINGS_BYTES, MAX_TAGS
from settlement.api.orders.request import MAX_PRICE_TAGS, MAX_UNIT_PRICES
from settlement.api.settings.request import MAX_LIMITS
from settlement.api.shared.body import MAX_BODY_BYTES, MAX_DEPTH
from settlement.api.shared.request import MAX_ANY_TEXT, MAX_INSTALLMENTS, MAX_NAME_BYTES, MAX_QUANTITY, MAX_TOTALS
from settlement.domain.account.account import MAX_APPROVAL_HOURS
from settlement.domain.account.feed import MAX_RETENTION_SECONDS, MAX_VISIBILITY_SECONDS
from settlement.domain.money import MAX_DIGITS, currencies_in_use
from settlement.domain.order.order import MAX_LINES
from settlement.domain.transaction.checkout import MAX_ADDITIONAL_DATA
from settlement.domain.transaction.payment import MAX_PAYMENTS
from settlement.use_cases.reconciliation.name_report import MAX_FILE_NAME, MAX_MAPPING_BYTES
from tests.support.limit_requests import (
    Limit,
    body_with,
    feeding,
    for_a_user,
    grow_amount,
    grow_asked,
    grow_lines,
    grow_payments,
    grow_price_tags,
    grow_prices,
    grow_quantity,
    grow_tags,
    grow_texts,
    grow_totals,
    hooking,
    invoicing,
    listing,
    modifying,
    naming,
    of_payment,
    placing,
    recipients,
    send_body,
    send_change_items,
    send_commits,
    send_data_at_once,
    send_data_in_all,
    send_data_of_one_name,
    send_days,
    send_interaction,
    send_journal,
    send_key,
    send_log,
    send_lot,
    send_nested,
    send_page,
    send_reason,
    send_receivables,
    send_request_id,
    send_settings,
    send_sighting_texts,
    send_sightings,
    send_split,
    send_totals,
    setting,
    splitting,
)
from tests.support.service import Service
from tests.template.cloudformation import CHECKOUT
from tests.template.test_readme import limits

LIMITS = (
    Limit("the name of a settlement report's file", MAX_FILE_NAME, naming("fileName"), ("fileName", "at most 200")),
    Limit(
        "the mapping of a settlement report in CSV",
        MAX_MAPPING_BYTES,
        naming("mapping", lambda size: {"kinds": {"x" * (size - len('{"kinds": {"": "fee"}}')): "fee"}}),
        ("mapping", "65536 bytes", "65537"),
    ),
    Limit("arrays and objects in each other, in a body", MAX_DEPTH, send_nested, ("32",)),
    Limit("a request's body", MAX_BODY_BYTES, send_body, ("1000001 bytes", "1000000"), status=413),
    Limit("lines of an order", MAX_LINES, placing(grow_lines), ("items", "at most 70 items")),
    Limit("payments of an order", MAX_PAYMENTS, placing(grow_payments), ("payments", "at most 10 items")),
    Limit("totals of an order", MAX_TOTALS, placing(grow_totals), ("totals", "at most 20 items")),
    Limit("an amount", MAX_DIGITS, placing(grow_amount), ("value", "999999999999")),
    Limit("a quantity", MAX_QUANTITY, placing(grow_quantity), ("quantity", "1000000")),
    Limit(
        "installments of a payment", MAX_INSTALLMENTS, placing(of_payment("installments", int)), ("installments", "99")
    ),
    Limit("recipients of a payment", 20, placing(of_payment("recipients", recipients)), ("recipients", "at most 20")),
    Limit(
        "a recipient's document", 50, placing(of_payment("recipients", splitting("document"))), ("document", "most 50")
    ),
    Limit(
        "the kind of a recipient's document",
        20,
        placing(of_payment("recipients", splitting("documentType"))),
        ("documentType", "at most 20"),
    ),
    Limit("price tags of an item of an order", MAX_PRICE_TAGS, placing(grow_price_tags), ("priceTags", "at most 100")),
    Limit("unit prices of an item of an order", MAX_UNIT_PRICES, placing(grow_prices), ("sellingPrices", "at most 20")),
    Limit(
        "the seller, or the category, of an item", 50, placing(body_with("items", 0, "seller")), ("seller", "most 50")
    ),
    Limit(
        "the seller, or the category, of an item",
        50,
        placing(body_with("items", 0, "additionalInfo", of=lambda size: {"categoriesIds": f"/1/{'2' * size}/"})),
        ("categoriesIds", "51 characters", "50"),
    ),
    Limit(
        "the way in which an item is delivered",
        100,
        placing(body_with("shippingData", "logisticsInfo", 0, "selectedSla")),
        ("selectedSla", "at most 100"),
    ),
    Limit(
        "a fact about the shopper",
        200,
        placing(body_with("clientProfileData", "corporateName")),
        ("corporateName", "at most 200"),
    ),
    Limit(
        "a fact about the shopper",
        200,
        placing(body_with("invoiceData", "address", "city")),
        ("invoiceData.address.city", "at most 200"),
    ),
    Limit(
        "the address that a shopper returns to, or of an order's page",
        2000,
        placing(of_payment("returnUrl", lambda size: "https://shop.example/".ljust(size, "x"))),
        ("returnUrl", "at most 2000"),
    ),
    Limit(
        "the address that a shopper returns to, or of an order's page",
        2000,
        placing(body_with("orderUrl")),
        ("orderUrl", "at most 2000"),
    ),
    Limit(
        "any other text",
        MAX_ANY_TEXT,
        placing(body_with("paymentData", "transactions", 0, "deviceFingerprint")),
        ("deviceFingerprint", "at most 2000"),
    ),
    Limit(
        "an order id, an invoice number, the id of a change",
        100,
        placing(body_with("orderId")),
        ("orderId", "1 to 100"),
    ),
    Limit(
        "an order id, an invoice number, the id of a change",
        100,
        invoicing(body_with("invoiceNumber")),
        ("invoiceNumber", "1 to 100"),
    ),
    Limit("an order id, an invoice number, the id of a change", 100, send_request_id, ("requestId", "1 to 100")),
    Limit("another id", 64, placing(of_payment("id")), ("payments.0.id", "1 to 64")),
    Limit("another id", 64, placing(body_with("items", 0, "uniqueId")), ("items.0.uniqueId", "1 to 64")),
    Limit("the id of an item", 100, placing(body_with("items", 0, "id")), ("items.0.id", "at most 100")),
    Limit("the id of an item", 100, invoicing(body_with("items", 0, "id")), ("items.0.id", "at most 100")),
    Limit("the name of an item", MAX_NAME_BYTES, placing(body_with("items", 0, "name")), ("items.0.name", "2000")),
    Limit(
        "the name of an item",
        MAX_NAME_BYTES // 2,
        placing(body_with("items", 0, "name", of=lambda size: "é" * size)),
        ("items.0.name", "2002 bytes", "2000"),
    ),
    Limit(
        "a vault token", 256, placing(of_payment("card", lambda size: {"token": "t" * size})), ("token", "at most 256")
    ),
    Limit("any other text", MAX_ANY_TEXT, invoicing(body_with("courier")), ("courier", "at most 2000")),
    Limit("any other text", MAX_ANY_TEXT, send_interaction, ("message", "at most 2000")),
    Limit("any other text", MAX_ANY_TEXT, send_reason, ("reason", "at most 2000")),
    Limit(
        "items of an invoice",
        MAX_INVOICE_ITEMS,
        invoicing(body_with("items", of=lambda size: [{"id": "A", "price": 1, "quantity": 1}] * size)),
        ("items", "at most 200 items"),
    ),
    Limit(
        "texts of an invoice's items, and of a parcel's sightings",
        MAX_TEXT_BYTES,
        invoicing(grow_texts),
        ("items", "100001 bytes", "100000"),
    ),
    Limit(
        "texts of an invoice's items, and of a parcel's sightings",
        MAX_TEXT_BYTES,
        send_sighting_texts,
        ("events", "100001 bytes", "100000"),
    ),
    Limit("sightings of a parcel at once", MAX_SIGHTINGS, send_sightings, ("events", "at most 100 items")),
    Limit(
        "an embedded invoice document",
        MAX_DOCUMENT_BYTES,
        invoicing(body_with("embeddedInvoice")),
        ("embeddedInvoice", "200001 bytes", "200000"),
    ),
    Limit("lines of an order", MAX_LINES, send_change_items, ("itemsAdded", "71", "70")),
    Limit("price tags of an item of a modification", MAX_TAGS, modifying(grow_tags), ("priceTags", "at most 20")),
    Limit("additional data under one name", MAX_DATA_CHARACTERS, send_data_of_one_name, ("value", "at most 100000")),
    Limit("names of additional data in one request", MAX_DATA_AT_ONCE, send_data_at_once, ("at most 30 items",)),
    Limit("names of a transaction's additional data", MAX_ADDITIONAL_DATA, send_data_in_all, ("at most 50", "51")),
    Limit(
        "a modification's request, with its settings",
        MAX_REQUEST_BYTES,
        modifying(grow_asked),
        ("replace", "150001 bytes", "150000"),
    ),
    Limit("settings of modifications", MAX_SETTINGS_BYTES, send_settings, ("20001 bytes", "20000")),
    Limit("an `Idempotency-Key`", 255, send_key, ("Idempotency-Key", "1 to 255")),
    Limit("events in one answer of `…/interactions`", 1000, send_page, ("limit", "1 to 1000")),
    Limit("invoices of an order", 1000, send_split, ("invoices", "1 to 1000")),
    Limit("orders on one page of a list", 100, listing("per_page", str), ("per_page", "1 to 100")),
    Limit("transactions in one answer of totals", 10_000, send_totals, ("limit", "1 to 10000")),
    Limit("deliveries in one answer of a hook's log", 100, send_log, ("limit", "1 to 100")),
    Limit("entries in one answer of the journal", 1000, send_journal, ("limit", "1 to 1000")),
    Limit("days in one answer of receivables", 1000, send_receivables, ("limit", "1 to 1000")),
    Limit("days of totals", 31, send_days, ("to", "at most 31 days")),
    Limit("the text of a search", 200, listing("q", lambda size: "q" * size), ("q", "at most 200")),
    Limit(
        "statuses in a filter",
        50,
        listing("f_status", lambda size: ",".join(f"s{n}" for n in range(size))),
        ("f_status", "at most 50"),
    ),
    Limit(
        "statuses in a filter",
        50,
        hooking(body_with("filter", "status", of=lambda size: ["invoiced"] * size)),
        ("status", "at most 50"),
    ),
    Limit("updates in one answer of a feed", 10, send_lot, ("maxlot", "1 to 10")),
    Limit("updates in one commit", 100, send_commits, ("handles", "at most 100")),
    Limit(
        "seconds that a feed hides an update",
        MAX_VISIBILITY_SECONDS,
        feeding("visibilityTimeoutInSeconds"),
        ("visibilityTimeoutInSeconds", "43200"),
    ),
    Limit(
        "seconds that a feed keeps an update, at least 60",
        MAX_RETENTION_SECONDS,
        feeding("messageRetentionPeriodInSeconds"),
        ("essageRetentionPeriodInSeconds", "3456000"),
    ),
    Limit(
        "a hook's address",
        2000,
        hooking(body_with("hook", "url", of=lambda size: "https://shop.example/".ljust(size, "x"))),
        ("url", "at most 2000"),
    ),
    Limit(
        "currencies with a limit for approvals, by kind",
        MAX_LIMITS,
        setting("approvalAbove", lambda size: {"refund": dict.fromkeys(sorted(currencies_in_use())[:size], 1)}),
        ("approvalAbove.refund", "at most 20"),
    ),
    Limit(
        "hours that a request waits for its second key",
        MAX_APPROVAL_HOURS,
        setting("approvalHours", lambda size: size),
        ("approvalHours", "720"),
    ),
    Limit(
        "an `X-Quita-User`",
        100,
        for_a_user,
        ("X-Quita-User", "at most 100"),
    ),
    Limit(
        "headers of a hook",
        20,
        hooking(body_with("hook", "headers", of=lambda size: {f"X-{n}": "v" for n in range(size)})),
        ("headers", "at most 20"),
    ),
)


def _name(limit: Limit) -> str:
    return f"{limit.row}: {limit.says[0]}"


@pytest.mark.parametrize("limit", LIMITS, ids=_name)
def test_what_is_below_or_at_the_limit_is_taken(service: Service, limit: Limit) -> None:
    for size in (limit.most - 1, limit.most):
        service.shop = service.shop.__class__()
        heard = limit.send(service, size)
        assert heard.status in heard.route.answers, (size, heard.text)


@pytest.mark.parametrize("limit", LIMITS, ids=_name)
def test_what_is_above_the_limit_is_refused_with_field_and_limit(service: Service, limit: Limit) -> None:
    heard = limit.send(service, limit.most + 1)

    assert heard.status == limit.status, heard.text
    message = heard.json["error"]["message"]
    assert [words for words in limit.says if words not in message] == [], message


_OF_AN_ORDER = "test_what_keeps_within_it_is_taken"
_OF_AN_ANSWER = "test_part_that_cannot_be_kept_is_remarked_and_the_answer_stands"

TESTED_ELSEWHERE = {
    "invoices of an order": _OF_AN_ORDER,
    "registered changes of an order": _OF_AN_ORDER,
    "texts and documents of all invoices of an order": _OF_AN_ORDER,
    "modifications of an order": _OF_AN_ORDER,
    "operations waiting on a transaction": _OF_AN_ORDER,
    "operations of a transaction that takes direct requests and retries": _OF_AN_ORDER,
    "events of a timeline that takes interactions, tracking and additional data": _OF_AN_ORDER,
    "callbacks and notifications of one authorisation": "test_word_about_a_card_without_end_has_no_effect",
    "sightings of a parcel": "test_parcel_has_so_many_sightings",
    "calls of an operation": "test_operation_of_more_calls_than_one_takes_fails_with_both_numbers",
    "calls that one retry of an operation takes over": "test_retry_takes_over_every_missing_leg_once",
    "an answer of the journal, as JSON of ASCII, which ends with the entry that reaches it": (
        "test_answer_ends_with_the_entry_that_reaches_its_size"
    ),
    "a connector's or a hook's answer": "test_answer_of_at_most_1_mb_is_read",
    "a connector call, name look-up to last byte": "test_stalled_answer_ends_at_the_deadline",
    "calls in one attempt of one leg": "test_retries_follow_the_schedule_and_end_within_24_hours",
    "remainders in one attempt": "test_r24_after_five_remainders_the_operation_waits",
    "from an operation's first attempt to its last": "test_retries_follow_the_schedule_and_end_within_24_hours",
    "invoices with other invoices' access keys that the cancellation of their order ends as work": (
        "test_cancelled_order_ends_the_work_of_40_invoices_at_most"
    ),
    "orders in one list": "test_list_says_when_there_may_be_more",
    "what is kept of an order as it is sent, as JSON": "test_too_much_is_refused_with_its_largest_part_and_the_limit",
    "sellers, and promotions, by which a list finds an order; the first ones, by their first 100 characters": (
        "test_lists_find_an_order_by_its_first_sellers_and_by_how_their_names_begin"
    ),
    "orders, the newest, among whose payments a list looks for a part of an id": (
        "test_part_of_a_payments_id_is_looked_for_among_the_newest_orders"
    ),
    "orders into whose lines one search by items looks": ("test_search_by_items_among_too_many_orders_is_refused"),
    "orders that one term finds": "test_term_that_finds_too_many_says_so",
    "work items whose orders a list looks at": "test_list_by_attention_says_when_it_looked_at_a_part",
    "months in one list": "test_of_a_longer_range_the_last_24_months_are_shown",
    "feeds of an account": "test_account_has_so_many_feeds_and_hooks",
    "secrets of a hook": "test_secret_is_shown_once_and_two_are_valid_at_a_time",
    "hooks of an account": "test_account_has_so_many_feeds_and_hooks",
    "instalments in one answer of an order; of more, its captures show the sums only": (
        "test_order_of_more_instalments_than_an_answer_has_shows_their_sums"
    ),
    "lines of one payment in a settlement report; those behind them are rejected": (
        "test_lines_of_one_payment_beyond_the_limit_are_rejected"
    ),
    "characters of a line in a settlement report in CSV": "test_csv_is_refused_with_its_place",
    "a settlement report, by the command": "test_file_above_the_limit_is_refused",
    "the mapping of a settlement report in CSV": "test_mapping_that_is_none_is_refused",
    "all amounts of a settlement report together, without their signs": (
        "test_amounts_that_no_file_can_have_are_refused"
    ),
    "currencies of a settlement report": "test_more_currencies_than_there_are_are_refused",
    "years of the days in a settlement report": "test_day_out_of_the_calendar_is_refused",
    "a settlement report, by upload or dropped": "test_file_over_the_limit_is_refused_and_not_even_fetched",
    "lines of a report looked up in other months; the rest are foreign": "test_so_many_lines_are_looked_up",
    "the months, the newest, in which a report that was uploaded looks for orders": (
        "test_sales_of_days_to_come_and_of_long_ago_are_not_looked_for"
    ),
    "a page of a settlement report's lines, which ends with the line that reaches it": "test_page_ends_with_a_megabyte",
    "connectors of an account": "test_one_connector_too_many_is_refused",
    "custom fields of a connector": "test_connector_has_so_many_custom_fields",
    "a connector's manifest": "test_largest_manifest_is_read",
    "options of a select in a manifest": "test_largest_manifest_is_read",
    "names of metadata in a manifest, of 20 characters each": "test_largest_manifest_is_read",
    "the document of a return that waits for a second key, compressed and in base 64": (
        "test_document_that_cannot_wait_is_refused"
    ),
    "one answer of totals, after which it is a part": "test_answer_that_takes_long_tells_where_to_go_on",
    "an NF-e": "test_document_that_is_more_than_is_read_is_refused",
    "elements within each other, in an NF-e": "test_document_that_is_more_than_is_read_is_refused",
    "items of an NF-e": "test_document_with_more_items_than_its_layout_has_is_refused",
    "references of an NF-e": "test_document_with_more_references_than_its_layout_has_is_refused",
    "events that cancel an NF-e in one body": "test_event_that_cancels_nothing_is_refused_and_nothing_written",
    "the reason of an event that cancels an NF-e, which has 15 or more": "test_limits_of_a_reason_are_taken",
    "warnings of a fiscal document; more are left out": "test_warnings_that_are_kept_are_few_and_short",
    "the delay of an automatic settlement in a connector's answer": "test_delay_that_is_none_is_left_out_and_told",
    "`delayToCancel` in a connector's answer": "test_delay_to_cancel_that_is_none_is_told",
    "a connector's request or answer on the timeline; the rest is cut": "test_exchange_is_cut_to_4000_characters",
    "metadata that a connector gets back, names and values": "test_largest_metadata_is_kept",
    "an id or number in a connector's answer": _OF_AN_ANSWER,
    "an address in a connector's answer, `paymentUrl`": _OF_AN_ANSWER,
    "the `payload` of `paymentAppData` in a connector's answer": _OF_AN_ANSWER,
    "the message in a connector's answer; the rest is cut": _OF_AN_ANSWER,
}
"""Limits that are not one request's, and the tests of them."""


def test_every_limit_that_is_told_is_tested_and_every_one_tested_is_told() -> None:
    told = set(limits())

    assert told == {limit.row for limit in LIMITS} | set(TESTED_ELSEWHERE)
    tests = "".join(file.read_text(encoding="utf-8") for file in (CHECKOUT / "tests").rglob("test_*.py"))
    assert [name for name in TESTED_ELSEWHERE.values() if f"def {name}(" not in tests] == []
