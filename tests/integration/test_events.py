"""Every file in `events/` run by its function, in the order that `events/README.md` gives, on an in-process table.

One play of the whole story answers every test: each event answers as its name says, and its figures are right.
"""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import boto3
import pytest

from local.seed import ACCOUNT
from settlement import bootstrap
from settlement.connectors import exact_json
from settlement.domain.connectors.connector import Credentials
from settlement.domain.transaction.request_ids import request_id
from settlement.storage.dynamodb import DynamoDBStore
from tests.support.console_visit import look_around
from tests.support.local_server import LocalServer
from tests.support.play import (
    ACCEPTED,
    PLAY,
    REFUSED,
    UNPLAYED,
)
from tests.support.played_events import (
    EVENTS,
    FUNCTIONS,
    TOUCHED,
    Answer,
    Gateway,
    Workflows,
    demo_account,
    event_named,
    handler,
    names_of_events,
    played,
    published,
)
from tests.support.stored_text import stored_text
from tests.template.cloudformation import CHECKOUT, load_template, of_type, table_access

ORDER_ID, TRANSACTION_ID = "1172452900788-01", "9F86D081884C7D659A2FEAA0C55AD015"


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    with LocalServer(Gateway) as server:
        yield server.url


@pytest.fixture(scope="module")
def account(gateway: str) -> Iterator[DynamoDBStore]:
    """The demo account on a table in memory."""
    with demo_account(gateway) as store:
        yield store


@pytest.fixture(scope="module")
def answers(account: DynamoDBStore, gateway: str) -> Mapping[str, Answer]:
    """The answer to every event, played in order; the connector that one adds is asked for its manifest here."""
    told = played(account, gateway)
    seen = look_around(handler("operator_console"), ORDER_ID, TRANSACTION_ID)
    assert seen == [200, 401, 303, *[200] * 9, 404, 404, 200, 201, 400, 200, 303]
    return told


def test_every_event_has_its_place_in_the_play() -> None:
    assert sorted(PLAY) == names_of_events()


def test_every_function_has_events() -> None:
    assert sorted(file.parent.name for file in (CHECKOUT / "functions").glob("*/app.py")) == FUNCTIONS


@pytest.mark.parametrize(
    ("name", "status"),
    ACCEPTED,
)
def test_event_is_accepted(answers: Mapping[str, Answer], name: str, status: int) -> None:
    assert answers[name].status == status, answers[name].result


@pytest.mark.parametrize(
    ("name", "status", "code"),
    REFUSED,
)
def test_event_is_refused_with_its_code(answers: Mapping[str, Answer], name: str, status: int, code: str) -> None:
    assert answers[name].code == (status, code), answers[name].result


def test_error_names_the_field_the_value_and_the_limit(answers: Mapping[str, Answer]) -> None:
    message = answers["invoice_notification/value_with_separator"].body["error"]["message"]
    assert message.startswith("invoiceValue: must be cents above zero")
    assert message.endswith('got "70.00"')


@pytest.mark.parametrize("operation", ["authorise", "change", "last_invoice", "return"])
def test_attempt_with_one_call_is_done(answers: Mapping[str, Answer], operation: str) -> None:
    assert answers[f"settlement_steps/{operation}_attempt"].result == {"outcome": "done", "legs": []}


def test_steps_plan_one_leg_post_it_and_conclude(answers: Mapping[str, Answer]) -> None:
    steps = [answers[f"settlement_steps/first_invoice_{step}"] for step in ("1_plan", "2_execute", "3_conclude")]
    assert [step.result for step in steps] == [
        {"outcome": "execute", "legs": [{"leg": "0001"}]},
        {"outcome": "posted"},
        {"outcome": "done"},
    ]


def test_stages_of_a_report_hand_on_what_they_found(answers: Mapping[str, Answer]) -> None:
    read = answers["report_reading/uploaded"].result
    assert (read["outcome"], read["account"]) == ("read", "demo")
    today = f"{bootstrap.now():%Y-%m-%d}"
    assert [days["checkouts"] for days in read["ranges"] if days["since"] <= today <= days["until"]] == [False, True]
    assert answers["report_reading/folder"].result["outcome"] == "none"
    for loaded in ("orders", "checkouts"):
        assert answers[f"report_books/{loaded}_of_a_day"].result["outcome"] == "loaded"
    assert answers["report_matching/what_was_loaded"].result == {"outcome": "matched", "parts": [0]}
    assert answers["report_keeping/first_part"].result == {"repeated": 0}
    assert answers["report_keeping/finish"].result == {"outcome": "done"}
    (line,) = answers["transaction_retrieval/settlement_report_lines"].body["items"]
    assert (line["outcome"], line["gross"], line["orderId"]) == ("matched", 7000, ORDER_ID)


def test_second_execution_of_a_claimed_operation_is_skipped(answers: Mapping[str, Answer]) -> None:
    assert answers["settlement_steps/plan_of_another_execution"].result == {"outcome": "skip", "legs": []}


def test_call_of_an_old_execution_is_deferred(answers: Mapping[str, Answer]) -> None:
    assert answers["settlement_steps/execute_too_late"].result == {"outcome": "deferred"}


def test_order_shows_what_was_invoiced_settled_and_refunded(answers: Mapping[str, Answer]) -> None:
    order = answers["order_management/get_order"].body
    figures = ("status", "value", "invoicedValue", "settledValue", "refundedValue", "openValue")
    assert [order[figure] for figure in figures] == ["invoiced", 8500, 8500, 8500, 1500, 0]
    numbers = [package["invoiceNumber"] for package in order["packageAttachment"]["packages"]]
    assert numbers == ["N1", "N2", "N3", "N4", "D1"]
    assert order["packageAttachment"]["packages"][0]["courierStatus"]["finished"] is True


def test_preview_applies_nothing(answers: Mapping[str, Answer]) -> None:
    preview = answers["order_change/preview_modification"]
    assert (preview.status, preview.body["totalChangeValue"], preview.body["orderValue"]) == (200, -1500, 8500)
    assert [(move["operation"], move["value"]) for move in preview.body["moneyPlan"]] == [("cancel", 1500)]


def test_left_to_invoice_is_what_the_last_invoice_says(answers: Mapping[str, Answer]) -> None:
    last = json.loads(event_named("invoice_notification/last_invoice")["body"])
    assert str(answers["order_management/left_to_invoice"].body["value"]) == last["invoiceValue"]


def test_transaction_shows_requests_beside_actions(answers: Mapping[str, Answer]) -> None:
    seen = {
        part: [[entry["value"] for entry in answers[f"transaction_retrieval/{part}"].body[side]] for side in _SIDES]
        for part in ("settlements", "cancellations", "refunds")
    }
    assert seen == {
        "settlements": [[7000, 1500], [7000, 1500]],
        "cancellations": [[1500], [1500]],
        "refunds": [[1500], [1500]],
    }
    assert answers["transaction_retrieval/transaction"].body["status"] == "Finished"
    assert answers["transaction_retrieval/payment_transaction"].body["status"] == "Finished"
    assert answers["transaction_retrieval/capabilities"].body["maximumValue"] == 100.0
    audited = answers["transaction_retrieval/audit"].body
    assert (audited["isConsistent"], audited["mismatches"]) == (True, [])


_SIDES = ("requests", "actions")


def test_payment_is_the_one_of_the_events(answers: Mapping[str, Answer]) -> None:
    payment_id = event_named("transaction_retrieval/payment")["pathParameters"]["paymentId"]
    assert [payment["id"] for payment in answers["transaction_retrieval/payments"].body] == [payment_id]
    assert answers["transaction_retrieval/payment"].body["id"] == payment_id


def test_timeline_holds_both_captures_and_the_differing_replay(answers: Mapping[str, Answer]) -> None:
    types = [event["Type"] for event in answers["transaction_retrieval/interactions"].body]
    counted = {type_: types.count(type_) for type_ in ("PaymentSettled", "PaymentRefunded", "InvoiceReplayDiffered")}
    assert counted == {"PaymentSettled": 2, "PaymentRefunded": 1, "InvoiceReplayDiffered": 1}


def test_connector_got_each_call_once(answers: Mapping[str, Answer]) -> None:
    calls = answers["sandbox_connector/list_calls"].body
    assert [(call["operation"], call["value"]) for call in calls] == [
        ("payments", 100.0),
        ("settlements", 70.0),
        ("cancellations", 15.0),
        ("settlements", 15.0),
        ("refunds", 15.0),
    ]


@pytest.mark.parametrize(
    ("name", "call"), [("settle_part", 1), ("cancel_part", 2), ("settle_rest", 3), ("refund_part", 4)]
)
def test_sandbox_event_is_the_call_of_the_story_and_is_answered_again(
    answers: Mapping[str, Answer], name: str, call: int
) -> None:
    recorded = answers["sandbox_connector/list_calls"].body[call]
    event = exact_json.read(event_named(f"sandbox_connector/{name}")["body"])
    assert isinstance(event, dict)
    assert (event["requestId"], event["value"]) == (recorded["requestId"], recorded["value"])
    assert answers[f"sandbox_connector/{name}"].body == recorded["answer"]["body"]


def test_sandbox_keeps_strict_books(answers: Mapping[str, Answer]) -> None:
    refused = answers["sandbox_connector/settle_above_what_is_open"]
    assert (refused.status, refused.body["code"]) == (400, "above-open")
    assert answers["sandbox_connector/create_payment"].body["status"] == "approved"
    assert answers["sandbox_connector/create_payment_denied"].body["status"] == "denied"


def test_request_id_of_the_first_invoice_is_derived_from_what_it_is_for() -> None:
    event, placed = event_named("sandbox_connector/settle_part"), event_named("order_management/place_order")
    order_id = json.loads(placed["body"])["orderId"]
    payment_id = event["pathParameters"]["paymentId"]
    derived = request_id(ACCOUNT, order_id, "invoice/N1", payment_id, "settle//0001")
    assert json.loads(event["body"])["requestId"] == derived


def test_authorizer_lets_a_valid_pair_in_and_nobody_else(answers: Mapping[str, Answer]) -> None:
    allowed = answers["authorizer/valid_key"].result
    assert allowed["context"] == {"account": "demo", "roles": "*"}
    assert allowed["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    for name in ("authorizer/wrong_token", "authorizer/unknown_key"):
        assert str(answers[name].error) == "Unauthorized"


def test_relay_publishes_public_events_only_and_enters_movements(answers: Mapping[str, Answer]) -> None:
    relayed = [name for name in PLAY if name.startswith("event_relay/")]
    assert [answers[name].result for name in relayed] == [{"batchItemFailures": []}] * len(relayed)
    events = {event["detail-type"]: event["detail"] for event in published()}
    assert set(events) == {"PaymentSettled", "OrderStatusChanged"}
    (started,) = Workflows.started
    assert (started["account"], started["operation"]) == (ACCOUNT, 2)
    assert events["PaymentSettled"]["value"] == 7000
    assert not {"request", "response"} & set(events["PaymentSettled"])
    assert events["OrderStatusChanged"]["to"] == "payment-approved"
    assert events["OrderStatusChanged"]["listeners"] == []
    assert json.loads(answers["transaction_retrieval/journal"].result["body"])["invoiceNumber"] == "N1"


def test_order_that_arrives_as_an_event_is_placed_or_raises(answers: Mapping[str, Answer]) -> None:
    order = event_named("order_intake/order_placed")["detail"]["order"]
    transaction_id = order["paymentData"]["transactions"][0]["transactionId"]
    placed = {"orderId": order["orderId"], "transactionId": transaction_id}
    assert answers["order_intake/order_placed"].result == placed
    assert "connector 'acme-pay' is not configured" in str(answers["order_intake/unknown_connector"].error)


def test_settings_are_changed_and_shown_whole(answers: Mapping[str, Answer]) -> None:
    assert answers["order_management/get_settings"].body["refundPriority"] == "lowest-settled"
    assert answers["order_management/change_settings"].body["refundPriority"] == "card-first"


def test_sweep_finds_nothing_due_and_audits_the_account_of_the_affiliation(answers: Mapping[str, Answer]) -> None:
    swept = dict(answers["due_work/every_minute"].result)

    assert swept.pop("orders_audited") > 0
    assert set(swept.values()) == {0}


@pytest.mark.parametrize("name", [name for name in names_of_events() if "requestContext" in event_named(name)])
def test_event_is_what_the_route_of_the_template_sends(name: str) -> None:
    event = event_named(name)
    routes = {
        (entry["Properties"]["Method"].upper(), entry["Properties"]["Path"])
        for function in of_type(load_template(), "AWS::Serverless::Function").values()
        for entry in function.get("Events", {}).values()
        if entry["Type"] == "Api"
    }
    assert (event["httpMethod"], event["resource"]) in routes
    assert event["path"] == event["resource"].replace("+}", "}").format(**event["pathParameters"] or {})
    assert event["requestContext"]["resourcePath"] == event["resource"]


def test_play_is_the_order_of_the_readme() -> None:
    text = (EVENTS / "README.md").read_text(encoding="utf-8")
    assert [name for name in PLAY if f"`{name}`" not in text] == []
    told = [text.index(f"`{name}`") for name in PLAY]
    assert told == sorted(told)


def test_folder_of_each_event_is_a_function() -> None:
    assert {Path(name).parent.name for name in names_of_events()} == set(FUNCTIONS)


def test_orders_are_listed_and_found_by_their_group(answers: Mapping[str, Answer]) -> None:
    listed = answers["order_management/list_orders"].body
    (group,) = answers["order_management/order_group"].body

    assert [order["orderId"] for order in listed["list"]] == ["1172452900788-01"]
    assert (listed["list"][0]["status"], listed["list"][0]["totalValue"]) == ("invoiced", 8500)
    assert (group["orderId"], group["status"]) == ("1172452900788-01", "invoiced")
    assert (answers["order_management/add_interaction"].status, answers["order_management/add_interaction"].body) == (
        200,
        {},
    )


def test_feed_hands_out_a_status_change_until_it_is_committed(answers: Mapping[str, Answer]) -> None:
    update, work = answers["order_feed/read"].body
    handle = json.loads(event_named("order_feed/commit")["body"])["handles"][0]

    assert answers["order_feed/get_configuration_of_nobody"].code == (404, "OMS014")
    assert answers["order_feed/configure"].status == 200
    assert answers["order_feed/filter_by_expression"].code == (400, "OMS001")
    assert answers["order_feed/status_changed"].result == answers["order_feed/work_opened"].result == {"feeds": 1}
    assert answers["order_feed/get_configuration"].body["quantity"] == 2
    assert (work["domain"], work["state"], work["workItem"]["kind"]) == ("Work", "WorkItemOpened", "manual-refund")
    assert update == {
        "eventId": "9F86D081884C7D659A2FEAA0C55AD015-transaction-9",
        "handle": handle,
        "domain": "Fulfillment",
        "state": "handling",
        "lastState": "ready-for-handling",
        "orderId": "1172452900788-01",
        "lastChange": "2026-03-02T14:00:00.0000000Z",
        "currentChange": "2026-03-02T14:00:01.0000000Z",
    }
    assert answers["order_feed/commit_handle_of_nobody"].code == (400, "OMS001")
    assert answers["order_feed/commit"].status == answers["order_feed/delete_configuration"].status == 200


def test_hook_leads_outside_and_over_tls_only(answers: Mapping[str, Answer]) -> None:
    assert answers["order_hook/get_configuration_of_nobody"].code == (404, "OMS014")
    assert answers["order_hook/configure_without_tls"].code == (400, "OMS001")
    assert answers["order_hook/configure_address_inside"].code == (400, "OMS001")
    assert answers["order_hook/status_changed"].result == answers["order_hook/work_opened"].result == {"hooks": 0}
    assert answers["order_hook/delete_configuration"].status == 200


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_does_with_the_table_what_its_role_allows(answers: Mapping[str, Answer], function: str) -> None:
    """Partitions are not enforced by the local AWS, so they are held against what the functions did here."""
    template = load_template()
    name = "".join(word.capitalize() for word in function.split("_"))
    allowed = list(table_access(template, f"{name}Role"))

    refused = {
        (index, action, partition)
        for who, index, action, partition in TOUCHED
        if who == function
        and not any(
            (index, action) == (its_index, its_action) and fnmatchcase(partition, pattern)
            for its_index, its_action, pattern in allowed
        )
    }

    assert refused == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_role_allows_no_kind_of_partition_that_its_function_has_no_use_for(
    answers: Mapping[str, Answer], function: str
) -> None:
    name = "".join(word.capitalize() for word in function.split("_"))
    patterns = {(index, pattern) for index, _, pattern in table_access(load_template(), f"{name}Role")}
    touched = {(index, partition) for who, index, _, partition in TOUCHED if who == function}

    idle = {
        (index, pattern)
        for index, pattern in patterns
        if not any(index == its_index and fnmatchcase(partition, pattern) for its_index, partition in touched)
    }

    assert idle <= UNPLAYED.get(name, set())


def test_connector_has_its_credentials_in_the_secret_and_nowhere_else(
    answers: Mapping[str, Answer], account: DynamoDBStore
) -> None:
    connector = account.connector(ACCOUNT, "acme-pay")
    assert connector is not None
    assert not connector.enabled
    assert bootstrap.credentials().of(connector) == Credentials("quita", "token-of-acme-pay")
    told = json.dumps(
        [answer.result for name, answer in answers.items() if name.startswith("connector_configuration/")]
    )
    items = boto3.client("dynamodb").scan(TableName="events")["Items"]
    assert any("packed" in item for item in items)
    assert "token-of-acme-pay" not in told + "".join(map(stored_text, items))


def test_inbound_request_is_answered_by_the_connector(answers: Mapping[str, Answer]) -> None:
    assert answers["connector_callback/inbound_request"].result["body"] == '{"step": "3ds"}'
